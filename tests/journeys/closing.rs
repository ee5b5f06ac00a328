//! The close of a day, by keyboard alone: what is to be settled, the sheet, a visitor after it, a line that is away.

use intake_model::{Competent, Decision, Outcome, Paper, Question, Route, Visit};
use testkit::desk::PASSWORD;
use testkit::district::LocalDistrict;
use testkit::printer::PrivatePrinter;
use testkit::screen::Screen;
use testkit::visits::{elder_support, property_fee};

use crate::doubt::{self, made_days_ago};
use crate::driver::Driver;
use crate::prints::set_printer;
use crate::window::{CONTROL, DELETE, DOWN, ENTER, F2, F8, F9, F12, Window};
use crate::{Home, create_desk, enrol, next, register, visits};

async fn state(window: &Window, state: &str) {
    window.see_css(&format!("[data-testid='closing-page'][data-state='{state}']")).await;
}

#[tokio::test]
async fn a_clerk_settles_the_day_closes_it_and_closes_it_again_after_a_late_visitor() {
    testkit::use_ring();
    let (screen, home, office) = (Screen::start(None).unwrap(), Home::new(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    create_desk(&window, &home).await;
    enrol(&window, &district).await;
    window.at("name").await;
    window.press(&[F12]).await;
    state(&window, "open").await;
    window.at("close-day").await;
    window.picture("90-收工-没有登记").await;

    set_printer(&window, &printer.uri).await;
    window.press(&[F2]).await;
    let [first, second, third, ..] = visits();
    register(&window, &first).await;
    window.read("print-result", "已打印").await;
    next(&window).await;
    printer.has_paper(false).unwrap();
    let stuck = register(&window, &second).await;
    window.read("print-result", "没有纸").await;
    next(&window).await;
    window.type_text("钱桂兰").await;
    window.press(&[F12]).await;
    window.see_css("[data-difference='slip_not_out']").await;
    window.see_css("[data-draft]").await;
    window.picture("91-收工-要处理").await;

    // Not while something is begun, and not while a slip is not out: each is said.
    window.press(&[CONTROL, ENTER]).await;
    window.see_css("[data-testid='failure'][data-code='drafts_open']").await;
    window.see_css("#close-day:not([aria-disabled])").await;
    window.press(&[DELETE]).await;
    window.see("discard-reasons").await;
    window.picture("92-收工-为什么丢弃").await;
    window.press(&['2']).await;
    window.read("part-drafts", "收工时丢弃").await;
    window.press(&[CONTROL, ENTER]).await;
    window.see_css("[data-testid='failure'][data-code='day_differs']").await;
    window.read("part-numbers", "回执还没有打出来").await;
    window.picture("93-收工-对不上").await;
    // The way to the number that does not fit, and back.
    window.press(&[DOWN]).await;
    window.press(&[DOWN]).await;
    window.press(&[ENTER]).await;
    window.read("matter-number", &stuck.number).await;
    printer.has_paper(true).unwrap();
    window.press(&[F12]).await;
    window.read("day-fits", "对得上").await;
    window.press(&[CONTROL, ENTER]).await;
    state(&window, "confirmed").await;
    window.read("sheet-state", "已打出").await;
    window.read("day-backup", "已自动备份").await;
    window.see("sheet-page").await;
    window.picture("94-收工-区级已确认").await;
    window.press(&[F8]).await;
    window.read("sheet-state", "已打出").await;

    // Somebody comes in at the last moment, and the line goes.
    window.press(&[F2]).await;
    window.at("name").await;
    register(&window, &third).await;
    window.read("print-result", "已打印").await;
    window.press(&[F12]).await;
    state(&window, "reopened").await;
    window.picture("95-收工-收工后又登记").await;
    district.stop();
    window.press(&[CONTROL, ENTER]).await;
    state(&window, "closed").await;
    window.read("day-state", "区级尚未确认").await;
    window.see_css("[data-testid='failure'][data-code='district_unreachable']").await;
    window.picture("96-收工-区级尚未确认").await;
    window.quit().await;
}

#[tokio::test]
async fn a_window_closed_on_an_open_day_says_so_once() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = crate::at_work(&driver, &home).await;
    let [visit, ..] = visits();
    register(&window, &visit).await;
    window.cross();
    window.at("confirm-stay").await;
    window.picture("97-关闭-还没有收工").await;
    window.press(&[ENTER]).await;
    state(&window, "open").await;
    window.cross();
    assert!(window.has_ended().await, "it asked twice");
    window.left().await;
}

/// Yesterday's desk: one visitor with a notice that nobody took yet, one number voided, and nobody closed the day.
async fn left_open(home: &Home) {
    let (desk, _) = made_days_ago(home, 1);
    let accepted = Visit {
        routing: Some(Question { competent: Competent::Own, route: Some(Route::Petition), ..Question::default() }),
        decision: Some(Decision { outcome: Outcome::Accepted, advised: true, ..Decision::default() }),
        passed_because: "经核对确实如此".into(),
        ..property_fee()
    };
    let number = desk.register(&accepted).unwrap().number;
    desk.slip(&number).await.unwrap();
    let offers = desk.papers_for(&number).unwrap().offers;
    let offer = offers.into_iter().find(|one| one.paper == Paper::AcceptanceNotice).unwrap();
    desk.issue_paper(&number, offer.paper, offer.filling).await.unwrap();
    let void = desk.register(&elder_support()).unwrap().number;
    desk.void_matter(&void, "与 01A-0001 重复").unwrap();
}

#[tokio::test]
async fn a_day_left_open_is_said_the_next_morning_and_closed_by_two_keys() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    left_open(&home).await;
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    doubt::sign_in(&window, false, PASSWORD).await;
    window.read("left-open", "没有收工").await;
    window.picture("98-登记-昨天没有收工").await;
    window.press(&[F12]).await;
    state(&window, "open").await;
    window.read("part-notices", "还没有记送达").await;
    window.read("part-voids", "重复").await;
    window.picture("99-补收工").await;
    window.press(&[CONTROL, ENTER]).await;
    state(&window, "closed").await;
    window.see("sheet-page").await;
    window.picture("100-补收工-已收工").await;
    // Today is another day, and has nobody yet.
    window.press(&[F9]).await;
    state(&window, "open").await;
    window.gone("left-open").await;
    window.quit().await;
}
