//! The district's pages, as staff see them.

use district_server::Role;
use intake_model::Visit;
use intake_wire::{EnrolRequest, EnrolmentCode, Head, JournalId, Kind, Registered, SigningKey, Voided, encode};
use testkit::district::CENTRE;

use crate::browser::PASSWORD;
use crate::world::{Desk, World, world};

/// What a sealed matter said, wherever a desk could have let it stand.
const SEALED_WORDS: [&str; 4] = ["钱副主任", "ABCD2345", "c2VhbGVkIHdvcmRz", "age1reader"];

impl Desk {
    /// A sealed matter as a desk writes it, a paper about it and its delivery.
    pub(crate) fn register_sealed(&mut self, serial: u32) -> String {
        let number = self.number_of(serial);
        let open = Registered {
            number: number.clone(),
            headcount: 1,
            party: intake_model::Party::Person,
            owes_written_notice: true,
            import_key: String::new(),
            draft: String::new(),
        };
        let personal = r#"{"query_code":"ABCD2345","materials":0,"to":["age1reader"],"sealed":"c2VhbGVkIHdvcmRz"}"#;
        self.say(Kind::registered(), serde_json::to_vec(&open).unwrap(), personal);
        self.issue(&number, "acceptance_notice", serial);
        number
    }
}

