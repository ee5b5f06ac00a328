//! What the district does with a matter: on its page, in its journal for the desk, on the visitor's page.

use district_server::Role;
use intake_model::{ActWords, DistrictAct};
use intake_wire::{Entry, Head, Kind, MatterActed, Part, VerdictKind};

use crate::browser::{Browser, Shown};
use crate::world::{Desk, World, kinds, world};

async fn desk(world: &World) -> Desk {
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    desk.register(2, testkit::visits::elder_support());
    world.pages(desk.whole()).await.unwrap();
    desk
}

/// The random bytes in the page's form for an act.
fn form_of(page: &str, act: &str) -> String {
    let before = page.split(&format!("name=\"act\" value=\"{act}\"")).next().unwrap();
    before.rsplit("name=\"id\" value=\"").next().unwrap().split('"').next().unwrap().to_owned()
}

impl Browser<'_> {
    async fn acts(&mut self, number: &str, act: &str, fields: &[(&str, &str)]) -> Shown {
        let page = self.get(&format!("/matters/{number}")).await.text;
        let id = form_of(&page, act);
        let fields: Vec<(&str, &str)> =
            [("id", id.as_str()), ("act", act)].into_iter().chain(fields.to_vec()).collect();
        self.post(&format!("/matters/{number}/act"), &fields).await
    }
}

async fn came_down(world: &World, desk: &Desk) -> Vec<Entry> {
    let blocks = world.down(desk, 0).await;
    blocks.into_iter().flat_map(|block| block.entries).filter(|one| one.kind == Kind::matter_acted()).collect()
}

fn told(entry: &Entry) -> (MatterActed, ActWords) {
    let read = |part: &Part| part.bytes().unwrap().to_vec();
    (serde_json::from_slice(&read(&entry.open)).unwrap(), serde_json::from_slice(&read(&entry.personal)).unwrap())
}

#[tokio::test]
async fn an_officer_says_what_the_district_does_and_it_goes_down_to_the_desk_that_registered_the_matter() {
    let world = world();
    let desk = desk(&world).await;
    let other = world.desk(2).await;
    let number = desk.number_of(1);
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    let done = browser.acts(&number, "forwarded", &[("body", " 区住建委 "), ("text", "请按职责办理。")]).await;
    assert_eq!((done.status, done.location()), (303, format!("/matters/{number}#acts").as_str()), "{done:?}");
    browser.acts(&number, "assigned", &[("body", "新立街道办事处"), ("due", "2026-12-20")]).await;
    browser.acts(&number, "supervised", &[("due", "2026-12-25"), ("text", "公布三年账目")]).await;
    browser.acts(&number, "reviewed", &[("result", "changed")]).await;
    browser.acts(&number, "returned", &[("text", "缺少门牌号")]).await;
    let down = came_down(&world, &desk).await;
    let acts: Vec<DistrictAct> = down.iter().map(|one| told(one).0.told.act).collect();
    assert_eq!(
        acts,
        [
            DistrictAct::Forwarded,
            DistrictAct::Assigned,
            DistrictAct::Supervised,
            DistrictAct::Reviewed,
            DistrictAct::Returned,
        ]
    );
    let (open, words) = told(&down[0]);
    assert_eq!((open.number.as_str(), open.told.on.to_string().as_str()), (number.as_str(), "2026-11-24"));
    assert_eq!(words, ActWords { body: "区住建委".into(), text: "请按职责办理。".into() });
    assert!(!String::from_utf8_lossy(down[0].open.bytes().unwrap()).contains("住建委"), "words are personal");
    assert!(came_down(&world, &other).await.is_empty(), "another desk hears nothing of it");
    let page = browser.get(&format!("/matters/{number}")).await.text;
    for word in ["转送", "区住建委", "最迟2026-12-20", "公布三年账目", "复查：变更", "缺少门牌号", "李科员"]
    {
        assert!(page.contains(word), "{word} {page}");
    }
    for act in ["matter_forwarded", "matter_assigned", "matter_supervised", "matter_reviewed", "matter_returned"] {
        let sql =
            format!("SELECT count(*) FROM staff_acts WHERE act = '{act}' AND number = '{number}' AND name = '李科员'");
        assert_eq!(world.count(&sql), 1, "{act}");
    }
}

