//! What bounds a request: its size, its time, how often one may ask; and the figures of all of it.

use std::net::TcpListener;
use std::time::Duration;

use futures_util::StreamExt as _;
use intake_model::Code;
use intake_wire::{EnrolRequest, Head, JournalId, SigningKey, encode};
use testkit::district::CENTRE;

use crate::world::{Desk, World, world, world_as};

impl World {
    /// Sends the beginning of a body, and then nothing more.
    async fn begin(&self, path: &str, begin: Vec<u8>) -> (u16, Code) {
        let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        let body = futures_util::stream::once(async { Ok(begin) }).chain(never);
        let request = self.http.post(format!("{}{path}", self.district.address()));
        let answer = request.body(reqwest::Body::wrap_stream(body)).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_value(said(answer).await["code"].clone()).unwrap())
    }
}

/// The JSON of an answer.
async fn said(answer: reqwest::Response) -> serde_json::Value {
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_body_that_stops_coming_is_too_slow_and_what_came_before_is_kept() {
    let world = world_as(|config| config.patience = Duration::from_secs(1));
    let mut desk = world.desk(1).await;
    desk.day();
    let (page, ends) = desk.page(0, 2);
    let slow = (408, Code::DistrictTooSlow);
    assert_eq!(world.begin("/v1/pages", page[..ends[0] + 5].to_vec()).await, slow);
    assert_eq!(world.begin("/v1/heads", vec![0x83]).await, slow);
    assert_eq!(world.heads(&desk, Head::EMPTY).await.unwrap().journals[0].head, desk.heads[2]);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again_and_others_are_served() {
    let world = world_as(|config| config.desk_requests = 2);
    let (desk, other) = (world.desk(1).await, world.desk(2).await);
    for _ in 0..2 {
        world.heads(&desk, Head::EMPTY).await.unwrap();
    }
    assert_eq!(world.heads(&desk, Head::EMPTY).await.unwrap_err(), (429, Code::TooManyRequests));
    assert!(world.heads(&other, Head::EMPTY).await.is_ok());
    // Somebody who has seen the certificate, and not the key, cannot use up what the desk may ask.
    let thief = Desk { key: SigningKey::generate().unwrap(), entries: vec![], heads: vec![Head::EMPTY], ..other };
    for _ in 0..4 {
        assert_eq!(world.heads(&thief, Head::EMPTY).await.unwrap_err(), (401, Code::DistrictRefused));
    }
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_refused_before_its_request_is_read() {
    let world = world_as(|config| config.address_requests = 3);
    let key = SigningKey::generate().unwrap();
    let guess = || encode(&EnrolRequest::new("00000000".into(), CENTRE.into(), 1, JournalId([1; 16]), &key).unwrap());
    for _ in 0..3 {
        assert_eq!(world.post("/v1/enrol", guess().unwrap()).await, Err((403, Code::EnrolmentCodeRefused)));
    }
    let url = format!("{}/v1/enrol", world.district.address());
    let answer = world.http.post(url).body(guess().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert!(answer.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(said(answer).await["code"], "too_many_requests");
}

/// The value of a figure.
fn figure<'t>(text: &'t str, name: &str) -> &'t str {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name} in {text}"));
    line.rsplit(' ').next().unwrap()
}

#[tokio::test]
async fn figures_are_told_to_this_machine_alone_and_tell_of_no_one() {
    let mut world = world_as(|config| {
        // Free a moment ago, as good as any.
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        config.metrics = Some(free);
    });
    let mut desk = world.desk(1).await;
    desk.day();
    desk.say(intake_wire::Kind::from_word("matter_sung".into()), "{}", "{}");
    world.pages(desk.whole()).await.unwrap();
    world.pages(desk.whole()).await.unwrap();
    let (http, at) = (world.http.clone(), world.district.figures_address().unwrap());
    let told = async |path: &str| http.get(format!("http://{at}{path}")).send().await.unwrap();
    let text = told("/metrics").await.text().await.unwrap();
    assert_eq!(figure(&text, "intake_entries_total{arrived=\"new\"}"), "9");
    assert_eq!(figure(&text, "intake_entries_total{arrived=\"had\"}"), "9");
    assert_eq!(figure(&text, "intake_verdicts_total{verdict=\"set_aside\"}"), "1");
    assert_eq!(figure(&text, "intake_requests_total{path=\"/v1/pages\",status=\"200\"}"), "2");
    assert_eq!(figure(&text, "intake_database_up"), "1");
    assert_eq!(figure(&text, "intake_backup_marked_timestamp_seconds"), "0");
    assert!(!text.contains(CENTRE) && !text.contains("张伟"), "{text}");
    assert_eq!(told("/health").await.status(), 200);
    // Not over the line that desks use.
    let outside = format!("{}/metrics", world.district.address());
    assert_eq!(world.http.get(outside).send().await.unwrap().status(), 404);
    world.district.cut_database().unwrap();
    assert_eq!(told("/health").await.status(), 503);
    assert_eq!(figure(&told("/metrics").await.text().await.unwrap(), "intake_database_up"), "0");
}

#[tokio::test]
async fn health_is_told_to_whoever_asks() {
    let mut world = world();
    let url = format!("{}/v1/health", world.district.address());
    assert_eq!(said(world.http.get(&url).send().await.unwrap()).await["version"], 1);
    world.district.cut_database().unwrap();
    let answer = world.http.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"5".parse().unwrap()));
}
