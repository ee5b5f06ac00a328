//! A paper that one window issued and another one delivered: applied once, told to the window that issued it and to the others.

use std::time::Duration;

use district_server::Role;
use intake_wire::{
    DeliveryTold, Entry, Head, Kind, MatterShared, PaperDelivered, SharedDelivery, SharedState, SharedWords,
    VerdictKind,
};
use serde::de::DeserializeOwned;

use crate::paper;
use crate::world::{Desk, World, aside, kinds, world};

impl Desk {
    /// What this desk says of papers of another one's matter.
    fn delivers_for(&mut self, number: &str, serials: &[u32], receiver: &str, at: &str) -> u64 {
        let papers: Vec<String> = serials.iter().map(|serial| paper(*serial)).collect();
        let open = serde_json::json!({ "number": number, "documents": papers });
        let delivery = serde_json::json!({ "way": "in_person", "receiver": receiver, "relation": "配偶", "at": at });
        self.say(Kind::delivered_for(), open.to_string(), serde_json::json!({ "delivery": delivery }).to_string())
    }
}

impl Desk {
    /// Corrects its first matter into a sealed one, and seals what it said of it before.
    fn seal(&mut self, number: &str) {
        let personal = r#"{"query_code":"ABCD2345","materials":0,"to":["age1reader"],"sealed":"c2VhbGVk"}"#;
        let corrected = serde_json::json!({ "number": number, "version": 2, "corrects": 1, "headcount": 1,
            "party": "person", "owes_written_notice": true });
        self.say(Kind::corrected(), corrected.to_string(), personal);
        let of = serde_json::json!({ "number": number, "journal": self.journal, "of": [1] });
        self.say(Kind::resealed(), of.to_string(), personal);
    }
}

/// What the district says to a desk that asks, of one kind.
async fn told(world: &World, desk: &Desk, kind: &Kind) -> Vec<Entry> {
    world.heads(desk, Head::EMPTY).await.unwrap();
    let blocks = world.down(desk, 0).await;
    blocks.into_iter().flat_map(|block| block.entries).filter(|one| one.kind == *kind).collect()
}

fn open<T: DeserializeOwned>(entry: &Entry) -> T {
    serde_json::from_slice(entry.open.bytes().unwrap()).unwrap()
}

/// The last that a desk was told of the only matter it hears of.
async fn shared(world: &World, desk: &Desk) -> (MatterShared, Option<SharedWords>) {
    let last = told(world, desk, &Kind::matter_shared()).await.pop().unwrap();
    (open(&last), last.personal.bytes().map(|words| serde_json::from_slice(words).unwrap()))
}

/// A matter with one notice, and a second window that hears of both.
async fn two_windows(world: &World) -> (Desk, Desk, String) {
    let (mut first, second) = (world.desk(1).await, world.desk(2).await);
    first.register(1, testkit::visits::property_fee());
    let number = first.number_of(1);
    first.issue(&number, "acceptance_notice", 1);
    // What stays in the office is no other window's to hand over.
    first.issue(&number, "internal_assignment", 2);
    world.pages(first.whole()).await.unwrap();
    let (matter, words) = shared(world, &second).await;
    let papers = words.unwrap().papers;
    assert_eq!((matter.number.as_str(), papers.len()), (number.as_str(), 1));
    assert_eq!((papers[0].document.as_str(), papers[0].paper.as_str()), (paper(1).as_str(), "acceptance_notice"));
    assert!(!papers[0].void && papers[0].delivered.is_none());
    (first, second, number)
}

#[tokio::test]
async fn what_a_window_delivered_for_another_is_told_to_that_one_once_and_to_the_third() {
    let world = world();
    let (first, mut second, number) = two_windows(&world).await;
    let third = world.desk(3).await;
    second.delivers_for(&number, &[1], "李梅", "2026-11-25T09:00:00");
    let answer = world.pages(second.whole()).await.unwrap();
    assert_eq!(kinds(&answer), [VerdictKind::Stored]);
    world.pages(second.whole()).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM deliveries WHERE way = 'in_person' AND NOT refused"), 1);
    let back = told(&world, &first, &Kind::paper_delivered()).await;
    assert_eq!(told(&world, &first, &Kind::paper_delivered()).await.len(), 1, "each is said once");
    let said: PaperDelivered = open(&back[0]);
    assert_eq!((&said.number, &said.documents, said.desk), (&number, &vec![paper(1)], 2));
    assert_eq!((said.journal, said.seq), (second.journal, 1));
    let words: DeliveryTold = serde_json::from_slice(back[0].personal.bytes().unwrap()).unwrap();
    assert_eq!(words.delivery.receiver, "李梅");
    assert!(told(&world, &first, &Kind::matter_shared()).await.is_empty(), "of its own matters a desk hears nothing");
    for desk in [&second, &third] {
        let delivered = shared(&world, desk).await.1.unwrap().papers[0].delivered.clone();
        let on = "2026-11-25".parse().ok();
        assert_eq!(delivered, Some(SharedDelivery { desk: 2, on, refused: false }));
    }
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    let page = browser.get(&format!("/matters/{number}")).await.text;
    assert!(page.contains("外窗口02 2026-11-25") && !page.contains("李梅"), "{page}");
}