#[tokio::test]
async fn a_form_sent_twice_is_one_act_and_one_that_lacks_something_is_none() {
    let world = world();
    let desk = desk(&world).await;
    let number = desk.number_of(1);
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    let page = browser.get(&format!("/matters/{number}")).await.text;
    let id = form_of(&page, "forwarded");
    for _ in 0..2 {
        let fields = [("id", id.as_str()), ("act", "forwarded"), ("body", "区住建委")];
        assert_eq!(browser.post(&format!("/matters/{number}/act"), &fields).await.status, 303);
    }
    assert_eq!(came_down(&world, &desk).await.len(), 1);
    let refused = browser.acts(&number, "assigned", &[("due", "2026-11-23")]).await;
    assert_eq!(refused.status, 400);
    for word in ["哪个单位", "不能早于今天"] {
        assert!(refused.text.contains(word), "{word} {refused:?}");
    }
    assert_eq!(browser.acts(&number, "returned", &[("text", " ")]).await.status, 400);
    assert_eq!(browser.post(&format!("/matters/{number}/act"), &[("id", "1"), ("act", "sung")]).await.status, 400);
    let unknown = [("id", id.as_str()), ("act", "returned"), ("text", "没有这件")];
    assert_eq!(browser.post(&format!("/matters/{}/act", desk.number_of(99)), &unknown).await.status, 404);
    assert_eq!(came_down(&world, &desk).await.len(), 1);
}

