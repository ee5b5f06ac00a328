//! Finding matters again, and looking up earlier ones: on a real desk's folder.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::slice::from_ref;
use std::sync::Arc;

use intake_app::{Desk, EarlierQuery, FoundPlace, SearchQuery, SearchState};
use intake_model::{Class, Code, Filed, IdPaper, Identity, Party, Person, PersonRole, Question, Stated, Visit};
use testkit::FixedMoments;
use testkit::desk::{CLERK_ID, PASSWORD, made, open, open_at};

const DAY_MS: i64 = 24 * 3_600_000;

fn visit(name: &str, demand: &str) -> Visit {
    Visit {
        name: Stated::Stated(name.into()),
        address: Stated::Stated("新立街道中河村3排12号".into()),
        phone: Some("13920011234".into()),
        demand: demand.into(),
        ..Visit::default()
    }
}

fn identified(number: &str, visit: Visit) -> Visit {
    Visit { identity: Some(Identity { paper: IdPaper::ResidentId, number: number.into(), nationality: None }), ..visit }
}

/// Made-up numbers whose check characters fit.
const ONE: &str = "11010519491231002X";
const OTHER: &str = "440524188001010014";

fn asked(text: &str) -> SearchQuery {
    SearchQuery { text: text.into(), limit: 50, ..SearchQuery::default() }
}

fn numbers(desk: &Desk, query: &SearchQuery) -> Vec<String> {
    desk.search(query).unwrap().rows.into_iter().map(|found| found.row.number).collect()
}

fn finds(desk: &Desk, text: &str) -> Vec<String> {
    numbers(desk, &asked(text))
}

fn under(number: &str) -> EarlierQuery {
    EarlierQuery { paper: IdPaper::ResidentId, number: number.into() }
}

fn earlier(desk: &Desk, number: &str) -> Vec<String> {
    desk.look_up_earlier(&under(number)).unwrap().into_iter().map(|one| one.number).collect()
}

#[test]
fn what_is_registered_is_found_at_once_and_after_the_index_has_it_and_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let first = desk.register(&visit("张伟", "物业费从1.2元涨到1.8元，要求公示账目。")).unwrap().number;
    let short = first.rsplit('-').nth(1).unwrap().to_owned();
    let second = desk.register(&visit("阿不都热依木·买买提", "供暖温度不达标。")).unwrap().number;
    let look = |desk: &Desk| {
        for typed in ["张伟", "张", "zw", "zhangwei", "zhangw", "物业", "1.8", "wyf", "1234", &first, &short] {
            assert!(finds(desk, typed).contains(&first), "{typed}");
        }
        for typed in ["木买买", "依木・买", "mmt", "供暖"] {
            assert_eq!(finds(desk, typed), from_ref(&second), "{typed}");
        }
        assert_eq!(finds(desk, ""), [second.clone(), first.clone()], "the newest first");
        assert_eq!(finds(desk, "张伟 供暖"), [""; 0]);
        assert_eq!(finds(desk, "业物"), [""; 0]);
    };
    look(&desk);
    desk.tick().unwrap();
    look(&desk);
    let third = desk.register(&visit("张伟", "路灯坏了半年。")).unwrap().number;
    assert_eq!(finds(&desk, "zhang wei"), [third.clone(), first.clone()], "above the index and in it");
    drop(desk);
    let desk = open(home.path()).unwrap();
    assert_eq!(desk.search(&asked("张伟")).unwrap_err().code(), Code::DeskLocked);
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    assert_eq!(finds(&desk, "张伟"), [third, first]);
}

