//! What a look at one matter reads does not grow with what its desk ever said.

use district_server::Role;
use intake_model::Visit;
use intake_wire::{Kind, limits};
use serde_json::json;

use crate::world::{World, world};

const MATTERS: u32 = 1_500;
const AT_ONCE: u32 = 500;

/// Rows that were read of the entries, in whatever order.
fn read(world: &World) -> i64 {
    world.count(
        "SELECT (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'entries')::int8
             + (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'entries')",
    )
}

#[tokio::test]
async fn a_matters_page_and_a_visitors_question_do_not_walk_the_journal() {
    let mut world = world();
    let (mut desk, mut sent) = (world.desk(1).await, 0);
    for serial in 1..=MATTERS {
        desk.register(serial, testkit::visits::property_fee());
        let printed =
            json!({ "office": "东丽矛调", "phone": "022-24370000", "address": "", "due": null, "forwards": false });
        let open = json!({ "number": desk.number_of(serial), "version": 1, "copy": 1, "printed": printed });
        desk.say(Kind::slip_issued(), open.to_string(), "{}");
        if serial % AT_ONCE == 0 {
            world.pages(desk.page(sent, limits::BLOCK_ENTRIES).0).await.unwrap();
            sent = desk.entries.len();
        }
    }
    // With its end each connection tells what it read so far.
    world.district.restart().unwrap();
    let before = read(&world);
    let number = desk.number_of(MATTERS / 2);
    let mut staff = world.signed_in("查看", Role::Officer).await;
    let page = staff.get(&format!("/matters/{number}")).await.text;
    assert!(page.contains("登记") && page.contains("回执"), "{page}");
    let mut visitor = world.browser();
    visitor.get("/visit").await;
    let told = visitor.post("/visit", &[("number", number.as_str()), ("code", "ABCD2345")]).await.text;
    assert!(told.contains("东丽矛调"), "{told}");
    world.district.restart().unwrap();
    let rows = read(&world) - before;
    assert!(rows < i64::from(MATTERS), "{rows} rows read");
}

#[tokio::test]
async fn a_matters_page_shows_no_entry_about_another_matter() {
    let world = world();
    let mut desk = world.desk(1).await;
    let first = desk.register(1, Visit { demand: "修好三号楼的电梯".into(), ..testkit::visits::property_fee() });
    // It says of itself that it corrects what is about another number.
    desk.correct(2, first, testkit::visits::elder_support());
    world.pages(desk.whole()).await.unwrap();
    let mut staff = world.signed_in("查看", Role::Officer).await;
    let page = staff.get(&format!("/matters/{}", desk.number_of(2))).await.text;
    assert!(page.contains("更正") && !page.contains("电梯"), "{page}");
}
