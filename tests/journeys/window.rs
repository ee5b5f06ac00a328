//! The clerk's hands and eyes: keys go in, what the page shows comes out. No mouse anywhere.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask};

use crate::driver::{Driver, application, pictures, root};

pub(crate) const ENTER: char = '\u{E007}';
pub(crate) const TAB: char = '\u{E004}';
pub(crate) const ESCAPE: char = '\u{E00C}';
pub(crate) const RIGHT: char = '\u{E014}';
pub(crate) const DOWN: char = '\u{E015}';
pub(crate) const DELETE: char = '\u{E017}';
pub(crate) const CONTROL: char = '\u{E009}';
pub(crate) const ALT: char = '\u{E00A}';
pub(crate) const F2: char = '\u{E032}';
pub(crate) const F3: char = '\u{E033}';
pub(crate) const F4: char = '\u{E034}';
pub(crate) const F6: char = '\u{E036}';
pub(crate) const F7: char = '\u{E037}';
pub(crate) const F8: char = '\u{E038}';
pub(crate) const F9: char = '\u{E039}';
pub(crate) const F10: char = '\u{E03A}';
pub(crate) const F12: char = '\u{E03C}';

/// How long a page may take on a busy machine. The clerk's own patience is measured elsewhere.
const PATIENCE: Duration = Duration::from_mins(1);

