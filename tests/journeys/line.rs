//! A day on which the line fails in every way a clerk can meet, and what the window says each time.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use testkit::district::LocalDistrict;
use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ENTER, F4, Window};
use crate::{Home, create_desk, enrol, next, register, visits};

#[tokio::test]
async fn a_line_that_fails_is_said_plainly_and_the_next_exchange_sends_all() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let (office, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    create_desk(&window, &home).await;
    enrol(&window, &district).await;
    let [visit, ..] = visits();
    let slip = register(&window, &visit).await;
    window.press(&[F4]).await;

    let port = district.address().rsplit(':').next().unwrap().parse().unwrap();
    district.stop();
    exchange_fails(&window, "district_unreachable", "连不上区级", "12-连不上区级").await;

    let page = SignInPage::at(port);
    exchange_fails(&window, "district_not_recognised", "应答的不是区级系统", "13-网络要先登录").await;
    page.end();

    std::fs::write(other.path().join("port"), port.to_string()).unwrap();
    let impostor = LocalDistrict::start(other.path()).unwrap();
    assert!(impostor.address().ends_with(&port.to_string()), "another program took the port");
    exchange_fails(&window, "district_certificate_wrong", "证书不是区级的", "14-证书不对").await;
    impostor.stop();

    let district = LocalDistrict::start(office.path()).unwrap();
    window.at("exchange-start").await;
    window.press(&[ENTER]).await;
    window.see_css("[data-testid='exchange-result'][data-in-step='true']").await;
    let client = testkit::postgres::connect(&district.postgres_url()).await.unwrap();
    let rows = client.query("SELECT number FROM matters", &[]).await.unwrap();
    let numbers: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(numbers, [slip.number]);
    window.quit().await;
}

#[tokio::test]
async fn a_desk_left_alone_says_since_when_it_is_offline_and_sends_by_itself_once_the_line_is_back() {
    let (screen, home, office) = (Screen::start(None).unwrap(), Home::new(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    create_desk(&window, &home).await;
    enrol(&window, &district).await;
    district.stop();
    let [visit, other, ..] = visits();
    register(&window, &visit).await;
    window.read("offline", "起离线，可照常登记").await;
    window.read("unsent", "待上报 1 件").await;
    window.picture("19-离线").await;
    // The next visitor is registered as without it.
    next(&window).await;
    register(&window, &other).await;
    window.press(&[F4]).await;
    window.at("exchange-start").await;
    window.read("offline-since", "连上以后会自动上报").await;
    window.picture("20-离线-上报页").await;
    let district = LocalDistrict::start(office.path()).unwrap();
    window.read("unsent", "全部已上报").await;
    window.read("outlook", "没有待上报的记录").await;
    window.picture("21-已自动上报").await;
    let client = testkit::postgres::connect(&district.postgres_url()).await.unwrap();
    let rows = client.query("SELECT number FROM matters", &[]).await.unwrap();
    assert_eq!(rows.len(), 2);
    window.quit().await;
}

async fn exchange_fails(window: &Window, code: &str, sentence: &str, picture: &str) {
    window.at("exchange-start").await;
    window.press(&[ENTER]).await;
    window.see_css(&format!("[data-testid='failure'][data-code='{code}']")).await;
    window.read("failure", sentence).await;
    window.read("failure", "登记都在本机，不会丢").await;
    window.picture(picture).await;
}

/// The page with which a hotel or a street's network answers every request until somebody signs in.
struct SignInPage {
    stop: Arc<AtomicBool>,
    port: u16,
    thread: JoinHandle<()>,
}

impl SignInPage {
    fn at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for line in listener.incoming() {
                if told.load(Ordering::SeqCst) {
                    return;
                }
                let mut line = line.unwrap();
                // The desk speaks TLS; what it says does not matter to such a page.
                let _ = line.read(&mut [0; 1024]);
                let page = "<html><body>请登录网络</body></html>";
                let _ = write!(
                    line,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
                    page.len()
                );
            }
        });
        Self { stop, port, thread }
    }

    fn end(self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(std::net::TcpStream::connect(("127.0.0.1", self.port)));
        self.thread.join().unwrap();
    }
}
