//! The print queue from the clerk's key to a real printer, and through everything that comes between.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use intake_app::{Desk, PrintRow, PrinterCondition};
use intake_model::{Code, PrintState, PrinterNeed, Sheet};
use testkit::desk::{CLERK_ID, PASSWORD, made, open};
use testkit::printer::PrivatePrinter;
use testkit::visits;
use tokio::task::JoinHandle;

/// A desk whose administrator set this printer and went; the clerk is at work.
fn desk_at(home: &Path, address: &str) -> Desk {
    testkit::use_ring();
    let desk = made(home).unwrap();
    desk.set_printer(Some(address.to_owned())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk
}

fn registered(desk: &Desk) -> String {
    desk.register(&visits::property_fee()).unwrap().number
}

/// The background, as the window's program runs it.
fn background(desk: &Desk) -> JoinHandle<()> {
    let desk = desk.clone();
    tokio::spawn(async move { desk.print_on(|| {}).await })
}

async fn end(background: JoinHandle<()>) {
    background.abort();
    let _ = background.await;
}

/// Waits until the queue is so, and gives its rows.
async fn until(desk: &Desk, what: &str, is_so: impl Fn(&[PrintRow]) -> bool) -> Vec<PrintRow> {
    let start = Instant::now();
    loop {
        let rows = desk.print_queue().unwrap().rows;
        if is_so(&rows) {
            return rows;
        }
        assert!(start.elapsed() < Duration::from_secs(40), "{what}: {rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn all(state: PrintState) -> impl Fn(&[PrintRow]) -> bool {
    move |rows| !rows.is_empty() && rows.iter().all(|row| row.state == state)
}

/// An address at which nothing listens.
fn nobody() -> String {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    format!("ipp://127.0.0.1:{free}/ipp/print")
}

/// The PDF of a matter's last slip.
fn pdf(desk: &Desk, number: &str) -> Vec<u8> {
    std::fs::read(desk.save_slip(number).unwrap().file.unwrap()).unwrap()
}

fn text_of(home: &Path, pdf: &[u8]) -> String {
    let file = home.join("received.pdf");
    std::fs::write(&file, pdf).unwrap();
    let told = Command::new("pdftotext").args(["-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
    String::from_utf8(told.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_out_is_the_committed_paper_in_the_order_of_issue_and_also_while_the_desk_is_locked() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let desk = desk_at(home.path(), &printer.uri);
    let numbers: Vec<String> = (0..3).map(|_| registered(&desk)).collect();
    let mut papers = Vec::new();
    for number in &numbers {
        assert!(desk.slip(number).await.unwrap().job.is_some());
        papers.push(pdf(&desk, number));
    }
    // A correction after the copy was issued does not change what is on its way.
    let with_remark = intake_model::Visit { remark: "另交一份照片".into(), ..visits::property_fee() };
    desk.correct(&numbers[0], &with_remark).unwrap();
    desk.lock().unwrap();
    assert_eq!(desk.print_queue().unwrap_err().code(), Code::DeskLocked);
    let running = background(&desk);
    let start = Instant::now();
    while printer.received().unwrap().len() < papers.len() {
        assert!(start.elapsed() < Duration::from_secs(40), "the locked desk does not print");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let rows = until(&desk, "all printed", all(PrintState::Printed)).await;
    assert!(rows.iter().all(|row| !row.asks && !row.unsent), "{rows:?}");
    assert_eq!(printer.received().unwrap(), papers);

    // 补打 is a copy of its own, journalled, and says so.
    desk.slip(&numbers[1]).await.unwrap();
    until(&desk, "the reprint too", |rows| rows.len() == 4 && all(PrintState::Printed)(rows)).await;
    let again = printer.received().unwrap().pop().unwrap();
    assert!(text_of(home.path(), &again).contains("补打 第2份"), "{}", text_of(home.path(), &again));
    assert_eq!(desk.matter(&numbers[1]).unwrap().slips, 2);
    desk.verify().unwrap();
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_printer_nothing_waits_and_the_paper_can_be_saved() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = registered(&desk);
    let slip = desk.slip(&number).await.unwrap();
    assert_eq!((slip.job, slip.pages.len()), (None, 1));
    assert_eq!(desk.print_queue().unwrap().rows, []);
    assert!(pdf(&desk, &number).starts_with(b"%PDF"));
    assert_eq!(desk.print_test_page(Sheet::A4).unwrap_err().code(), Code::PrinterAddressUnusable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_that_is_off_keeps_the_paper_waiting_over_a_restart_and_it_comes_out_once() {
    let home = tempfile::tempdir().unwrap();
    let mut printer = PrivatePrinter::start().unwrap();
    printer.switch_off();
    let desk = desk_at(home.path(), &printer.uri);
    let number = registered(&desk);
    desk.slip(&number).await.unwrap();
    let running = background(&desk);
    let rows = until(&desk, "it is said", |rows| rows[0].asks).await;
    assert_eq!(rows[0].state, PrintState::Waiting);
    assert_eq!(desk.print_queue().unwrap().printers[0].condition, PrinterCondition::Unreachable);
    // The clerk goes on meanwhile, and issues another.
    desk.slip(&registered(&desk)).await.unwrap();
    end(running).await;
    drop(desk);

    let desk = open(home.path()).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let running = background(&desk);
    printer.switch_on().unwrap();
    desk.retry_print(rows[0].id).unwrap();
    until(&desk, "both come out", all(PrintState::Printed)).await;
    let received = printer.received().unwrap();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0], pdf(&desk, &number), "in order");
    // Nothing more happens, also where the printer forgets everything.
    printer.switch_off();
    printer.switch_on().unwrap();
    desk.retry_print(rows[0].id).unwrap();
    assert!(!desk.print_round().await.unwrap());
    assert_eq!(printer.received().unwrap().len(), 2);
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_without_paper_says_so_and_goes_on_once_it_has_some() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    printer.has_paper(false).unwrap();
    let desk = desk_at(home.path(), &printer.uri);
    let (first, second) = (registered(&desk), registered(&desk));
    desk.slip(&first).await.unwrap();
    desk.slip(&second).await.unwrap();
    let running = background(&desk);
    until(&desk, "somebody is asked for paper", |rows| rows.iter().any(|row| row.asks)).await;
    assert_eq!(desk.print_queue().unwrap().printers[0].warnings, [PrinterNeed::Paper]);
    printer.has_paper(true).unwrap();
    until(&desk, "both come out", all(PrintState::Printed)).await;
    assert_eq!(printer.received().unwrap(), [pdf(&desk, &first), pdf(&desk, &second)]);
    assert!(desk.print_queue().unwrap().rows.iter().all(|row| !row.asks));
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_clerk_gives_up_saves_or_sends_elsewhere_never_comes_out_at_the_first_printer() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let desk = desk_at(home.path(), &nobody());
    let numbers: Vec<String> = (0..3).map(|_| registered(&desk)).collect();
    let mut jobs = Vec::new();
    for number in &numbers {
        jobs.push(desk.slip(number).await.unwrap().job.unwrap());
    }
    // Nobody set it, and no print server has it: a visitor's paper goes to no stranger.
    assert_eq!(desk.redirect_print(jobs[0], &printer.uri).await.unwrap_err().code(), Code::NotAllowed);
    desk.sign_in(1, &testkit::desk::form(home.path()).administrator_password).unwrap();
    desk.set_sheet_printer(Sheet::A4, &printer.uri, "").await.unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(desk.set_sheet_printer(Sheet::A4, "", "").await.unwrap_err().code(), Code::NotAllowed);
    desk.give_up_print(jobs[0]).await.unwrap();
    let saved = desk.save_print(jobs[1]).unwrap().file.unwrap();
    assert_eq!(std::fs::read(saved).unwrap(), pdf(&desk, &numbers[1]));
    desk.redirect_print(jobs[2], &printer.uri).await.unwrap();
    let running = background(&desk);
    let rows = until(&desk, "the third comes out", |rows| {
        rows.iter().all(|row| {
            row.state != PrintState::Waiting && row.state != PrintState::Sending && row.state != PrintState::Sent
        })
    })
    .await;
    let state = |job: i64| rows.iter().find(|row| row.id == job).unwrap().state;
    assert_eq!(
        [state(jobs[0]), state(jobs[1]), state(jobs[2])],
        [PrintState::GivenUp, PrintState::Saved, PrintState::Printed]
    );
    assert_eq!(printer.received().unwrap(), [pdf(&desk, &numbers[2])]);
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_that_was_voided_is_not_printed_any_more_and_the_next_paper_is() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let desk = desk_at(home.path(), &printer.uri);
    let (void, stands) = (registered(&desk), registered(&desk));
    desk.slip(&void).await.unwrap();
    desk.slip(&stands).await.unwrap();
    desk.void_matter(&void, "重复登记").unwrap();
    let running = background(&desk);
    let rows =
        until(&desk, "one fails, one comes out", |rows| rows.iter().any(|row| row.state == PrintState::Printed)).await;
    let failed = rows.iter().find(|row| row.number == void).unwrap();
    assert_eq!((failed.state, failed.code, failed.asks), (PrintState::Failed, Some(Code::AlreadyVoid), true));
    assert_eq!(printer.received().unwrap(), [pdf(&desk, &stands)]);
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_page_comes_out_for_each_paper_and_the_roll_is_narrow() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let desk = desk_at(home.path(), &printer.uri);
    let running = background(&desk);
    for sheet in Sheet::ALL {
        desk.print_test_page(*sheet).unwrap();
    }
    until(&desk, "three pages", |rows| rows.len() == 3 && all(PrintState::Printed)(rows)).await;
    let pages = printer.received().unwrap();
    let texts: Vec<String> = pages.iter().map(|page| text_of(home.path(), page)).collect();
    for (text, paper) in texts.iter().zip(["A5", "A4", "80毫米"]) {
        assert!(text.contains("打印测试页") && text.contains(paper), "{text}");
    }
    let found = desk.printers().await.unwrap();
    assert_eq!((found.main.as_str(), found.printers.len()), (printer.uri.as_str(), 1));
    assert_eq!((found.printers[0].condition, found.printers[0].name.is_empty()), (PrinterCondition::Ready, false));
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_a_backup_that_was_put_back_may_have_come_out_since_and_is_asked_about() {
    let home = tempfile::tempdir().unwrap();
    let mut printer = PrivatePrinter::start().unwrap();
    printer.switch_off();
    let desk = desk_at(home.path(), &printer.uri);
    let number = registered(&desk);
    desk.slip(&number).await.unwrap();
    desk.sign_in(1, &testkit::desk::form(home.path()).administrator_password).unwrap();
    let stick = home.path().join("stick");
    desk.set_backup_folder(&stick.display().to_string()).unwrap();
    let backup = desk.back_up_now().unwrap().backups[0].path.clone();
    // It came out after the backup was made, and the printer was switched off and on since.
    printer.switch_on().unwrap();
    let running = background(&desk);
    until(&desk, "it comes out", all(PrintState::Printed)).await;
    end(running).await;
    drop(desk);
    printer.switch_off();
    printer.switch_on().unwrap();

    let setup = testkit::desk::setup(home.path(), Arc::new(intake_app::SystemClock::default()));
    intake_app::restore(&setup, Path::new(&backup), CLERK_ID, PASSWORD, true).unwrap();
    let desk = open(home.path()).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let running = background(&desk);
    let rows = until(&desk, "somebody is asked", |rows| rows.iter().any(|row| row.asks)).await;
    assert_eq!(rows[0].state, PrintState::InDoubt);
    desk.answer_print(rows[0].id, true).unwrap();
    until(&desk, "the clerk saw the paper", all(PrintState::Printed)).await;
    end(running).await;
    assert_eq!(printer.received().unwrap().len(), 1);
    assert_eq!(desk.matter(&number).unwrap().slips, 1, "no reprint");
}