/// Every rule of WCAG 2.0 to 2.2, A and AA; answers with what breaks which.
const AXE: &str = r#"
    const done = arguments[arguments.length - 1];
    const only = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
    axe.run(document, { runOnly: only }).then(
        (found) => done(found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}: ${node.failureSummary}`))),
        (error) => done([String(error)]),
    );
"#;

/// One started program with its window.
pub(crate) struct Window {
    client: Client,
    display: String,
    /// The program's process.
    pub(crate) process: u32,
}

impl Window {
    /// Starts the program in practice mode on this folder and waits until its page stands.
    pub(crate) async fn open(driver: &Driver, folder: &Path) -> Self {
        let window = Self::begin(driver, folder).await;
        window.see("practice-ribbon").await;
        window
    }

    /// Starts the program in practice mode on this folder.
    pub(crate) async fn begin(driver: &Driver, folder: &Path) -> Self {
        let arguments = ["--practice", "--folder", &folder.display().to_string()].map(str::to_owned);
        let options = json!({ "application": application(), "args": arguments });
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("tauri:options".into(), options);
        let client =
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&driver.url).await.unwrap();
        Self { client, display: driver.display.clone(), process: process_of(folder) }
    }

    /// Closes the window as a clerk does at the end of the day.
    pub(crate) async fn quit(self) {
        self.client.clone().close().await.unwrap();
        assert!(self.has_ended().await, "the program did not end");
    }

    /// Asks the window to close, as the cross in its corner does.
    pub(crate) fn cross(&self) {
        let (connection, screen) = x11rb::connect(Some(&self.display)).unwrap();
        let root = connection.setup().roots[screen].root;
        let atom = |name: &str| connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let (protocols, delete, title) = (atom("WM_PROTOCOLS"), atom("WM_DELETE_WINDOW"), atom("_NET_WM_NAME"));
        let named = |window: &u32| {
            let name = connection.get_property(false, *window, title, AtomEnum::ANY, 0, 1024).unwrap().reply().unwrap();
            name.value == "来访登记台".as_bytes()
        };
        let windows = connection.query_tree(root).unwrap().reply().unwrap().children;
        let window = windows.into_iter().find(named).expect("the desk's window");
        let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        connection.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
    }

    /// Whether the program has ended by itself, waiting for it.
    pub(crate) async fn has_ended(&self) -> bool {
        let start = std::time::Instant::now();
        while Path::new(&format!("/proc/{}/exe", self.process)).exists() {
            if start.elapsed() > PATIENCE {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        true
    }

    /// Ends the program as a power cut would: at once, with no chance to tidy up.
    pub(crate) async fn kill(self) {
        assert!(Command::new("kill").args(["-KILL", &self.process.to_string()]).status().unwrap().success());
        self.left().await;
    }

    /// Tidies the driver after a program that has ended without it.
    pub(crate) async fn left(self) {
        // The session lost its program: what it says to that is no matter.
        let _ = self.client.close().await;
    }

    /// Waits until the page shows what carries this test mark.
    pub(crate) async fn see(&self, mark: &str) -> Element {
        self.see_css(&format!("[data-testid='{mark}']")).await
    }

    pub(crate) async fn see_css(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(error) => {
                self.snapshot("broken");
                let page = self
                    .client
                    .find(Locator::Css("body"))
                    .await
                    .unwrap()
                    .prop("innerText")
                    .await
                    .unwrap()
                    .unwrap_or_default();
                panic!("{css} did not appear: {error}\n{page}");
            }
        }
    }

    pub(crate) async fn text(&self, mark: &str) -> String {
        self.see(mark).await.prop("innerText").await.unwrap().unwrap_or_default()
    }

    /// Waits until what carries this mark holds these words.
    pub(crate) async fn read(&self, mark: &str, words: &str) {
        let start = std::time::Instant::now();
        loop {
            let text = self.text(mark).await;
            if text.contains(words) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{mark} says {text:?}, not {words:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the field with this id holds these words.
    pub(crate) async fn holds(&self, id: &str, words: &str) {
        let start = std::time::Instant::now();
        loop {
            let value = self.see(id).await.prop("value").await.unwrap().unwrap_or_default();
            if value.contains(words) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{id} holds {value:?}, not {words:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn shows(&self, css: &str) -> bool {
        !self.client.find_all(Locator::Css(css)).await.unwrap().is_empty()
    }

    /// Waits until nothing carries this mark any more.
    pub(crate) async fn gone(&self, mark: &str) {
        self.gone_css(&format!("[data-testid='{mark}']")).await;
    }

    pub(crate) async fn gone_css(&self, css: &str) {
        let start = std::time::Instant::now();
        while self.shows(css).await {
            assert!(start.elapsed() < PATIENCE, "{css} is still there");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the focus stands in the field with this id.
    pub(crate) async fn at(&self, id: &str) {
        let start = std::time::Instant::now();
        loop {
            let now = self.focused().await;
            if now == id {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the focus stands in {now:?}, not in {id:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn focused(&self) -> String {
        match self.client.active_element().await {
            Ok(element) => element.attr("id").await.ok().flatten().unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Presses Tab until the focus stands in the field with this id.
    pub(crate) async fn tab_to(&self, id: &str) {
        for _ in 0..80 {
            if self.focused().await == id {
                return;
            }
            self.press(&[TAB]).await;
        }
        panic!("no way to {id:?} by Tab");
    }

    /// Presses Tab until the focus stands on what carries this test mark.
    pub(crate) async fn tab_to_mark(&self, mark: &str) {
        self.see(mark).await;
        for _ in 0..80 {
            let focused = self.client.active_element().await.unwrap();
            if focused.attr("data-testid").await.unwrap().is_some_and(|now| now == mark) {
                return;
            }
            self.press(&[TAB]).await;
        }
        panic!("no way to {mark:?} by Tab");
    }

    /// Types into whatever has the focus. What lies outside the BMP goes in as an input method commits it: the driver drops
    /// such keys.
    pub(crate) async fn type_text(&self, text: &str) {
        if text.chars().any(|c| c > '\u{FFFF}') {
            let commit = "document.execCommand('insertText', false, arguments[0])";
            self.client.execute(commit, vec![json!(text)]).await.unwrap();
        } else {
            self.client.active_element().await.unwrap().send_keys(text).await.unwrap();
        }
    }

    /// Chooses a file, as the system's dialog hands it over: the dialog itself is not the page's.
    pub(crate) async fn choose_file(&self, mark: &str, file: &Path) {
        self.see(mark).await.send_keys(&file.display().to_string()).await.unwrap();
    }

    /// Empties the field that has the focus.
    pub(crate) async fn empty_field(&self) {
        self.press(&[CONTROL, 'a']).await;
        self.press(&['\u{E003}']).await;
    }

    /// Presses keys together, such as Ctrl and L, and lets go.
    pub(crate) async fn press(&self, keys: &[char]) {
        self.pressed(keys).await.unwrap();
    }

    async fn pressed(&self, keys: &[char]) -> Result<(), CmdError> {
        let mut actions = KeyActions::new("keyboard".into());
        for &value in keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        tokio::time::timeout(PATIENCE, self.client.perform_actions(actions)).await.expect("the driver answers")
    }

    /// Keeps a picture of a page for people, once the page has passed WCAG 2.2 AA as far as a program can tell.
    pub(crate) async fn picture(&self, name: &str) {
        self.snapshot(name);
        let faults = faults(&self.client).await;
        assert_eq!(faults, json!([]), "{name}");
    }

    /// Keeps a picture of the screen, as the screen shows it: WebKit's own screenshot never answers on a page
    /// that has just changed.
    fn snapshot(&self, name: &str) {
        // Two frames for what was just drawn.
        std::thread::sleep(Duration::from_millis(300));
        let file = pictures().join(format!("{name}.png"));
        let taken = Command::new("import").args(["-display", &self.display, "-window", "root"]).arg(file).status();
        assert!(taken.unwrap().success(), "no picture of the screen");
    }
}

/// What of a page breaks WCAG 2.2 AA, as far as a program can tell.
pub(crate) async fn faults(client: &Client) -> serde_json::Value {
    let loaded = client.execute("return typeof axe", Vec::new()).await.unwrap();
    if loaded != "object" {
        let axe = std::fs::read_to_string(root().join("ui/node_modules/axe-core/axe.min.js")).unwrap();
        client.execute(&format!("{axe}; window.axe = axe;"), Vec::new()).await.unwrap();
    }
    client.execute_async(AXE, Vec::new()).await.unwrap()
}

/// The one process that was started on this folder.
fn process_of(folder: &Path) -> u32 {
    let folder = folder.display().to_string();
    let runs = |id: &u32| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.next().is_some_and(|word| word.ends_with(b"intake-desk")) && words.any(|word| word == folder.as_bytes())
    };
    let all = std::fs::read_dir("/proc").unwrap();
    let mut found = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).filter(runs);
    found.next().expect("the program runs")
}