/// A desk's morning: eight visits, one of them corrected, one void; papers; a sealed matter; what cannot be read.
async fn morning(world: &World) -> Desk {
    let mut desk = world.desk(1).await;
    let office = r#"{"centre_name":"新立街道矛调中心","office_phone":"022-24370000","office_address":"津塘公路10号","profile":"tianjin-dongli-street"}"#;
    desk.say(Kind::desk_changed(), office, "{}");
    desk.say(Kind::clerk_added(), r#"{"clerk":1,"role":"clerk"}"#, r#"{"name":"刘窗口"}"#);
    desk.day();
    let (first, second) = (desk.number_of(1), desk.number_of(2));
    let corrected = Visit { facts: "账目三年没有公布。".into(), ..testkit::visits::property_fee() };
    desk.correct(1, 3, corrected);
    desk.issue(&first, "acceptance_notice", 1);
    let told = r#"{"delivery":{"way":"post","receiver":"张伟","at":"2026-11-24T09:00:00"}}"#;
    desk.about(Kind::document_delivered(), &first, &[1], told);
    desk.say(Kind::voided(), serde_json::to_vec(&Voided { number: second }).unwrap(), r#"{"reason":"重复"}"#);
    let secret = desk.register_sealed(20);
    let told = r#"{"delivery":{"way":"post","receiver":"钱副主任","at":"2026-11-24T09:00:00"}}"#;
    desk.about(Kind::document_delivered(), &secret, &[20], told);
    desk.say(Kind::from_word("matter_sung".into()), "{}", "{}");
    world.heads(&desk, Head::EMPTY).await.unwrap();
    world.pages(desk.whole()).await.unwrap();
    desk
}

#[tokio::test]
async fn the_desks_page_says_how_far_each_desk_is_and_what_needs_a_person() {
    let world = world();
    let mut browser = world.signed_in("查看", Role::Viewer).await;
    assert!(browser.get("/desks").await.text.contains("还没有登记台接入"));
    let mut desk = morning(&world).await;
    let head = desk.head();
    desk.register(9, testkit::visits::elder_support());
    world.heads(&desk, Head::EMPTY).await.unwrap();
    let page = browser.get("/desks").await.text;
    for told in ["新立街道 01号台", "在用", "2026-11-24 09:05", &format!("A：第{}条", head.seq), &head.hash.short()]
    {
        assert!(page.contains(told), "{told} {page}");
    }
    let cells: Vec<&str> =
        page.split("<td class=\"number\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(cells, ["1", "1", "0"], "unsent, set aside, waiting");
    assert!(!page.contains("/desks/retire"), "only an administrator is shown that");
}

#[tokio::test]
async fn the_days_page_tells_which_days_were_closed_and_which_are_missing() {
    let world = world();
    let mut desk = world.desk(1).await;
    desk.register(1, testkit::visits::property_fee());
    world.pages(desk.whole()).await.unwrap();
    let mut browser = world.signed_in("查看", Role::Viewer).await;
    let page = browser.get("/days").await.text;
    assert!(page.contains("还没有日结</span><br>1件") && page.contains("有登记的日子都日结了"), "{page}");
    world.clock.pass_ms(24 * 60 * 60_000);
    browser.sign_in("查看", PASSWORD).await;
    let page = browser.get("/days").await.text;
    assert!(page.contains("有登记而没有日结的有1处") && page.contains("\">没有日结</span><br>1件"), "{page}");
    let range = serde_json::json!({ "mark": "A", "from": 1, "to": 1, "kept": 1, "void": 0, "imported": 0, "slips": 1,
        "confirmed": 0 });
    let journal = [1_u8; 16];
    let head = serde_json::json!({ "journal": journal, "seq": 1, "hash": "00".repeat(32) });
    let closed = serde_json::json!({ "day": "2026-11-24", "closing": 1, "head": head, "ranges": [range],
        "discarded": {} });
    desk.say(Kind::day_closed(), closed.to_string(), "{}");
    world.pages(desk.whole()).await.unwrap();
    let page = browser.get("/days").await.text;
    assert!(page.contains("已确认</span><br>1件") && page.contains("有登记的日子都日结了"), "{page}");
    desk.register(2, testkit::visits::elder_support());
    world.pages(desk.whole()).await.unwrap();
    let page = browser.get("/days").await.text;
    assert!(page.contains("日结后又登记</span><br>收到2件，日结时1件"), "{page}");
}

#[tokio::test]
async fn an_administrator_admits_a_desk_retires_it_takes_it_back_and_refuses_a_lost_one() {
    let world = world();
    let mut browser = world.signed_in("管理", Role::Administrator).await;
    browser.get("/desks").await;
    let page = browser.post("/desks/code", &[("centre", CENTRE), ("desk", "1")]).await.text;
    let code = page.split("<p class=\"code\"><code>").nth(1).unwrap().split('<').next().unwrap();
    let (code, key): (EnrolmentCode, _) = (code.parse().unwrap(), SigningKey::generate().unwrap());
    let request = EnrolRequest::new(code.secret(), CENTRE.into(), 1, JournalId([1; 16]), &key).unwrap();
    world.post("/v1/enrol", encode(&request).unwrap()).await.unwrap();
    let of = [("centre", CENTRE), ("desk", "1"), ("contact", "信息科 24370000")];
    assert_eq!(browser.post("/desks/retire", &of).await.location(), "/desks");
    assert!(browser.get("/desks").await.text.contains("已停用"));
    assert_eq!(browser.post("/desks/reinstate", &of).await.location(), "/desks");
    assert!(!browser.get("/desks").await.text.contains("已停用"));
    assert_eq!(browser.post("/desks/lost", &of).await.status, 400);
    let sure = [("centre", CENTRE), ("desk", "1"), ("sure", "yes")];
    assert_eq!(browser.post("/desks/lost", &sure).await.location(), "/desks");
    assert!(browser.get("/desks").await.text.contains("已挂失"));
    for act in ["code_made", "desk_retired", "desk_reinstated", "desk_lost"] {
        let sql = format!("SELECT count(*) FROM staff_acts WHERE act = '{act}' AND centre = '{CENTRE}' AND desk = 1");
        assert_eq!(world.count(&sql), 1, "{act}");
    }
}

#[tokio::test]
async fn matters_are_listed_by_centre_day_and_number_page_by_page() {
    let world = world();
    let mut desk = world.desk(1).await;
    for serial in 1..=60 {
        desk.register(serial, testkit::visits::property_fee());
    }
    world.pages(desk.whole()).await.unwrap();
    let mut browser = world.signed_in("经办", Role::Officer).await;
    let links = |page: &str| page.matches("href=\"/matters/120110005").count();
    let first = browser.get("/matters").await.text;
    assert_eq!(links(&first), 50);
    assert!(first.contains(&desk.number_of(60)) && !first.contains(&format!("/matters/{}", desk.number_of(10))));
    let after = first.split("name=\"after\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = browser.get(&format!("/matters?after={after}")).await.text;
    assert_eq!(links(&second), 10);
    assert!(second.contains(&desk.number_of(1)) && !second.contains("下一页"));
    assert_eq!(links(&browser.get("/matters?number=01A-0007").await.text), 1);
    assert_eq!(links(&browser.get("/matters?from=2026-11-25&to=2026-11-30").await.text), 0);
    assert_eq!(links(&browser.get("/matters?centre=120110001").await.text), 0);
    let whole = browser.get(&format!("/matters?number={}", desk.number_of(7).replace('-', ""))).await;
    assert_eq!(whole.location(), format!("/matters/{}", desk.number_of(7)));
    assert_eq!(browser.get("/matters?from=yesterday").await.status, 400);
    assert_eq!(browser.get("/matters?after=elsewhere").await.status, 400);
}

#[tokio::test]
async fn one_matter_is_shown_with_its_versions_papers_deliveries_and_set_aside_entries() {
    let world = world();
    let desk = morning(&world).await;
    let mut browser = world.signed_in("经办", Role::Officer).await;
    let page = browser.get(&format!("/matters/{}", desk.number_of(1))).await.text;
    for told in [
        "张伟",
        "第2版",
        "更正",
        "账目三年没有公布。",
        "接收/受理告知书",
        "访接〔2026〕01A-1号",
        "2026-11-24 邮寄送达",
        "刘窗口",
        "物业费从1.2元涨到1.8元",
    ] {
        assert!(page.contains(told), "{told} {page}");
    }
    assert!(browser.get(&format!("/matters/{}", desk.number_of(2))).await.text.contains("已作废"));
    let act = format!("SELECT count(*) FROM staff_acts WHERE act = 'matter_seen' AND number = '{}'", desk.number_of(1));
    assert_eq!(world.count(&act), 1);
    let unknown = browser.get(&format!("/matters/{}", desk.number_of(99))).await;
    assert!(unknown.status == 404 && unknown.text.contains("没有这个登记号"), "{unknown:?}");
    assert_eq!(browser.get("/matters/nonsense").await.status, 404);
}

#[tokio::test]
async fn a_person_is_looked_for_with_a_reason_alone_and_what_was_typed_is_kept_nowhere() {
    let world = world();
    let desk = morning(&world).await;
    let mut browser = world.signed_in("经办", Role::Officer).await;
    let page = browser.get("/matters/person").await.text;
    assert!(page.contains("要写明理由") || page.contains("理由"));
    for reason in ["", "  ", "\u{3000}"] {
        let refused = browser.post("/matters/person", &[("by", "name"), ("text", "张伟"), ("reason", reason)]).await;
        assert!(refused.status == 400 && refused.text.contains("要写明理由"), "{refused:?}");
        assert!(!refused.text.contains(&desk.number_of(1)));
    }
    assert_eq!(world.count("SELECT count(*) FROM staff_acts WHERE act = 'person_searched'"), 0);
    let paper = testkit::visits::property_fee().identity.unwrap().number;
    let asked = [
        ("name", "张伟", 1),
        ("name", "赵敏", 4),
        ("name", "阿不都热依木•买买提", 3),
        ("phone", "139 2001 1234", 1),
        ("phone", "２４３７１１２２", 4),
        ("paper", paper.as_str(), 1),
    ];
    for (by, text, serial) in asked {
        let found = browser.post("/matters/person", &[("by", by), ("text", text), ("reason", "核对来信")]).await.text;
        assert!(found.contains(&format!("/matters/{}", desk.number_of(serial))), "{by} {text} {found}");
        assert_eq!(found.matches("href=\"/matters/120110005").count(), 1, "{by} {text}");
    }
    for (by, text) in [("name", "张"), ("name", "钱副主任"), ("phone", "1392001"), ("paper", "1201101972")] {
        let found = browser.post("/matters/person", &[("by", by), ("text", text), ("reason", "核对来信")]).await.text;
        assert!(found.contains("没有找到"), "{by} {text} {found}");
    }
    assert_eq!(
        world.count("SELECT count(*) FROM staff_acts WHERE act = 'person_searched' AND reason = '核对来信'"),
        10
    );
    for word in ["张伟", "赵敏", "13920011234", &paper] {
        assert_eq!(
            world.count(&format!("SELECT count(*) FROM staff_acts a WHERE a::text LIKE '%{word}%'")),
            0,
            "{word}"
        );
    }
}

#[tokio::test]
async fn no_page_holds_a_word_of_a_sealed_matter() {
    let world = world();
    let desk = morning(&world).await;
    let sealed = desk.number_of(20);
    let mut browser = world.signed_in("管理", Role::Administrator).await;
    let mut pages = vec![browser.get(&format!("/matters/{sealed}")).await.text];
    assert!(
        pages[0].contains("已登记") && !pages[0].contains("受理告知书") && !pages[0].contains("刘窗口"),
        "{}",
        pages[0]
    );
    for path in ["/desks", "/matters", "/matters?number=01A-0020", "/aside", "/counts", "/acts", "/matters/person"] {
        pages.push(browser.get(path).await.text);
    }
    assert!(pages[2].contains(&sealed) && pages[2].contains("保密事项"), "{}", pages[2]);
    for (by, text) in [("name", "钱副主任"), ("phone", "ABCD2345")] {
        pages.push(browser.post("/matters/person", &[("by", by), ("text", text), ("reason", "核对来信")]).await.text);
    }
    pages.push(browser.post("/aside/again", &[]).await.text);
    browser.get("/visit").await;
    pages.push(browser.post("/visit", &[("number", &sealed), ("code", "ABCD2345")]).await.text);
    for page in &pages {
        for word in SEALED_WORDS {
            assert!(!page.contains(word), "{word} {page}");
        }
    }
}

#[tokio::test]
async fn set_aside_entries_stand_with_their_reason_and_are_applied_again_on_a_press() {
    let world = world();
    let desk = morning(&world).await;
    let mut browser = world.signed_in("经办", Role::Officer).await;
    let page = browser.get("/aside").await.text;
    assert!(page.contains("还不认识这类记录") && page.contains("新立街道 01号台"), "{page}");
    // As after an update that knows the kind.
    let last = desk.head().seq;
    world.execute(&format!("UPDATE entries SET kind = 'tries_failed' WHERE seq = {last}"));
    let done = browser.post("/aside/again", &[]).await.text;
    assert!(done.contains("处理好了1条") && done.contains("没有搁置的记录"), "{done}");
    assert_eq!(world.count("SELECT count(*) FROM staff_acts WHERE act = 'applied_again'"), 1);
}

#[tokio::test]
async fn counts_stand_beside_last_years_with_a_picture_and_its_tables() {
    let world = world();
    morning(&world).await;
    world.execute(
        "INSERT INTO matters SELECT centre, replace(number, '2026', '2025'), journal_id, desk, registered_seq,
             version_seq, version, void, slips, local_date - 365, headcount, party, owes_written_notice, name, address,
             title, demand, query_code, version_journal, sealed, received_on, category_edition, category, found_by
         FROM matters WHERE NOT void LIMIT 4",
    );
    let mut browser = world.signed_in("查看", Role::Viewer).await;
    let page = browser.get("/counts").await.text;
    for told in ["登记8件，上年同期4件（增100%）", "<svg", "role=\"img\"", "新立街道", "未分类", "保密事项"]
    {
        assert!(page.contains(told), "{told} {page}");
    }
    assert_eq!(page.matches("<rect").count(), 2);
    let last = browser.get(&format!("/counts?centre={CENTRE}&year=2025")).await.text;
    assert!(last.contains("登记4件，上年同期0件。"), "{last}");
    assert!(browser.get("/counts?centre=120110001").await.text.contains("登记0件"));
    assert_eq!(browser.get("/counts?year=99999").await.status, 400);
}

#[tokio::test]
async fn what_an_earlier_version_folded_is_found_after_the_update() {
    let mut world = world();
    let desk = morning(&world).await;
    world.execute("UPDATE matters SET sealed = NULL, found_by = '{}', category = NULL");
    world.district.restart().unwrap();
    assert_eq!(world.count("SELECT count(*) FROM matters WHERE sealed"), 1);
    let mut browser = world.signed_in("经办", Role::Officer).await;
    browser.get("/matters/person").await;
    let asked = [("by", "name"), ("text", "张伟"), ("reason", "核对来信")];
    assert!(browser.post("/matters/person", &asked).await.text.contains(&desk.number_of(1)));
}

#[tokio::test]
async fn every_page_is_strict_about_where_it_comes_from_and_the_exchange_is_as_it_was() {
    let world = world();
    let mut browser = world.browser();
    for (path, status) in [("/", 303), ("/sign-in", 200), ("/visit", 200), ("/style.css", 200), ("/nowhere", 404)] {
        let shown = browser.get(path).await;
        assert_eq!(shown.status, status, "{path}");
        let policy = shown.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path} {policy}");
        assert_eq!(shown.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(shown.headers["referrer-policy"], "no-referrer", "{path}");
        assert!(!shown.text.contains("<script") && !shown.text.contains("style="), "{path}");
    }
    assert!(browser.get("/nowhere").await.text.contains("没有这一页"));
    let health = browser.get("/v1/health").await;
    assert!(health.status == 200 && !health.headers.contains_key("content-security-policy"), "{health:?}");
    let nowhere = browser.get("/v1/nowhere").await;
    assert_eq!((nowhere.status, nowhere.text.as_str()), (404, ""));
    browser.get("/visit").await;
    // Nine bytes each as a form sends it: just past what a form may have. Of a far longer one the server would close the
    // connection before it has read all, and whoever is still writing then may hear of that and not of the refusal.
    let long = "长".repeat(1_900);
    assert_eq!(browser.post("/visit", &[("number", &long), ("code", "1")]).await.status, 400);
}