#[tokio::test]
async fn what_goes_to_the_centre_that_registered_the_matter_says_so_and_names_no_body() {
    let world = world();
    let mut desk = desk(&world).await;
    let number = desk.number_of(1);
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    browser.acts(&number, "forwarded", &[("to_centre", "1"), ("text", "请按职责办理。")]).await;
    let down = came_down(&world, &desk).await;
    let (open, words) = told(&down[0]);
    assert!(open.told.to_centre && words.body.is_empty(), "{open:?}");
    assert!(browser.get(&format!("/matters/{number}")).await.text.contains("登记的中心"));
    // Its receipt and an objection are told back.
    let received = serde_json::json!({ "number": number, "id": open.id });
    desk.say(Kind::act_received(), received.to_string(), "{}");
    let step = serde_json::json!({ "number": number, "step": "5f", "on": "2026-11-26" });
    desk.say(Kind::objected(), step.to_string(), r#"{"told":{"note":"属区住建委职责"}}"#);
    let answer = world.pages(desk.whole()).await.unwrap();
    assert!(
        kinds(&answer).iter().all(|one| matches!(one, VerdictKind::Stored | VerdictKind::AlreadyHad)),
        "{answer:?}"
    );
    let page = browser.get(&format!("/matters/{number}")).await.text;
    assert!(page.contains("提出异议") && page.contains("属区住建委职责"), "{page}");
}

#[tokio::test]
async fn nothing_is_done_with_a_matter_that_was_voided() {
    let world = world();
    let mut desk = desk(&world).await;
    let number = desk.number_of(2);
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    let id = form_of(&browser.get(&format!("/matters/{number}")).await.text, "forwarded");
    let voided = serde_json::json!({ "number": number }).to_string();
    desk.say(Kind::voided(), voided, r#"{"reason":"重复"}"#);
    world.pages(desk.whole()).await.unwrap();
    let fields = [("id", id.as_str()), ("act", "forwarded"), ("body", "区住建委")];
    let refused = browser.post(&format!("/matters/{number}/act"), &fields).await;
    assert!(refused.status == 400 && refused.text.contains("已经作废"), "{refused:?}");
    assert!(!browser.get(&format!("/matters/{number}")).await.text.contains("记下转送"));
    assert!(came_down(&world, &desk).await.is_empty());
}

#[tokio::test]
async fn of_a_sealed_matter_no_words_are_taken_and_those_of_before_go() {
    let world = world();
    let mut desk = desk(&world).await;
    let sealed = desk.register_sealed(20);
    world.pages(desk.whole()).await.unwrap();
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    let page = browser.get(&format!("/matters/{sealed}")).await.text;
    assert!(!page.contains("<textarea") && !page.contains("name=\"body\""), "{page}");
    let told_all = [("body", "某某局"), ("due", "2026-12-20"), ("text", "举报钱副主任")];
    assert_eq!(browser.acts(&sealed, "assigned", &told_all).await.status, 303);
    let number = desk.number_of(1);
    browser.acts(&number, "forwarded", &[("body", "区住建委"), ("text", "张伟反映物业费")]).await;
    // The desk seals that matter: the district's own words about it go with the matter's.
    let resealed = serde_json::json!({ "number": number, "journal": desk.journal, "of": [1] });
    let personal = r#"{"query_code":"ABCD2345","materials":0,"to":["age1reader"],"sealed":"c2VhbGVk"}"#;
    let open = serde_json::json!({ "number": number, "version": 2, "corrects": 1, "headcount": 1, "party": "person",
        "owes_written_notice": true });
    desk.say(Kind::corrected(), open.to_string(), personal);
    desk.say(Kind::resealed(), resealed.to_string(), personal);
    world.pages(desk.whole()).await.unwrap();
    let down = came_down(&world, &desk).await;
    assert_eq!(down.len(), 2);
    assert_eq!(told(&down[0]).1, ActWords::default());
    assert_eq!(down[1].personal.bytes(), None, "erased, and the chain holds by its digest");
    let page = browser.get(&format!("/matters/{number}")).await.text;
    assert!(page.contains("转送") && !page.contains("区住建委") && !page.contains("物业费"), "{page}");
    for word in ["某某局", "钱副主任", "区住建委", "张伟反映"] {
        let sql = format!("SELECT count(*) FROM district_entries WHERE position('{word}'::bytea IN entry) > 0");
        let sql = sql.replace(&format!("'{word}'::bytea"), &format!("convert_to('{word}', 'UTF8')"));
        assert_eq!(world.count(&sql), 0, "{word}");
    }
}

#[tokio::test]
async fn a_visitor_reads_what_the_district_did_and_when_and_no_word_of_it() {
    let world = world();
    let mut desk = desk(&world).await;
    let number = desk.number_of(1);
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    browser.acts(&number, "forwarded", &[("body", "区住建委"), ("text", "张伟反映物业费")]).await;
    let sealed = desk.register_sealed(20);
    world.pages(desk.whole()).await.unwrap();
    browser.acts(&sealed, "returned", &[]).await;
    let mut visitor = world.browser();
    visitor.get("/visit").await;
    let page = visitor.post("/visit", &[("number", &number), ("code", "ABCD2345")]).await.text;
    assert!(page.contains("2026年11月24日　区里已经转送有关单位"), "{page}");
    for word in ["住建委", "张伟", "物业"] {
        assert!(!page.contains(word), "{word} {page}");
    }
    visitor.get("/visit").await;
    let page = visitor.post("/visit", &[("number", &sealed), ("code", "ABCD2345")]).await.text;
    assert!(page.contains("已登记") && !page.contains("退回"), "{page}");
}

#[tokio::test]
async fn a_restored_district_says_again_what_its_desk_may_not_have_heard() {
    let world = world();
    let desk = desk(&world).await;
    let number = desk.number_of(1);
    let mut browser = world.signed_in("李科员", Role::Officer).await;
    browser.acts(&number, "forwarded", &[("body", "区住建委")]).await;
    let held = world.heads(&desk, Head::EMPTY).await.unwrap().district;
    world.heads(&desk, held.1).await.unwrap();
    let dump = world.district.postgres().dump().unwrap();
    // The desk hears of this one, and the district forgets it.
    browser.acts(&number, "supervised", &[("due", "2026-12-25"), ("text", "公布账目")]).await;
    let heard = world.heads(&desk, held.1).await.unwrap().district;
    world.district.postgres().restore_over(&dump).unwrap();
    // Of this one the desk cannot know: it stands where the desk holds another.
    browser.sign_in("李科员", crate::browser::PASSWORD).await;
    browser.acts(&number, "returned", &[("text", "缺少门牌号")]).await;
    let told_now = world.heads(&desk, heard.1).await.unwrap().district;
    assert_ne!(told_now.0, heard.0, "another journal goes on");
    let acts: Vec<DistrictAct> = came_down(&world, &desk).await.iter().map(|one| told(one).0.told.act).collect();
    assert_eq!(acts, [DistrictAct::Returned]);
    let page = browser.get(&format!("/matters/{number}")).await.text;
    assert_eq!(page.matches("缺少门牌号").count(), 1, "{page}");
    assert!(page.contains("区住建委") && !page.contains("公布账目"), "{page}");
    assert_eq!(world.heads(&desk, told_now.1).await.unwrap().district, told_now);
}
