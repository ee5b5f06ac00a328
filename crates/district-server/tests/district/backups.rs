//! The mark `archived`: backups made by `pg_dump`, restored by `pg_restore`, and marked.

use std::sync::Arc;

use district_server::{Error, Marked};
use intake_model::Code;
use intake_wire::{Head, Kind};

use crate::world::{Desk, World, world};

impl World {
    /// Tonight's backup, restored into a database of this name.
    fn backup(&self, database: &str) -> String {
        let postgres = self.district.postgres();
        postgres.restore(&postgres.dump().unwrap(), database).unwrap()
    }

    fn mark(&self, restored: &str) -> Result<Marked, Error> {
        let (district, restored) = (Arc::clone(self.district.district()), restored.to_owned());
        self.district.wait(async move { district.mark_backup(&restored).await }).unwrap()
    }

    /// Why a backup is not marked.
    fn refusal(&self, restored: &str) -> String {
        self.mark(restored).unwrap_err().to_string()
    }

    async fn archived(&self, desk: &Desk) -> Option<u64> {
        let told = self.heads(desk, Head::EMPTY).await.unwrap();
        told.journals.into_iter().find(|state| state.journal == desk.journal).unwrap().archived
    }
}

#[tokio::test]
async fn what_both_of_the_last_two_restored_backups_hold_is_archived() {
    let world = world();
    let mut desk = world.desk(1).await;
    assert_eq!(world.archived(&desk).await, None, "a journal the district does not hold");
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.archived(&desk).await, Some(0));
    let marked = world.mark(&world.backup("monday")).unwrap();
    assert_eq!((marked.mark, marked.journals, marked.entries), (1, 1, 8));
    assert_eq!(world.archived(&desk).await, Some(0), "one backup alone may be the one that breaks");
    desk.register(9, testkit::visits::property_fee());
    world.pages(desk.page(8, 16).0).await.unwrap();
    assert_eq!(world.mark(&world.backup("tuesday")).unwrap().entries, 9);
    assert_eq!(world.archived(&desk).await, Some(8));
    assert_eq!(world.mark(&world.backup("wednesday")).unwrap().mark, 3);
    assert_eq!(world.archived(&desk).await, Some(9));
    // A desk of after the last backup waits for two of its own.
    let mut late = world.desk(2).await;
    late.day();
    world.pages(late.whole()).await.unwrap();
    world.mark(&world.backup("thursday")).unwrap();
    assert_eq!((world.archived(&desk).await, world.archived(&late).await), (Some(9), Some(0)));
    assert_eq!(world.count("SELECT count(DISTINCT mark) FROM backup_heads"), 2);
}

#[tokio::test]
async fn a_backup_counts_once_and_the_database_in_use_is_none() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    let (first, copy) = (world.backup("first"), world.backup("copy"));
    let here = world.district.postgres_url();
    assert!(world.refusal(&here).contains("the database in use"));
    assert!(world.refusal("postgres://district@db.example/restored").contains("on this machine"));
    world.mark(&first).unwrap();
    for again in [&first, &copy] {
        assert!(world.refusal(again).contains("mark a later backup"));
    }
    assert!(world.refusal(&here).contains("the database in use"));
    assert_eq!(world.archived(&desk).await, Some(0));
}

#[tokio::test]
async fn a_backup_that_does_not_read_through_or_tells_another_history_is_not_marked() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    for (database, damage) in [
        ("changed", "UPDATE entries SET personal = personal || ' ' WHERE seq = 3"),
        ("missing", "DELETE FROM entries WHERE seq = 5"),
        ("short", "DELETE FROM entries WHERE seq = 8"),
    ] {
        let restored = world.backup(database);
        world.execute_at(&restored, damage);
        assert!(world.refusal(&restored).contains("does not read through"), "{database}");
    }
    // The district went back behind the backup, and the desk was set back too and wrote something else there.
    let before = world.district.postgres().dump().unwrap();
    desk.register(9, testkit::visits::property_fee());
    world.pages(desk.page(8, 16).0).await.unwrap();
    let beyond = world.backup("beyond");
    world.district.postgres().restore_over(&before).unwrap();
    assert!(world.refusal(&beyond).contains("goes on beyond"));
    desk.entries.truncate(8);
    desk.heads.truncate(9);
    desk.say(Kind::progress_told(), "{}", "{}");
    world.pages(desk.page(8, 16).0).await.unwrap();
    assert!(world.refusal(&beyond).contains("another one than here"));
    assert_eq!(world.count("SELECT count(*) FROM backup_heads"), 0);
}

