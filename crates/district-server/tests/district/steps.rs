//! The centre's own steps as its desks tell them: applied, waiting, set aside, and seen by staff and visitors.

use district_server::Role;
use intake_wire::{Kind, Resealed, VerdictKind, limits};

use crate::world::{Desk, aside, kinds, world};

impl Desk {
    /// A step of the centre with a matter, named by `step`.
    pub(crate) fn step(&mut self, kind: Kind, number: &str, step: &str, more: &str, personal: &str) -> u64 {
        let open = format!(r#"{{"number":"{number}","step":"{step}","on":"2026-11-25"{more}}}"#);
        self.say(kind, open, personal)
    }

    pub(crate) fn take_back(&mut self, number: &str, step: &str) -> u64 {
        let open = format!(r#"{{"number":"{number}","step":"{step}"}}"#);
        self.say(Kind::step_withdrawn(), open, r#"{"reason":"记错了"}"#)
    }
}

const HANDED: &str = r#"{"told":{"section":"物业管理科","person":"李强"}}"#;
const ANSWERED: &str = r#"{"told":{"answer":"已责令恢复原收费标准","by":"周建国"}}"#;

#[tokio::test]
async fn steps_are_applied_with_their_days_and_taken_back_by_their_names() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let number = desk.number_of(1);
    desk.step(Kind::accepted(), &number, "a1", "", r#"{"told":{}}"#);
    desk.step(Kind::handed_over(), &number, "a2", r#","due":"2026-12-05","later":1"#, HANDED);
    desk.step(Kind::replied(), &number, "a3", r#","way":"written","received_on":"2026-11-27""#, ANSWERED);
    desk.step(Kind::closed(), &number, "a4", r#","ending":"answered""#, r#"{"to":["age1"],"sealed":"YQ=="}"#);
    desk.take_back(&number, "a4");
    let answer = world.pages(desk.whole()).await.unwrap();
    assert!(kinds(&answer).iter().all(|verdict| *verdict == VerdictKind::Stored), "{answer:?}");
    assert_eq!(world.count("SELECT count(*) FROM steps WHERE NOT withdrawn"), 3);
    assert_eq!(
        world.count("SELECT count(*) FROM steps WHERE kind = 'closed' AND withdrawn AND ending = 'answered'"),
        1
    );
    assert_eq!(world.count("SELECT count(*) FROM steps WHERE due_on = '2026-12-05' AND kind = 'handed_over'"), 1);
    assert_eq!(world.count("SELECT count(*) FROM steps WHERE way = 'written' AND received_on = '2026-11-27'"), 1);
    for word in ["李强", "物业管理科", "已责令"] {
        let sql = format!("SELECT count(*) FROM steps s WHERE s::text LIKE '%{word}%'");
        assert_eq!(world.count(&sql), 0, "{word} stands beside its entry");
    }
}

#[tokio::test]
async fn a_step_waits_for_its_matter_and_one_that_nobody_took_is_set_aside() {
    let world = world();
    let mut desk = world.desk(1).await;
    // Its registration cannot be read yet.
    let number = desk.number_of(1);
    let open = serde_json::json!({ "number": number }).to_string();
    let broken = desk.say(Kind::registered(), open, "{}");
    desk.step(Kind::accepted(), &number, "a1", "", r#"{"told":{}}"#);
    desk.take_back(&number, "a1");
    desk.register(2, testkit::visits::elder_support());
    let other = desk.number_of(2);
    desk.take_back(&other, "a1");
    desk.step(Kind::closed(), &other, "b1", r#","ending":"sung_about""#, r#"{"told":{}}"#);
    desk.step(Kind::replied(), &other, "b2", "", r#"{"answer":"not where it should be"}"#);
    desk.step(Kind::accepted(), &desk.number_of(99), "c1", "", r#"{"told":{}}"#);
    let answer = world.pages(desk.whole()).await.unwrap();
    let (unreadable, waits) = (|| aside("content_unreadable"), || VerdictKind::Waiting { for_seq: broken });
    // The last one's matter may be the one whose number nobody can read.
    let expect = [
        unreadable(),
        waits(),
        waits(),
        VerdictKind::Stored,
        aside("step_unknown"),
        unreadable(),
        unreadable(),
        waits(),
    ];
    assert_eq!(kinds(&answer), expect);
    let before = desk.entries.len();
    desk.correct(1, broken, testkit::visits::property_fee());
    let answer = world.pages(desk.page(before, limits::BLOCK_ENTRIES).0).await.unwrap();
    assert_eq!(kinds(&answer), [VerdictKind::Stored]);
    assert_eq!(world.count("SELECT count(*) FROM steps WHERE kind = 'accepted' AND withdrawn"), 1);
}

#[tokio::test]
async fn the_words_of_a_step_go_where_its_matter_becomes_sealed() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let number = desk.number_of(1);
    let seq = desk.step(Kind::replied(), &number, "a1", r#","way":"phone""#, ANSWERED);
    world.pages(desk.whole()).await.unwrap();
    let told = Resealed { number, journal: desk.journal, of: vec![seq] };
    desk.say(Kind::resealed(), serde_json::to_vec(&told).unwrap(), r#"{"to":["age1"],"sealed":"YQ=="}"#);
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.count(&format!("SELECT count(*) FROM entries WHERE seq = {seq} AND personal IS NULL")), 1);
}

#[tokio::test]
async fn staff_read_a_matters_steps_and_its_visitor_how_far_it_is() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let number = desk.number_of(1);
    desk.step(Kind::accepted(), &number, "a1", "", r#"{"told":{}}"#);
    desk.step(Kind::handed_over(), &number, "a2", r#","due":"2026-12-05""#, HANDED);
    desk.step(Kind::replied(), &number, "a3", r#","way":"written""#, ANSWERED);
    desk.step(Kind::closed(), &number, "a4", r#","ending":"withdrawn""#, r#"{"told":{}}"#);
    desk.take_back(&number, "a4");
    let sealed = desk.register_sealed(2);
    desk.step(Kind::replied(), &sealed, "b1", r#","way":"phone""#, r#"{"to":["age1reader"],"sealed":"YQ=="}"#);
    world.pages(desk.whole()).await.unwrap();
    let mut browser = world.signed_in("经办", Role::Officer).await;
    let page = browser.get(&format!("/matters/{number}")).await.text;
    for told in [
        "物业管理科，李强，要求2026-12-05前回复",
        "书面答复，已责令恢复原收费标准，答复人：周建国",
        "来访人撤回",
        "已撤销",
        "撤销办理步骤",
    ] {
        assert!(page.contains(told), "{told} {page}");
    }
    assert!(!browser.get(&format!("/matters/{sealed}")).await.text.contains("答复"));

    browser.get("/visit").await;
    let told = browser.post("/visit", &[("number", &number), ("code", "ABCD2345")]).await.text;
    for word in
        ["<h2 id=\"state\">已答复</h2>", "受理　2026年11月25日", "交承办　2026年11月25日", "答复　2026年11月25日"]
    {
        assert!(told.contains(word), "{word} {told}");
    }
    // What was said, by whom, and what was taken back, is not for the page; nor is a notice owed any more.
    for word in ["李强", "物业", "周建国", "已责令", "撤回", "最迟书面告知"] {
        assert!(!told.contains(word), "{word} {told}");
    }
    browser.get("/visit").await;
    let told = browser.post("/visit", &[("number", &sealed), ("code", "ABCD2345")]).await.text;
    assert!(told.contains("已登记") && !told.contains("答复"), "{told}");
}
