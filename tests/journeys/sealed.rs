//! A denunciation at the window: written down, listed, opened with its files by who may, and shown to nobody else until one of
//! its readers lets them.

use std::process::Command;

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::files::saved_slip;
use crate::window::{ALT, CONTROL, DOWN, ENTER, ESCAPE, F3, F6, RIGHT, Window};
use crate::{Home, at_work, demo_password, open_matter, sign_in, sign_in_as_administrator, tell};

async fn open_sealed(window: &Window) {
    assert!(
        !window.shows("[data-testid='matter-record'], [data-testid='attachments'], [data-testid='papers']").await,
        "shown without asking"
    );
    window.tab_to("open-sealed").await;
    window.press(&[ENTER]).await;
    window.read("matter-record", "收了三万元").await;
    // Opened once, all of it is: no second key for its papers.
    window.see("papers-none").await;
}

#[tokio::test]
async fn a_denunciation_is_opened_by_who_wrote_it_down_and_by_nobody_else() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    window.tab_to_mark("sign-out").await;
    window.press(&[ENTER]).await;
    sign_in(&window).await;

    tell(&window, "钱桂兰", "新立街道中河村2排", "反映某某所长收了三万元才给办证，要求查处。").await;
    window.press(&[ALT, 'c']).await;
    window.tab_to("class-proposal").await;
    window.press(&[RIGHT]).await;
    window.see("sealed").await;
    window.picture("65-登记检举控告").await;
    window.press(&[ESCAPE]).await;
    window.press(&[CONTROL, ENTER]).await;
    let number = window.text("slip-number").await;
    window.see("slip-page").await;
    window.picture("66-保密件回执").await;
    let photo = home.path().join("转账记录.png");
    let mut draw = Command::new("pdftoppm");
    draw.args(["-png", "-singlefile", "-r", "60"]).arg(saved_slip(&window, &home).await).arg(photo.with_extension(""));
    assert!(draw.status().unwrap().success());

    open_matter(&window, &number).await;
    window.see("sealed").await;
    window.picture("67-保密件-打开前").await;
    open_sealed(&window).await;
    window.picture("68-保密件-打开后").await;
    window.choose_file("attachment-file", &photo).await;
    window.see_css("[data-attachment='转账记录.png'] [data-testid='attachment-show']").await;
    window.read("attachments-local", "只有能打开这件登记的人看得到").await;
    window.tab_to_mark("attachment-show").await;
    window.picture("68a-保密件-附件").await;
    window.press(&[ENTER]).await;
    window.see("attachment-picture").await;
    window.picture("68b-保密件-查看附件").await;
    window.press(&[ESCAPE]).await;
    window.tab_to("export").await;
    window.press(&[ENTER]).await;
    window.at("export-folder").await;
    window.picture("68c-保密件-导出").await;
    window.empty_field().await;
    window.type_text(&home.stick().display().to_string()).await;
    window.press(&[ENTER]).await;
    window.read("exported", &number).await;
    assert!(home.stick().join(&number).join("附件/01-转账记录.png").exists());
    window.press(&[CONTROL, 'l']).await;

    // Another one at the desk, and an administrator at that.
    sign_in_as_administrator(&window).await;
    window.see("nav-today").await;
    window.press(&[F3]).await;
    let row = window.see_css(&format!("[data-number='{number}']")).await;
    let row = row.prop("innerText").await.unwrap().unwrap_or_default();
    assert!(row.contains("保密事项") && !row.contains('钱'), "{row}");
    window.picture("69-今日-保密件").await;
    open_matter(&window, &number).await;
    window.read("sealed", "可以打开的人：王芳").await;
    assert!(!window.shows("#open-sealed, #correct, #export, [data-testid='attachments']").await);
    window.picture("70-保密件-不能打开").await;

    // Named a reader only now: one who can open it has to let them.
    window.press(&[F6]).await;
    window.tab_to("reader-1").await;
    window.press(&[ENTER]).await;
    window.read("clerks-done", "已指定").await;
    window.press(&[CONTROL, 'l']).await;
    window.at("password").await;
    window.press(&[DOWN]).await;
    window.type_text(&demo_password(&window).await).await;
    window.press(&[ENTER]).await;
    window.see("nav-today").await;
    open_matter(&window, &number).await;
    open_sealed(&window).await;
    window.tab_to("later-ask").await;
    window.picture("71-保密件-后来指定的人").await;
    window.press(&[ENTER]).await;
    window.at("later-one").await;
    window.picture("72-保密件-让后来的人打开").await;
    window.press(&[ENTER]).await;
    window.read("later-done", "也能打开了").await;
    window.press(&[CONTROL, 'l']).await;
    sign_in_as_administrator(&window).await;
    window.see("nav-today").await;
    // It is still open, as the administrator left it.
    window.press(&[F3]).await;
    window.read("matter-number", &number).await;
    open_sealed(&window).await;
    window.see_css("[data-attachment='转账记录.png'] [data-testid='attachment-show']").await;
    window.picture("73-保密件-后来的人打开后").await;
    window.quit().await;
}
