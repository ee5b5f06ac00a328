use std::slice::from_ref;

use intake_model::{DeskNumber, Person, Stated};
use intake_wire::{BootId, Draft, JournalId, Kind, Moment, RecordOf, Registered};
use proptest::prelude::*;

use super::*;
use crate::{DataKey, Db, Locked};

const MOMENT: Moment = Moment { at_ms: 1_795_482_300_000, boot: BootId([0; 16]), mono_ms: 0 };

/// The day of that moment.
const MOMENT_DAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();

struct Desk {
    db: Db,
    locked: Locked,
    key: DataKey,
    /// Kept as long as the desk.
    home: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let locked = Locked::take(home.path()).unwrap();
        let key = DataKey::generate().unwrap();
        let db = Db::create(&locked.folder(), &key).unwrap();
        db.write::<_, Error>(|tx| tx.open_epoch(JournalId([1; 16]), "A")).unwrap();
        Self { db, locked, key, home }
    }

    fn reopened(self) -> Self {
        let Self { db, locked, key, home } = self;
        drop(db);
        Self { db: Db::open(&locked.folder(), &key).unwrap(), locked, key, home }
    }

    fn register(&self, visit: Visit) -> String {
        let visit = visit.normalised();
        let date = intake_model::civil_date(MOMENT.at_ms);
        let registered = |tx: &Writer<'_>| {
            let (mark, serial) = tx.next_serial(date)?;
            let centre = "120110005".parse().unwrap();
            let desk = DeskNumber::new(1).unwrap();
            let number =
                RegistrationNumber::new(centre, date, desk, mark.parse().unwrap(), serial).unwrap().to_string();
            let open = Registered {
                number: number.clone(),
                headcount: 1,
                party: visit.party,
                owes_written_notice: false,
                import_key: String::new(),
                draft: String::new(),
            };
            let seq = tx.append(draft(Kind::registered(), &open, &visit), 1, MOMENT)?;
            tx.insert_matter(&number, date, serial, seq, "")?;
            tx.set_identities(&number, None, &visit)?;
            Ok(number)
        };
        self.db.write::<_, Error>(registered).unwrap()
    }

    /// A second version of the desk's first matter.
    fn correct(&self, number: &str, visit: Visit) {
        let visit = visit.normalised();
        let corrected = |tx: &Writer<'_>| {
            let open = serde_json::json!({ "number": number, "headcount": 1, "owes_written_notice": false });
            let seq = tx.append(draft(Kind::corrected(), &open, &visit), 1, MOMENT)?;
            tx.set_version(number, 2, seq)
        };
        self.db.write::<_, Error>(corrected).unwrap();
    }

    fn index(&self) {
        while self.db.write::<_, Error>(|tx| tx.index(64)).unwrap() {}
    }

    fn purge(&self) {
        let slice = |tx: &Writer<'_>| {
            let more = tx.purge_index()?;
            Ok(more)
        };
        while self.db.write::<_, Error>(slice).unwrap() {}
    }

    fn finds(&self, text: &str) -> Vec<String> {
        let query = Query { words: Words::of(text), ..Query::default() };
        let page = self.db.read::<_, Error>(|r| r.search().page(&query, None, 100)).unwrap();
        page.matters.into_iter().map(|matter| matter.number).collect()
    }

    /// Whether these bytes lie anywhere in the index.
    fn index_holds(&self, bytes: &[u8]) -> bool {
        let blobs = self.db.read::<_, Error>(|r| {
            let mut statement = r.connection.prepare("SELECT block FROM search_data")?;
            let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
        });
        blobs.unwrap().iter().any(|blob| blob.windows(bytes.len()).any(|part| part == bytes))
    }
}

fn draft(kind: Kind, open: &impl serde::Serialize, visit: &Visit) -> Draft {
    let record = RecordOf { query_code: "Q".into(), visit: visit.clone() };
    Draft { kind, open: serde_json::to_vec(open).unwrap(), personal: serde_json::to_vec(&record).unwrap() }
}

fn named(name: &str, demand: &str) -> Visit {
    Visit { name: Stated::Stated(name.into()), demand: demand.into(), ..Visit::default() }
}

/// What people say and what input methods leave: all of Unicode but control characters, and often Chinese.
fn text() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        6 => proptest::char::range('一', '龥'),
        1 => any::<char>().prop_filter("control characters are refused", |c| !c.is_control()),
        1 => prop::sample::select("ＡａZz019·•，。.- \"'*()（）\u{E0100}İß𬱖".chars().collect::<Vec<_>>()),
    ];
    prop::collection::vec(one, 1..40).prop_map(String::from_iter)
}

