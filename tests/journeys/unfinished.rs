//! What a clerk has begun and not finished: it stays with its matter, and closing the window loses none of it.

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{CONTROL, ENTER, ESCAPE, F2, F3, Window};
use crate::{Home, at_work, next, register, sign_in_as_administrator, visits};

#[tokio::test]
async fn a_correction_stays_with_its_matter_and_a_number_of_any_day_is_found() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let [first, second, ..] = visits();
    let first = register(&window, &first).await;
    next(&window).await;
    let second = register(&window, &second).await;
    next(&window).await;

    // As a scanner types it: without hyphens, and Enter behind it.
    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{}']", second.number)).await;
    window.press(&[CONTROL, 'f']).await;
    window.at("find-number").await;
    window.type_text("120110005-20261126-01A-9999").await;
    window.press(&[ENTER]).await;
    window.read("failure", "本台没有这个登记号").await;
    window.picture("16-没有这个登记号").await;
    window.empty_field().await;
    window.type_text(&first.number.replace('-', "").to_lowercase()).await;
    window.press(&[ENTER]).await;
    window.read("matter-number", &first.number).await;

    window.tab_to("correct").await;
    window.press(&[ENTER]).await;
    window.at("name").await;
    window.tab_to("remark").await;
    window.type_text("带了工资条").await;
    // On the way elsewhere: what was begun here comes back, and belongs here.
    window.press(&[F2]).await;
    window.press(&[F3]).await;
    let kept = window.see_css("#remark").await;
    assert_eq!(kept.prop("value").await.unwrap().unwrap_or_default(), "带了工资条");
    window.press(&[ESCAPE]).await;
    window.read("cancel-correction", "再按一次").await;
    window.picture("17-更正-放弃前").await;
    assert!(window.shows("#remark").await, "one key threw a correction away");
    window.press(&[CONTROL, ENTER]).await;
    window.read("corrected", "更正已保存").await;
    window.read("matter-number", &first.number).await;
    window.quit().await;
}

#[tokio::test]
async fn closing_the_window_loses_nothing_and_asks_nothing() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    window.type_text("阿不都热依木·买买提").await;
    window.cross();
    assert!(window.has_ended().await, "the window stays open");
    window.left().await;

    let window = Window::open(&driver, &home.desk()).await;
    sign_in_as_administrator(&window).await;
    window.at("name").await;
    window.holds("name", "阿不都热依木·买买提").await;
    window.press(&[CONTROL, 'l']).await;
    window.at("password").await;
    window.cross();
    assert!(window.has_ended().await, "a locked window stays open");
    window.left().await;
}
