//! Whatever people do at the desk in whatever order: the chain verifies, and the tables are what the journal explains.

use std::collections::BTreeMap;

use intake_app::Desk;
use intake_model::{Code, StepTaken, Visit};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::{created, visit};

/// What somebody does; a number names one of the matters so far, in any order.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Register,
    Correct(usize),
    Void(usize),
    Slip(usize),
    Progress(usize),
    /// A step that fits, or one taken back.
    Step(usize),
    Checkpoint,
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        3 => Just(Doing::Register),
        2 => any::<usize>().prop_map(Doing::Correct),
        1 => any::<usize>().prop_map(Doing::Void),
        2 => any::<usize>().prop_map(Doing::Slip),
        1 => any::<usize>().prop_map(Doing::Progress),
        3 => any::<usize>().prop_map(Doing::Step),
        1 => Just(Doing::Checkpoint),
    ]
}

/// A matter as the sequence leaves it: version, slips, void, remark.
#[derive(Debug, Clone, PartialEq)]
struct Expected(u32, u32, bool, String);

#[test]
fn any_sequence_of_use_cases_keeps_the_chain_and_the_tables_in_step() {
    let home = tempfile::tempdir().unwrap();
    let desk = created(home.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let known = std::cell::RefCell::new(BTreeMap::new());
    // One desk for all sequences: each goes on where the one before it stopped, and nothing is taken back.
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let sequences = proptest::collection::vec(doing(), 1..24);
    runner
        .run(&sequences, |sequence| {
            let mut known = known.borrow_mut();
            for step in sequence {
                play(&desk, &runtime, &mut known, step);
            }
            let walked = desk.verify().unwrap();
            prop_assert_eq!(walked.matters, known.len() as u64);
            for (number, expected) in known.iter() {
                let found = desk.matter(number).unwrap();
                let found =
                    Expected(found.version, found.slips, found.void, found.words.visit().unwrap().remark.clone());
                prop_assert_eq!(&found, expected, "{}", number);
            }
            Ok(())
        })
        .unwrap();
}

fn play(desk: &Desk, runtime: &tokio::runtime::Runtime, known: &mut BTreeMap<String, Expected>, step: Doing) {
    let count = known.len().max(1);
    let pick = |known: &BTreeMap<String, Expected>, at: usize| known.keys().nth(at % count).cloned();
    match step {
        Doing::Register => {
            let number = desk.register(&visit()).unwrap().number;
            assert!(known.insert(number, Expected(1, 0, false, String::new())).is_none(), "a number twice");
        }
        Doing::Checkpoint => desk.tick().unwrap(),
        Doing::Correct(at) => {
            let Some(number) = pick(known, at) else { return };
            let remark = format!("第{at}次");
            let corrected = desk.correct(&number, &Visit { remark: remark.clone(), ..visit() });
            let Expected(version, _, void, kept) = known.get_mut(&number).unwrap();
            match corrected {
                Ok(_) => {
                    assert!(!*void);
                    (*version, *kept) = (*version + 1, remark);
                }
                Err(error) => assert!(*void && error.code() == Code::AlreadyVoid),
            }
        }
        Doing::Void(at) => {
            let Some(number) = pick(known, at) else { return };
            let Expected(.., void, _) = known.get_mut(&number).unwrap();
            match desk.void_matter(&number, "来访人撤回") {
                Ok(_) => assert!(!std::mem::replace(void, true)),
                Err(error) => assert!(*void && error.code() == Code::AlreadyVoid),
            }
        }
        Doing::Slip(at) => {
            let Some(number) = pick(known, at) else { return };
            let Expected(_, slips, void, _) = known.get_mut(&number).unwrap();
            match runtime.block_on(desk.slip(&number)) {
                Ok(view) => {
                    *slips += 1;
                    assert!(!*void && view.copy == *slips);
                }
                Err(error) => assert!(*void && error.code() == Code::AlreadyVoid),
            }
        }
        Doing::Step(at) => {
            let Some(number) = pick(known, at) else { return };
            let shown = desk.steps_of(&number).unwrap();
            let standing = shown.steps.iter().find(|one| one.withdrawn.is_none());
            if let Some(one) = standing.filter(|_| at % 3 == 0 || shown.offers.is_empty()) {
                let left = desk.withdraw_step(&number, &one.step, "记错了");
                assert_eq!(left.is_err(), known[&number].2, "only of a void one nothing is taken back");
            } else if let Some(offer) = shown.offers.get(at % shown.offers.len().max(1)) {
                let words = |text: &str| text.to_owned();
                let (section, answer, note) = (words("综治办"), words("已答"), words("并案"));
                let ending = Some(intake_model::Ending::Other);
                let filled = StepTaken { section, answer, note, ending, ..offer.begun.clone() };
                let taken = desk.take_step(&number, offer.kind, &filled).unwrap();
                assert_eq!(taken.steps.len(), shown.steps.len() + 1);
            }
        }
        Doing::Progress(at) => {
            if let Some(number) = pick(known, at) {
                desk.note_progress(&number).unwrap();
            }
        }
    }
}
