//! A printer that is set, tried, switched off and out of paper; the queue, by keyboard alone.

use std::process::Command;

use testkit::printer::PrivatePrinter;
use testkit::printer_line::{Loses, PrinterLine};
use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{CONTROL, DELETE, DOWN, ENTER, ESCAPE, F2, F3, F6, F8, F9, F10, RIGHT, Window};
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

/// The words of the document that a printer received last.
fn words_of_the_last(printer: &PrivatePrinter, home: &Home) -> String {
    let file = home.path().join("received.pdf");
    std::fs::write(&file, printer.received().unwrap().pop().unwrap()).unwrap();
    let told = Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
    // Letters set apart come out with spaces between them.
    String::from_utf8(told.stdout).unwrap().split_whitespace().collect()
}

/// How wide the first page of the preview is drawn.
async fn width(window: &Window) -> f64 {
    window.see("slip-page").await.rectangle().await.unwrap().2
}

#[tokio::test]
async fn each_kind_of_paper_comes_out_of_its_printer_and_a_slip_as_the_office_chose() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    // The same one at two addresses: a machine runs one at a time.
    let printer = PrivatePrinter::start().unwrap();
    let sheets = PrinterLine::to(&printer).await.unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    set_printer(&window, &printer.uri).await;
    // A4 lies in another one, whose address is typed: the last of the choices.
    window.tab_to("sheet-a4-printer").await;
    window.press(&[DOWN]).await;
    window.press(&[DOWN]).await;
    window.at("sheet-a4-typed").await;
    window.picture("90-设置-各种纸").await;
    window.type_text(&sheets.uri).await;
    window.press(&[ENTER]).await;
    window.read("printer-card", "已保存").await;
    window.picture("91-设置-A4另一台").await;

    let [first, second, third, ..] = visits();
    window.press(&[F2]).await;
    register(&window, &first).await;
    window.read("print-result", "已打印").await;
    assert!(words_of_the_last(&printer, &home).contains("来访登记回执"));
    assert_eq!(sheets.carried(), 0);
    // Closer, further, whole again.
    let whole = width(&window).await;
    window.press(&[CONTROL, '=']).await;
    window.press(&[CONTROL, '=']).await;
    window.picture("92-回执-放大").await;
    let larger = width(&window).await;
    window.press(&[CONTROL, '-']).await;
    let between = width(&window).await;
    assert!(whole < between && between < larger, "{whole} {between} {larger}");
    window.press(&[CONTROL, '0']).await;
    assert!((width(&window).await - whole).abs() < 1.0);

    // The form, and the day.
    window.press(&[CONTROL, 'p']).await;
    window.read("print-result", "补打第2份").await;
    assert!(words_of_the_last(&printer, &home).contains("来访登记表"));
    assert_eq!(sheets.carried(), 1);
    window.picture("93-登记表").await;
    window.press(&[F3]).await;
    window.see("print-day").await;
    window.press(&[CONTROL, 'p']).await;
    window.read("day-printed", "F10").await;
    window.picture("94-今日-打印当日汇总").await;
    window.press(&[F10]).await;
    window.read("print-page", "当日汇总").await;
    window.gone_css("[data-print]:not([data-state='printed'])").await;
    assert!(words_of_the_last(&printer, &home).contains("当日汇总"));
    assert_eq!(sheets.carried(), 2);
    // What came out can be had as a file, too.
    window.press(&[F9]).await;
    let saved = window.text("print-saved").await;
    window.picture("95-打印-存PDF").await;
    let file = saved.rsplit('：').next().unwrap().trim();
    assert!(std::fs::read(file).unwrap().starts_with(b"%PDF"), "{saved}");

    // A roll; then one A4 with the slip as its foot.
    let layouts = [("96-设置-卷纸", &second, "来访登记回执", 2), ("97-设置-A4", &third, "来访登记表", 3)];
    for (name, visit, word, carried) in layouts {
        window.press(&[F6]).await;
        window.at("enrol-address").await;
        tab_to_slip_sheet(&window).await;
        window.press(&[RIGHT]).await;
        window.picture(name).await;
        window.press(&[F2]).await;
        register(&window, visit).await;
        window.read("print-result", "已打印").await;
        let told = words_of_the_last(&printer, &home);
        assert!(told.contains(word), "{name}: {told}");
        assert_eq!(sheets.carried(), carried);
    }
    assert_eq!(printer.received().unwrap().len(), 5);
    window.quit().await;
}

/// Tab goes to the one that is chosen.
async fn tab_to_slip_sheet(window: &Window) {
    window.see("slip-sheet-a5").await;
    for sheet in ["a5", "roll80"] {
        if window.shows(&format!("#slip-sheet-{sheet}:checked")).await {
            window.tab_to(&format!("slip-sheet-{sheet}")).await;
        }
    }
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
