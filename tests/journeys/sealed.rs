//! A denunciation at the window: written down, listed, opened by who may, and shown to nobody else.

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, ENTER, ESCAPE, F3, RIGHT, Window};
use crate::{Home, at_work, demo_password, sign_in};

async fn opened_from_list(window: &Window, number: &str) {
    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{number}']")).await;
    window.press(&[ENTER]).await;
    window.read("matter-number", number).await;
}

#[tokio::test]
async fn a_denunciation_is_opened_by_who_wrote_it_down_and_by_nobody_else() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    window.tab_to_mark("sign-out").await;
    window.press(&[ENTER]).await;
    sign_in(&window).await;

    window.type_text("钱桂兰").await;
    window.press(&[ENTER]).await;
    window.at("address").await;
    window.type_text("新立街道中河村2排").await;
    window.tab_to("demand").await;
    window.type_text("反映某某所长收了三万元才给办证，要求查处。").await;
    window.press(&[ALT, 'c']).await;
    window.tab_to("class-proposal").await;
    window.press(&[RIGHT]).await;
    window.see("sealed").await;
    window.picture("65-登记检举控告").await;
    window.press(&[ESCAPE]).await;
    window.press(&[CONTROL, ENTER]).await;
    let number = window.text("slip-number").await;
    window.see("slip-page").await;
    window.picture("66-保密件回执").await;

    opened_from_list(&window, &number).await;
    assert!(!window.shows("[data-testid='matter-record']").await, "shown without asking");
    window.picture("67-保密件-打开前").await;
    window.tab_to("open-sealed").await;
    window.press(&[ENTER]).await;
    window.read("matter-record", "收了三万元").await;
    window.picture("68-保密件-打开后").await;
    window.press(&[CONTROL, 'l']).await;

    // Another one at the desk, and an administrator at that.
    window.at("password").await;
    let password = demo_password(&window).await;
    window.press(&['\u{E013}']).await;
    window.type_text(&password).await;
    window.press(&[ENTER]).await;
    window.see("nav-today").await;
    window.press(&[F3]).await;
    let row = window.see_css(&format!("[data-number='{number}']")).await;
    let row = row.prop("innerText").await.unwrap().unwrap_or_default();
    assert!(row.contains("保密事项") && !row.contains('钱'), "{row}");
    window.picture("69-今日-保密件").await;
    opened_from_list(&window, &number).await;
    window.read("sealed", "可以打开的人：王芳").await;
    assert!(!window.shows("#open-sealed").await && !window.shows("#correct").await);
    window.picture("70-保密件-不能打开").await;
    window.quit().await;
}
