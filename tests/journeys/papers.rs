//! The paper that tells a visitor where to go: offered with the slip, issued by a key, delivered, and seen on the matter.

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, DOWN, ENTER, ESCAPE, F2};
use crate::{Home, at_work, open_matter, register_as_advised, sign_in, sign_in_as_administrator, tell_of_wages};

#[tokio::test]
async fn a_guidance_sheet_is_offered_with_the_slip_issued_delivered_and_seen_on_the_matter() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;

    window.at("name").await;
    tell_of_wages(&window).await;
    let number = register_as_advised(&window).await;

    // With the slip in hand: one key fills the sheet in, another issues it.
    window.see("offer-guidance_sheet").await;
    window.picture("70-回执与告知书").await;
    window.press(&[ALT, 'p']).await;
    // Several doors are open: which of them, the clerk says; whom to go to and the limit follow.
    window.at("paper-door").await;
    window.press(&[DOWN]).await;
    window.holds("paper-addressee", "钱桂兰").await;
    window.tab_to("paper-to_body").await;
    window.empty_field().await;
    window.type_text("区劳动人事争议仲裁院").await;
    window.see("paper-page").await;
    window.picture("71-引导告知书").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("paper-out", "访引").await;
    window.picture("72-已出具").await;

    window.press(&[F2]).await;
    window.at("name").await;
    open_matter(&window, &number).await;
    window.read("paper-issued", "引导告知书").await;
    window.read("paper-state", "未送达").await;
    window.read("first-answer", "已出具").await;
    window.picture("73-登记的文书").await;
    window.press(&[ALT, 's']).await;
    window.holds("delivery-receiver", "钱桂兰").await;
    window.picture("74-登记送达").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("paper-state", "已送达").await;
    window.read("papers-issued", "钱桂兰（本人）签收").await;
    window.read("first-answer", "已送达").await;
    window.picture("75-已送达").await;

    // Spoiled: the number stays, with its reason.
    window.tab_to_mark("paper-void").await;
    window.press(&[ENTER]).await;
    window.at("paper-void-reason").await;
    window.type_text("打印损坏").await;
    window.press(&[ENTER]).await;
    window.read("paper-state", "已作废").await;
    window.read("papers-issued", "打印损坏").await;
    window.picture("76-已作废").await;
    window.quit().await;
}

#[tokio::test]
async fn what_is_typed_on_a_paper_comes_back_after_a_lock_and_only_for_who_typed_it() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    tell_of_wages(&window).await;
    let number = register_as_advised(&window).await;
    window.press(&[ALT, 'p']).await;
    window.at("paper-door").await;
    window.press(&[DOWN]).await;
    window.tab_to("paper-to_body").await;
    window.empty_field().await;
    window.type_text("区劳动人事争议仲裁院").await;
    window.press(&[CONTROL, 'l']).await;

    // Another one at the desk finds the matter, and no form on it.
    sign_in(&window).await;
    open_matter(&window, &number).await;
    window.see("papers-none").await;
    assert!(!window.shows("[data-testid='paper-form']").await, "another clerk's form is open");
    window.press(&[CONTROL, 'l']).await;

    sign_in_as_administrator(&window).await;
    window.holds("paper-to_body", "区劳动人事争议仲裁院").await;
    window.holds("paper-door", "labour_arbitration").await;
    window.see("paper-page").await;
    window.picture("77-解锁后的文书").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("paper-out", "访引").await;

    // Writing down a delivery, then voiding: both on the matter's own page.
    window.press(&[F2]).await;
    window.at("name").await;
    open_matter(&window, &number).await;
    window.see("papers-deliver").await;
    window.press(&[ALT, 's']).await;
    window.at("delivery-receiver").await;
    window.empty_field().await;
    window.type_text("钱小兰").await;
    window.press(&[CONTROL, 'l']).await;
    sign_in_as_administrator(&window).await;
    window.holds("delivery-receiver", "钱小兰").await;
    window.press(&[ESCAPE]).await;
    window.tab_to_mark("paper-void").await;
    window.press(&[ENTER]).await;
    window.at("paper-void-reason").await;
    window.type_text("盖章盖歪了").await;
    window.press(&[CONTROL, 'l']).await;
    sign_in_as_administrator(&window).await;
    window.holds("paper-void-reason", "盖章盖歪了").await;
    window.at("paper-void-reason").await;
    window.picture("78-解锁后的作废").await;
    window.press(&[ENTER]).await;
    window.read("papers-issued", "盖章盖歪了").await;
    window.quit().await;
}
