//! The district's own people: signing in, roles, forms, and the record of what they did.

use std::time::Duration;

use district_server::Role;

use crate::browser::PASSWORD;
use crate::world::world;

#[tokio::test]
async fn a_person_signs_in_and_is_nobody_again_after_signing_out() {
    let world = world();
    world.add_staff("王主任", Role::Viewer);
    let mut browser = world.browser();
    assert_eq!(browser.get("/desks").await.location(), "/sign-in");
    let wrong = browser.sign_in("王主任", "不是这个口令一二三四").await;
    assert!(wrong.status == 200 && wrong.text.contains("姓名和口令对不上"), "{wrong:?}");
    // A name that nobody has gets the same words.
    assert_eq!(browser.sign_in("李主任", PASSWORD).await.text.replace("李主任", "王主任"), wrong.text);
    assert_eq!(browser.sign_in("王主任", PASSWORD).await.location(), "/desks");
    let session = browser.cookies["__Host-intake"].clone();
    assert_eq!(session.len(), 64);
    let desks = browser.get("/desks").await;
    assert!(desks.status == 200 && desks.text.contains("王主任（查看）"), "{desks:?}");
    assert_eq!(desks.headers["cache-control"], "no-store");
    // What the browser holds stands nowhere in the database.
    let held = "SELECT count(*) FROM staff_sessions WHERE octet_length(token_hash) = 32";
    assert_eq!(world.count(held), 1);
    let plain = format!("{held} AND encode(token_hash, 'hex') = '{session}'");
    assert_eq!(world.count(&plain), 0);
    assert_eq!(browser.post("/sign-out", &[]).await.location(), "/sign-in");
    browser.cookies.insert("__Host-intake".into(), session);
    assert_eq!(browser.get("/desks").await.location(), "/sign-in");
    for (act, count) in [("sign_in_refused", 2), ("signed_in", 1), ("signed_out", 1)] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM staff_acts WHERE act = '{act}'")), count, "{act}");
    }
    // A name that is nobody's may be a password typed into the wrong field.
    assert_eq!(world.count("SELECT count(*) FROM staff_acts WHERE name = '李主任'"), 0);
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_of_rest_and_after_twelve_hours_of_work() {
    let world = world();
    let minute = 60_000;
    let mut browser = world.signed_in("王主任", Role::Viewer).await;
    world.clock.pass_ms(29 * minute);
    assert_eq!(browser.get("/desks").await.status, 200);
    world.clock.pass_ms(30 * minute);
    assert_eq!(browser.get("/desks").await.location(), "/sign-in");
    browser.sign_in("王主任", PASSWORD).await;
    for _ in 0..35 {
        world.clock.pass_ms(20 * minute);
        assert_eq!(browser.get("/desks").await.status, 200);
    }
    world.clock.pass_ms(20 * minute);
    assert_eq!(browser.get("/desks").await.location(), "/sign-in");
}

#[tokio::test]
async fn one_who_is_disabled_or_gets_another_password_is_signed_out_at_once() {
    let world = world();
    let mut browser = world.signed_in("王主任", Role::Viewer).await;
    let district = std::sync::Arc::clone(world.district.district());
    let disabled = world.district.wait(async move { district.disable_staff("王主任").await });
    disabled.unwrap().unwrap();
    assert_eq!(browser.get("/desks").await.location(), "/sign-in");
    assert!(browser.sign_in("王主任", PASSWORD).await.text.contains("对不上"));
    let district = std::sync::Arc::clone(world.district.district());
    let set = world
        .district
        .wait(async move { district.set_staff_password("王主任", "另外一个口令一二三四五六").await });
    set.unwrap().unwrap();
    assert_eq!(browser.sign_in("王主任", "另外一个口令一二三四五六").await.location(), "/desks");
    let district = std::sync::Arc::clone(world.district.district());
    let taken = world.district.wait(async move { district.add_staff("王主任", Role::Viewer, PASSWORD).await });
    assert!(taken.unwrap().unwrap_err().to_string().contains("taken"));
}

#[tokio::test]
async fn wrong_passwords_wait_longer_each_time_by_name_and_by_address() {
    let world = world();
    world.add_staff("王主任", Role::Viewer);
    let mut browser = world.browser();
    for _ in 0..3 {
        assert!(browser.sign_in("王主任", "不是这个口令一二三四").await.text.contains("对不上"));
    }
    // The right one waits too: nobody learns by it that it is right.
    let waits = browser.sign_in("王主任", PASSWORD).await;
    assert_eq!((waits.status, &waits.headers["retry-after"]), (429, &"2".parse().unwrap()));
    assert!(waits.text.contains("请过2秒再试"), "{waits:?}");
    world.clock.pass_ms(2000);
    assert!(browser.sign_in("王主任", "不是这个口令一二三四").await.text.contains("对不上"));
    world.clock.pass_ms(2000);
    assert_eq!(browser.sign_in("王主任", PASSWORD).await.status, 429);
    world.clock.pass_ms(2000);
    assert_eq!(browser.sign_in("王主任", PASSWORD).await.location(), "/desks");
    // After a right one the name begins anew; the address has counted the wrong ones.
    for name in ["甲", "乙", "丙", "丁", "戊", "己"] {
        assert!(browser.sign_in(name, "不是这个口令一二三四").await.text.contains("对不上"), "{name}");
    }
    assert_eq!(browser.sign_in("庚", "不是这个口令一二三四").await.status, 429);
    // An hour later nothing is kept of it.
    world.clock.pass_ms(Duration::from_mins(61).as_millis().try_into().unwrap());
    assert!(browser.sign_in("庚", "不是这个口令一二三四").await.text.contains("对不上"));
    assert_eq!(world.count("SELECT count(*) FROM slowed_tries"), 2);
}

