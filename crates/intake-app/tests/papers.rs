//! Papers as they are issued at a desk: offered, numbered, printed, spoiled and delivered, on real folders.
#![allow(clippy::similar_names)]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use intake_app::{Desk, IssuedPaper, MatterPapers};
use intake_model::{
    Class, Code, Competent, Decision, Delivery, DeliveryWay, Filling, MediationWish, Offer, Outcome, Paper, Person,
    PersonRole, Question, Route, Stated, Visit,
};
use intake_store::{Db, Keyring, Locked};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, form, open_at};

const ADMINISTRATOR_ID: u32 = 1;
const ADMINISTRATOR: &str = "管理员好记的一句话";
const DAY: i64 = 86_400_000;

struct World {
    home: tempfile::TempDir,
    clock: FixedMoments,
    desk: Desk,
}

/// A district centre's desk, which may issue every paper; its clerk is signed in.
fn world(profile: &str) -> World {
    let (home, clock) = (tempfile::tempdir().unwrap(), FixedMoments::default());
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.create_desk(&form(home.path())).unwrap();
    let office = desk.office().unwrap();
    desk.set_office(&intake_app::OfficeSettings { profile: profile.into(), ..office }).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    World { home, clock, desk }
}

fn visit(outcome: Outcome) -> Visit {
    Visit {
        name: Stated::Stated("张伟".into()),
        address: Stated::Stated("新立街道中河村3排12号".into()),
        demand: "物业费未经业主大会表决就涨价，要求恢复原标准。".into(),
        complained_of: "某物业公司".into(),
        routing: Some(Question { route: Some(Route::Petition), competent: Competent::Own, ..Question::default() }),
        decision: Some(Decision {
            outcome,
            to_body: "区住建委".into(),
            approver: "周建国".into(),
            because: "按领导意见办理".into(),
            ..Decision::default()
        }),
        ..Visit::default()
    }
}

fn refused<T>(answer: intake_app::Result<T>) -> (Code, Option<String>) {
    let told = answer.err().unwrap().told("test");
    (told.code, told.field)
}

/// What the clerk still has to type on a paper that needs it.
fn completed(offer: Offer) -> Filling {
    let approved_at = offer.fields.iter().any(|field| field == "approved_at");
    Filling {
        reason: if offer.filling.reason.is_empty() { "需要进一步核实".into() } else { offer.filling.reason },
        to_body: if offer.filling.to_body.is_empty() { "物业管理科".into() } else { offer.filling.to_body },
        door: offer.filling.door.or(Some("labour_arbitration".into())),
        items: vec!["物业服务合同".into()],
        opinion: "津东复核〔2026〕3号".into(),
        opinion_date: "2026-10-01".parse().ok(),
        approver: "周建国".into(),
        approved_at: approved_at.then(|| "2026-11-24T09:00:00".parse().unwrap()),
        ..offer.filling
    }
}

fn offer(desk: &Desk, number: &str, paper: Paper) -> Offer {
    let offers = desk.papers_for(number).unwrap().offers;
    offers.into_iter().find(|one| one.paper == paper).unwrap_or_else(|| panic!("{paper:?} is not offered"))
}

async fn issue(desk: &Desk, number: &str, paper: Paper) -> String {
    let filling = completed(offer(desk, number, paper));
    desk.issue_paper(number, paper, filling).await.unwrap().document
}

fn handed_over(at: &str) -> Delivery {
    Delivery { receiver: "张伟".into(), relation: "本人".into(), at: at.parse().unwrap(), ..Delivery::default() }
}

fn one<'a>(papers: &'a MatterPapers, document: &str) -> &'a IssuedPaper {
    papers.issued.iter().find(|one| one.document == document).unwrap()
}

/// The words of a PDF without their spaces.
fn words_in(file: &Path) -> String {
    words_of(file, 1, None)
}