/// Each single character and each two neighbours.
fn parts(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    [1, 2]
        .into_iter()
        .flat_map(|length| characters.windows(length).map(String::from_iter).collect::<Vec<_>>())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn each_part_of_what_was_said_finds_the_matter_before_and_after_the_index_has_it(
        name in text(), other in text(), title in text(), demand in text(),
    ) {
        let desk = Desk::new();
        let people = vec![Person { name: other, ..Person::default() }];
        let visit = Visit { title, people, ..named(&name, &format!("要求{demand}")) }.normalised();
        let number = desk.register(visit.clone());
        desk.register(named("某某", "别的事"));
        for _ in 0..2 {
            for said in intake_model::seek::texts(&visit).into_iter().map(|(_, text)| text.to_owned()) {
                for part in parts(&said) {
                    prop_assert!(desk.finds(&part).contains(&number), "{part:?} of {said:?}");
                }
            }
            desk.index();
        }
    }

    #[test]
    fn a_sealed_matter_is_found_by_none_of_its_words(name in text(), demand in text(), late in any::<bool>()) {
        let desk = Desk::new();
        let open = named(&name, &format!("要求{demand}")).normalised();
        let sealed = Visit { confidential: true, ..open.clone() };
        let number = desk.register(if late { open.clone() } else { sealed.clone() });
        if late {
            desk.index();
            desk.correct(&number, sealed);
        }
        // Digits that are also the last of its number find it, as anybody's.
        let by_number = |part: &str| Words::of(part).0.iter().all(|word| finds(word, &number.parse().unwrap(), None));
        for _ in 0..2 {
            for part in parts(&name).iter().chain(&parts(&demand)).filter(|part| !by_number(part)) {
                prop_assert!(!desk.finds(part).contains(&number), "{part:?}");
            }
            prop_assert_eq!(desk.finds(&number), from_ref(&number));
            desk.index();
        }
    }

    #[test]
    fn a_name_is_found_by_its_whole_pinyin_and_by_its_initials(name in "[一-龥]{2,4}", reading in any::<prop::sample::Index>()) {
        let desk = Desk::new();
        let number = desk.register(named(&name, "路灯坏了。"));
        let spelling = intake_model::seek::spelled(&intake_model::seek::Folded::of(&name));
        let whole: String = spelling.readings().iter().map(|readings| reading.get(readings).as_str()).collect();
        // A character without a reading (兙) is typed as itself or not at all: nobody mixes it with pinyin.
        prop_assume!(whole.is_ascii());
        let initials: String = spelling.readings().iter().filter_map(|readings| reading.get(readings).chars().next()).collect();
        for _ in 0..2 {
            for typed in [&whole, &initials, &whole.to_uppercase()] {
                prop_assert!(desk.finds(typed).contains(&number), "{typed} for {name}");
            }
            desk.index();
        }
    }
}

#[test]
fn the_index_trails_and_everything_is_found_all_the_same_also_after_a_restart() {
    let desk = Desk::new();
    let mut numbers: Vec<String> =
        (0..150).map(|index| desk.register(named("张伟", &format!("第{index}件")))).collect();
    numbers.reverse();
    assert!(desk.db.write::<_, Error>(|tx| tx.index(64)).unwrap(), "more is left");
    let page = |desk: &Desk, after| {
        let query = Query { words: Words::of("zhangwei"), ..Query::default() };
        desk.db.read::<_, Error>(|r| r.search().page(&query, after, 100)).unwrap()
    };
    let all = |desk: &Desk| {
        let first = page(desk, None);
        let second = page(desk, first.next);
        assert!(second.next.is_none());
        first.matters.into_iter().chain(second.matters).map(|matter| matter.number).collect::<Vec<_>>()
    };
    assert_eq!(all(&desk), numbers);
    let desk = desk.reopened();
    assert_eq!(all(&desk), numbers);
    desk.index();
    assert_eq!(all(&desk), numbers);
}

#[test]
fn no_token_of_what_was_sealed_later_is_left_once_there_was_time_to_take_it_out() {
    let desk = Desk::new();
    let open = named("饕餮", "要求饕餮一事公开。");
    let number = desk.register(open.clone());
    for index in 0..40 {
        desk.register(named("张伟", &format!("第{index}件")));
    }
    desk.index();
    let secret = "餮".as_bytes();
    assert!(desk.index_holds(secret));
    desk.correct(&number, Visit { confidential: true, ..open });
    desk.index();
    assert_eq!(desk.finds("饕餮"), [""; 0]);
    let desk = desk.reopened();
    desk.purge();
    assert!(!desk.index_holds(secret), "a deleted token lies in the index");
    assert_eq!(desk.finds("第7件").len(), 1);
}

