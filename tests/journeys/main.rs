//! Journeys of a clerk through the real window, by keyboard only, against a real district on a real PostgreSQL.
//!
//! What each part does by itself is tested beside it; here is only what a person at the desk can see. Needs the Debian
//! packages xvfb, dbus, webkit2gtk-driver, poppler-utils, chromium-driver and the program `tauri-driver`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod clerk;
mod clerks;
mod closing;
mod damage;
mod delivered;
mod district;
mod doubt;
mod drafts;
mod driver;
mod files;
mod line;
mod papers;
mod prints;
mod record;
mod sealed;
mod search;
mod start;
mod steps;
mod stick;
mod unfinished;
mod window;

use std::path::{Path, PathBuf};

use driver::Driver;
use intake_model::{Stated, Visit};
use testkit::district::{CENTRE, LocalDistrict};
use testkit::visits as day;
use window::{ALT, CONTROL, DOWN, ENTER, ESCAPE, F2, F3, F4, F6, RIGHT, Window};

/// What practice mode proposes, and the window shows beside the password.
const DEMO_PASSWORD_MARK: &str = "demo-password";

/// A home with a USB stick, and the desk's folder in it.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(home.stick()).unwrap();
        home
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn desk(&self) -> PathBuf {
        self.path().join("desk")
    }

    fn stick(&self) -> PathBuf {
        self.path().join("usb")
    }

    /// Every PDF below the home.
    fn papers(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.path().to_owned()];
        let mut papers = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "pdf") {
                    papers.push(path);
                }
            }
        }
        papers.sort();
        papers
    }
}

/// The first start: takes what practice mode proposes, with the stick of this home, and puts the recovery key away.
async fn create_desk(window: &Window, home: &Home) {
    window.at("create-desk").await;
    window.tab_to("recovery-folder").await;
    window.empty_field().await;
    window.type_text(&home.stick().display().to_string()).await;
    window.picture("01-建立登记台").await;
    window.tab_to("create-desk").await;
    window.press(&[ENTER]).await;
    let file = window.text("recovery-file").await;
    assert!(Path::new(&file).starts_with(home.stick()), "the recovery key went to {file}");
    assert!(Path::new(&file).exists());
    window.picture("02-恢复密钥").await;
    window.at("recovery-done").await;
    window.press(&[ENTER]).await;
    window.at("enrol-address").await;
}

/// A new desk without a district, its administrator at work.
async fn at_work(driver: &Driver, home: &Home) -> Window {
    let window = Window::open(driver, &home.desk()).await;
    create_desk(&window, home).await;
    window.tab_to("enrol-later").await;
    window.press(&[ENTER]).await;
    window.at("name").await;
    window
}

/// Takes the desk into the district, on the page that follows the desk's making, and goes to work.
async fn enrol(window: &Window, district: &LocalDistrict) {
    window.empty_field().await;
    window.type_text(&district.address()).await;
    window.press(&[ENTER]).await;
    window.at("enrol-code").await;
    window.type_text(&district.enrolment_code(CENTRE, 1).unwrap()).await;
    window.picture("03-接入区级").await;
    window.press(&[ENTER]).await;
    window.at("start-work").await;
    window.press(&[ENTER]).await;
}

/// Nothing goes by itself from now on: what waits is to be seen. At the administrator's page, and back to work.
async fn exchange_by_hand(window: &Window) {
    // The form is there: what went before is done.
    window.at("name").await;
    window.press(&[F6]).await;
    window.see("line-by-itself").await;
    window.tab_to("line-by-itself").await;
    window.press(&[' ']).await;
    window.see_css("#line-by-itself:not(:checked)").await;
    window.picture("03-上报方式").await;
    window.press(&[F2]).await;
}

/// Exchanges until both sides are equal.
async fn exchange(window: &Window) {
    window.press(&[F4]).await;
    window.at("exchange-start").await;
    window.press(&[ENTER]).await;
    window.see_css("[data-testid='exchange-result'][data-in-step='true']").await;
}

/// Signs in as the clerk, who stands below the administrator, with the password that practice mode shows.
async fn sign_in(window: &Window) {
    window.at("password").await;
    window.press(&['\u{E015}']).await;
    window.type_text(&demo_password(window).await).await;
    window.press(&[ENTER]).await;
    window.at("name").await;
}