/// Those of some of its pages.
fn words_of(file: &Path, first: usize, last: Option<usize>) -> String {
    let mut command = std::process::Command::new("pdftotext");
    command.args(["-raw", "-f", &first.to_string()]);
    if let Some(last) = last {
        command.args(["-l", &last.to_string()]);
    }
    let text = command.arg(file).arg("-").output().unwrap().stdout;
    String::from_utf8(text).unwrap().split_whitespace().collect()
}

fn text_of(desk: &Desk, number: &str, document: &str) -> String {
    words_in(desk.save_paper(number, document).unwrap().file.unwrap().as_ref())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_outcome_has_its_paper_offered_first_filled_in_and_issued_under_the_next_number() {
    let World { desk, home: _home, .. } = world("tianjin-dongli-district");
    for outcome in Outcome::ALL.iter().filter(|outcome| outcome.paper() != Paper::Slip) {
        let visit = Visit { passed_because: "经核对确实如此".into(), ..visit(*outcome) };
        let number = desk.register(&visit).unwrap().number;
        let first = desk.papers_for(&number).unwrap().offers.remove(0);
        assert_eq!(first.paper, outcome.paper(), "{outcome:?}");
        let filling = completed(first);
        let issued = desk.issue_paper(&number, outcome.paper(), filling.clone()).await.unwrap();
        assert_eq!((issued.copy.copy, issued.copy.pages.is_empty()), (1, false));
        let shown = one(&issued.papers, &issued.document).clone();
        let said = shown.filling.unwrap();
        if outcome.paper().fields().contains(&"addressee") {
            assert_eq!(said.addressee, "张伟");
        }
        assert_eq!((shown.paper, shown.clerk, shown.issued.as_str()), (outcome.paper(), CLERK_ID, "2026-11-24 09:05"));
        assert_eq!(issued.papers.first_answer.paper, Some(outcome.paper()), "{outcome:?}");
        assert_eq!(desk.papers_for(&number).unwrap(), issued.papers, "{outcome:?}");
    }
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_paper_that_is_offered_can_be_issued() {
    let World { desk, home: _home, .. } = world("tianjin-dongli-district");
    let mut tried = std::collections::BTreeSet::new();
    for outcome in Outcome::ALL {
        let base = visit(*outcome);
        let routing = Question { urgent: true, mediation: MediationWish::Wanted, ..base.routing.clone().unwrap() };
        let agent = Person { role: PersonRole::Agent, name: "周涛".into(), ..Person::default() };
        let passed_because = "经核对确实如此".into();
        let visit = Visit { routing: Some(routing), people: vec![agent], passed_because, ..base };
        let number = desk.register(&visit).unwrap().number;
        for offer in desk.papers_for(&number).unwrap().offers {
            let (paper, filling) = (offer.paper, completed(offer));
            desk.preview_paper(&number, paper, &filling).unwrap();
            desk.issue_paper(&number, paper, filling).await.unwrap_or_else(|error| panic!("{paper:?}: {error}"));
            tried.insert(paper);
        }
    }
    // But for the papers that every visit has anyway, those of the day, and the sheet for others that were issued.
    let apart = [Paper::Slip, Paper::RegistrationForm, Paper::ServiceRecord, Paper::ClosingSheet, Paper::DayReport];
    let all = Paper::ALL.iter().copied().filter(|paper| !apart.contains(paper));
    assert_eq!(tried, all.collect());
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_has_no_gap_and_a_spoiled_number_is_never_given_again() {
    let World { desk, home, clock } = world("tianjin-dongli-street");
    let number = desk.register(&visit(Outcome::Accepted)).unwrap().number;
    let first = issue(&desk, &number, Paper::AcceptanceNotice).await;
    assert_eq!(first, "新立访接〔2026〕01A-1号");
    assert_eq!(refused(desk.void_paper(&number, &first, "  ")).0, Code::ReasonNeeded);
    let papers = desk.void_paper(&number, &first, "卡纸，打坏了").unwrap();
    let spoiled = one(&papers, &first);
    assert_eq!((spoiled.voided.as_deref(), spoiled.void_reason.as_str()), (Some("2026-11-24 09:05"), "卡纸，打坏了"));
    assert_eq!(refused(desk.void_paper(&number, &first, "再作废一次")).0, Code::DocumentVoid);
    assert_eq!(refused(desk.reprint_paper(&number, first.clone()).await).0, Code::DocumentVoid);
    assert_eq!(issue(&desk, &number, Paper::AcceptanceNotice).await, "新立访接〔2026〕01A-2号");
    // Each kind counts for itself, a refused paper uses no number, and a restart forgets none.
    assert_eq!(issue(&desk, &number, Paper::InternalAssignment).await, "新立访交〔2026〕01A-1号");
    let blank = desk.issue_paper(&number, Paper::AcceptanceNotice, Filling::default()).await;
    assert_eq!(refused(blank), (Code::FillingIncomplete, Some("addressee".into())));
    drop(desk);
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(issue(&desk, &number, Paper::AcceptanceNotice).await, "新立访接〔2026〕01A-3号");
    // A new year begins anew.
    clock.pass_ms(40 * DAY);
    desk.confirm_clock().unwrap();
    let next = desk.register(&visit(Outcome::Accepted)).unwrap().number;
    assert_eq!(issue(&desk, &next, Paper::AcceptanceNotice).await, "新立访接〔2027〕01A-1号");
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_or_is_not_the_offices_is_refused_with_its_reason() {
    let World { desk, home: _home, .. } = world("tianjin-dongli-street");
    let number = desk.register(&visit(Outcome::Accepted)).unwrap().number;
    let forwarding = desk.issue_paper(&number, Paper::ForwardingNotice, Filling::default()).await;
    assert_eq!(refused(forwarding), (Code::PaperNotFitting, None));
    let refusal = desk.issue_paper(&number, Paper::NotAcceptedNotice, Filling::default()).await;
    assert_eq!(refused(refusal), (Code::DecisionNotOurs, None));

    let extension = offer(&desk, &number, Paper::ExtensionNotice);
    assert_eq!(extension.filling.approver, "周建国", "as it was decided");
    let bare = Filling { reason: "需要鉴定".into(), ..extension.filling };
    let unapproved = desk.issue_paper(&number, Paper::ExtensionNotice, bare.clone()).await;
    assert_eq!(refused(unapproved), (Code::ApproverMissing, Some("approved_at".into())));
    let approved_at = "2026-11-24T09:00:00".parse().ok();
    let nameless = Filling { approver: String::new(), approved_at, ..bare.clone() };
    let unnamed = desk.issue_paper(&number, Paper::ExtensionNotice, nameless).await;
    assert_eq!(refused(unnamed), (Code::ApproverMissing, Some("approver".into())));
    let too_long = Filling { limit: "2027-03-01".parse().ok(), approved_at, ..bare.clone() };
    let long = desk.issue_paper(&number, Paper::ExtensionNotice, too_long).await;
    assert_eq!(refused(long), (Code::ExtensionTooLong, Some("limit".into())));
    desk.issue_paper(&number, Paper::ExtensionNotice, Filling { approved_at, ..bare }).await.unwrap();
    assert!(!desk.papers_for(&number).unwrap().offers.iter().any(|one| one.paper == Paper::ExtensionNotice));

    desk.void_matter(&number, "误登记").unwrap();
    assert_eq!(desk.papers_for(&number).unwrap().offers, []);
    let late = desk.issue_paper(&number, Paper::AcceptanceNotice, Filling::default()).await;
    assert_eq!(refused(late).0, Code::AlreadyVoid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reprint_is_the_same_words_under_the_same_number_and_says_its_count_and_time() {
    let World { desk, home: _home, clock } = world("tianjin-dongli-street");
    let number = desk.register(&visit(Outcome::Accepted)).unwrap().number;
    let document = issue(&desk, &number, Paper::AcceptanceNotice).await;
    let before = one(&desk.papers_for(&number).unwrap(), &document).clone();
    // The record, the office and its rules change; the paper does not.
    let corrected = Visit { name: Stated::Stated("张卫".into()), ..visit(Outcome::Accepted) };
    desk.correct(&number, &corrected).unwrap();
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let office = desk.office().unwrap();
    desk.set_office(&intake_app::OfficeSettings { office_phone: "022-11112222".into(), ..office }).unwrap();
    clock.pass_ms(60_000);
    let again = desk.reprint_paper(&number, document.clone()).await.unwrap();
    assert_eq!((again.document.as_str(), again.copy.copy), (document.as_str(), 2));
    let after = one(&again.papers, &document).clone();
    assert_eq!((after.copies, after.printed.as_str(), after.clerk), (2, "2026-11-24 09:06", CLERK_ID));
    assert_eq!(IssuedPaper { copies: 1, printed: before.printed.clone(), ..after }, before);
    let text = text_of(&desk, &number, &document);
    for word in ["张伟", "022-24990000", &document] {
        assert!(text.contains(word), "{word} is not on {text}");
    }
    assert!(!text.contains("022-11112222"));
    assert_eq!(desk.show_paper(&number, &document).unwrap().copy, 2, "looking is no copy");
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_are_delivered_together_refused_and_tried_again() {
    let World { desk, home: _home, .. } = world("tianjin-dongli-district");
    let number = desk.register(&visit(Outcome::Accepted)).unwrap().number;
    let notice = issue(&desk, &number, Paper::AcceptanceNotice).await;
    let supplement = issue(&desk, &number, Paper::SupplementNotice).await;
    let both = [notice.clone(), supplement.clone()];
    let answer = desk.papers_for(&number).unwrap().first_answer;
    assert_eq!((answer.on.as_deref(), answer.delivered), (Some("2026-11-24"), false));

    let record = desk.issue_service_record(&number, both.to_vec()).await.unwrap();
    let shown = one(&record.papers, &record.document);
    assert_eq!((shown.paper, shown.numbered, &shown.documents), (Paper::ServiceRecord, false, &both.to_vec()));
    assert!(record.papers.service_record, "this region wants one");

    let late = Delivery { at: "2026-11-24T09:06:00".parse().unwrap(), ..handed_over("2026-11-24T09:05:00") };
    assert_eq!(refused(desk.deliver(&number, &both, &late)), (Code::DeliveryTimeImpossible, Some("at".into())));
    let nobody = Delivery { receiver: " ".into(), ..handed_over("2026-11-24T09:05:00") };
    assert_eq!(refused(desk.deliver(&number, &both, &nobody)), (Code::ReceiverMissing, Some("receiver".into())));
    let refusal = Delivery {
        way: DeliveryWay::Left,
        refused: true,
        remark: "不愿签字".into(),
        witness: "孙立军".into(),
        ..nobody
    };
    let papers = desk.deliver(&number, &both, &refusal).unwrap();
    let told = |papers: &MatterPapers, document: &str| {
        one(papers, document).deliveries.iter().map(|one| one.told.clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(told(&papers, &notice), [refusal.clone().normalised()]);
    let papers = desk.deliver(&number, std::slice::from_ref(&notice), &handed_over("2026-11-24T09:05:00")).unwrap();
    assert_eq!(told(&papers, &notice).len(), 2);
    assert_eq!(told(&papers, &supplement).len(), 1, "the other one was not tried again");
    assert!(papers.first_answer.delivered);

    desk.void_paper(&number, &supplement, "写错了").unwrap();
    let void = desk.deliver(&number, &[notice, supplement], &handed_over("2026-11-24T09:05:00"));
    assert_eq!(refused(void).0, Code::DocumentVoid);
    let other = desk.deliver(&number, &["新立访接〔2026〕01A-9号".into()], &handed_over("2026-11-24T09:05:00"));
    assert_eq!(refused(other).0, Code::DocumentUnknown);
    desk.verify().unwrap();
}

/// What may stand on no paper of a sealed matter.
const WORDS: [&str; 4] = ["张伟", "中河村", "物业", "恢复原标准"];

fn reader(desk: &Desk) -> u32 {
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let id = desk.add_clerk("孙书记", intake_app::Role::Clerk, "读密件人的一句话").unwrap().last().unwrap().id;
    desk.set_sealed_reader(id, true).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_later_reads_the_papers_too_once_a_reader_seals_the_matter_anew() {
    let World { desk, home: _home, .. } = world("tianjin-dongli-street");
    let number = desk.register(&Visit { confidential: true, ..visit(Outcome::Accepted) }).unwrap().number;
    let notice = issue(&desk, &number, Paper::AcceptanceNotice).await;
    desk.deliver(&number, std::slice::from_ref(&notice), &handed_over("2026-11-24T09:05:00")).unwrap();
    desk.void_paper(&number, &notice, "写错了").unwrap();
    let before = desk.papers_for(&number).unwrap().issued;
    let later = reader(&desk);
    assert_eq!(desk.seal_to_readers(Some(&number)).unwrap(), 1);
    assert_eq!(desk.papers_for(&number).unwrap().issued, before, "whoever read it reads on");
    desk.sign_in(later, "读密件人的一句话").unwrap();
    assert_eq!(desk.papers_for(&number).unwrap().issued, before);
    assert!(before.iter().all(|one| one.filling.is_some()));
    desk.verify().unwrap();
}

/// All that the journal says, as whoever has the data key reads it.
fn journal(home: &Path) -> String {
    let locked = Locked::take(&home.join("desk")).unwrap();
    let key = Keyring::read(&locked.folder().keyring()).unwrap().unlock(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    let db = Db::open(&locked.folder(), &key).unwrap();
    let entries = db.read::<_, intake_store::Error>(|r| {
        let epoch = r.line().epochs()?.remove(0);
        r.journal().entries(epoch.journal, 0, usize::MAX)
    });
    let parts = entries.unwrap().into_iter().flat_map(|entry| [entry.open, entry.personal]);
    parts.map(|part| String::from_utf8_lossy(part.bytes().unwrap_or_default()).into_owned() + "\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_of_a_sealed_matter_are_its_readers_and_tell_nothing_of_it() {
    let World { desk, home, .. } = world("tianjin-dongli-district");
    let reader = reader(&desk);
    let base = visit(Outcome::Received);
    let routing = Question { class: Class::Denunciation, ..base.routing.clone().unwrap() };
    let number = desk.register(&Visit { routing: Some(routing), ..base }).unwrap().number;
    let document = issue(&desk, &number, Paper::AcceptanceNotice).await;
    desk.deliver(&number, std::slice::from_ref(&document), &handed_over("2026-11-24T09:05:00")).unwrap();
    let text = text_of(&desk, &number, &document);
    assert!(text.contains(&document), "{text}");
    for word in WORDS {
        assert!(!text.contains(word), "{word} is on {text}");
    }
    desk.sign_in(reader, "读密件人的一句话").unwrap();
    let seen = desk.papers_for(&number).unwrap();
    let shown = one(&seen, &document);
    assert_eq!(shown.deliveries[0].told.as_ref().unwrap().receiver, "张伟");
    assert_eq!(shown.filling.as_ref().unwrap().addressee, "", "no paper of it names anybody");
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(refused(desk.papers_for(&number)).0, Code::SealedNotYours);
    assert_eq!(refused(desk.reprint_paper(&number, document.clone()).await).0, Code::SealedNotYours);
    let issued = desk.issue_paper(&number, Paper::AcceptanceNotice, Filling::default()).await;
    assert_eq!(refused(issued).0, Code::SealedNotYours);
    assert_eq!(refused(desk.void_paper(&number, &document, "误发")).0, Code::SealedNotYours);
    let delivered = desk.deliver(&number, &[document], &handed_over("2026-11-24T09:05:00"));
    assert_eq!(refused(delivered).0, Code::SealedNotYours);
    desk.verify().unwrap();
    drop(desk);
    let said = journal(home.path());
    assert!(said.contains("访接"), "the numbers are open: {said}");
    for word in WORDS {
        assert!(!said.contains(word), "{word} is readable with the data key alone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_sealed_matter_shows_its_papers_too_in_one_entry_and_a_copy_taken_away_is_another() {
    let World { desk, home: _home, .. } = world("tianjin-dongli-street");
    let number = desk.register(&Visit { confidential: true, ..visit(Outcome::Accepted) }).unwrap().number;
    let document = issue(&desk, &number, Paper::AcceptanceNotice).await;
    let entries = || desk.verify().unwrap().entries;
    for opened_first in [true, false] {
        desk.lock().unwrap();
        desk.sign_in(CLERK_ID, PASSWORD).unwrap();
        let before = entries();
        if opened_first {
            desk.open_sealed(&number).unwrap();
        }
        assert_eq!(desk.papers_for(&number).unwrap().issued.len(), 1);
        desk.show_paper(&number, &document).unwrap();
        desk.papers_for(&number).unwrap();
        assert_eq!(entries(), before + 1, "one opening, whatever is looked at by it");
        desk.save_paper(&number, &document).unwrap();
        assert_eq!(entries(), before + 2);
        desk.open_sealed(&number).unwrap();
        assert_eq!(entries(), before + 3, "who asks for it once more opens it once more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_paper_goes_out_under_a_doubtful_date_until_somebody_looked_at_it() {
    let World { desk, home: _home, clock } = world("tianjin-dongli-district");
    let number = desk.register(&visit(Outcome::Accepted)).unwrap().number;
    let notice = issue(&desk, &number, Paper::AcceptanceNotice).await;
    let filling = completed(offer(&desk, &number, Paper::AcceptanceNotice));
    desk.slip(&number).await.unwrap();
    let delivery = handed_over("2026-11-24T09:05:00");
    clock.set_wall_ms(40 * DAY);
    let entries = desk.verify().unwrap().entries;
    let issued = desk.issue_paper(&number, Paper::AcceptanceNotice, filling.clone()).await;
    assert_eq!(refused(issued).0, Code::ClockAhead);
    assert_eq!(refused(desk.issue_service_record(&number, vec![notice.clone()]).await).0, Code::ClockAhead);
    assert_eq!(refused(desk.reprint_paper(&number, notice.clone()).await).0, Code::ClockAhead);
    assert_eq!(refused(desk.deliver(&number, std::slice::from_ref(&notice), &delivery)).0, Code::ClockAhead);
    assert_eq!(refused(desk.slip(&number).await).0, Code::ClockAhead);
    assert_eq!(refused(desk.form(&number).await).0, Code::ClockAhead);
    assert_eq!(refused(desk.print_day()).0, Code::ClockAhead);
    assert_eq!(desk.verify().unwrap().entries, entries, "nothing was kept");

    desk.confirm_clock().unwrap();
    let issued = desk.issue_paper(&number, Paper::AcceptanceNotice, filling).await.unwrap();
    assert_eq!(
        issued.document, "新立访接〔2027〕01A-1号",
        "no number was used up, and the year is the one that was looked at"
    );
    desk.reprint_paper(&number, notice.clone()).await.unwrap();
    assert!(desk.deliver(&number, &[notice], &delivery).unwrap().first_answer.delivered);
    assert_eq!(desk.slip(&number).await.unwrap().copy, 2);
    desk.verify().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matters_file_holds_its_slip_its_form_and_every_paper_with_what_is_void_marked() {
    let World { desk, home, .. } = world("tianjin-dongli-district");
    let number = desk.register(&visit(Outcome::Accepted)).unwrap().number;
    let code = desk.matter(&number).unwrap().query_code;
    desk.slip(&number).await.unwrap();
    desk.form(&number).await.unwrap();
    let spoiled = issue(&desk, &number, Paper::AcceptanceNotice).await;
    desk.void_paper(&number, &spoiled, "打坏了").unwrap();
    let notice = issue(&desk, &number, Paper::AcceptanceNotice).await;
    desk.issue_service_record(&number, vec![notice.clone()]).await.unwrap();
    let out = home.path().join("档案");
    let folder = PathBuf::from(desk.export_matter(&number, &out).unwrap().path);
    let list: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("matter.json")).unwrap()).unwrap();
    let papers = list["papers"].as_array().unwrap();
    let (first, second) = (format!("受理告知书{spoiled}"), format!("受理告知书{notice}"));
    let titles = ["来访登记回执", "来访登记表", &first, &second, "送达回证01A-1号"];
    assert_eq!(papers.iter().map(|paper| paper["title"].as_str().unwrap()).collect::<Vec<_>>(), titles);
    let words = words_in(&folder.join("文书.pdf"));
    assert!(!words.contains(&code), "the query code is the visitor's alone: {words}");
    // Each begins at the page that the list names.
    let first = |place: usize| usize::try_from(papers[place]["page"].as_u64().unwrap()).unwrap();
    let texts: Vec<String> = (0..papers.len())
        .map(|place| {
            let last = papers.get(place + 1).map(|_| first(place + 1) - 1);
            words_of(&folder.join("文书.pdf"), first(place), last)
        })
        .collect();
    for (text, word) in texts.iter().zip(["来访登记回执", "来访登记表", &spoiled, &notice, "送达回证"]) {
        assert!(text.contains(word), "{word} is not on {text}");
    }
    let void: Vec<bool> = texts.iter().map(|text| text.contains("作废")).collect();
    assert_eq!(void, [false, false, true, false, false]);
    assert_eq!(papers.iter().map(|paper| paper["void"].as_bool().unwrap()).collect::<Vec<_>>(), void);
    assert_eq!(papers[2]["void_reason"], "打坏了");

    // All of a registration that was voided is marked, the slip too.
    desk.void_matter(&number, "误登记").unwrap();
    let folder = PathBuf::from(desk.export_matter(&number, &out).unwrap().path);
    for place in 0..papers.len() {
        let last = papers.get(place + 1).map(|_| first(place + 1) - 1);
        let text = words_of(&folder.join("文书.pdf"), first(place), last);
        assert!(text.contains("作废"), "{place}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_matters_papers_are_in_the_file_that_its_reader_writes_out() {
    let World { desk, home, .. } = world("tianjin-dongli-district");
    let number = desk.register(&Visit { confidential: true, ..visit(Outcome::Accepted) }).unwrap().number;
    desk.slip(&number).await.unwrap();
    let notice = issue(&desk, &number, Paper::AcceptanceNotice).await;
    let out = home.path().join("档案");
    let text = words_in(&PathBuf::from(desk.export_matter(&number, &out).unwrap().path).join("文书.pdf"));
    assert!(text.contains("来访登记回执") && text.contains(&notice), "{text}");
    for word in WORDS {
        assert!(!text.contains(word), "{word} is on {text}");
    }
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(refused(desk.export_matter(&number, &out)).0, Code::SealedNotYours);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_of_papers_is_sealed_with_a_matter_that_becomes_sealed() {
    let World { desk, home, .. } = world("tianjin-dongli-district");
    reader(&desk);
    let number = desk.register(&visit(Outcome::Received)).unwrap().number;
    let document = issue(&desk, &number, Paper::AcceptanceNotice).await;
    let spoiled = issue(&desk, &number, Paper::InternalAssignment).await;
    desk.void_paper(&number, &spoiled, "写了某物业公司").unwrap();
    desk.deliver(&number, std::slice::from_ref(&document), &handed_over("2026-11-24T09:05:00")).unwrap();
    let before = desk.papers_for(&number).unwrap();
    desk.correct(&number, &Visit { confidential: true, ..visit(Outcome::Received) }).unwrap();
    let after = desk.papers_for(&number).unwrap();
    assert_eq!(after.issued, before.issued, "its readers still see all of it");
    let text = text_of(&desk, &number, &document);
    for word in ["中河村", "物业"] {
        assert!(!text.contains(word), "{word} is on {text}");
    }
    desk.sign_in(ADMINISTRATOR_ID, ADMINISTRATOR).unwrap();
    assert_eq!(refused(desk.papers_for(&number)).0, Code::SealedNotYours);
    desk.verify().unwrap();
    drop(desk);
    let said = journal(home.path());
    for word in WORDS {
        assert!(!said.contains(word), "{word} was left behind");
    }
}
