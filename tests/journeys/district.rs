//! The district's pages in a real browser: an officer's morning and a visitor's question, by keyboard alone. Every page is
//! looked at for WCAG 2.2 AA and kept as a picture.

use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use district_server::Role;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use intake_model::Visit;
use serde_json::json;
use testkit::district::LocalDistrict;
use testkit::screen::Running;
use testkit::visits;

use crate::driver::{free_port, pictures};
use crate::window::{ENTER, TAB, faults};

const PASSWORD: &str = "区里上午九点开门一二三四";

/// How long a page may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser without a screen of its own.
struct Browser {
    client: Client,
    address: String,
    _driver: Running,
}

impl Browser {
    async fn start(home: &Path, address: String) -> Self {
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command
            .arg(format!("--port={port}"))
            .env("HOME", home)
            .env("LANGUAGE", "zh_CN")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let driver = Running::start(&mut command).unwrap();
        let begin = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(15), "chromedriver did not start: is it installed?");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        let arguments = ["--headless=new", "--no-sandbox", "--window-size=1366,1000", "--lang=zh-CN"];
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".into(), json!({ "args": arguments }));
        // Of the district's own CA, which no browser knows until an administrator adds it.
        capabilities.insert("acceptInsecureCerts".into(), json!(true));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Self { client, address, _driver: driver }
    }

    async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.address)).await.unwrap();
    }

    async fn press(&self, key: char) {
        let actions = KeyActions::new("keyboard".into()).then(KeyAction::Down { value: key });
        self.client.perform_actions(actions.then(KeyAction::Up { value: key })).await.unwrap();
    }

    async fn type_text(&self, text: &str) {
        self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Goes on with Tab until this control has the focus: every one can be reached so.
    async fn reach(&self, css: &str) {
        let has_focus = format!("return document.activeElement.matches({})", json!(css));
        for _ in 0..80 {
            if self.client.execute(&has_focus, Vec::new()).await.unwrap() == json!(true) {
                return;
            }
            self.press(TAB).await;
        }
        panic!("{css} is not reached by Tab");
    }

    async fn fill(&self, css: &str, text: &str) {
        self.reach(css).await;
        self.type_text(text).await;
    }

    /// Waits until the page says this, and gives all it says.
    async fn shows(&self, text: &str) -> String {
        let begin = Instant::now();
        loop {
            // The page before may go while it is read.
            let told = match self.client.find(Locator::Css("main")).await {
                Ok(main) => main.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if told.contains(text) {
                return told;
            }
            assert!(begin.elapsed() < PATIENCE, "{text} is not shown: {told}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn picture(&self, name: &str) {
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(pictures().join(format!("district-{name}.png")), picture).unwrap();
        assert_eq!(faults(&self.client).await, json!([]), "{name}");
    }
}

/// A district with a desk's day: eight visits of several kinds, a void one, a sealed one.
async fn district(home: &Path) -> (LocalDistrict, String, String) {
    let district = LocalDistrict::start(&home.join("district")).unwrap();
    let server = Arc::clone(district.district());
    let added = async move { server.add_staff("赵主任", Role::Administrator, PASSWORD).await };
    district.wait(added).unwrap().unwrap();
    let desk = testkit::desk::made(&home.join("desk")).unwrap();
    desk.enrol(&district.address(), &district.enrolment_code("120110005", 1).unwrap()).await.unwrap();
    let register = |visit: Visit| {
        let visit = Visit { passed_because: "来访人自述".into(), ..visit };
        desk.register(&visit).unwrap().number
    };
    let numbers: Vec<String> = visits::day().into_iter().map(register).collect();
    desk.void_matter(&numbers[1], "重复登记").unwrap();
    register(Visit { confidential: true, ..visits::elder_support() });
    desk.slip(&numbers[0]).await.unwrap();
    assert!(desk.exchange(|_| {}).await.unwrap().in_step);
    let code = desk.matter(&numbers[0]).unwrap().query_code;
    (district, numbers[0].clone(), code)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_reads_the_morning_and_a_visitor_asks_by_keyboard_alone() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("desk")).unwrap();
    let (district, number, code) = district(home.path()).await;
    let browser = Browser::start(home.path(), district.address()).await;
    browser.open("/").await;
    browser.picture("sign-in").await;
    browser.fill("#name", "赵主任").await;
    browser.fill("#password", "不是这个口令一二三四").await;
    browser.press(ENTER).await;
    browser.shows("姓名和口令对不上").await;
    browser.fill("#name", "赵主任").await;
    browser.fill("#password", PASSWORD).await;
    browser.press(ENTER).await;
    browser.shows("新立街道 01号台").await;
    for (path, name) in [
        ("/desks", "desks"),
        ("/days", "days"),
        ("/aside", "aside"),
        ("/counts", "counts"),
        ("/acts", "acts"),
        ("/tables", "tables"),
        ("/desks/120110005/1/clerks", "clerks"),
    ] {
        browser.open(path).await;
        browser.picture(name).await;
    }
    browser.open("/desks").await;
    browser.fill("#join-centre", "120110006").await;
    browser.fill("#join-desk", "1").await;
    browser.press(ENTER).await;
    browser.shows("15分钟内有效").await;
    browser.picture("code").await;
    browser.open("/matters").await;
    browser.picture("matters").await;
    browser.fill("#number", &number).await;
    browser.press(ENTER).await;
    browser.shows("张伟").await;
    browser.picture("matter").await;
    browser.reach("details:has(#to-centre-forwarded) summary").await;
    browser.press(ENTER).await;
    browser.reach("#to-centre-forwarded").await;
    browser.press(' ').await;
    // The tick stands before its words.
    let beside = "const tick = document.activeElement.getBoundingClientRect();
        return document.querySelector('[for=to-centre-forwarded]').getBoundingClientRect().left - tick.right";
    assert!(browser.client.execute(beside, Vec::new()).await.unwrap().as_f64().unwrap() < 20.0);
    browser.fill("#text-forwarded", "请按职责办理").await;
    browser.picture("forward").await;
    browser.press(TAB).await;
    browser.press(ENTER).await;
    browser.shows("登记的中心").await;
    browser.picture("forwarded").await;
    browser.open("/matters/person").await;
    browser.fill("#text", "张伟").await;
    browser.fill("#reason", "核对来信").await;
    browser.press(ENTER).await;
    browser.shows(&number).await;
    browser.picture("person").await;
    tokio::task::block_in_place(|| {
        district.execute("UPDATE entries SET kind = 'delivered_for', verdict = 'waiting', verdict_ref = 0 WHERE kind = 'slip_issued';
             UPDATE entries SET verdict = 'set_aside', verdict_code = 'content_unreadable' WHERE kind = 'voided'").unwrap();
    });
    browser.open("/aside").await;
    browser.shows("等别的登记台").await;
    browser.picture("aside-waiting").await;
    tokio::task::block_in_place(|| {
        district.execute("UPDATE entries SET kind = 'slip_issued', verdict = 'stored', verdict_ref = NULL WHERE kind = 'delivered_for'").unwrap();
    });
    browser.open("/nowhere").await;
    browser.picture("error").await;
    browser.open("/desks").await;
    browser.reach(".out button").await;
    browser.press(ENTER).await;
    browser.shows("工作人员登录").await;
    browser.open("/visit").await;
    browser.picture("visit").await;
    browser.fill("#number", &number).await;
    browser.fill("#code", &code).await;
    browser.press(ENTER).await;
    let told = browser.shows("正在办理").await;
    assert!(told.contains("022-24990000") && !told.contains("张伟"), "{told}");
    browser.picture("visit-told").await;
    browser.client.clone().close().await.unwrap();
}
