//! The disk fails: a backup on the stick, a damaged file, a machine that was set back, and what the window says of it.

use std::path::Path;

use intake_app::{Desk, Role, SystemClock};
use testkit::desk::{CLERK_ID, PASSWORD, setup};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::screen::Screen;
use testkit::visits::{elder_support, property_fee};

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

/// A desk whose whole machine was set back between two visitors, who bear one number.
fn twins(home: &Home) -> String {
    let district = LocalDistrict::start(&home.path().join("district")).unwrap();
    let open = || {
        let desk = Desk::open(setup(home.path(), std::sync::Arc::new(SystemClock::default()))).unwrap();
        desk.sign_in(CLERK_ID, PASSWORD).unwrap();
        desk
    };
    let block = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let exchange = |desk: &Desk| assert!(block.block_on(desk.exchange(|_| {})).unwrap().in_step);
    let desk = testkit::desk::made(home.path()).unwrap();
    let code = district.enrolment_code(CENTRE, 1).unwrap();
    block.block_on(desk.enrol(&district.address(), &code)).unwrap();
    exchange(&desk);
    drop(desk);
    let parts = ["desk", "state"];
    let snapshot = tempfile::tempdir().unwrap();
    for part in parts {
        copy(&home.path().join(part), &snapshot.path().join(part));
    }
    let desk = open();
    desk.register(&property_fee()).unwrap();
    exchange(&desk);
    drop(desk);
    for part in parts {
        std::fs::remove_dir_all(home.path().join(part)).unwrap();
        copy(&snapshot.path().join(part), &home.path().join(part));
    }
    let desk = open();
    let number = desk.register(&elder_support()).unwrap().number;
    exchange(&desk);
    desk.verify().unwrap();
    number
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            assert!(std::fs::copy(entry.path(), target).is_ok());
        }
    }
}

#[tokio::test]
async fn a_number_given_twice_is_told_today_and_both_visitors_can_be_read() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let home = std::sync::Arc::new(home);
    let made = std::sync::Arc::clone(&home);
    let number = tokio::task::spawn_blocking(move || twins(&made)).await.unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    window.at("password").await;
    window.type_text(PASSWORD).await;
    window.press(&[ENTER]).await;
    window.at("name").await;
    window.press(&[F3]).await;
    window.read("today-twins", "用过两次").await;
    window.picture("44-今日-重号").await;
    window.see_css(&format!("[data-number='{number}']")).await;
    window.press(&[ENTER]).await;
    window.read("twins", "这个登记号用过两次").await;
    window.see("twin").await;
    window.picture("45-登记号用过两次").await;
    window.tab_to("twins-seen").await;
    window.press(&[ENTER]).await;
    window.at("matter-back").await;
    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{number}']")).await;
    assert!(!window.shows("[data-testid='today-twins']").await, "it is told once");
    window.quit().await;
}
