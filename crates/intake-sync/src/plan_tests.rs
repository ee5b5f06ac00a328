//! The plan against a pure model of a district: any cut, any order, any repeat ends in the same state.

use std::collections::BTreeMap;

use intake_wire::{Verdict, sha256};
use proptest::prelude::*;

use super::*;

const DISTRICT: JournalId = JournalId([0xD0; 16]);

/// The district's journals for the desk, one for each time that it was restored.
fn district(number: usize) -> JournalId {
    JournalId([0xD0 + u8::try_from(number).unwrap(); 16])
}

fn journal(number: u8) -> JournalId {
    JournalId([number; 16])
}

/// A chain's hash at a place; `twist` tells two histories of one journal apart.
fn hash(journal: JournalId, seq: u64, twist: u8) -> Hash {
    if seq == 0 { Hash::ZERO } else { sha256(&[&journal.0, &seq.to_be_bytes(), &[twist]]) }
}

fn head(journal: JournalId, seq: u64) -> Head {
    Head { seq, hash: hash(journal, seq, 0) }
}

/// A journal of the district's: which, and its entries, each told from all others.
type Chain = (usize, Vec<u64>);

/// A desk and a district that hold chains, and nothing else.
#[derive(Debug, Clone, Default)]
struct World {
    desk: Vec<u64>,
    desk_agreed: Vec<u64>,
    /// How far the desk holds each of the district's journals, and how far the district does.
    desk_district: Vec<Chain>,
    district: BTreeMap<u8, u64>,
    own: Vec<Chain>,
    /// How many journals the district ever opened, and entries it ever wrote.
    opened: usize,
    written: u64,
    received: u64,
    known_before: u64,
}

impl World {
    fn new(desk: Vec<u64>) -> Self {
        let desk_agreed = vec![0; desk.len()];
        let (desk_district, own) = (vec![(0, Vec::new())], vec![(0, vec![0])]);
        Self { desk, desk_agreed, desk_district, own, opened: 1, written: 1, ..Self::default() }
    }

