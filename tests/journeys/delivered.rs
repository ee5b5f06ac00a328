//! A visitor comes to this window for the notice that another one issued: found by the number on the slip, handed over and
//! written down by keyboard alone, and known at the other window.

use intake_app::{CreateDesk, Desk};
use intake_model::{Competent, Decision, Outcome, Paper, Question, Route, Visit};
use testkit::desk::{form, open};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::screen::Screen;
use testkit::visits::property_fee;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, ENTER, ESCAPE, F4, F7, Window};
use crate::{Home, create_desk, enrol, exchange, exchange_by_hand};

/// The centre's second window.
async fn second_window(home: &tempfile::TempDir, district: &LocalDistrict) -> Desk {
    let desk = open(home.path()).unwrap();
    desk.create_desk(&CreateDesk { desk: 2, ..form(home.path()) }).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code(CENTRE, 2).unwrap()).await.unwrap();
    desk
}

async fn issued(desk: &Desk, number: &str) -> String {
    let offers = desk.papers_for(number).unwrap().offers;
    let offer = offers.into_iter().find(|one| one.paper == Paper::AcceptanceNotice).unwrap();
    desk.issue_paper(number, offer.paper, offer.filling).await.unwrap().document
}

async fn in_step(desk: &Desk) {
    let result = desk.exchange(|_| {}).await.unwrap();
    assert!(result.in_step, "{result:?}");
}

/// Finds a matter of the other window by its number and unfolds it.
async fn look_up(window: &Window, number: &str) {
    window.press(&[F7]).await;
    window.at("search-text").await;
    window.empty_field().await;
    window.type_text(number).await;
    let matter = format!("[data-testid='shared-matter'][data-number='{number}']");
    window.see_css(&matter).await;
    window.tab_to_mark(&format!("shared-open-{}", short(number))).await;
    window.press(&[ENTER]).await;
    window.see_css(&format!("{matter} [data-testid='shared-papers']")).await;
}

/// `120110005-20261124-02A-0001-K` as it is called out: `02A-0001`.
fn short(number: &str) -> String {
    let parts: Vec<&str> = number.split('-').collect();
    parts[2..4].join("-")
}

#[tokio::test]
async fn a_visitor_fetches_at_this_window_the_notice_that_another_one_issued() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let (office, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let second = second_window(&elsewhere, &district).await;
    let accepted = Visit {
        routing: Some(Question { route: Some(Route::Petition), competent: Competent::Own, ..Question::default() }),
        decision: Some(Decision {
            outcome: Outcome::Accepted,
            because: "按领导意见办理".into(),
            ..Decision::default()
        }),
        ..property_fee()
    };
    let before_it = district.postgres().dump().unwrap();
    let number = second.register(&accepted).unwrap().number;
    let document = issued(&second, &number).await;
    let without = second.register(&property_fee()).unwrap().number;
    in_step(&second).await;

    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    create_desk(&window, &home).await;
    enrol(&window, &district).await;
    exchange_by_hand(&window).await;
    exchange(&window).await;

    look_up(&window, &without).await;
    window.see("shared-papers-none").await;
    window.picture("120-外窗口-没有文书").await;
    look_up(&window, &number).await;
    window.read("shared-paper", &document).await;
    window.read("paper-state", "未送达").await;
    window.picture("121-外窗口-未送达").await;

    // Left once by mistake: nothing is written down, and the key stands where it was.
    window.press(&[ALT, 's']).await;
    window.at("delivery-receiver").await;
    window.press(&[ESCAPE]).await;
    window.at("shared-deliver").await;
    window.press(&[ENTER]).await;
    window.holds("delivery-receiver", "张伟").await;
    window.picture("122-外窗口-登记送达").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("paper-state", "已送达").await;
    window.read("shared-paper", "张伟（本人）签收").await;
    window.at("shared-deliver").await;
    window.picture("123-外窗口-已送达").await;

    // The district was set back: what was handed over waits there until the other window tells its paper again.
    district.postgres().restore_over(&before_it).unwrap();
    window.press(&[F4]).await;
    window.at("exchange-start").await;
    window.press(&[ENTER]).await;
    window.see_css("[data-testid='exchange-result'][data-in-step='false']").await;
    look_up(&window, &number).await;
    window.read("steps-returned", "在等出具文书的窗口上报").await;
    window.picture("125-外窗口-区里在等").await;

    in_step(&second).await;
    exchange(&window).await;
    in_step(&second).await;
    let deliveries = second.papers_for(&number).unwrap().issued[0].deliveries.clone();
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].window.as_deref(), Some("01"));
    assert_eq!(deliveries[0].told.as_ref().unwrap().receiver, "张伟");

    // Found to be wrong afterwards: what is void is handed over nowhere, and that it was stays.
    second.void_paper(&number, &document, "内容写错").unwrap();
    in_step(&second).await;
    exchange(&window).await;
    look_up(&window, &number).await;
    window.read("paper-state", "已作废").await;
    window.gone("shared-deliver").await;
    window.picture("124-外窗口-已作废").await;
    window.quit().await;
}