#[tokio::test]
async fn a_backup_without_the_words_that_stand_here_is_not_marked_though_its_digests_prove_the_chain() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    let erase = "UPDATE entries SET personal = NULL, personal_salt = NULL WHERE seq = 3";
    let emptied = world.backup("emptied");
    world.execute_at(&emptied, erase);
    assert!(world.refusal(&emptied).contains("lacks what visitors said"));
    // What was erased here as well is missing to nobody.
    world.execute(erase);
    assert_eq!(world.mark(&emptied).unwrap().entries, 8);
}

#[tokio::test]
async fn a_restored_district_forgets_marks_beyond_what_it_holds() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    world.pages(desk.whole()).await.unwrap();
    world.mark(&world.backup("monday")).unwrap();
    let tuesday = world.district.postgres().dump().unwrap();
    desk.register(9, testkit::visits::property_fee());
    world.pages(desk.page(8, 16).0).await.unwrap();
    for night in ["wednesday", "thursday"] {
        world.mark(&world.backup(night)).unwrap();
    }
    assert_eq!(world.archived(&desk).await, Some(9));
    // The machine is lost, and Tuesday's backup is what there is.
    world.district.postgres().restore_over(&tuesday).unwrap();
    assert_eq!(world.archived(&desk).await, Some(0));
    assert_eq!(world.heads(&desk, Head::EMPTY).await.unwrap().journals[0].head, desk.heads[8]);
    // The desk offers the rest again, and the marks go on from there.
    world.pages(desk.page(8, 16).0).await.unwrap();
    world.mark(&world.backup("friday")).unwrap();
    assert_eq!(world.archived(&desk).await, Some(8));
}

#[tokio::test]
async fn a_database_that_is_gone_is_not_a_backup() {
    let world = world();
    let nowhere = world.district.postgres_url().replace("/postgres", "/nowhere");
    assert_eq!(world.mark(&nowhere).unwrap_err().code(), Code::DistrictBusy);
}

#[tokio::test]
async fn every_key_but_those_of_the_districts_own_people_begins_with_the_centre_so_that_tables_can_be_spread() {
    let world = world();
    let keys = "FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                WHERE i.indisunique AND n.nspname = 'public' AND c.relname <> 'refinery_schema_history'
                AND c.relname NOT IN ('staff', 'staff_sessions', 'staff_acts', 'slowed_tries', 'tables_published')";
    assert!(world.count(&format!("SELECT count(*) {keys}")) >= 12);
    assert_eq!(world.count(&format!("SELECT count(*) {keys} AND a.attname <> 'centre'")), 0);
}

#[tokio::test]
async fn the_statement_that_spreads_the_tables_names_each_of_them() {
    let told = include_str!("../../../../docs/operations.md");
    let (_, rest) = told.split_once("ARRAY[").unwrap();
    let (named, _) = rest.split_once("])").unwrap();
    // Of what staff did, one may tell of a centre: none belongs to it.
    let tables = "FROM information_schema.columns
                  WHERE table_schema = 'public' AND column_name = 'centre' AND is_nullable = 'NO'";
    let world = world();
    let named = named.split_whitespace().collect::<String>();
    assert_eq!(
        world.count(&format!("SELECT count(*) {tables} AND table_name NOT IN ('desks', {named})")),
        0,
        "{named}"
    );
    let others = i64::try_from(named.split(',').count()).unwrap();
    assert_eq!(world.count(&format!("SELECT count(*) {tables} AND table_name IN ({named})")), others, "{named}");
}
