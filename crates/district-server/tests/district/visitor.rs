//! The visitor's page.

use intake_wire::{Kind, Voided};

use crate::browser::{Browser, Shown};
use crate::world::{Desk, World, world};

impl Browser<'_> {
    async fn ask(&mut self, number: &str, code: &str) -> Shown {
        self.get("/visit").await;
        self.post("/visit", &[("number", number), ("code", code)]).await
    }
}

async fn desk(world: &World) -> Desk {
    let mut desk = world.desk(1).await;
    let office = r#"{"centre_name":"新立街道矛调中心","office_phone":"022-24370000","office_address":"津塘公路10号","profile":"tianjin-dongli-street"}"#;
    desk.say(Kind::desk_changed(), office, "{}");
    desk.register(1, testkit::visits::property_fee());
    desk.register(2, testkit::visits::elder_support());
    let number = desk.number_of(1);
    desk.issue(&number, "acceptance_notice", 1);
    desk.issue(&number, "internal_assignment", 2);
    world.pages(desk.whole()).await.unwrap();
    desk
}

#[tokio::test]
async fn a_visitor_learns_how_the_matter_stands_and_whom_to_call_and_nothing_of_anybody() {
    let world = world();
    let mut desk = desk(&world).await;
    let mut browser = world.browser();
    let told = browser.ask(&desk.number_of(1), "abcd-2345").await.text;
    for word in ["已出具文书", "2026年11月24日", "接收/受理告知书", "新立街道矛调中心", "022-24370000"]
    {
        assert!(told.contains(word), "{word} {told}");
    }
    for word in ["张伟", "中河村", "物业", "13920011234", "交办单", "最迟书面告知", "ABCD2345"] {
        assert!(!told.contains(word), "{word} {told}");
    }
    // Typed as a scanner reads it, before any notice: by when one is owed.
    let told = browser.ask(&desk.number_of(2).replace('-', ""), "ABCD2345").await.text;
    assert!(told.contains("正在办理") && told.contains("2026年12月9日"), "{told}");
    let voided = serde_json::to_vec(&Voided { number: desk.number_of(2) }).unwrap();
    desk.say(Kind::voided(), voided, r#"{"reason":"重复"}"#);
    world.pages(desk.whole()).await.unwrap();
    let told = browser.ask(&desk.number_of(2), "ABCD2345").await.text;
    assert!(told.contains("登记已作废") && !told.contains("最迟书面告知"), "{told}");
}

#[tokio::test]
async fn of_a_sealed_matter_a_visitor_learns_that_it_is_registered() {
    let world = world();
    let mut desk = desk(&world).await;
    let sealed = desk.register_sealed(5);
    world.pages(desk.whole()).await.unwrap();
    let told = world.browser().ask(&sealed, "ABCD2345").await.text;
    assert!(told.contains("<h2 id=\"state\">已登记</h2>") && told.contains("022-24370000"), "{told}");
    for word in ["受理", "2026年", "保密", "告知"] {
        assert!(!told.contains(word), "{word} {told}");
    }
}

#[tokio::test]
async fn an_unknown_number_and_a_wrong_code_get_the_same_answer_and_are_slowed_alike() {
    let world = world();
    let desk = desk(&world).await;
    let mut browser = world.browser();
    let mut told = Vec::new();
    for number in [desk.number_of(1), desk.number_of(99), "120110005".into()] {
        for _ in 0..3 {
            let answer = browser.ask(&number, "WRNG2345").await;
            assert_eq!(answer.status, 200);
            told.push(answer.text);
        }
        let waits = browser.ask(&number, "ABCD2345").await;
        assert_eq!((waits.status, &waits.headers["retry-after"]), (429, &"2".parse().unwrap()), "{number}");
    }
    assert!(told[0].contains("登记号和查询码对不上"), "{}", told[0]);
    assert!(told.iter().all(|answer| *answer == told[0]));
    // Nine from this address; after the tenth every number waits.
    browser.ask(&desk.number_of(98), "WRNG2345").await;
    assert_eq!(browser.ask(&desk.number_of(2), "ABCD2345").await.status, 429);
    world.clock.pass_ms(2000);
    assert!(browser.ask(&desk.number_of(2), "ABCD2345").await.text.contains("正在办理"));
    // Another hall is not kept waiting for it, nor are the right ones counted.
    world.clock.pass_ms(61 * 60_000);
    for _ in 0..12 {
        assert!(browser.ask(&desk.number_of(2), "ABCD2345").await.text.contains("正在办理"));
    }
}

#[tokio::test]
async fn many_tries_at_once_are_no_more_than_many_in_turn() {
    let world = world();
    let desk = desk(&world).await;
    let mut browser = world.browser();
    browser.get("/visit").await;
    let (token, cookies) = (browser.token.clone(), browser.cookies.clone());
    let number = desk.number_of(1);
    let tries = (0..8).map(|_| {
        let mut one = world.browser();
        (one.token, one.cookies) = (token.clone(), cookies.clone());
        let number = number.clone();
        async move { one.post("/visit", &[("number", &number), ("code", "WRNG2345")]).await.status }
    });
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 3, "{answers:?}");
}
