//! A desk whose line is away: the clerk writes to a stick, the district takes it in, the clerk takes the answer back.

use std::sync::Arc;

use testkit::district::LocalDistrict;
use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ENTER, F4, Window};
use crate::{Home, create_desk, enrol, exchange_by_hand, register, visits};

#[tokio::test]
async fn a_clerk_without_a_line_exchanges_by_stick_and_is_told_when_both_sides_are_equal() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let (office, stick) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let district = LocalDistrict::start(office.path()).unwrap();
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    create_desk(&window, &home).await;
    enrol(&window, &district).await;
    exchange_by_hand(&window).await;
    let [visit, ..] = visits();
    register(&window, &visit).await;
    let photo = home.path().join("楼道照片.png");
    std::fs::write(&photo, testkit::visits::PNG).unwrap();
    window.choose_file("attachment-file", &photo).await;
    window.see_css("[data-attachment='楼道照片.png'] [data-testid='attachment-show']").await;
    window.press(&[F4]).await;
    window.at("exchange-start").await;
    // Nothing is written nowhere.
    window.tab_to_mark("stick-write").await;
    window.press(&[ENTER]).await;
    window.read("stick", "请先填U盘上的文件夹").await;
    window.press(&[F4]).await;
    window.tab_to("stick-folder").await;
    window.type_text(&stick.path().display().to_string()).await;
    window.tab_to_mark("stick-take").await;
    window.press(&[ENTER]).await;
    window.see_css("[data-testid='failure'][data-code='stick_answer_missing']").await;
    window.picture("16-U盘上没有回执").await;
    window.tab_to("stick-folder").await;
    window.tab_to_mark("stick-write").await;
    window.press(&[ENTER]).await;
    window.read("stick-written", "1 件登记").await;
    window.read("stick-files", "1 个附件").await;
    window.read("outlook", "待上报 1 件登记").await;
    window.picture("17-已写到U盘").await;

    let files = std::fs::read_dir(stick.path()).unwrap().map(|one| one.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.is_file()).collect();
    let [file] = &files[..] else { panic!("{files:?}") };
    let (server, file) = (Arc::clone(district.district()), file.clone());
    let taken = district.wait(async move { server.import_usb(&file).await }).unwrap().unwrap();
    assert!(taken.stored > 0 && taken.already_had == 0, "{taken:?}");
    assert_eq!((taken.files, taken.files_missing), (1, 0));
    district.stop();

    window.tab_to_mark("stick-take").await;
    window.press(&[ENTER]).await;
    window.see_css("[data-testid='exchange-result'][data-in-step='true']").await;
    window.read("outlook", "没有待上报的记录").await;
    window.read("files-sent", "1 个附件").await;
    window.read("stick-taken", "回执已收").await;
    window.picture("18-U盘回执已收").await;
    window.quit().await;
}
