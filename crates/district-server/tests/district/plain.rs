//! The usual day is applied as it is stored, many entries at a time; what became of it must be what becomes of it one by one.

use std::time::Duration;

use intake_model::Visit;
use intake_wire::{Head, Kind, VerdictKind, limits};
use serde_json::json;

use crate::world::{Desk, World, kinds, world};

/// A row of chances, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Says so many things that a desk can say, sensible and not, by a row of chances.
fn say(desk: &mut Desk, entries: u64, chance: &mut Chance) {
    let mut serial = 0;
    for _ in 0..entries {
        let some = u32::try_from(chance.below(u64::from(serial) + 2)).unwrap();
        let number = desk.number_of(some.max(1));
        match chance.below(12) {
            0..=3 => {
                serial += 1;
                desk.register(serial, Visit { demand: format!("第{serial}件"), ..testkit::visits::property_fee() });
            }
            4..=7 => {
                let copy = chance.below(3) + 1;
                let open = json!({ "number": number, "version": 1, "copy": copy, "printed": { "office": "", "phone": "",
                    "address": "", "due": null, "forwards": false } });
                desk.say(Kind::slip_issued(), open.to_string(), "{}");
            }
            // A number given twice, or one of which nothing was heard.
            8 => drop(desk.register(some.max(1), testkit::visits::property_fee())),
            9 => drop(desk.say(Kind::voided(), json!({ "number": number }).to_string(), r#"{"reason":"误登记"}"#)),
            10 => drop(desk.say(Kind::clock_confirmed(), "{}", "{}")),
            _ => drop(desk.say(Kind::registered(), "not JSON", "{}")),
        }
    }
}

/// What the tables say of a desk, without what is its own.
fn folded(world: &World, desk: u8) -> String {
    world.value(&format!(
        "SELECT coalesce(string_agg(concat_ws('|', left(right(number, 4), 2), registered_seq, version_seq, version, void, slips,
             title, demand, array_to_string(found_by, ',')), E'\n' ORDER BY number), '')
         FROM matters WHERE desk = {desk}"
    ))
}

/// What each entry is about and what became of it.
fn decided(world: &World, desk: u8) -> String {
    world.value(&format!(
        "SELECT string_agg(concat_ws('|', seq, left(right(number, 4), 2), verdict, verdict_code, verdict_ref), E'\n'
             ORDER BY seq) FROM entries JOIN journals USING (centre, journal_id) WHERE desk = {desk}"
    ))
}

#[tokio::test]
async fn a_day_comes_to_the_same_however_its_entries_arrive() {
    let world = world();
    for turn in 0..6_u8 {
        let (mut verdicts, mut tables) = (Vec::new(), Vec::new());
        for (way, at_once) in [(1, usize::MAX), (2, 1), (3, 7)] {
            let number = turn * 3 + way;
            let mut desk = world.desk(number).await;
            say(&mut desk, 60, &mut Chance(u64::from(turn) + 1));
            let (mut after, mut told) = (0, Vec::new());
            while after < desk.entries.len() {
                let until = desk.entries.len().min(after.saturating_add(at_once));
                let rest = desk.entries.split_off(until);
                let (page, _) = desk.page(after, if at_once == 7 { 2 } else { limits::BLOCK_ENTRIES });
                desk.entries.extend(rest);
                told.extend(kinds(&world.pages(page).await.unwrap()));
                after = until;
            }
            verdicts.push(told);
            tables.push((folded(&world, number), decided(&world, number)));
        }
        assert!(
            verdicts[0].contains(&VerdictKind::Stored) && verdicts[0].iter().any(|one| *one != VerdictKind::Stored)
        );
        assert_eq!(verdicts[0], verdicts[1], "turn {turn}");
        assert_eq!(verdicts[0], verdicts[2], "turn {turn}");
        assert_eq!(tables[0], tables[1], "turn {turn}");
        assert_eq!(tables[0], tables[2], "turn {turn}");
    }
}

#[tokio::test]
async fn what_cannot_be_folded_is_stored_all_the_same_and_applied_once_it_can_be() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.day();
    // A mistake of ours: the table is not what the program takes it for.
    world.execute("ALTER TABLE matters RENAME COLUMN demand TO told");
    assert_eq!(world.pages(desk.whole()).await.unwrap_err().0, 500);
    let held = i64::try_from(desk.entries.len()).unwrap();
    assert_eq!(world.count("SELECT count(*) FROM entries WHERE verdict = 'pending'"), held);
    world.execute("ALTER TABLE matters RENAME COLUMN told TO demand");
    let answer = world.pages(desk.whole()).await.unwrap();
    assert!(kinds(&answer).iter().all(|one| *one == VerdictKind::AlreadyHad));
    assert_eq!(world.count("SELECT count(*) FROM matters"), held);
}

#[tokio::test]
async fn what_a_new_district_reads_for_an_entry_does_not_grow_with_what_it_holds() {
    const PAGES: u32 = 15;
    const AT_ONCE: u32 = 200;
    let world = world();
    let mut desk = world.desk(1).await;
    // Nothing was counted yet of tables that were empty a moment ago: a plan made for them must not be kept.
    for page in 0..PAGES {
        let after = desk.entries.len();
        for serial in 1..=AT_ONCE {
            desk.register(page * AT_ONCE + serial, testkit::visits::property_fee());
        }
        world.pages(desk.page(after, limits::BLOCK_ENTRIES).0).await.unwrap();
    }
    let held = i64::from(PAGES * AT_ONCE);
    // PostgreSQL tells what it counted a moment later.
    while world.count("SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'matters'") < held {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let read = world.count(
        "SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables)
             + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes))::int8",
    );
    assert!(read < held * 40, "{read} rows read for {held} entries");
}

#[tokio::test]
async fn blocks_that_arrive_together_are_committed_together() {
    const BLOCKS: i64 = 40;
    let world = world();
    let mut desk = world.desk(1).await;
    for serial in 1..=u32::try_from(BLOCKS).unwrap() * 8 {
        desk.register(serial, testkit::visits::property_fee());
    }
    world.pages(desk.page(0, 8).0).await.unwrap();
    let commits = world.count("SELECT count(DISTINCT xmin::text) FROM entries");
    // Each by itself is what a line so slow that they come one by one gets. A busy machine may part them here and there.
    assert!(commits * 2 <= BLOCKS, "{commits} commits for {BLOCKS} blocks");
}

#[tokio::test]
async fn what_a_window_hears_of_a_busy_day_is_written_together() {
    const MATTERS: u32 = 200;
    let world = world();
    let (mut first, second) = (world.desk(1).await, world.desk(2).await);
    for serial in 1..=MATTERS {
        first.register(serial, testkit::visits::property_fee());
    }
    world.pages(first.page(0, limits::BLOCK_ENTRIES).0).await.unwrap();
    world.heads(&second, Head::EMPTY).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM shared"), i64::from(MATTERS));
    // Each by itself kept a connection for so long that, at the close of the day, other desks were told to come later.
    for table in ["shared", "district_entries JOIN shared USING (centre, journal_id, seq)"] {
        let of = table.split(' ').next().unwrap();
        let statements = format!("SELECT count(DISTINCT ({of}.xmin::text, {of}.cmin::text)) FROM {table}");
        assert_eq!(world.count(&statements), 1, "{table}");
    }
}
