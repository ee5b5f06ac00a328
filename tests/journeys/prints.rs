//! A printer that is set, tried, switched off and out of paper; the queue, by keyboard alone.

use testkit::printer::PrivatePrinter;
use testkit::printer_line::{Loses, PrinterLine};
use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{DELETE, ENTER, ESCAPE, F2, F6, F8, F10, Window};
use crate::{Home, at_work, next, register, sign_in, visits};

pub(crate) async fn set_printer(window: &Window, address: &str) {
    window.press(&[F6]).await;
    window.see_css("#printer-address").await;
    window.tab_to("printer-address").await;
    window.empty_field().await;
    window.type_text(address).await;
    window.press(&[ENTER]).await;
    window.see("printer-ready").await;
}

#[tokio::test]
async fn a_clerk_sees_what_the_printer_needs_and_each_paper_comes_out_once() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let mut printer = PrivatePrinter::start().unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;

    window.press(&[F10]).await;
    window.see("prints-empty").await;
    window.picture("80-打印-没有").await;

    set_printer(&window, &printer.uri).await;
    window.tab_to_mark("sheet-a5-test").await;
    window.press(&[ENTER]).await;
    window.see("test-queued").await;
    window.picture("81-设置-打印机").await;
    window.press(&[F10]).await;
    window.see_css("[data-print][data-state='printed']").await;
    window.see("slip-page").await;
    window.picture("82-打印-测试页").await;

    // One that comes out.
    let [first, second, third, ..] = visits();
    window.press(&[F2]).await;
    register(&window, &first).await;
    window.read("print-result", "已打印").await;
    window.picture("83-回执-已打印").await;
    window.press(&[F8]).await;
    window.read("print-result", "补打第2份").await;

    // The paper has run out.
    printer.has_paper(false).unwrap();
    next(&window).await;
    register(&window, &second).await;
    window.read("print-result", "没有纸").await;
    window.picture("84-回执-没有纸").await;
    next(&window).await;
    window.read("print-line", "没有纸").await;
    window.picture("85-登记-提示").await;
    printer.has_paper(true).unwrap();
    window.gone("print-line").await;

    // Switched off: everything goes on, and the next paper waits.
    printer.switch_off();
    let waits = register(&window, &third).await;
    window.read("print-result", "没有应答").await;
    window.press(&[F10]).await;
    window.see_css(&format!("[data-number='{}'][data-state='waiting']", waits.number)).await;
    window.see("slip-page").await;
    window.picture("86-打印-打印机没开").await;
    printer.switch_on().unwrap();
    window.press(&[ENTER]).await;
    window.see_css(&format!("[data-number='{}'][data-state='printed']", waits.number)).await;
    window.picture("87-打印-打过的").await;
    window.press(&[ESCAPE]).await;
    window.press(&[F2]).await;
    window.at("name").await;
    // The test page, each slip once, and one reprint.
    assert_eq!(printer.received().unwrap().len(), 5);
    window.quit().await;
}

#[tokio::test]
async fn a_paper_in_doubt_after_a_kill_is_asked_about_and_comes_again_only_as_a_reprint() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let printer = PrivatePrinter::start().unwrap();
    let line = PrinterLine::to(&printer).await.unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    set_printer(&window, &line.uri).await;
    let [first, second, ..] = visits();
    window.press(&[F2]).await;
    line.loses(Loses::Documents);
    let lost = register(&window, &first).await;
    line.carries_a_document().await;
    window.kill().await;
    line.loses(Loses::Nothing);

    drop(driver);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in(&window).await;
    window.read("print-line", "纸出来了吗").await;
    window.press(&[F10]).await;
    window.see_css(&format!("[data-number='{}'][data-state='in_doubt']", lost.number)).await;
    window.see("came-out").await;
    window.see("slip-page").await;
    window.picture("88-打印-纸出来了吗").await;
    window.press(&['2']).await;
    window.see_css(&format!("[data-number='{}'][data-state='printed']", lost.number)).await;
    assert_eq!(printer.received().unwrap().len(), 1, "the reprint alone");

    // Out of paper, and the visitor has no time: taken back at the printer, after asking once.
    printer.has_paper(false).unwrap();
    window.press(&[F2]).await;
    let stuck = register(&window, &second).await;
    window.read("print-result", "没有纸").await;
    window.press(&[F10]).await;
    window.see_css(&format!("[data-number='{}'][data-state='sent']", stuck.number)).await;
    window.see("print-give-up").await;
    window.press(&[DELETE]).await;
    window.picture("89-打印-再按一次").await;
    window.press(&[DELETE]).await;
    window.see_css(&format!("[data-number='{}'][data-state='given_up']", stuck.number)).await;
    printer.has_paper(true).unwrap();
    window.quit().await;
}
