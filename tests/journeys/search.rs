//! A matter is found again as one types, and a visitor who mentions an earlier visit need not tell all again.

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, DOWN, ENTER, ESCAPE, F2, F7, Window};
use crate::{Home, at_work, next, register, visits};

/// A made-up number whose check character fits.
const PAPER: &str = "11010519491231002X";

async fn found(window: &Window, number: &str) {
    window.see_css(&format!("[data-testid='search-results'][data-state='found'] [data-number='{number}']")).await;
}

#[tokio::test]
async fn a_matter_is_found_as_one_types_and_opened_without_leaving_the_keyboard() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let mut numbers = Vec::new();
    for visit in visits() {
        numbers.push(register(&window, &visit).await.number);
        next(&window).await;
    }
    window.press(&[F7]).await;
    window.at("search-text").await;
    window.see("search-blank").await;
    window.picture("28-查找").await;

    window.type_text("mmt").await;
    found(&window, &numbers[0]).await;
    assert!(!window.shows(&format!("[data-number='{}']", numbers[1])).await, "somebody else's matter is shown");
    window.picture("29-查找-首字母").await;
    window.press(&[ESCAPE]).await;
    window.see("search-blank").await;
    window.type_text("要求").await;
    found(&window, &numbers[3]).await;
    found(&window, &numbers[1]).await;
    window.read("search-said", "找到 3 件").await;
    window.press(&[DOWN]).await;
    window.see_css(&format!("tr[aria-selected='true'][data-number='{}']", numbers[2])).await;
    window.picture("30-查找-结果").await;

    // Narrowed until nothing is left, and widened again.
    window.press(&[ALT, 't']).await;
    window.at("search-state").await;
    for _ in 0..4 {
        window.press(&[DOWN]).await;
    }
    window.see("search-nothing").await;
    window.picture("31-查找-没有").await;
    window.press(&[ALT, 'x']).await;
    window.at("search-text").await;
    found(&window, &numbers[1]).await;

    window.empty_field().await;
    window.type_text("村里 老人").await;
    found(&window, &numbers[3]).await;
    window.press(&[ENTER]).await;
    window.read("matter-number", &numbers[3]).await;
    window.read("matter-back", "返回查找").await;
    window.press(&[ESCAPE]).await;
    window.at("search-text").await;
    window.quit().await;
}

#[tokio::test]
async fn an_earlier_visit_is_linked_by_scan_or_by_paper_and_taken_over_on_a_second_key() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let [first, ..] = visits();
    window.at("name").await;
    window.tab_to("paper-number").await;
    window.type_text(PAPER).await;
    window.press(&[CONTROL, 'e']).await;
    window.at("earlier-number").await;
    window.holds("earlier-number", PAPER).await;
    window.press(&[ENTER]).await;
    window.see("earlier-nothing").await;
    window.picture("32-以往登记-没有").await;
    window.press(&[ESCAPE]).await;
    window.at("paper-number").await;
    window.tab_to("name").await;
    let slip = register(&window, &first).await;
    next(&window).await;

    // As a scanner types it, and nothing taken over: the visitor has moved.
    window.press(&[CONTROL, 'e']).await;
    window.at("earlier-number").await;
    window.type_text(&slip.number.replace('-', "")).await;
    window.press(&[ENTER]).await;
    window.at("earlier-0").await;
    window.press(&[ENTER]).await;
    window.see("earlier-linked").await;
    window.press(&[ESCAPE]).await;
    window.at("name").await;
    window.holds("name", "").await;
    window.see_css("[data-testid='toggle-later'][data-filled]").await;
    window.tab_to_mark("clear").await;
    window.press(&[ENTER]).await;
    window.press(&[ENTER]).await;
    window.at("name").await;

    window.press(&[CONTROL, 'e']).await;
    window.at("earlier-number").await;
    window.type_text(PAPER).await;
    window.press(&[ENTER]).await;
    window.see_css(&format!("[data-testid='earlier-rows'] [data-number='{}']", slip.number)).await;
    window.at("earlier-0").await;
    window.picture("33-以往登记").await;
    window.press(&[ENTER]).await;
    window.at("earlier-done").await;
    window.picture("34-以往登记-已关联").await;
    window.press(&[ALT, 't']).await;
    window.holds("name", first.name.text().unwrap()).await;
    window.holds("address", "军粮城").await;
    window.holds("phone", "186").await;
    window.holds("paper-number", PAPER).await;
    window.picture("35-登记-带入").await;
    window.press(&[F2]).await;
    window.quit().await;
}
