//! The disk fails: a backup on the stick, a damaged file, and what the window says of it.

use intake_app::Role;
use testkit::desk::{CLERK_ID, PASSWORD};
use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ENTER, F3, F6, Window};
use crate::{Home, at_work, next, register, sign_in, visits};

#[tokio::test]
async fn after_damage_the_clerk_is_told_what_is_back_and_what_to_look_for_on_paper() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let [first, second, ..] = visits();
    let saved = register(&window, &first).await;
    window.press(&[F6]).await;
    window.see("backup").await;
    window.tab_to("backup-folder").await;
    window.type_text(&home.stick().display().to_string()).await;
    window.tab_to_mark("save-backup-folder").await;
    window.press(&[ENTER]).await;
    window.read("backup-done", "已保存").await;
    window.tab_to_mark("back-up-now").await;
    window.press(&[ENTER]).await;
    window.read("backup-done", "备份已做好").await;
    window.read("backup-last", "全部登记都已备份").await;
    window.picture("40-备份已做好").await;
    next(&window).await;
    let lost = register(&window, &second).await;
    window.press(&[F6]).await;
    window.read("backup-last", "尚未备份").await;
    window.quit().await;

    // A disk that fails takes the beginning of the file, and what was not yet moved into it.
    for name in ["desk.db-wal", "desk.db-shm"] {
        drop(std::fs::remove_file(home.desk().join(name)));
    }
    let database = home.desk().join("desk.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&database, bytes).unwrap();

    drop(driver);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in_to_damage(&window).await;
    window.read("repaired", "登记数据已修复").await;
    window.read("repaired-gone", "对照纸质回执").await;
    window.picture("41-已修复").await;
    window.tab_to_mark("repaired-seen").await;
    window.press(&[ENTER]).await;
    window.at("name").await;
    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{}']", saved.number)).await;
    assert!(!window.shows(&format!("[data-number='{}']", lost.number)).await, "the stick did not have it");
    window.quit().await;

    let window = Window::open(&driver, &home.desk()).await;
    sign_in(&window).await;
    window.at("name").await;
    assert!(!window.shows("[data-testid='repaired']").await, "it is told once");
    window.quit().await;
}

async fn sign_in_to_damage(window: &Window) {
    let password = crate::demo_password(window).await;
    window.at("password").await;
    window.type_text(&password).await;
    window.press(&[ENTER]).await;
}

#[tokio::test]
async fn a_lost_keyring_is_back_and_the_clerks_are_told_which_passwords_are_the_old_ones() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let desk = testkit::desk::made(home.path()).unwrap();
    desk.back_up_now().unwrap();
    desk.set_clerk_password(CLERK_ID, "后来改的一句话呀").unwrap();
    desk.add_clerk("李敏", Role::Clerk, "另外一句好记的话").unwrap();
    drop(desk);
    std::fs::write(home.desk().join("keyring.json"), "").unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    window.read("keyring-back-note", "用改以前的密码登录").await;
    window.at("password").await;
    window.picture("42-密钥文件已换回-登录").await;
    window.type_text(PASSWORD).await;
    window.press(&[ENTER]).await;
    window.read("keyring-back-gone", "王芳，现在又是改以前的密码").await;
    window.read("keyring-back-gone", "李敏，暂时不能登录").await;
    window.picture("43-密钥文件已换回").await;
    window.tab_to_mark("keyring-back-seen").await;
    window.press(&[ENTER]).await;
    window.at("name").await;
    window.quit().await;
}