    fn last(journals: &[Chain]) -> (JournalId, Head) {
        let (number, entries) = journals.last().unwrap();
        let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.to_be_bytes()).collect();
        let hash = if entries.is_empty() { Hash::ZERO } else { sha256(&[&bytes]) };
        (district(*number), Head { seq: entries.len() as u64, hash })
    }

    fn district_writes(&mut self, count: u64) {
        let new = self.written..self.written + count;
        self.written = new.end;
        self.own.last_mut().unwrap().1.extend(new);
    }

    /// What the district answers. One that was restored does not know what the desk holds of it, and opens a journal.
    fn asked(&mut self) -> HeadsAnswer {
        let (number, held) = self.desk_district.last().unwrap();
        let known = |(own, entries): &Chain| own == number && entries.starts_with(held);
        if !held.is_empty() && !self.own.iter().any(known) {
            self.own.push((self.opened, Vec::new()));
            self.opened += 1;
            self.district_writes(1);
        }
        self.remote()
    }

    fn remote(&self) -> HeadsAnswer {
        let state = |(&number, &seq): (&u8, &u64)| JournalState {
            journal: journal(number),
            head: head(journal(number), seq),
            verdicts: Vec::new(),
            forked: false,
            mark: None,
            archived: None,
            files_archived: None,
        };
        let journals = self.district.iter().map(state).collect();
        HeadsAnswer { journals, district: Self::last(&self.own), now_ms: 0, stick: None, page_entries: None }
    }

    fn local(&self, remote: &HeadsAnswer) -> Local {
        let journals = (0u8..).zip(&self.desk).zip(&self.desk_agreed).map(|((number, &seq), &agreed)| {
            let name = journal(number);
            let there = head_of(remote, name).seq;
            let there = (there <= seq).then(|| hash(name, there, 0));
            Journal { journal: name, head: head(name, seq), there, agreed }
        });
        let (_, former) = self.desk_district.split_last().unwrap();
        let former = former.iter().map(|(number, _)| district(*number)).collect();
        Local { journals: journals.collect(), district: Self::last(&self.desk_district), former }
    }

    /// Executes a step that may be cut after some entries, as the district would take it in.
    fn execute(&mut self, step: Step, cut: u64) {
        match step {
            Step::Upload { journal: name, after } => {
                let number = name.0[0];
                let end = self.desk[usize::from(number)].min(after + cut);
                let held = self.district.entry(number).or_default();
                for seq in after + 1..=end {
                    if seq == *held + 1 {
                        *held = seq;
                        self.received += 1;
                    } else if seq <= *held {
                        self.known_before += 1;
                    } else {
                        break;
                    }
                }
            }
            Step::Down { .. } | Step::Turn { .. } => {
                for _ in 0..=cut.min(64) {
                    self.hears_one();
                }
            }
            _ => {}
        }
    }

    /// The next entry of the district's, as `/v1/down` gives it: of the journal that the desk knows, else of the next one.
    fn hears_one(&mut self) {
        let (number, held) = self.desk_district.last_mut().unwrap();
        let known = self.own.iter().position(|(own, _)| own == number);
        let next = known.and_then(|at| self.own[at].1.strip_prefix(held.as_slice())?.first());
        match (next, known) {
            (Some(entry), _) => held.push(*entry),
            (None, Some(at)) => self.desk_district.extend(self.own.get(at + 1).map(|(own, of)| (*own, vec![of[0]]))),
            (None, None) => self.desk_district.extend(self.own.last().map(|(own, of)| (*own, vec![of[0]]))),
        }
    }

    fn settle(&mut self) {
        for _ in 0..3 {
            let remote = self.asked();
            for step in plan(&self.local(&remote), &remote) {
                self.execute(step, u64::MAX / 2);
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Event {
    Write(usize, u64),
    NewEpoch,
    DistrictWrites(u64),
    DistrictSetBack(u8, u64),
    /// The district's database is put back as it was so many of its own entries ago, journals opened since included.
    DistrictRestored(u64),
    Exchange {
        cuts: Vec<u64>,
        reversed: bool,
        repeated: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let exchange = (proptest::collection::vec(0u64..40, 1..5), any::<bool>(), any::<bool>())
        .prop_map(|(cuts, reversed, repeated)| Event::Exchange { cuts, reversed, repeated });
    prop_oneof![
        3 => (0usize..4, 1u64..40).prop_map(|(which, count)| Event::Write(which, count)),
        1 => Just(Event::NewEpoch),
        1 => (1u64..20).prop_map(Event::DistrictWrites),
        1 => (0u8..4, 0u64..30).prop_map(|(which, back)| Event::DistrictSetBack(which, back)),
        1 => (1u64..30).prop_map(Event::DistrictRestored),
        4 => exchange,
    ]
}

proptest! {
    #[test]
    fn any_cut_any_order_any_repeat_ends_in_the_same_state(events in proptest::collection::vec(event(), 1..30)) {
        let mut world = World::new(vec![1]);
        let mut heard = Vec::new();
        for event in events {
            match event {
                Event::Write(which, count) => {
                    let which = which % world.desk.len();
                    world.desk[which] += count;
                }
                Event::NewEpoch if world.desk.len() < 4 => {
                    world.desk.push(1);
                    world.desk_agreed.push(0);
                }
                Event::NewEpoch => {}
                Event::DistrictWrites(count) => world.district_writes(count),
                Event::DistrictSetBack(which, back) => {
                    if let Some(held) = world.district.get_mut(&which) {
                        *held = held.saturating_sub(back);
                    }
                }
                Event::DistrictRestored(back) => {
                    for _ in 0..back {
                        let last = world.own.last_mut().unwrap();
                        last.1.pop();
                        if last.1.is_empty() && last.0 > 0 {
                            world.own.pop();
                        } else if last.1.is_empty() {
                            last.1.push(0);
                        }
                    }
                }
                Event::Exchange { cuts, reversed, repeated } => {
                    let remote = world.asked();
                    let mut steps = plan(&world.local(&remote), &remote);
                    if reversed {
                        steps.reverse();
                    }
                    if repeated {
                        steps.extend(steps.clone());
                    }
                    for (step, cut) in steps.into_iter().zip(cuts.into_iter().cycle()) {
                        world.execute(step, cut);
                    }
                }
            }
            // What the district said stays, whatever becomes of the district.
            let kept = |(journal, entries): &Chain| {
                world.desk_district.iter().any(|(own, now)| own == journal && now.starts_with(entries))
            };
            prop_assert!(heard.iter().all(kept));
            heard.clone_from(&world.desk_district);
        }
        let desk = world.desk.clone();
        world.settle();
        let remote = world.remote();
        let local = world.local(&remote);
        prop_assert!(in_step(&local, &remote));
        prop_assert_eq!(plan(&local, &remote), Vec::new());
        prop_assert_eq!(world.district.values().copied().collect::<Vec<_>>(), desk.clone());
        prop_assert_eq!(world.desk, desk, "the desk lost something");
        prop_assert_eq!(world.desk_district.last(), world.own.last());
    }

    #[test]
    fn the_plan_never_sends_what_the_district_has(desk in 1u64..100, district in 0u64..100) {
        let held = BTreeMap::from([(0, district.min(desk))]);
        let mut world = World { district: held, ..World::new(vec![desk]) };
        world.settle();
        prop_assert_eq!(world.known_before, 0);
        prop_assert_eq!(world.received, desk - district.min(desk));
    }

    #[test]
    fn heads_are_in_step_only_where_they_are_equal(desk in 1u64..9, district in 0u64..9, twist in 0u8..2) {
        let remote = one_journal(district, twist, Vec::new(), false);
        let local = one_local(desk, district, 0);
        prop_assert_eq!(in_step(&local, &remote), desk == district && twist == 0);
    }
}

fn one_journal(seq: u64, twist: u8, verdicts: Vec<Verdict>, forked: bool) -> HeadsAnswer {
    let name = journal(0);
    let head = Head { seq, hash: hash(name, seq, twist) };
    let (mark, archived, files_archived) = (None, None, None);
    let journals = vec![JournalState { journal: name, head, verdicts, forked, mark, archived, files_archived }];
    HeadsAnswer { journals, district: (DISTRICT, Head::EMPTY), now_ms: 0, stick: None, page_entries: None }
}

fn one_local(seq: u64, district: u64, agreed: u64) -> Local {
    let name = journal(0);
    let there = (district <= seq).then(|| hash(name, district, 0));
    let own = Journal { journal: name, head: head(name, seq), there, agreed };
    Local { journals: vec![own], district: (DISTRICT, Head::EMPTY), former: Vec::new() }
}

#[test]
fn an_entry_set_aside_or_waiting_is_not_in_step_though_the_heads_are_equal() {
    let with = |verdict| one_journal(3, 0, vec![Verdict { seq: 2, verdict }], false);
    let local = one_local(3, 3, 3);
    assert!(!in_step(&local, &with(VerdictKind::SetAside { code: "kind_unknown".into() })));
    assert!(!in_step(&local, &with(VerdictKind::Waiting { for_seq: 1 })));
    assert!(in_step(&local, &with(VerdictKind::Superseded { by: 3 })));
}

#[test]
fn a_district_that_holds_more_is_asked_for_it_and_nothing_is_sent() {
    let steps = plan(&one_local(3, 5, 3), &one_journal(5, 0, Vec::new(), false));
    assert_eq!(steps, [Step::Own { journal: journal(0), after: 3 }]);
}

#[test]
fn what_a_desk_wrote_since_it_was_set_back_is_compared_from_the_last_equal_place() {
    let mut local = one_local(3, 5, 3);
    local.journals[0].head.seq = 4;
    let name = journal(0);
    let steps = plan(&local, &one_journal(6, 0, Vec::new(), false));
    assert_eq!(steps, [Step::Own { journal: name, after: 3 }]);
}

#[test]
fn a_journal_the_desk_does_not_know_is_asked_for() {
    let local = Local { journals: Vec::new(), district: (DISTRICT, Head::EMPTY), former: Vec::new() };
    assert_eq!(plan(&local, &one_journal(5, 0, Vec::new(), false)), [Step::Own { journal: journal(0), after: 0 }]);
}

#[test]
fn a_fork_is_told_and_the_other_version_offered_from_the_last_equal_place() {
    let steps = plan(&one_local(7, 6, 4), &one_journal(6, 1, Vec::new(), false));
    let name = journal(0);
    assert_eq!(steps, [Step::Forked { journal: name, seq: 6 }, Step::Upload { journal: name, after: 4 }]);
}

#[test]
fn a_fork_the_district_knows_of_does_not_hold_back_what_came_after() {
    let steps = plan(&one_local(7, 6, 6), &one_journal(6, 0, Vec::new(), true));
    let name = journal(0);
    assert_eq!(steps, [Step::Forked { journal: name, seq: 6 }, Step::Upload { journal: name, after: 6 }]);
}

#[test]
fn a_district_whose_own_journal_went_back_is_a_fork_and_not_in_step() {
    let remote = one_journal(3, 0, Vec::new(), false);
    let local = Local { district: (DISTRICT, head(DISTRICT, 2)), ..one_local(3, 3, 3) };
    assert_eq!(plan(&local, &remote), [Step::Forked { journal: DISTRICT, seq: 0 }]);
    assert!(!in_step(&local, &remote));
}

#[test]
fn a_district_that_was_restored_goes_on_in_another_journal_and_the_desk_with_it() {
    let mut remote = one_journal(3, 0, Vec::new(), false);
    remote.district = (district(1), head(district(1), 1));
    let local = Local { district: (DISTRICT, head(DISTRICT, 2)), ..one_local(3, 3, 3) };
    assert_eq!(plan(&local, &remote), [Step::Turn { journal: district(1) }]);
    assert!(!in_step(&local, &remote));
}

#[test]
fn a_journal_that_the_district_left_is_a_fork_where_it_comes_back() {
    let mut remote = one_journal(3, 0, Vec::new(), false);
    remote.district = (DISTRICT, head(DISTRICT, 9));
    let district = (district(1), head(district(1), 1));
    let local = Local { district, former: vec![DISTRICT], ..one_local(3, 3, 3) };
    assert_eq!(plan(&local, &remote), [Step::Forked { journal: DISTRICT, seq: 9 }]);
}
