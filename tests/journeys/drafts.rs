//! What is typed is on the disk: after a power cut the words are there and the cursor where it was.

use testkit::desk::{open, setup};
use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, ENTER, ESCAPE, F2, Window};
use crate::{Home, at_work, open_matter, register, sign_in_as_administrator, tell, visits};

/// A save begins within this after the last key, and the disk needs a moment.
const KEPT: std::time::Duration = std::time::Duration::from_secs(2);

/// One who has not said where she lives.
async fn tell_of_care(window: &Window) {
    tell(window, "李秀英", "", "老人赡养问题，三个儿子轮流照顾，二儿子不履行，要求调解。").await;
}

#[tokio::test]
async fn after_a_sigkill_in_mid_typing_the_words_are_there_and_the_cursor_where_it_was() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    tell(&window, "阿不都热依木·买买提", "", "打工工资被拖欠三个月，老板不接电话").await;
    // Back before the comma, as one who has forgotten something: seven characters before the end.
    for _ in 0..7 {
        window.press(&['\u{E012}']).await;
    }
    tokio::time::sleep(KEPT).await;
    window.kill().await;

    drop(driver);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in_as_administrator(&window).await;
    window.at("demand").await;
    window.holds("name", "阿不都热依木·买买提").await;
    window.picture("28-断电后的草稿").await;
    window.type_text("共18600元").await;
    window.holds("demand", "打工工资被拖欠三个月共18600元，老板不接电话").await;

    // Registered it is no draft any more, and no number was used up before.
    window.press(&[CONTROL, ENTER]).await;
    window.at("reason").await;
    window.type_text("来访人说不清楚").await;
    window.press(&[CONTROL, ENTER]).await;
    assert!(window.text("slip-number").await.contains("-0001-"));
    window.quit().await;
    let window = Window::open(&driver, &home.desk()).await;
    sign_in_as_administrator(&window).await;
    window.at("name").await;
    window.press(&[ALT, 'l']).await;
    window.see("drafts-empty").await;
    window.quit().await;
}

#[tokio::test]
async fn a_visitor_steps_aside_the_next_one_comes_and_both_are_registered() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    tell_of_care(&window).await;
    window.press(&[ALT, 'n']).await;
    window.at("name").await;
    window.read("drafts-open", "已放下 1").await;
    let [first, ..] = visits();
    let slip = register(&window, &first).await;
    assert!(slip.number.contains("-0001-"), "a draft used up a number");
    window.press(&[F2]).await;
    window.at("name").await;
    window.type_text("杨光").await;

    window.press(&[ALT, 'l']).await;
    window.see("draft-list").await;
    window.read("draft-list", "李秀英").await;
    window.picture("29-放下的登记").await;
    window.press(&[ENTER]).await;
    window.at("demand").await;
    window.holds("name", "李秀英").await;
    window.read("drafts-open", "已放下 1").await;
    // The other one stands aside now; it is thrown away by two keys and no fewer.
    window.press(&[ALT, 'l']).await;
    window.read("draft-list", "杨光").await;
    window.press(&['\u{E017}']).await;
    window.read("draft-list", "再按一次").await;
    window.picture("30-删去草稿前").await;
    window.press(&['\u{E017}']).await;
    window.see("drafts-empty").await;
    window.press(&[ESCAPE]).await;
    window.at("demand").await;
    window.press(&[CONTROL, ENTER]).await;
    window.at("reason").await;
    window.type_text("来访人说不清楚").await;
    window.press(&[CONTROL, ENTER]).await;
    assert!(window.text("slip-number").await.contains("-0002-"));
    window.quit().await;
}

#[tokio::test]
async fn a_correction_under_way_comes_back_to_its_matter_after_a_sigkill() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let [first, ..] = visits();
    let slip = register(&window, &first).await;
    open_matter(&window, &slip.number).await;
    window.tab_to("correct").await;
    window.press(&[ENTER]).await;
    window.at("name").await;
    window.tab_to("remark").await;
    window.type_text("带了工资条").await;
    tokio::time::sleep(KEPT).await;
    window.kill().await;

    drop(driver);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in_as_administrator(&window).await;
    window.at("remark").await;
    window.holds("remark", "带了工资条").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("corrected", "更正已保存").await;
    window.read("matter-number", &slip.number).await;
    window.quit().await;
}

#[tokio::test]
async fn a_draft_out_of_a_backup_says_that_it_may_be_registered_before_it_is_again() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    tell_of_care(&window).await;
    tokio::time::sleep(KEPT).await;
    let password = put_back(window, &home).await;

    drop(driver);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    assert_eq!(crate::demo_password(&window).await, password);
    sign_in_as_administrator(&window).await;
    window.at("name").await;
    window.read("form-notice", "备份当时没写完的 1 份").await;
    window.holds("name", "").await;
    window.picture("29-备份恢复以后").await;
    window.press(&[ALT, 'l']).await;
    window.read("draft-list", "之后可能已经登记过").await;
    window.picture("29-备份当时的草稿").await;
    window.press(&[ENTER]).await;
    window.at("demand").await;
    window.read("form-notice", "没有登记过再登记").await;
    window.picture("29-接着填备份当时的草稿").await;
    window.quit().await;
}

/// Ends the program, makes a backup on the stick, and puts it back. Gives the administrator's password.
async fn put_back(window: Window, home: &Home) -> String {
    window.press(&[CONTROL, 'l']).await;
    window.at("password").await;
    let password = crate::demo_password(&window).await;
    window.quit().await;
    let desk = open(home.path()).unwrap();
    desk.sign_in(1, &password).unwrap();
    let backup = desk.back_up_to(&home.stick()).unwrap();
    drop(desk);
    let here = setup(home.path(), std::sync::Arc::new(intake_app::SystemClock::default()));
    intake_app::restore(&here, backup.path.as_ref(), 1, &password, true).unwrap();
    password
}