#[test]
fn a_correction_replaces_what_a_matter_is_found_by_and_a_void_one_stays_found() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = desk.register(&visit("张伟", "物业费上涨。")).unwrap().number;
    let other = desk.register(&visit("李敏", "路灯坏了。")).unwrap().number;
    for indexed in [false, true] {
        if indexed {
            desk.tick().unwrap();
        }
        let name = if indexed { "张玮" } else { "章伟" };
        let before = if indexed { "章伟" } else { "张伟" };
        desk.correct(&number, &visit(name, "停水三天。")).unwrap();
        for _ in 0..2 {
            assert_eq!(finds(&desk, name), from_ref(&number), "{name}");
            assert_eq!(finds(&desk, "停水"), from_ref(&number));
            assert_eq!(finds(&desk, before), [""; 0], "{before}");
            assert_eq!(finds(&desk, "物业"), [""; 0]);
            desk.tick().unwrap();
        }
    }
    desk.void_matter(&number, "重复登记").unwrap();
    let void = SearchQuery { state: Some(SearchState::Void), ..asked("") };
    let waiting = SearchQuery { state: Some(SearchState::Waiting), ..asked("") };
    for _ in 0..2 {
        assert_eq!(finds(&desk, "停水"), from_ref(&number));
        assert_eq!(numbers(&desk, &void), from_ref(&number));
        assert_eq!(numbers(&desk, &waiting), from_ref(&other));
        desk.tick().unwrap();
    }
}

#[test]
fn a_sealed_matter_is_found_by_its_number_alone_and_shows_the_fixed_word() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let told = Visit { passed_because: "来访人要求".into(), ..visit("张伟", "反映某干部违规占地。") };
    let asked_for = Visit { confidential: true, neutral_title: "土地问题".into(), ..told.clone() };
    let denounced =
        Visit { routing: Some(Question { class: Class::Denunciation, ..Question::default() }), ..told.clone() };
    let sealed = [desk.register(&asked_for).unwrap().number, desk.register(&denounced).unwrap().number];
    // Told openly first, and sealed by a correction.
    let late = desk.register(&told).unwrap().number;
    desk.tick().unwrap();
    assert_eq!(finds(&desk, "占地"), from_ref(&late));
    desk.correct(&late, &asked_for).unwrap();
    for _ in 0..2 {
        for typed in ["张伟", "zw", "占", "土地", "1234", "违规", "wgzd"] {
            assert_eq!(finds(&desk, typed), [""; 0], "{typed}");
        }
        for number in sealed.iter().chain([&late]) {
            let found = desk.search(&asked(number)).unwrap().rows;
            assert_eq!(found.len(), 1, "{number}");
            assert_eq!((found[0].row.title.as_str(), found[0].row.name.as_str()), ("保密事项", ""));
            assert!(found[0].excerpt.is_none());
        }
        desk.tick().unwrap();
    }
}

#[test]
fn days_category_and_state_narrow_what_is_found() {
    let home = tempfile::tempdir().unwrap();
    drop(made(home.path()).unwrap());
    let clock = FixedMoments::default();
    let desk = open_at(home.path(), Arc::new(clock.clone())).unwrap();
    desk.sign_in(CLERK_ID, PASSWORD).unwrap();
    let filed = |code: &str, edition| Some(Filed { edition, code: code.into() });
    let property = Visit { content: filed("010901", 1), ..visit("张伟", "物业费上涨。") };
    let mut registered = Vec::new();
    for day in 0..40 {
        let visit = if day % 4 == 0 { property.clone() } else { visit("李敏", "物业费上涨，路灯坏了。") };
        let visit = Visit { passed_because: "来访人自述".into(), ..visit };
        registered.push(desk.register(&visit).unwrap().number);
        clock.pass_ms(DAY_MS);
    }
    for _ in 0..2 {
        let days = SearchQuery { from: "2026-11-30".parse().ok(), to: "2026-12-02".parse().ok(), ..asked("物业") };
        assert_eq!(numbers(&desk, &days), [registered[8].clone(), registered[7].clone(), registered[6].clone()]);
        let since = SearchQuery { from: "2027-01-01".parse().ok(), ..asked("物业") };
        assert_eq!(numbers(&desk, &since), [registered[39].clone(), registered[38].clone()]);
        let never = SearchQuery { to: "2026-11-23".parse().ok(), ..asked("") };
        assert_eq!(numbers(&desk, &never), [""; 0]);
        for code in ["010901", "010900", "010000"] {
            let under = SearchQuery { category: filed(code, 1), ..asked("") };
            let mut expect: Vec<_> = registered.iter().step_by(4).cloned().collect();
            expect.reverse();
            assert_eq!(numbers(&desk, &under), expect, "{code}");
        }
        let elsewhere = SearchQuery { category: filed("020000", 1), ..asked("物业") };
        assert_eq!(numbers(&desk, &elsewhere), [""; 0]);
        desk.tick().unwrap();
    }
}