/// Every page, and from which role on.
const PAGES: [(&str, Role); 10] = [
    ("/desks", Role::Viewer),
    ("/days", Role::Viewer),
    ("/counts", Role::Viewer),
    ("/matters", Role::Officer),
    ("/matters/person", Role::Officer),
    ("/matters/120110005-20261124-01A-0001-A", Role::Officer),
    ("/aside", Role::Officer),
    ("/tables", Role::Administrator),
    ("/desks/120110005/1/clerks", Role::Administrator),
    ("/acts", Role::Administrator),
];

/// Every form of one who is signed in, and from which role on.
const FORMS: [(&str, Role); 11] = [
    ("/sign-out", Role::Viewer),
    ("/matters/person", Role::Officer),
    ("/aside/again", Role::Officer),
    ("/matters/120110005-20261124-01A-0001-A/act", Role::Officer),
    ("/desks/code", Role::Administrator),
    ("/desks/retire", Role::Administrator),
    ("/desks/reinstate", Role::Administrator),
    ("/desks/lost", Role::Administrator),
    ("/desks/120110005/1/clerks", Role::Administrator),
    ("/tables/look", Role::Administrator),
    ("/tables/publish", Role::Administrator),
];

const FIELDS: [(&str, &str); 7] = [
    ("centre", "120110005"),
    ("desk", "1"),
    ("contact", "信息科 24370000"),
    ("sure", "yes"),
    ("by", "name"),
    ("text", "张伟"),
    ("reason", "核对来信"),
];

#[tokio::test]
async fn each_role_is_refused_what_is_above_it_and_nobody_gets_anything() {
    let world = world();
    let mut nobody = world.browser();
    for (page, _) in PAGES {
        assert_eq!(nobody.get(page).await.location(), "/sign-in", "{page}");
    }
    for (form, _) in FORMS {
        nobody.get("/sign-in").await;
        assert_eq!(nobody.post(form, &FIELDS).await.location(), "/sign-in", "{form}");
    }
    for (name, role) in [("查看", Role::Viewer), ("经办", Role::Officer), ("管理", Role::Administrator)] {
        let mut browser = world.signed_in(name, role).await;
        for (page, least) in PAGES {
            let shown = browser.get(page).await;
            assert_eq!(shown.status == 403, role < least, "{name} {page} {shown:?}");
        }
        browser.get("/desks").await;
        for (form, least) in FORMS.into_iter().filter(|(_, least)| role < *least) {
            let refused = browser.post(form, &FIELDS).await;
            assert_eq!(refused.status, 403, "{name} {form} {least:?}");
            assert!(refused.text.contains("您的权限不能做这一步"), "{refused:?}");
        }
    }
    assert_eq!(world.count("SELECT count(*) FROM enrolment_codes"), 0);
}

#[tokio::test]
async fn a_form_that_another_site_made_is_refused() {
    let world = world();
    let mut browser = world.signed_in("管理", Role::Administrator).await;
    browser.get("/desks").await;
    let own = browser.token.clone();
    let mut other = world.browser();
    other.get("/visit").await;
    for (form, _) in FORMS.into_iter().chain([("/visit", Role::Viewer), ("/sign-in", Role::Viewer)]) {
        let more = [("number", "1"), ("code", "1"), ("name", "管理"), ("password", PASSWORD)];
        let fields: Vec<(&str, &str)> = FIELDS.into_iter().chain(more).collect();
        let with = |token: &'static str| fields.iter().copied().chain([("token", token)]).collect::<Vec<_>>();
        for token in ["", "0000000000000000000000000000000000000000000000000000000000000000"] {
            let refused = browser.post_bare(form, &with(token)).await;
            assert!(refused.status == 403 && refused.text.contains("已经过期"), "{form} {refused:?}");
        }
        assert_eq!(browser.post_bare(form, &fields).await.status, 403, "{form}");
    }
    browser.token = other.token;
    assert_eq!(browser.post("/desks/code", &FIELDS).await.status, 403);
    assert_eq!(world.count("SELECT count(*) FROM enrolment_codes"), 0);
    browser.token = own;
    assert_eq!(browser.post("/desks/code", &FIELDS).await.status, 200);
}

#[tokio::test]
async fn an_administrator_reads_who_did_what_and_that_is_written_down_too() {
    let world = world();
    let mut browser = world.signed_in("管理", Role::Administrator).await;
    browser.get("/desks").await;
    assert_eq!(browser.post("/desks/code", &[("centre", "120110005"), ("desk", "3")]).await.status, 200);
    let acts = browser.get("/acts").await.text;
    for told in ["生成接入码", "新立街道 03号台", "登录", "查看操作记录", "加入人员"] {
        assert!(acts.contains(told), "{told} {acts}");
    }
    assert_eq!(browser.count("SELECT count(*) FROM staff_acts WHERE act = 'code_made' AND desk = 3"), 1);
}
