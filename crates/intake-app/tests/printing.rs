//! The print queue from the clerk's key to a real printer, and through everything that comes between.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use intake_app::{Desk, PrintRow, PrinterCondition};
use intake_model::{
    Code, Competent, DayState, Decision, Difference, Outcome, Paper, PrintState, PrinterNeed, Question, Route, Sheet,
    Visit,
};
use testkit::desk::{CLERK_ID, PASSWORD, made, open};
use testkit::printer::PrivatePrinter;
use testkit::printer_line::{Loses, PrinterLine};
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

/// Waits until so many prints are there and all came out; gives what the printer received.
async fn came_out(desk: &Desk, printer: &PrivatePrinter, count: usize) -> Vec<Vec<u8>> {
    until(desk, "all come out", |rows| rows.len() == count && all(PrintState::Printed)(rows)).await;
    printer.received().unwrap()
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
    let with_remark = Visit { remark: "另交一份照片".into(), ..visits::property_fee() };
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
    let again = came_out(&desk, &printer, 4).await.pop().unwrap();
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
    let received = came_out(&desk, &printer, 2).await;
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
    assert_eq!(came_out(&desk, &printer, 2).await, [pdf(&desk, &first), pdf(&desk, &second)]);
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
    let pages = came_out(&desk, &printer, 3).await;
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
    came_out(&desk, &printer, 1).await;
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
    assert_eq!(came_out(&desk, &printer, 1).await.len(), 1);
    end(running).await;
    assert_eq!(desk.matter(&number).unwrap().slips, 1, "no reprint");
}

/// Something that was accepted, so that there is a notice to issue.
fn accepted() -> Visit {
    Visit {
        routing: Some(Question { route: Some(Route::Petition), competent: Competent::Own, ..Question::default() }),
        decision: Some(Decision { outcome: Outcome::Accepted, advised: true, ..Decision::default() }),
        ..visits::property_fee()
    }
}

/// Issues the notice that fits, as it is filled in; its name and its place in the queue.
async fn notice(desk: &Desk, number: &str) -> (String, Option<i64>) {
    let offers = desk.papers_for(number).unwrap().offers;
    let offer = offers.into_iter().find(|one| one.paper == Paper::AcceptanceNotice).unwrap();
    let issued = desk.issue_paper(number, offer.paper, offer.filling).await.unwrap();
    (issued.document, issued.copy.job)
}

