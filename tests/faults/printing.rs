//! The program is killed between a registration's commit and its paper, and while the paper is on its way: the queue says
//! so afterwards, nothing is lost, and nothing comes out twice that does not say 补打.

use std::path::Path;
use std::time::{Duration, Instant};

use intake_app::{Desk, PrintRow};
use intake_model::PrintState;
use testkit::desk::{CLERK_ID, PASSWORD, made, open};
use testkit::printer::PrivatePrinter;
use testkit::printer_line::{Loses, PrinterLine};

use crate::day::Day;

fn desk_with(home: &Path, printer: &str) {
    let desk = made(home).unwrap();
    desk.set_printer(Some(printer.to_owned())).unwrap();
}

/// The scripted clerk up to the first slip, which is shown; then, once it is so, the program is killed.
async fn killed(home: &Path, arguments: &[&str], once: impl Future<Output = ()>) -> String {
    let day = Day::start(home, &[arguments, &["--wait-after", "slip"]].concat());
    let shown = said(&day, "shown ");
    tokio::time::timeout(Duration::from_mins(1), once).await.expect("it is so");
    day.kill();
    shown.split(' ').next().unwrap().to_owned()
}

/// What the scripted clerk was told first of this kind.
fn said(day: &Day, kind: &str) -> String {
    loop {
        let said = day.line().expect("the desk says so");
        if let Some(told) = said.strip_prefix(kind) {
            return told.to_owned();
        }
    }
}

fn again(home: &Path) -> Desk {
    let desk = open(home).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    desk
}

/// How often a matter's last slip came out.
fn came_out(printer: &PrivatePrinter, desk: &Desk, number: &str) -> usize {
    let paper = std::fs::read(desk.save_slip(number).unwrap().file.unwrap()).unwrap();
    printer.received().unwrap().iter().filter(|one| **one == paper).count()
}

/// The rows of one matter, once they are so.
async fn until(desk: &Desk, number: &str, is_so: impl Fn(&[PrintRow]) -> bool) -> Vec<PrintRow> {
    let start = Instant::now();
    loop {
        let rows: Vec<_> = desk.print_queue().unwrap().rows.into_iter().filter(|row| row.number == number).collect();
        if is_so(&rows) {
            return rows;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "{rows:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_that_was_committed_and_not_yet_sent_is_printed_once_after_the_kill() {
    testkit::use_ring();
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let line = PrinterLine::to(&printer).await.unwrap();
    desk_with(home.path(), &line.uri);
    let number = killed(home.path(), &[], std::future::ready(())).await;
    assert_eq!(printer.received().unwrap().len(), 0);
    let desk = again(home.path());
    let rows = until(&desk, &number, |rows| !rows.is_empty()).await;
    assert_eq!(rows[0].state, PrintState::Waiting, "the queue says so");
    let printing = desk.clone();
    let running = tokio::spawn(async move { printing.print_on(|| {}).await });
    until(&desk, &number, |rows| rows.iter().any(|row| row.state == PrintState::Printed)).await;
    running.abort();
    assert_eq!(came_out(&printer, &desk, &number), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_was_committed_and_not_yet_sent_is_printed_once_after_the_kill() {
    testkit::use_ring();
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    desk_with(home.path(), &printer.uri);
    let day = Day::start(home.path(), &["--wait-after", "notice"]);
    let issued = said(&day, "issued ");
    day.kill();
    let (number, document) = issued.split_once(' ').unwrap();
    assert_eq!(printer.received().unwrap().len(), 0);
    let desk = again(home.path());
    let rows = until(&desk, number, |rows| rows.len() == 2).await;
    assert!(rows.iter().all(|row| row.state == PrintState::Waiting), "the queue says so: {rows:?}");
    let printing = desk.clone();
    let running = tokio::spawn(async move { printing.print_on(|| {}).await });
    until(&desk, number, |rows| rows.iter().all(|row| row.state == PrintState::Printed)).await;
    running.abort();
    let slip = std::fs::read(desk.save_slip(number).unwrap().file.unwrap()).unwrap();
    let notice = std::fs::read(desk.save_paper(number, document).unwrap().file.unwrap()).unwrap();
    assert_eq!(printer.received().unwrap(), [slip, notice], "each once, in the order of issue");
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_whose_answer_was_lost_with_the_program_is_found_at_the_printer_and_not_sent_again() {
    testkit::use_ring();
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let line = PrinterLine::to(&printer).await.unwrap();
    desk_with(home.path(), &line.uri);
    line.loses(Loses::Answers);
    let arrived = async {
        while printer.received().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let number = killed(home.path(), &["--prints"], arrived).await;
    line.loses(Loses::Nothing);
    let desk = again(home.path());
    let printing = desk.clone();
    let running = tokio::spawn(async move { printing.print_on(|| {}).await });
    let rows = until(&desk, &number, |rows| rows.iter().all(|row| row.state == PrintState::Printed)).await;
    running.abort();
    assert!(rows.iter().all(|row| !row.asks), "nobody needs to look: the printer told");
    assert_eq!(came_out(&printer, &desk, &number), 1);
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_of_which_no_printer_knows_is_asked_of_the_clerk_and_comes_again_as_a_reprint_only() {
    testkit::use_ring();
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let line = PrinterLine::to(&printer).await.unwrap();
    desk_with(home.path(), &line.uri);
    line.loses(Loses::Documents);
    let number = killed(home.path(), &["--prints"], line.carries_a_document()).await;
    line.loses(Loses::Nothing);
    let desk = again(home.path());
    let printing = desk.clone();
    let running = tokio::spawn(async move { printing.print_on(|| {}).await });
    let asked = until(&desk, &number, |rows| rows.iter().any(|row| row.state == PrintState::InDoubt && row.asks)).await;
    assert_eq!(came_out(&printer, &desk, &number), 0, "never again by itself");
    let doubted = asked.iter().find(|row| row.state == PrintState::InDoubt).unwrap();
    let copies = desk.matter(&number).unwrap().slips;
    desk.answer_print(doubted.id, false).unwrap();
    let rows = until(&desk, &number, |rows| rows.iter().any(|row| row.state == PrintState::Printed)).await;
    running.abort();
    let reprint = rows.iter().find(|row| row.state == PrintState::Printed).unwrap();
    assert_eq!(reprint.copy, copies + 1, "a copy of its own, in the journal");
    assert_eq!(desk.matter(&number).unwrap().slips, copies + 1);
    assert_eq!(came_out(&printer, &desk, &number), 1);
    // The answer counts once.
    desk.answer_print(doubted.id, false).unwrap();
    assert_eq!(desk.matter(&number).unwrap().slips, copies + 1);
    desk.verify().unwrap();
}