#[test]
fn pages_lose_nothing_and_repeat_nothing_while_others_are_registered_and_corrected() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let mut expect = Vec::new();
    for index in 0..57 {
        expect.push(desk.register(&visit("张伟", &format!("第{index}件，物业费上涨。"))).unwrap().number);
        if index == 30 {
            desk.tick().unwrap();
        }
    }
    expect.reverse();
    let (mut got, mut after, mut turn) = (Vec::new(), None, 0);
    loop {
        let page = desk.search(&SearchQuery { limit: 10, after, ..asked("物业费") }).unwrap();
        got.extend(page.rows.into_iter().map(|found| found.row.number));
        desk.register(&visit("张伟", "又来一件，物业费上涨。")).unwrap();
        desk.correct(&expect[turn * 5], &visit("张伟", "更正过，物业费上涨。")).unwrap();
        turn += 1;
        if turn % 2 == 0 {
            desk.tick().unwrap();
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(got, expect);
}

#[test]
fn what_was_looked_for_is_marked_where_it_stands() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let people = vec![Person { role: PersonRole::Companion, name: "赵敏".into(), ..Person::default() }];
    let told = Visit {
        people,
        title: "物业收费".into(),
        facts: "去年十月起，电梯三次停运，老人下不了楼。".into(),
        ..visit("张伟", "要求公示账目。")
    };
    desk.register(&told).unwrap();
    let marked = |typed: &str| {
        let found = desk.search(&asked(typed)).unwrap().rows.remove(0);
        let hits = |pieces: &[intake_app::FoundPiece]| -> String {
            pieces.iter().filter(|piece| piece.hit).map(|piece| piece.text.as_str()).collect()
        };
        let excerpt = found.excerpt.map(|one| (one.place, hits(&one.pieces)));
        (hits(&found.name), hits(&found.title), excerpt)
    };
    assert_eq!(marked("张 收费"), ("张".into(), "收费".into(), None));
    assert_eq!(marked("wysf"), (String::new(), "物业收费".into(), None));
    assert_eq!(marked("zhaomin").2, Some((FoundPlace::Person, "赵敏".into())));
    assert_eq!(marked("停运").2, Some((FoundPlace::Facts, "停运".into())));
    assert_eq!(marked("1234").2, Some((FoundPlace::Phone, "1234".into())));
    assert_eq!(marked("0001").2.unwrap().0, FoundPlace::Number);
}

#[test]
fn an_import_of_hundreds_is_found_before_and_while_the_index_catches_up() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    for row in 0..300 {
        let name = if row == 7 { "欧阳修远" } else { "王小明" };
        desk.register_once(&visit(name, "旧台账导入。"), &format!("row {row}")).unwrap();
    }
    for _ in 0..3 {
        assert_eq!(finds(&desk, "oyxy").len(), 1);
        assert_eq!(finds(&desk, "欧阳").len(), 1);
        desk.tick().unwrap();
    }
}

