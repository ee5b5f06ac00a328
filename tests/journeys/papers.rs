//! The paper that tells a visitor where to go: offered with the slip, issued by a key, delivered, and seen on the matter.

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, DOWN, ENTER, ESCAPE, F2, F3, RIGHT};
use crate::{Home, at_work};

#[tokio::test]
async fn a_guidance_sheet_is_offered_with_the_slip_issued_delivered_and_seen_on_the_matter() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;

    window.at("name").await;
    window.type_text("钱桂兰").await;
    window.press(&[ENTER]).await;
    window.at("address").await;
    window.type_text("新立街道新立花园2号楼").await;
    window.tab_to("demand").await;
    window.type_text("单位拖欠三个月工资，想知道找谁。").await;
    window.press(&[ALT, 'c']).await;
    window.tab_to("class-proposal").await;
    window.press(&[RIGHT]).await;
    window.press(&[RIGHT]).await;
    window.tab_to("route").await;
    window.press(&[DOWN]).await;
    window.press(&[DOWN]).await;
    window.see_css("[data-testid='advice'][data-outcome='guided']").await;
    window.press(&[ALT, 'a']).await;
    window.press(&[ESCAPE]).await;
    window.press(&[CONTROL, ENTER]).await;
    let number = window.text("slip-number").await;
    window.see("slip-page").await;

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
    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{number}']")).await;
    window.press(&[ENTER]).await;
    window.read("matter-number", &number).await;
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
