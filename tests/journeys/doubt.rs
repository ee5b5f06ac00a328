//! What is seldom: a computer whose date is wrong, and content whose time is over.

use std::sync::Arc;

use intake_app::{Clock as _, Desk, SystemClock};
use intake_model::{Competent, Decision, Outcome, Question, Route, Visit};
use intake_store::{Db, Error, Keyring, Locked};
use testkit::FixedMoments;
use testkit::clock::MORNING_MS;
use testkit::desk::{CLERK_ID, PASSWORD, form, open_at};
use testkit::screen::Screen;
use testkit::visits::{elder_support, property_fee};

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, ENTER, ESCAPE, F3, F6, Window};
use crate::{Home, tell};

const DAY_MS: i64 = 24 * 3_600_000;

/// A desk of this home that was made so many days before today, with its clock.
pub(crate) fn made_days_ago(home: &Home, days: i64) -> (Desk, FixedMoments) {
    let clock = FixedMoments::default();
    clock.pass_ms(SystemClock::default().now().at_ms - MORNING_MS - days * DAY_MS);
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home.path())).unwrap();
    (desk, clock)
}

pub(crate) async fn sign_in(window: &Window, administrator: bool, password: &str) {
    window.at("password").await;
    // The clerk is chosen, and the administrator stands above.
    if administrator {
        window.press(&['\u{E013}']).await;
    }
    window.type_text(password).await;
    window.press(&[ENTER]).await;
    window.at("name").await;
}

#[tokio::test]
async fn a_date_that_is_in_doubt_is_looked_at_and_the_visitor_is_registered() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let (desk, _) = made_days_ago(&home, -2);
    desk.register(&property_fee()).unwrap();
    drop(desk);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in(&window, false, PASSWORD).await;
    window.see_css("[data-testid='clock-doubt'][data-doubt='asks']").await;
    tell(&window, "李秀英", "新立街道中河村5排", "老人赡养问题，要求调解。").await;
    window.press(&[CONTROL, ENTER]).await;
    window.see("clock-ask").await;
    window.at("clock-wrong").await;
    window.picture("30-核对日期").await;
    window.press(&[ESCAPE]).await;
    // Nothing is lost by going to look at the clock.
    window.read("failure", "请看清日期和时间").await;
    window.holds("demand", "老人赡养问题").await;
    window.picture("31-日期没有确认").await;
    window.press(&[CONTROL, ENTER]).await;
    window.at("clock-wrong").await;
    window.tab_to("clock-right").await;
    window.press(&[ENTER]).await;
    window.see("slip-page").await;
    assert!(!window.shows("[data-testid='clock-doubt']").await, "confirmed, and still in doubt");
    window.quit().await;
}

#[tokio::test]
async fn a_paper_goes_out_under_a_date_in_doubt_only_after_somebody_looked_at_it() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let (desk, _) = made_days_ago(&home, -2);
    let accepted = Visit {
        routing: Some(Question { route: Some(Route::Petition), competent: Competent::Own, ..Question::default() }),
        decision: Some(Decision { outcome: Outcome::Accepted, advised: true, ..Decision::default() }),
        ..property_fee()
    };
    let number = desk.register(&accepted).unwrap().number;
    drop(desk);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in(&window, false, PASSWORD).await;
    find(&window, &number).await;
    window.see("offer-acceptance_notice").await;
    window.press(&[ALT, 'p']).await;
    window.see("paper-page").await;
    window.press(&[CONTROL, ENTER]).await;
    window.see("clock-ask").await;
    window.at("clock-wrong").await;
    window.picture("35-出具前核对日期").await;
    window.press(&[ESCAPE]).await;
    window.read("paper-form", "请看清日期和时间").await;
    window.press(&[CONTROL, ENTER]).await;
    window.at("clock-wrong").await;
    window.tab_to("clock-right").await;
    window.press(&[ENTER]).await;
    window.read("paper-out", "访接").await;
    window.quit().await;
}

/// Opens a matter of any day by its number.
async fn find(window: &Window, number: &str) {
    window.press(&[F3]).await;
    window.see("find-number").await;
    window.press(&[CONTROL, 'f']).await;
    window.at("find-number").await;
    window.type_text(number).await;
    window.press(&[ENTER]).await;
}

#[tokio::test]
async fn an_administrator_erases_what_is_over_after_counting_and_typing_the_count() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let (desk, clock) = made_days_ago(&home, 1500);
    let old = desk.register(&property_fee()).unwrap().number;
    desk.register(&elder_support()).unwrap();
    clock.pass_ms(1500 * DAY_MS);
    desk.confirm_clock().unwrap();
    drop(desk);
    {
        let locked = Locked::take(&home.desk()).unwrap();
        let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(CLERK_ID, PASSWORD).unwrap();
        let db = Db::open(&locked.folder(), &key).unwrap();
        let epochs = db.read::<_, Error>(|r| r.line().epochs()).unwrap();
        db.write::<_, Error>(|tx| {
            for epoch in epochs {
                tx.line().record_remote(epoch.journal, epoch.head)?;
                tx.line().record_archived(epoch.journal, epoch.head.seq)?;
            }
            tx.note_district_time(clock.now_ms(), clock.now())
        })
        .unwrap();
    }
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in(&window, true, &form(home.path()).administrator_password).await;
    window.press(&[F6]).await;
    window.tab_to("erase-before").await;
    window.type_text("2099-01-01").await;
    window.press(&[ENTER]).await;
    window.read("erase-found", "可以清除 2 件登记").await;
    window.at("erase-count").await;
    window.picture("32-清除前").await;
    window.type_text("2").await;
    window.press(&[ENTER]).await;
    window.read("erased", "已清除 2 件").await;
    window.picture("33-已清除").await;
    find(&window, &old).await;
    window.read("matter-erased", "已按规定清除").await;
    window.picture("34-内容已清除").await;
    window.quit().await;
}
