//! The days of a desk, as the district has them.

use std::sync::Arc;

use district_server::DayWord;
use intake_wire::Kind;

use crate::world::{aside, kinds, world};

#[tokio::test]
async fn the_district_sees_which_days_were_closed_which_are_missing_and_which_it_holds_whole() {
    let world = world();
    let mut desk = world.desk(1).await;
    let journal = [1_u8; 16];
    let closed = |closing: u32, kept: u32| {
        let range = serde_json::json!({ "mark": "A", "from": 1, "to": kept, "kept": kept, "void": 0, "imported": 0,
            "slips": kept, "confirmed": 0 });
        let head = serde_json::json!({ "journal": journal, "seq": 1, "hash": "00".repeat(32) });
        serde_json::json!({ "day": "2026-11-24", "closing": closing, "head": head, "ranges": [range],
            "discarded": { "a_reason_of_tomorrow": 1 }, "later": 1 })
        .to_string()
    };
    let day = || {
        let district = Arc::clone(world.district.district());
        let status = world.district.wait(async move { district.status().await }).unwrap().unwrap();
        let days = &status.desks[0].days;
        assert_eq!(days.len(), 1, "{days:?}");
        (days[0].day.to_string(), days[0].state, days[0].registered, days[0].kept, days[0].closings)
    };
    let of_day = |state, registered, kept, closings| ("2026-11-24".to_owned(), state, registered, kept, closings);
    desk.register(1, testkit::visits::property_fee());
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(day(), of_day(DayWord::Missing, 1, None, 0));
    // The desk kept two, of which one did not come yet; then it came, then a visitor after the close.
    desk.say(Kind::day_closed(), closed(1, 2), "{}");
    let answer = world.pages(desk.whole()).await.unwrap();
    assert!(kinds(&answer).iter().all(|verdict| *verdict != aside("content_unreadable")), "{answer:?}");
    assert_eq!(day(), of_day(DayWord::Closed, 1, Some(2), 1));
    desk.register(2, testkit::visits::property_fee());
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(day(), of_day(DayWord::Confirmed, 2, Some(2), 1));
    desk.register(3, testkit::visits::property_fee());
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(day(), of_day(DayWord::Reopened, 3, Some(2), 1));
    desk.say(Kind::day_closed(), closed(2, 3), "{}");
    let reprint = r#"{"day":"2026-11-24","closing":2,"copy":2,"confirmed":true}"#.to_owned();
    desk.say(Kind::day_reprinted(), reprint, "{}");
    desk.say(Kind::day_closed(), r#"{"day":"yesterday"}"#.to_owned(), "{}");
    let answer = world.pages(desk.whole()).await.unwrap();
    assert_eq!(kinds(&answer).last(), Some(&aside("content_unreadable")));
    assert_eq!(day(), of_day(DayWord::Confirmed, 3, Some(3), 2));
    assert_eq!(world.count("SELECT count(*) FROM days WHERE centre = '120110005'"), 2, "each closing stays");
}
