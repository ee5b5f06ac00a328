//! What a line can do to bytes and to pages: cut, lose, delay, repeat, reorder, change. Whatever it does, nothing is lost,
//! nothing is there twice, and the next exchange over a good line ends in step.

use std::time::Duration;

use intake_model::Code;
use intake_sync::{Patience, exchange_with};

use crate::front::{Fault as Inside, Shows};
use crate::proxy::Fault;
use crate::world::World;

const PAGES: &str = "/v1/pages";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cut_after_any_of_its_bytes_is_there_once_in_the_end() {
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let (mut written, mut cut) = (0, 0);
    loop {
        let about = format!("cut after {cut} bytes up");
        world.writes_a_word();
        written += 1;
        front.next(PAGES, Inside::CutUp(cut));
        assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictUnreachable, "{about}");
        assert_eq!(world.unsent(), 1, "{about}: unconfirmed is unsent");
        world.loses_nothing(written, &about).await;
        world.comes_into_step(written, &about).await;
        if cut >= front.lengths().0 {
            break;
        }
        cut += 1;
    }
    assert!(cut > 300, "a page of {cut} bytes is none");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_cut_after_any_of_its_bytes_makes_nothing_twice() {
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let mut written = 0;
    for path in [PAGES, "/v1/heads", "/v1/down"] {
        let mut cut = 0;
        loop {
            let about = format!("{path} cut after {cut} bytes down");
            world.writes_a_word();
            world.district_writes();
            written += 1;
            front.next(path, Inside::CutDown(cut));
            // Also of the last byte: an answer that does not end is none.
            assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictUnreachable, "{about}");
            world.loses_nothing(written, &about).await;
            let whole = cut >= front.lengths().1;
            world.comes_into_step(written, &about).await;
            if whole {
                break;
            }
            cut += 1;
        }
        assert!(cut > 30, "an answer of {cut} bytes is none");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_arrives_again_one_after_another_or_five_at_once_is_there_once() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    let mut written = 0;
    for (fault, told_before) in [(Inside::Repeats(2), 40), (Inside::Repeats(5), 40), (Inside::AtOnce(5), 40)] {
        world.writes(40);
        written += 40;
        front.next(PAGES, fault.clone());
        let outcome = world.exchange().await.unwrap();
        assert!(outcome.in_step, "{fault:?}: {outcome:?}");
        assert_eq!((outcome.sent, outcome.already_had), (40, told_before), "{fault:?}");
        assert_eq!((world.held().await, world.count("SELECT count(*) FROM forks").await), (written, 0), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_arrives_after_those_that_came_later_changes_nothing() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    // Two pages get lost on the way, the second with more in it than the first.
    for _ in 0..2 {
        world.writes(20);
        front.next(PAGES, Inside::HoldsBack);
        assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictUnreachable);
    }
    world.writes(5);
    world.comes_into_step(45, "the third page").await;
    assert_eq!(front.let_go().await, [200, 200]);
    world.comes_into_step(45, "the two that came late").await;
    // And where nothing came in between: the longer one first, then the one that it holds already.
    for _ in 0..2 {
        world.writes(20);
        front.next(PAGES, Inside::HoldsBack);
        world.exchange().await.unwrap_err();
    }
    assert_eq!(front.let_go().await, [200, 200]);
    assert_eq!(world.held().await, 85);
    world.comes_into_step(85, "before the desk asked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_that_arrive_the_last_first_cost_a_round_and_nothing_else() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    world.writes(70);
    front.next(PAGES, Inside::Reverses);
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step && front.all_met(), "{outcome:?}");
    assert_eq!((outcome.sent, world.held().await), (70, 70));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_or_an_answer_with_one_changed_byte_is_not_taken_for_whole() {
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let mut written = 0;
    for at in (0..440).step_by(11) {
        let about = format!("byte {at} changed");
        world.writes_a_word();
        written += 1;
        front.next(PAGES, Inside::ChangesUp(at));
        let said = world.exchange().await;
        let taken = said.as_ref().is_ok_and(|outcome| outcome.in_step);
        let code = said.map_err(|error| error.code()).err();
        // What zstd and CBOR leave unused may change without changing what was said.
        assert!(taken || code == Some(Code::DistrictRefused), "{about}: {code:?}");
        world.comes_into_step(written, &about).await;
    }
    for at in 0..200 {
        let about = format!("byte {at} of what the district wrote changed");
        world.district_writes();
        front.next("/v1/down", Inside::ChangesDown(at));
        match world.exchange().await {
            Err(error) => assert_eq!(error.code(), Code::DistrictNotRecognised, "{about}"),
            Ok(outcome) => assert!(outcome.in_step, "{about}: {outcome:?}"),
        }
        world.comes_into_step(written, &about).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_line_with_losses_brings_everything_across() {
    let world = World::new().await;
    world.writes(40);
    // 64 kbit/s.
    world.line.set(Fault::Throttles(8_000));
    let outcome = world.exchange().await.unwrap();
    assert!(outcome.in_step, "{outcome:?}");
    world.writes(20);
    world.line.set(Fault::Delays(Duration::from_millis(150)));
    assert!(world.exchange().await.unwrap().in_step);
    world.writes(20);
    world.line.set(Fault::Drips);
    assert!(world.exchange().await.unwrap().in_step);
    world.comes_into_step(80, "all of it").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_takes_nothing_or_speaks_something_else_has_its_sentence() {
    let world = World::new().await;
    let faults = [
        (Fault::Drops, Code::DistrictUnreachable),
        (Fault::Swallows, Code::DistrictTooSlow),
        (Fault::Babbles, Code::DistrictNotRecognised),
    ];
    for (place, (fault, code)) in (1..).zip(faults) {
        world.writes(1);
        world.line.set(fault);
        assert_eq!(world.hurried().await.unwrap_err().code(), code, "{fault:?}");
        world.comes_into_step(place, &format!("{fault:?}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_drips_is_read_and_one_that_never_ends_is_given_up() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    for (place, path) in (1..).zip(["/v1/heads", PAGES]) {
        world.writes(1);
        front.next(path, Inside::Drips);
        assert!(world.exchange().await.unwrap().in_step, "{path}");
        world.comes_into_step(place, path).await;
    }
    for (place, path) in (3..).zip(["/v1/heads", PAGES, "/v1/down"]) {
        world.writes(1);
        world.district_writes();
        front.next(path, Inside::DripsForEver);
        assert_eq!(world.hurried().await.unwrap_err().code(), Code::DistrictTooSlow, "{path}");
        world.comes_into_step(place, path).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_fails_a_few_times_brings_all_across_within_one_exchange() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    world.writes(100);
    // The last one stores all, and only its answer is lost.
    for fault in [Inside::CutUp(700), Inside::HoldsBack, Inside::CutDown(3)] {
        front.next(PAGES, fault);
    }
    front.next("/v1/heads", Inside::CutDown(0));
    let patience = Patience { pause: Duration::from_millis(1), retries: 4, ..Patience::default() };
    let outcome = exchange_with(world.db(), patience, |_| {}, || 42).await.unwrap();
    assert!(outcome.in_step && front.all_met(), "{outcome:?}");
    assert_eq!((outcome.sent, world.held().await), (100, 100));
    front.let_go().await;
    world.comes_into_step(100, "and the page that came late").await;
}