#[tokio::test]
async fn a_delivery_waits_for_the_desk_that_issued_the_paper_where_the_district_does_not_know_it_yet() {
    let world = world();
    let (mut first, mut second) = (world.desk(1).await, world.desk(2).await);
    let number = first.number_of(1);
    second.delivers_for(&number, &[1], "李梅", "2026-11-25T09:00:00");
    second.register(1, testkit::visits::elder_support());
    let answer = world.pages(second.whole()).await.unwrap();
    assert_eq!(kinds(&answer), [VerdictKind::Waiting { for_seq: 0 }, VerdictKind::Stored], "it holds nothing up");
    // Should the other desk never tell, somebody has to see that.
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    let page = browser.get("/aside").await.text;
    assert!(page.contains(&number) && page.contains("<td>01号台</td>") && page.contains("没有搁置的记录"), "{page}");
    first.register(1, testkit::visits::property_fee());
    world.pages(first.whole()).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM deliveries"), 0, "the matter alone is not its paper");
    first.issue(&number, "acceptance_notice", 1);
    world.pages(first.page(1, 16).0).await.unwrap();
    let stands = world.heads(&second, Head::EMPTY).await.unwrap();
    assert!(stands.journals[0].verdicts.is_empty(), "{stands:?}");
    assert_eq!(told(&world, &second, &Kind::verdict_changed()).await.len(), 1);
    assert!(!browser.get("/aside").await.text.contains(&number));
    assert_eq!(told(&world, &first, &Kind::paper_delivered()).await.len(), 1);
    assert_eq!(world.count("SELECT count(*) FROM deliveries"), 1);
}

#[tokio::test]
async fn only_another_desk_of_the_same_centre_is_delivered_for() {
    let world = world();
    let (_, mut second, number) = two_windows(&world).await;
    let elsewhere = number.replace("120110005", "120110001");
    for of in [second.number_of(1), elsewhere, "没有这个号".to_owned()] {
        second.delivers_for(&of, &[1], "李梅", "2026-11-25T09:00:00");
    }
    let answer = world.pages(second.whole()).await.unwrap();
    assert_eq!(kinds(&answer), vec![aside("content_unreadable"); 3]);
}

#[tokio::test]
async fn of_two_windows_that_delivered_one_paper_both_are_kept_and_the_earlier_day_counts() {
    let world = world();
    let (mut first, mut second, number) = two_windows(&world).await;
    let third = world.desk(3).await;
    let later = r#"{"delivery":{"way":"post","receiver":"张伟","at":"2026-11-26T09:00:00"}}"#;
    first.about(Kind::document_delivered(), &number, &[1], later);
    second.delivers_for(&number, &[1], "李梅", "2026-11-25T09:00:00");
    for page in [first.page(3, 16).0, second.whole()] {
        let answer = world.pages(page).await.unwrap();
        assert_eq!(kinds(&answer), [VerdictKind::Stored]);
    }
    assert_eq!(world.count("SELECT count(*) FROM deliveries"), 2);
    let papers = shared(&world, &third).await.1.unwrap().papers;
    assert_eq!(papers.len(), 1);
    assert_eq!(papers[0].delivered.as_ref().map(|one| one.desk), Some(2));
    assert_eq!(told(&world, &first, &Kind::paper_delivered()).await.len(), 1);
}