#[test]
fn a_question_that_the_index_answers_wrongly_too_often_is_given_back_unfinished_and_goes_on() {
    let desk = Desk::new();
    let wanted = desk.register(named("张伟", "物业费涨了"));
    for _ in 0..LOOKED_AT + 20 {
        desk.register(named("李敏", "物业说业费另算"));
    }
    desk.index();
    let query = Query { words: Words::of("物业费"), ..Query::default() };
    let page = |after| desk.db.read::<_, Error>(|r| r.search().page(&query, after, 10)).unwrap();
    let first = page(None);
    assert!(first.matters.is_empty() && first.next.is_some(), "nobody waits for so many");
    let second = page(first.next);
    assert_eq!(second.matters.iter().map(|matter| &matter.number).collect::<Vec<_>>(), [&wanted]);
    assert!(second.next.is_none());
}

#[test]
fn nothing_that_is_typed_breaks_the_question() {
    let desk = Desk::new();
    desk.register(named("张伟", "物业费涨了"));
    desk.index();
    let long = "zhangwei".repeat(200);
    for typed in [
        "\"",
        "张\" OR \"伟",
        "*",
        "a*",
        "NEAR(a b)",
        "-",
        "tokens:张",
        "^",
        "()",
        "\u{1}",
        "\u{7f}",
        &long,
        "1111111111",
    ] {
        desk.finds(typed);
    }
    assert_eq!(desk.finds("· ・"), desk.finds(""));
}

#[test]
fn a_matter_is_found_by_how_it_stands_with_the_district_also_after_it_was_changed() {
    let desk = Desk::new();
    let numbers: Vec<String> = (0..4).map(|index| desk.register(named("张伟", &format!("第{index}件")))).collect();
    let journal = JournalId([1; 16]);
    let of = |state| {
        let query = Query { words: Words::of("张伟"), state: Some(state), ..Query::default() };
        let page = desk.db.read::<_, Error>(|r| r.search().page(&query, None, 100)).unwrap();
        page.matters
            .into_iter()
            .map(|matter| numbers.iter().position(|one| *one == matter.number).unwrap())
            .collect::<Vec<_>>()
    };
    let states = [Wanted::Waiting, Wanted::Sent, Wanted::SetAside, Wanted::Void];
    let check = |expect: [&[usize]; 4]| {
        for indexed in [false, true] {
            if indexed {
                desk.index();
            }
            assert_eq!(states.map(of), expect.map(<[usize]>::to_vec), "indexed: {indexed}");
        }
        // The morning after, whatever the district has not settled is still told of.
        let tomorrow = MOMENT_DAY.succ_opt().unwrap();
        let open = |limit| desk.db.read::<_, Error>(|r| r.matters().open_before(tomorrow, limit)).unwrap();
        let told: BTreeSet<String> = open(100).into_iter().map(|matter| matter.number).collect();
        let [waiting, _, set_aside, void] = expect;
        let unsettled = [waiting, set_aside, void].concat().into_iter().map(|place| numbers[place].clone());
        assert_eq!(told, unsettled.collect());
        assert_eq!(open(1).len(), 1);
        assert_eq!(desk.db.read::<_, Error>(|r| r.matters().open_before(MOMENT_DAY, 100)).unwrap().len(), 0);
    };
    check([&[3, 2, 1, 0], &[], &[], &[]]);
    let head = intake_wire::Head { seq: 3, hash: intake_wire::Hash::ZERO };
    desk.db.write::<_, Error>(|tx| tx.line().record_remote(journal, head)).unwrap();
    check([&[3], &[2, 1, 0], &[], &[]]);
    desk.correct(&numbers[0], named("张伟", "更正过"));
    check([&[3, 0], &[2, 1], &[], &[]]);
    let verdict =
        intake_wire::Verdict { seq: 2, verdict: intake_wire::VerdictKind::SetAside { code: "kind_unknown".into() } };
    desk.db.write::<_, Error>(|tx| tx.line().put_verdicts(journal, &[verdict])).unwrap();
    check([&[3, 0], &[2], &[1], &[]]);
    let void = |tx: &Writer<'_>| {
        let open = serde_json::json!({ "number": numbers[2] });
        let seq = tx.append(draft(Kind::voided(), &open, &Visit::default()), 1, MOMENT)?;
        tx.set_void(&numbers[2], "重复登记", seq)
    };
    desk.db.write::<_, Error>(void).unwrap();
    check([&[3, 0], &[], &[1], &[2]]);
}

#[test]
fn matters_of_a_later_epoch_stand_above_those_of_the_one_before_and_both_are_found() {
    let desk = Desk::new();
    let mut expect: Vec<String> = (0..5).map(|index| desk.register(named("张伟", &format!("第{index}件")))).collect();
    desk.index();
    desk.db.write::<_, Error>(|tx| tx.open_epoch(JournalId([2; 16]), "B")).unwrap();
    expect.extend((0..3).map(|index| desk.register(named("张伟", &format!("又{index}件")))));
    expect.reverse();
    for _ in 0..2 {
        assert_eq!(desk.finds("zw"), expect);
        assert_eq!(desk.finds("01b0002"), from_ref(&expect[1]));
        desk.index();
    }
}