#[test]
fn earlier_matters_are_found_by_exactly_the_paper_or_the_slip_and_by_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let first = desk.register(&identified(ONE, visit("张伟", "物业费上涨。"))).unwrap().number;
    desk.register(&identified(OTHER, visit("张伟", "同名的另一位，同一部电话。"))).unwrap();
    let second = desk.register(&identified(ONE, visit("张伟", "又来催办。"))).unwrap().number;
    assert_eq!(earlier(&desk, ONE), [second.clone(), first.clone()], "the newest first");
    assert_eq!(earlier(&desk, " 11010519491231002ｘ "), [second.clone(), first.clone()], "however it is typed");
    assert_eq!(earlier(&desk, &first.replace('-', "").to_lowercase()), from_ref(&first), "as a scanner types a slip");
    let cut = first.strip_suffix(|_: char| true).unwrap();
    for other in ["13920011234", "张伟", "110105194912310021", "1101051949123100", cut, " "] {
        assert_eq!(earlier(&desk, other), [""; 0], "{other}");
    }
    // The same digits on another paper are another person's.
    let passport = EarlierQuery { paper: IdPaper::Passport, number: ONE.into() };
    assert_eq!(desk.look_up_earlier(&passport).unwrap(), []);
    desk.lock().unwrap();
    assert_eq!(desk.look_up_earlier(&under(ONE)).unwrap_err().code(), Code::DeskLocked);
}

#[test]
fn a_corrected_paper_leads_to_the_matter_and_the_one_written_by_mistake_no_longer_does() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = desk.register(&identified(OTHER, visit("张伟", "物业费上涨。"))).unwrap().number;
    desk.correct(&number, &identified(ONE, visit("张伟", "物业费上涨。"))).unwrap();
    assert_eq!((earlier(&desk, OTHER), earlier(&desk, ONE)), (vec![], vec![number.clone()]));
    desk.void_matter(&number, "重复登记").unwrap();
    let shown = desk.look_up_earlier(&under(ONE)).unwrap();
    assert!(shown[0].void, "a void one is shown as void");
}

#[test]
fn a_sealed_matter_is_never_among_the_earlier_ones() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let open = identified(ONE, Visit { passed_because: "来访人要求".into(), ..visit("张伟", "占地问题。") });
    let sealed = Visit { confidential: true, ..open.clone() };
    let number = desk.register(&sealed).unwrap().number;
    assert_eq!((earlier(&desk, ONE), earlier(&desk, &number)), (vec![], vec![]));
    desk.correct(&number, &open).unwrap();
    assert_eq!(earlier(&desk, ONE), from_ref(&number));
    desk.correct(&number, &sealed).unwrap();
    assert_eq!((earlier(&desk, ONE), earlier(&desk, &number)), (vec![], vec![]));
    assert_eq!(desk.earlier_told(&under(ONE), &number).unwrap_err().code(), Code::NumberUnknown);
}

#[test]
fn what_is_taken_over_is_of_the_person_whose_paper_it_was() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let daughter = Person {
        name: "张丽".into(),
        phone: Some("13800001111".into()),
        identity: Some(Identity { paper: IdPaper::ResidentId, number: OTHER.into(), nationality: None }),
        ..Person::default()
    };
    let told = identified(ONE, Visit { people: vec![daughter], ..visit("张伟", "物业费上涨。") });
    let number = desk.register(&told).unwrap().number;
    let of = |by: &str| desk.earlier_told(&under(by), &number).unwrap();
    assert_eq!((of(ONE).name, of(&number).name), (told.name.clone(), told.name.clone()));
    assert_eq!((of(ONE).address, of(ONE).phone), (told.address.clone(), told.phone.clone()));
    let hers = of(OTHER);
    assert_eq!((hers.name, hers.address), (Stated::Stated("张丽".into()), Stated::Unknown));
    assert_eq!((hers.phone.as_deref(), hers.party), (Some("13800001111"), Party::Person));
}

#[test]
fn where_a_matter_stands_with_the_district_narrows_the_search() {
    let home = tempfile::tempdir().unwrap();
    let desk = made(home.path()).unwrap();
    let number = desk.register(&visit("张伟", "物业费上涨。")).unwrap().number;
    let of = |state| numbers(&desk, &SearchQuery { state: Some(state), ..asked("物业") });
    assert_eq!(of(SearchState::Waiting), [number]);
    for state in [SearchState::Sent, SearchState::SetAside, SearchState::Void] {
        assert_eq!(of(state), [""; 0], "{state:?}");
    }
}