fn notice_pdf(desk: &Desk, number: &str, document: &str) -> Vec<u8> {
    std::fs::read(desk.save_paper(number, document).unwrap().file.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_waits_for_a_printer_that_is_off_and_is_printed_once_when_it_is_on_again() {
    let home = tempfile::tempdir().unwrap();
    let mut printer = PrivatePrinter::start().unwrap();
    printer.switch_off();
    let desk = desk_at(home.path(), &printer.uri);
    let number = desk.register(&accepted()).unwrap().number;
    let (document, job) = notice(&desk, &number).await;
    assert_eq!(desk.papers_for(&number).unwrap().issued[0].job, job, "the matter's page finds it in the queue");
    let running = background(&desk);
    let rows = until(&desk, "it is said", |rows| rows[0].asks).await;
    assert_eq!(
        (rows[0].paper, rows[0].state, rows[0].number.as_str()),
        (Some(Paper::AcceptanceNotice), PrintState::Waiting, number.as_str())
    );
    let committed = notice_pdf(&desk, &number, &document);
    // What becomes of the matter meanwhile is on no paper that was issued before.
    desk.correct(&number, &Visit { remark: "另交一份照片".into(), ..accepted() }).unwrap();
    printer.switch_on().unwrap();
    desk.retry_print(rows[0].id).unwrap();
    assert_eq!(came_out(&desk, &printer, 1).await, [committed]);

    // 补打 is a copy of its own; one that a clerk did not find comes again as a copy too.
    desk.reprint_paper(&number, document.clone()).await.unwrap();
    let again = came_out(&desk, &printer, 2).await.pop().unwrap();
    assert_eq!(again, notice_pdf(&desk, &number, &document));
    assert!(text_of(home.path(), &again).contains("补打"), "{}", text_of(home.path(), &again));
    desk.verify().unwrap();
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_of_which_nobody_knows_comes_again_as_a_reprint_under_the_same_number() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let line = PrinterLine::to(&printer).await.unwrap();
    line.loses(Loses::Documents);
    let desk = desk_at(home.path(), &line.uri);
    let number = desk.register(&accepted()).unwrap().number;
    let (document, job) = notice(&desk, &number).await;
    let running = background(&desk);
    until(&desk, "it is on its way", |rows| rows[0].state == PrintState::InDoubt).await;
    line.loses(Loses::Nothing);
    until(&desk, "somebody is asked", |rows| rows[0].asks).await;
    desk.answer_print(job.unwrap(), false).unwrap();
    until(&desk, "its next copy comes out", |rows| rows.iter().any(|row| row.state == PrintState::Printed)).await;
    end(running).await;
    let issued = desk.papers_for(&number).unwrap().issued;
    assert_eq!((issued.len(), issued[0].copies, issued[0].document.as_str()), (1, 2, document.as_str()));
    assert_eq!(printer.received().unwrap(), [notice_pdf(&desk, &number, &document)]);
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_matters_notice_is_drawn_only_while_a_reader_is_signed_in_and_its_slip_always() {
    let home = tempfile::tempdir().unwrap();
    let mut printer = PrivatePrinter::start().unwrap();
    printer.switch_off();
    let desk = desk_at(home.path(), &printer.uri);
    let number = desk.register(&Visit { confidential: true, ..accepted() }).unwrap().number;
    let (document, job) = notice(&desk, &number).await;
    desk.slip(&number).await.unwrap();
    let slip = pdf(&desk, &number);
    desk.sign_in(1, &testkit::desk::form(home.path()).administrator_password).unwrap();
    let stranger = desk.add_clerk("赵敏", intake_app::Role::Clerk, "另一个登记员的话").unwrap().last().unwrap().id;
    desk.sign_in(stranger, "另一个登记员的话").unwrap();
    printer.switch_on().unwrap();
    let running = background(&desk);
    let rows = until(&desk, "the slip comes out, the notice does not", |rows| {
        rows.iter().any(|row| row.state == PrintState::Printed)
            && rows.iter().any(|row| row.code == Some(Code::PrintWaitsForReader))
    })
    .await;
    let waits = rows.iter().find(|row| Some(row.id) == job).unwrap();
    assert_eq!((waits.state, waits.asks), (PrintState::Waiting, false), "nobody who is here can do anything");
    assert_eq!(printer.received().unwrap(), [slip]);
    assert_eq!(desk.show_print(waits.id).unwrap_err().code(), Code::SealedNotYours);
    assert_eq!(desk.form(&number).await.unwrap_err().code(), Code::SealedNotYours);

    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(came_out(&desk, &printer, 2).await[1], notice_pdf(&desk, &number, &document));
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_print_can_be_taken_away_as_a_pdf_and_of_a_sealed_matter_by_a_reader_alone_who_is_journalled() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let desk = desk_at(home.path(), &printer.uri);
    let (open, sealed) = (registered(&desk), Visit { confidential: true, ..accepted() });
    let sealed = desk.register(&sealed).unwrap().number;
    let slip = desk.slip(&open).await.unwrap().job.unwrap();
    let (document, notice) = notice(&desk, &sealed).await;
    let day = desk.print_day().unwrap().job.unwrap();
    desk.form(&sealed).await.unwrap();
    let running = background(&desk);
    let received = came_out(&desk, &printer, 4).await;
    end(running).await;
    let entries = || desk.verify().unwrap().entries;
    let saved = |job: i64| std::fs::read(desk.save_print(job).unwrap().file.unwrap()).unwrap();
    let before = entries();
    assert_eq!([saved(slip), saved(day)], [received[0].clone(), received[2].clone()]);
    assert_eq!(entries(), before, "neither tells of the sealed matter");
    assert_eq!(saved(notice.unwrap()), received[1]);
    let name = desk.save_print(notice.unwrap()).unwrap().file.unwrap();
    assert!(name.ends_with(&format!("{sealed}-受理告知书{document}.pdf")), "{name}");
    assert_eq!(entries(), before + 2, "each that leaves the desk is an entry");
    let rows = desk.print_queue().unwrap().rows;
    assert!(all(PrintState::Printed)(&rows), "what came out stays what came out: {rows:?}");
    desk.sign_in(1, &testkit::desk::form(home.path()).administrator_password).unwrap();
    let form = rows.iter().find(|row| row.paper == Some(Paper::RegistrationForm)).unwrap().id;
    for job in [notice.unwrap(), form] {
        assert_eq!(desk.save_print(job).unwrap_err().code(), Code::SealedNotYours);
    }
    assert_eq!(saved(slip), received[0]);
    assert_eq!(entries(), before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_comes_out_as_the_office_chose_and_the_form_whenever_it_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    let desk = desk_at(home.path(), &printer.uri);
    let number = registered(&desk);
    assert_eq!(desk.set_slip_sheet(Sheet::A4).await.unwrap_err().code(), Code::NotAllowed);
    let running = background(&desk);
    let mut last = Vec::new();
    for (sheet, paper) in [(Sheet::A5, Paper::Slip), (Sheet::Roll80, Paper::Slip), (Sheet::A4, Paper::RegistrationForm)]
    {
        desk.sign_in(1, &testkit::desk::form(home.path()).administrator_password).unwrap();
        assert_eq!(desk.set_slip_sheet(sheet).await.unwrap().slip, sheet);
        desk.sign_in(CLERK_ID, PASSWORD).unwrap();
        let job = desk.slip(&number).await.unwrap().job.unwrap();
        let rows = until(&desk, "it comes out", all(PrintState::Printed)).await;
        assert_eq!(rows.iter().find(|row| row.id == job).unwrap().paper, Some(paper));
        last = printer.received().unwrap().pop().unwrap();
        assert_eq!(last, pdf(&desk, &number), "what is kept is what came out");
        assert_eq!(text_of(home.path(), &last).contains("来访登记表"), sheet == Sheet::A4);
        assert!(text_of(home.path(), &last).contains("补打") || sheet == Sheet::A5);
    }
    // Of a sealed matter the slip comes by itself; its form is for whoever asks and may read it.
    let sealed = desk.register(&Visit { confidential: true, ..visits::property_fee() }).unwrap().number;
    let demand = "物业";
    desk.slip(&sealed).await.unwrap();
    let slip = came_out(&desk, &printer, 4).await.pop().unwrap();
    assert!(!text_of(home.path(), &slip).contains(demand) && slip != last);
    desk.form(&sealed).await.unwrap();
    let form = came_out(&desk, &printer, 5).await.pop().unwrap();
    assert!(text_of(home.path(), &form).contains(demand), "{}", text_of(home.path(), &form));
    desk.verify().unwrap();
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_is_printed_as_it_stood_when_it_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let mut printer = PrivatePrinter::start().unwrap();
    printer.switch_off();
    let desk = desk_at(home.path(), &printer.uri);
    let number = desk.register(&accepted()).unwrap().number;
    desk.register(&Visit { confidential: true, ..accepted() }).unwrap();
    let shown = desk.print_day().unwrap();
    assert_eq!((shown.file, shown.pages.len()), (None, 1));
    let running = background(&desk);
    let rows = until(&desk, "it waits", |rows| rows[0].asks).await;
    assert_eq!(rows[0].paper, Some(Paper::DayReport));
    printer.switch_on().unwrap();
    desk.retry_print(rows[0].id).unwrap();
    let text = text_of(home.path(), &came_out(&desk, &printer, 1).await[0]);
    let short = number.parse::<intake_model::RegistrationNumber>().unwrap().short();
    for word in ["当日汇总", "2件", short.as_str(), "受理"] {
        assert!(text.contains(word), "{word} is not on {text}");
    }
    assert!(!text.contains("张"), "matters are listed, never people: {text}");
    desk.verify().unwrap();
    end(running).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_closed_only_once_every_slip_came_out_and_its_sheet_comes_out_too() {
    let home = tempfile::tempdir().unwrap();
    let printer = PrivatePrinter::start().unwrap();
    printer.has_paper(false).unwrap();
    let desk = desk_at(home.path(), &printer.uri);
    let number = registered(&desk);
    desk.slip(&number).await.unwrap();
    let running = background(&desk);
    let day = desk.closing_day(None).unwrap();
    let today = day.day.parse().unwrap();
    assert_eq!(
        (day.differences[0].number.as_str(), day.differences[0].difference),
        (number.as_str(), Difference::SlipNotOut)
    );
    let close = || desk.close_day(today, Vec::new(), |_| {});
    assert_eq!(close().await.err().unwrap().code(), Code::DayDiffers);
    printer.has_paper(true).unwrap();
    until(&desk, "the slip comes out", all(PrintState::Printed)).await;
    let closed = close().await.unwrap();
    let sheet = closed.sheet.unwrap();
    assert!(sheet.job.is_some() && sheet.file.is_none());
    assert_eq!(closed.day.state, DayState::Closed);
    until(&desk, "the sheet too", |rows| rows.len() == 2 && all(PrintState::Printed)(rows)).await;
    let sheet = text_of(home.path(), &printer.received().unwrap().pop().unwrap());
    assert!(sheet.contains("日结单") && sheet.contains("01A-0001"), "{sheet}");

    // 补打, as of any paper.
    assert_eq!(desk.reprint_day(today).unwrap().copy, 2);
    until(&desk, "the reprint", |rows| rows.len() == 3 && all(PrintState::Printed)(rows)).await;
    let again = text_of(home.path(), &printer.received().unwrap().pop().unwrap());
    assert!(again.contains("补打 第2份"), "{again}");
    desk.verify().unwrap();
    end(running).await;
}
