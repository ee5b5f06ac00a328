//! The exchange between the real client and the real district on a real PostgreSQL, over a line that breaks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod acts;
mod alone;
mod archived;
mod clerks;
mod cuts;
mod delivered;
mod earlier;
mod files;
mod files_back;
mod front;
mod proxy;
mod refusals;
mod retired;
mod shared;
mod stick;
mod stick_files;
mod stick_lost;
mod tables;
mod world;

use std::sync::Arc;

use intake_model::Code;
use testkit::district::CENTRE;

use crate::proxy::Fault;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_at_the_district_once_and_a_second_exchange_sends_nothing() {
    let world = World::new().await;
    world.writes(1000);
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    assert_eq!((outcome.sent, outcome.already_had, world.held().await), (1000, 0, 1000));
    world.line.taken();
    let again = world.exchange().await.unwrap();
    assert!(again.in_step);
    assert_eq!((again.sent, again.already_had, world.held().await), (0, 0, 1000));
    assert!(world.line.taken().0 < 4_000, "only heads went up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_anywhere_costs_nothing_but_what_was_on_it() {
    let world = World::new().await;
    for (place, cut) in [1, 300, 900, 2_000, 5_000, 9_000, 14_000, 30_000].into_iter().enumerate() {
        world.writes(40);
        world.line.set(Fault::CutUp(cut));
        let _ = world.exchange().await;
        world.line.set(Fault::CutDown(cut));
        let _ = world.exchange().await;
        world.line.set(Fault::None);
        let outcome = world.exchange().await.unwrap();
        assert!(outcome.in_step, "cut at {cut}: {outcome:?}");
        assert_eq!(world.held().await, 40 * (i64::try_from(place).unwrap() + 1), "cut at {cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_stops_coming_is_too_slow_and_nothing_is_lost() {
    let world = World::new().await;
    world.writes(3);
    world.line.set(Fault::StallDown(10));
    assert_eq!(world.hurried().await.unwrap_err().code(), Code::DistrictTooSlow);
    assert_eq!(world.unsent(), 3);
    world.line.set(Fault::None);
    assert!(world.exchange().await.unwrap().in_step);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_whose_database_is_away_is_busy_and_nothing_is_lost() {
    let mut world = World::new().await;
    world.writes(3);
    world.exchange().await.unwrap();
    world.writes(1);
    world.district.cut_database().unwrap();
    assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictBusy);
    assert_eq!(world.unsent(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_asks_too_often_is_told_so_and_nothing_is_lost() {
    let world = World::with(|config| config.desk_requests = 1).await;
    world.writes(3);
    let error = world.exchange().await.unwrap_err();
    assert_eq!((error.code(), error.is_permanent()), (Code::TooManyRequests, false));
    assert_eq!(world.unsent(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_desk_is_refused_and_keeps_what_it_has() {
    let world = World::new().await;
    world.writes(3);
    world.exchange().await.unwrap();
    let district = Arc::clone(world.district.district());
    world.district.wait(async move { district.lost(CENTRE, 1).await }).unwrap().unwrap();
    world.writes(1);
    assert_eq!(world.exchange().await.unwrap_err().code(), Code::DeskRevoked);
    assert_eq!(world.unsent(), 1);
}
