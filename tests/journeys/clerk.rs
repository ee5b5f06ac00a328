//! The clerk's whole day, and the day the power went.

use std::fmt::Write as _;
use std::process::Command;

use testkit::district::LocalDistrict;

use testkit::screen::Screen;

use crate::driver::{Driver, pictures};
use crate::window::{ENTER, F3, F4, F9, Window};
use crate::{Home, at_work, create_desk, enrol, exchange_by_hand, next, register, sign_in, visits};

#[tokio::test]
async fn the_day_of_a_clerk_ends_with_the_districts_rows_equal_to_the_desks() {
    let (screen, home, office) = (Screen::start(None).unwrap(), Home::new(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let driver = Driver::start(&screen, home.path());

    let window = Window::open(&driver, &home.desk()).await;
    create_desk(&window, &home).await;
    enrol(&window, &district).await;
    exchange_by_hand(&window).await;
    window.tab_to_mark("sign-out").await;
    window.press(&[ENTER]).await;
    window.at("password").await;
    window.picture("04-登录").await;
    sign_in(&window).await;
    window.picture("05-登记").await;

    let mut shown = Vec::new();
    for (index, visit) in visits().iter().enumerate() {
        let slip = register(&window, visit).await;
        window.press(&[F9]).await;
        window.read("print-result", "PDF").await;
        window.picture(&format!("06-回执-{}", index + 1)).await;
        shown.push(slip);
        next(&window).await;
    }
    window.press(&[F3]).await;
    for slip in &shown {
        window.see_css(&format!("[data-number='{}'][data-state='waiting']", slip.number)).await;
    }
    window.picture("07-今日-待上报").await;

    window.press(&[F4]).await;
    window.at("exchange-start").await;
    window.picture("08-上报前").await;
    window.press(&[ENTER]).await;
    window.see_css("[data-testid='exchange-result'][data-in-step='true']").await;
    window.read("exchange-result", "已与区级一致").await;
    window.picture("09-已与区级一致").await;
    window.press(&[F3]).await;
    for slip in &shown {
        window.see_css(&format!("[data-number='{}'][data-state='sent']", slip.number)).await;
    }
    window.picture("10-今日-已上报").await;
    window.quit().await;

    let window = Window::open(&driver, &home.desk()).await;
    sign_in(&window).await;
    window.press(&[F3]).await;
    for slip in &shown {
        window.see_css(&format!("[data-number='{}'][data-state='sent']", slip.number)).await;
    }
    window.quit().await;

    // What the district holds is what was said.
    let rows = rows(&district.postgres_url()).await;
    let said: Vec<_> = visits()
        .into_iter()
        .zip(&shown)
        .map(|(visit, slip)| (slip.number.clone(), visit.name.text().map(str::to_owned), visit.demand))
        .collect();
    assert_eq!(rows, said);

    // And so is what each visitor took home.
    let papers = home.papers();
    assert_eq!(papers.len(), shown.len(), "{papers:?}");
    let texts: Vec<String> = papers.iter().map(|paper| text_of(paper)).collect();
    for (visit, slip) in visits().iter().zip(&shown) {
        let text = texts.iter().find(|text| text.contains(&slip.number)).expect("a paper with this number");
        assert!(text.contains(&slip.query_code), "{text}");
        let name = visit.name.text().map_or_else(|| visit.name.shown().to_owned(), intake_model::name::masked);
        assert!(text.contains(&name), "{text}");
        assert!(text.contains("练习"), "{text}");
    }
    nothing_personal_lies_readable_in(home.path());
    let mut list = String::new();
    for (number, name, demand) in &rows {
        writeln!(list, "{number}\t{}\t{demand}", name.as_deref().unwrap_or("不详")).unwrap();
    }
    std::fs::write(pictures().join("区级收到的登记.txt"), list).unwrap();
    for paper in papers {
        std::fs::copy(&paper, pictures().join(paper.file_name().unwrap())).unwrap();
    }
}

#[tokio::test]
async fn a_registration_whose_slip_was_shown_is_there_after_a_sigkill_and_the_next_number_follows() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let [first, second, ..] = visits();
    let before = register(&window, &first).await;
    window.kill().await;

    drop(driver);
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    sign_in(&window).await;
    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{}']", before.number)).await;
    next(&window).await;
    let after = register(&window, &second).await;
    assert_eq!(serial(&after.number), serial(&before.number) + 1, "{} then {}", before.number, after.number);
    window.quit().await;
}

/// Looks through data, logs, temporary files and WebKit's own for what the visitors said; papers are meant to be read.
fn nothing_personal_lies_readable_in(home: &std::path::Path) {
    let said: Vec<String> = visits()
        .into_iter()
        .flat_map(|visit| [visit.name.text().map(str::to_owned), visit.phone, Some(visit.demand)])
        .flatten()
        .collect();
    let (mut folders, mut looked) = (vec![home.to_owned()], 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.is_file() && path.extension().is_none_or(|end| end != "pdf") {
                let bytes = std::fs::read(&path).unwrap();
                looked += 1;
                for text in &said {
                    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                    for form in [text.as_bytes(), &wide] {
                        let found = bytes.windows(form.len()).any(|part| part == form);
                        assert!(!found, "{} lies readable in {}", text, path.display());
                    }
                }
            }
        }
    }
    assert!(looked > 4, "the desk's files were not looked at");
}

/// The running number within a registration number.
fn serial(number: &str) -> u64 {
    number.parse::<intake_model::RegistrationNumber>().unwrap().serial().into()
}

async fn rows(url: &str) -> Vec<(String, Option<String>, String)> {
    let client = testkit::postgres::connect(url).await.unwrap();
    let rows = client.query("SELECT number, name, demand FROM matters ORDER BY registered_seq", &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

/// A paper's text with the line breaks of its layout taken out.
fn text_of(paper: &std::path::Path) -> String {
    let text = Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(paper).arg("-").output().unwrap();
    assert!(text.status.success());
    String::from_utf8(text.stdout).unwrap()
}