/// Signs in as the administrator, who stands above the clerk; where the cursor goes is the page's to say.
async fn sign_in_as_administrator(window: &Window) {
    window.at("password").await;
    window.press(&['\u{E013}']).await;
    window.type_text(&demo_password(window).await).await;
    window.press(&[ENTER]).await;
}

async fn demo_password(window: &Window) -> String {
    let shown = window.text(DEMO_PASSWORD_MARK).await;
    shown.rsplit('：').next().unwrap().trim().to_owned()
}

/// One registration as the slip's page shows it.
struct Shown {
    number: String,
    query_code: String,
}

/// Types who came, where they live unless that is not told, and what they ask for. Nothing is registered by it.
async fn tell(window: &Window, name: &str, address: &str, demand: &str) {
    window.tab_to("name").await;
    window.type_text(name).await;
    if !address.is_empty() {
        window.press(&[ENTER]).await;
        window.at("address").await;
        window.type_text(address).await;
    }
    window.tab_to("demand").await;
    window.type_text(demand).await;
}

/// Wages that are owed, as far as the advice: other doors are open to the visitor, arbitration is chosen.
async fn tell_of_wages(window: &Window) {
    tell(window, "钱桂兰", "新立街道新立花园2号楼", "单位拖欠三个月工资，想知道找谁。").await;
    window.press(&[ALT, 'c']).await;
    window.tab_to("class-proposal").await;
    window.press(&[RIGHT]).await;
    window.press(&[RIGHT]).await;
    // The second of the six: arbitration.
    window.tab_to("route").await;
    window.press(&[DOWN]).await;
    window.press(&[DOWN]).await;
    window.see_css("[data-testid='advice'][data-outcome='guided']").await;
}

/// Registers what was told of wages, as advised. Gives the number.
async fn register_as_advised(window: &Window) -> String {
    window.press(&[ALT, 'a']).await;
    window.press(&[ESCAPE]).await;
    window.press(&[CONTROL, ENTER]).await;
    let number = window.text("slip-number").await;
    window.see("slip-page").await;
    number
}

/// Opens a matter of today's list.
async fn open_matter(window: &Window, number: &str) {
    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{number}']")).await;
    window.press(&[ENTER]).await;
    window.read("matter-number", number).await;
}

/// Fills the form from the first field to the last and registers, without leaving the keyboard.
async fn register(window: &Window, visit: &Visit) -> Shown {
    window.at("name").await;
    state(window, &visit.name).await;
    window.press(&[ENTER]).await;
    window.at("address").await;
    state(window, &visit.address).await;
    window.press(&[ENTER]).await;
    window.at("phone").await;
    if let Some(phone) = &visit.phone {
        window.type_text(phone).await;
    }
    window.tab_to("demand").await;
    window.type_text(&visit.demand).await;
    window.tab_to("complained-of").await;
    if !visit.complained_of.is_empty() {
        window.type_text(&visit.complained_of).await;
    }
    window.press(&[CONTROL, ENTER]).await;
    if !visit.passed_because.is_empty() {
        // The form asks once whether it is meant so.
        window.at("reason").await;
        window.type_text(&visit.passed_because).await;
        window.press(&[CONTROL, ENTER]).await;
    }
    let shown = Shown { number: window.text("slip-number").await, query_code: window.text("query-code").await };
    window.see("slip-page").await;
    shown
}

async fn state(window: &Window, fact: &Stated) {
    match fact {
        Stated::Stated(text) => window.type_text(text).await,
        Stated::Unknown => window.press(&[ALT, '1']).await,
        Stated::Declined => window.press(&[ALT, '2']).await,
    }
}

/// On to the next visitor.
async fn next(window: &Window) {
    window.press(&[F2]).await;
    window.at("name").await;
}

/// Some of the day: an interpunct, no name and no address, a character of the rare planes, an address nobody could tell.
fn visits() -> [Visit; 4] {
    let unclear = Visit { passed_because: "来访人说不清楚".into(), ..day::without_an_address() };
    [day::unpaid_wages(), day::without_a_name(), day::name_that_cannot_be_typed(), unclear]
}
