//! What an older server set aside, applied after the update.

use std::sync::Arc;

use district_server::{Aside, Reapplied};
use intake_wire::{Entry, Head, Kind, VerdictKind, Voided};
use testkit::district::CENTRE;

use crate::world::{Desk, World, aside, kinds, world};

impl World {
    fn reapply(&self) -> Reapplied {
        let district = Arc::clone(self.district.district());
        self.district.wait(async move { district.reapply().await }).unwrap().unwrap()
    }

    fn set_aside(&self, centre: Option<&'static str>) -> Vec<Aside> {
        let district = Arc::clone(self.district.district());
        self.district.wait(async move { district.set_aside(centre, 10).await }).unwrap().unwrap()
    }

    /// Leaves an entry as a server leaves it that does not know its kind, and its matter unmade.
    fn as_an_older_server(&self, seq: u64) {
        self.execute(&format!(
            "DELETE FROM matters WHERE registered_seq = {seq};
             UPDATE entries SET verdict = 'set_aside', verdict_code = 'kind_unknown', number = NULL WHERE seq = {seq}"
        ));
    }

    async fn verdicts(&self, desk: &Desk) -> Vec<(u64, VerdictKind)> {
        let told = self.heads(desk, Head::EMPTY).await.unwrap();
        told.journals[0].verdicts.iter().map(|one| (one.seq, one.verdict.clone())).collect()
    }
}

#[tokio::test]
async fn what_an_older_server_did_not_know_applies_after_the_update_with_all_that_waited_for_it() {
    let world = world();
    let mut desk = world.desk(1).await;
    let registered = desk.register(1, testkit::visits::property_fee());
    world.pages(desk.whole()).await.unwrap();
    world.as_an_older_server(registered);
    let number = desk.number_of(1);
    desk.issue(&number, "acceptance_notice", 1);
    let voided = Voided { number: number.clone() };
    desk.say(Kind::voided(), serde_json::to_vec(&voided).unwrap(), r#"{"reason":"重复"}"#);
    let song = desk.say(Kind::from_word("matter_sung".into()), "{}", "{}");
    let answer = world.pages(desk.page(1, 16).0).await.unwrap();
    let waits = || VerdictKind::Waiting { for_seq: registered };
    assert_eq!(kinds(&answer), [waits(), waits(), aside("kind_unknown")]);

    let listed = world.set_aside(None);
    let seen: Vec<_> = listed.iter().map(|one| (one.seq, one.kind.as_str(), one.code.as_str(), one.waiting)).collect();
    assert_eq!(seen, [(1, "registered", "kind_unknown", 2), (song, "matter_sung", "kind_unknown", 0)]);
    assert_eq!((world.set_aside(Some(CENTRE)).len(), world.set_aside(Some("120110001")).len()), (2, 0));

    let done = world.reapply();
    assert_eq!((done.applied, done.freed, done.set_aside), (1, 2, 1));
    assert_eq!(world.count("SELECT count(*) FROM matters WHERE void AND name = '张伟'"), 1);
    assert_eq!(world.count("SELECT count(*) FROM documents"), 1);
    // What nobody knows yet is still there for the next update, and nothing else is to do.
    assert_eq!(world.verdicts(&desk).await, [(song, aside("kind_unknown"))]);
    let again = world.reapply();
    assert_eq!((again.applied, again.freed, again.set_aside), (0, 0, 1));
    // The desk is told each change once.
    let told: Vec<Entry> = world.down(&desk, 1).await.into_iter().flat_map(|block| block.entries).collect();
    assert!(told.iter().all(|entry| entry.kind == Kind::verdict_changed()));
    let seqs: Vec<u64> = told
        .iter()
        .map(|entry| serde_json::from_slice::<serde_json::Value>(entry.open.bytes().unwrap()).unwrap())
        .map(|open| open["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, [1, 2, 3]);
}

#[tokio::test]
async fn a_paper_of_a_kind_that_came_with_the_update_applies_before_its_delivery() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    let number = desk.number_of(1);
    let issued = desk.issue(&number, "acceptance_notice", 1);
    let told = r#"{"delivery":{"receiver":"张伟","at":"2026-11-24T09:00:00"}}"#;
    let delivered = desk.about(Kind::document_delivered(), &number, &[1], told);
    world.pages(desk.whole()).await.unwrap();
    // As a server leaves them that does not know this paper.
    world.execute(&format!(
        "DELETE FROM deliveries; DELETE FROM documents; UPDATE entries SET verdict = 'set_aside',
         verdict_code = CASE seq WHEN {issued} THEN 'content_unreadable' ELSE 'document_unknown' END
         WHERE seq IN ({issued}, {delivered})"
    ));
    assert_eq!(world.verdicts(&desk).await.len(), 2);
    let done = world.reapply();
    assert_eq!((done.applied, done.freed, done.set_aside), (2, 0, 0));
    assert_eq!(world.count("SELECT count(*) FROM deliveries WHERE NOT refused"), 1);
    assert_eq!(world.verdicts(&desk).await, []);
}

#[tokio::test]
async fn many_that_stay_set_aside_hold_nothing_up() {
    let world = world();
    let mut desk = world.desk(1).await;
    for _ in 0..150 {
        desk.say(Kind::from_word("matter_sung".into()), "{}", "{}");
    }
    let registered = desk.register(1, testkit::visits::property_fee());
    world.pages(desk.whole()).await.unwrap();
    world.as_an_older_server(registered);
    let done = world.reapply();
    assert_eq!((done.applied, done.set_aside), (1, 150));
    assert_eq!(world.count("SELECT count(*) FROM matters"), 1);
    assert_eq!(world.set_aside(None).len(), 10, "as many as asked for");
}
