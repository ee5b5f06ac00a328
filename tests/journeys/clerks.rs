//! Who sits at the desk, by keyboard: added, disabled, one's own password, and the password that everybody forgot.

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{CONTROL, ENTER, ESCAPE, F6, Window};
use crate::{Home, at_work, demo_password};

async fn settings(window: &Window) {
    window.press(&[F6]).await;
    window.see("clerks").await;
}

#[tokio::test]
async fn the_administrator_adds_a_clerk_names_a_reader_and_disables_one() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    settings(&window).await;
    window.tab_to("add-clerk").await;
    window.press(&[ENTER]).await;
    window.at("clerk-name").await;
    window.type_text("李敏").await;
    window.tab_to("clerk-password").await;
    window.type_text("短").await;
    window.press(&[ENTER]).await;
    window.read("clerks", "密码至少八位").await;
    window.picture("60-添加人员-密码太短").await;
    window.tab_to("clerk-password").await;
    window.empty_field().await;
    window.type_text("李敏的好记一句话").await;
    window.press(&[ENTER]).await;
    window.read("clerks-done", "已添加李敏").await;
    window.tab_to("reader-3").await;
    window.press(&[ENTER]).await;
    window.read("clerks-done", "已指定李敏").await;
    window.tab_to("disable-2").await;
    window.press(&[ENTER]).await;
    window.at("confirm-stay").await;
    window.picture("61-停用人员").await;
    window.press(&[ESCAPE]).await;
    window.at("disable-2").await;
    window.press(&[ENTER]).await;
    window.tab_to("confirm-leave").await;
    window.press(&[ENTER]).await;
    window.read("clerks-done", "密钥已更换").await;
    window.picture("62-人员").await;

    window.tab_to("own-password-old").await;
    window.type_text("lianxi2026").await;
    window.tab_to("own-password-new").await;
    window.type_text("lianxi2027").await;
    window.tab_to("own-password-again").await;
    window.type_text("lianxi2027").await;
    window.press(&[ENTER]).await;
    window.read("own-password-changed", "密码已更改").await;
    window.picture("63-我的密码").await;
    window.press(&[CONTROL, 'l']).await;
    window.at("password").await;
    assert!(!window.shows("[data-testid='clerk-2']").await, "one who was disabled is still offered");
    window.type_text("lianxi2027").await;
    window.press(&[ENTER]).await;
    window.see("clerks").await;
    window.quit().await;
}

#[tokio::test]
async fn who_forgot_the_password_comes_back_by_the_recovery_key() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    window.press(&[CONTROL, 'l']).await;
    window.at("password").await;
    assert_eq!(demo_password(&window).await, "lianxi2026");
    window.tab_to_mark("forgotten").await;
    window.press(&[ENTER]).await;
    window.at("recover-key").await;
    window.type_text("AGE-SECRET-KEY-1NOTHING").await;
    window.tab_to("recover-password").await;
    window.type_text("想起来的一句话呀").await;
    window.press(&[ENTER]).await;
    window.read("failure", "不是本台的恢复密钥").await;
    window.picture("64-忘记密码").await;
    let stick = std::fs::read_dir(home.stick()).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(stick).unwrap();
    window.at("recover-key").await;
    window.empty_field().await;
    window.type_text(text.trim().lines().last().unwrap()).await;
    window.tab_to("recover").await;
    window.press(&[ENTER]).await;
    window.see("nav-intake").await;
    window.press(&[CONTROL, 'l']).await;
    window.at("password").await;
    window.type_text("想起来的一句话呀").await;
    window.press(&[ENTER]).await;
    window.see("nav-intake").await;
    window.quit().await;
}
