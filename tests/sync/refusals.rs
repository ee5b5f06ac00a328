//! Whoever answers in the district's place: each answer has its sentence, and none of them removes anything from the desk.

use std::time::Duration;

use intake_model::Code;
use intake_sync::{Patience, exchange_with};

use crate::front::{Answer, Fault, Shows};
use crate::world::World;

const PATHS: [&str; 3] = ["/v1/heads", "/v1/pages", "/v1/down"];
const PORTAL: &[u8] = "<!DOCTYPE html><title>上网认证</title><form action=\"/login\">".as_bytes();

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_at_every_request_has_its_sentence_and_costs_nothing() {
    let refused = [
        (401, r#"{"code":"district_refused","params":{},"ref":"a1"}"#, Code::DistrictRefused),
        (403, r#"{"code":"desk_revoked","params":{},"ref":"a2"}"#, Code::DeskRevoked),
        (404, "", Code::DistrictRefused),
        (408, r#"{"code":"district_too_slow","params":{},"ref":"a3"}"#, Code::DistrictTooSlow),
        (409, r#"{"code":"of_tomorrow","params":{},"ref":"a4"}"#, Code::DistrictRefused),
        (413, "", Code::DistrictRefused),
        (429, r#"{"code":"too_many_requests","params":{},"ref":"a5"}"#, Code::TooManyRequests),
        (500, r#"{"code":"internal","params":{},"ref":"a6"}"#, Code::DistrictRefused),
        (503, r#"{"code":"district_busy","params":{},"ref":"a7"}"#, Code::DistrictBusy),
        (200, "\u{1}\u{2}\u{3}", Code::DistrictNotRecognised),
        (302, "", Code::DistrictNotRecognised),
    ];
    let answers = refused.map(|(status, body, code)| (Answer::of(status, true, body.as_bytes()), code));
    // A front of the office's own network, a sign-in page: without the mark it is nobody's word, whatever it says.
    let foreign = [200, 401, 404, 409, 413, 429, 500, 502, 503];
    let foreign = foreign.map(|status| (Answer::of(status, false, PORTAL), Code::DistrictNotRecognised));
    let world = World::busy().await;
    let front = world.front(Shows::Good);
    let mut written = 0;
    for path in PATHS {
        for (answer, code) in answers.into_iter().chain(foreign) {
            let about = format!("{} at {path}, marked: {}", answer.status, answer.marked);
            world.writes(2);
            world.district_writes();
            written += 2;
            front.next(path, Fault::Answers(answer));
            assert_eq!(world.exchange().await.unwrap_err().code(), code, "{about}");
            assert!(front.all_met(), "{about}");
            world.loses_nothing(written, &about).await;
            world.comes_into_step(written, &about).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_district_that_asks_to_come_later_is_asked_later_and_what_is_for_good_is_not_asked_again() {
    let world = World::new().await;
    let front = world.front(Shows::Good);
    let patience = Patience { pause: Duration::from_millis(1), ..Patience::default() };
    let exchange = || exchange_with(world.db(), patience, |_| {}, || 42);
    world.writes(3);
    let later = |status| Answer { retry_after: Some(1), ..Answer::of(status, true, b"{}") };
    front.next("/v1/pages", Fault::Answers(later(429)));
    front.next("/v1/pages", Fault::Answers(later(503)));
    front.next("/v1/pages", Fault::Answers(Answer::of(500, true, b"{}")));
    assert!(exchange().await.unwrap().in_step && front.all_met());
    for (path, answer) in [("/v1/heads", Answer::of(401, true, b"{}")), ("/v1/heads", Answer::of(200, false, PORTAL))] {
        front.next(path, Fault::Answers(answer));
        front.next(path, Fault::Answers(answer));
        assert!(exchange().await.unwrap_err().is_permanent());
        assert!(!front.all_met(), "it was asked again after {}", answer.status);
    }
    world.comes_into_step(3, "in the end").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_the_districts_of_today_for_this_address_is_told_and_hears_nothing() {
    let world = World::new().await;
    let shown = [Shows::Expired, Shows::NotYet, Shows::OtherName, Shows::OtherAuthority, Shows::SelfSigned];
    for (written, shows) in (1..).zip(shown) {
        world.writes(1);
        let front = world.front(shows);
        front.next("/v1/heads", Fault::Answers(Answer::of(200, true, b"")));
        assert_eq!(world.exchange().await.unwrap_err().code(), Code::DistrictCertificateWrong, "{shows:?}");
        assert!(!front.all_met(), "{shows:?}: it was asked");
        world.loses_nothing(written, &format!("{shows:?}")).await;
        world.front(Shows::Good);
        world.comes_into_step(written, &format!("{shows:?}")).await;
    }
}