#[tokio::test]
async fn a_paper_that_was_voided_before_its_delivery_arrived_keeps_both() {
    let world = world();
    let (mut first, mut second, number) = two_windows(&world).await;
    first.about(Kind::document_voided(), &number, &[1], r#"{"reason":"打坏了"}"#);
    world.pages(first.whole()).await.unwrap();
    second.delivers_for(&number, &[1], "李梅", "2026-11-25T09:00:00");
    assert_eq!(kinds(&world.pages(second.whole()).await.unwrap()), [VerdictKind::Stored]);
    let papers = shared(&world, &second).await.1.unwrap().papers;
    assert!(papers[0].void && papers[0].delivered.is_some(), "{papers:?}");
    assert_eq!(told(&world, &first, &Kind::paper_delivered()).await.len(), 1);
}

#[tokio::test]
async fn of_a_sealed_matter_no_paper_is_told_and_of_its_delivery_only_that_it_was_done() {
    let world = world();
    let (mut first, mut second) = (world.desk(1).await, world.desk(2).await);
    let number = first.register_sealed(1);
    world.pages(first.whole()).await.unwrap();
    assert!(told(&world, &second, &Kind::matter_shared()).await.is_empty());
    // It was told of before the desk sealed it, and the paper was handed over without a line.
    second.delivers_for(&number, &[1], "李梅", "2026-11-25T09:00:00");
    assert_eq!(kinds(&world.pages(second.whole()).await.unwrap()), [VerdictKind::Stored]);
    let back = told(&world, &first, &Kind::paper_delivered()).await;
    assert_eq!((open::<PaperDelivered>(&back[0]).desk, back[0].personal.bytes()), (2, Some(&b"{}"[..])));
    assert_eq!(world.count("SELECT count(*) FROM deliveries WHERE way IS NULL AND delivered_on IS NULL"), 1);
    assert!(told(&world, &second, &Kind::matter_shared()).await.is_empty());
}

#[tokio::test]
async fn where_a_matter_becomes_sealed_what_was_told_of_its_papers_goes() {
    let world = world();
    let (mut first, mut second, number) = two_windows(&world).await;
    second.delivers_for(&number, &[1], "李梅", "2026-11-25T09:00:00");
    world.pages(second.whole()).await.unwrap();
    assert_eq!(told(&world, &first, &Kind::paper_delivered()).await.len(), 1);
    assert!(shared(&world, &second).await.1.is_some());
    first.seal(&number);
    world.pages(first.whole()).await.unwrap();
    let (matter, words) = shared(&world, &second).await;
    assert_eq!((matter.state, words), (SharedState::Sealed, Some(SharedWords::default())));
    assert_eq!(told(&world, &first, &Kind::paper_delivered()).await[0].personal.bytes(), None);
    assert_eq!(world.count("SELECT count(*) FROM deliveries WHERE way IS NOT NULL OR delivered_on IS NOT NULL"), 0);
    for word in ["李梅", &paper(1)] {
        let sql = format!(
            "SELECT count(*) FROM district_entries WHERE position(convert_to('{word}', 'UTF8') IN entry) > 0
             AND position(convert_to('paper_delivered', 'UTF8') IN entry) = 0"
        );
        assert_eq!(world.count(&sql), 0, "{word}");
    }
    // The window that delivered seals what it wrote, and nobody else's words go by it.
    let of = serde_json::json!({ "number": number, "journal": second.journal, "of": [1] });
    second.say(Kind::resealed(), of.to_string(), r#"{"to":["age1reader"],"sealed":"YQ=="}"#);
    assert_eq!(kinds(&world.pages(second.page(1, 16).0).await.unwrap()), [VerdictKind::Stored]);
    let sql = "SELECT count(*) FROM entries WHERE kind = 'delivered_for' AND personal IS NULL";
    assert_eq!(world.count(sql), 1);
}

#[tokio::test]
async fn a_window_that_asks_while_a_matter_is_being_sealed_hears_nothing_of_it() {
    let world = world();
    let (mut first, second) = (world.desk(1).await, world.desk(2).await);
    first.register(1, testkit::visits::property_fee());
    let number = first.number_of(1);
    world.pages(first.whole()).await.unwrap();
    // The second window is still to hear of it. A slow disk keeps what seals it from being committed.
    world.execute(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END';
         CREATE TRIGGER dawdles AFTER UPDATE ON journals FOR EACH ROW
             WHEN (NEW.applied_seq > OLD.applied_seq) EXECUTE FUNCTION dawdle()",
    );
    first.seal(&number);
    let page = first.whole();
    let asks = async {
        while world.count("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        told(&world, &second, &Kind::matter_shared()).await
    };
    let (sealed, heard) = tokio::join!(world.pages(page), asks);
    sealed.unwrap();
    assert!(heard.is_empty(), "{heard:?}");
    assert!(told(&world, &second, &Kind::matter_shared()).await.is_empty());
}
