//! Files that stand with a matter, and a matter and a period written out.

use std::process::Command;

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ENTER, ESCAPE, F3, F6, F9, Window};
use crate::{Home, at_work, register, visits};

/// Where practice mode puts PDFs, below its home.
pub(crate) async fn saved_slip(window: &Window, home: &Home) -> std::path::PathBuf {
    window.press(&[F9]).await;
    window.read("print-result", "PDF").await;
    home.papers().remove(0)
}

#[tokio::test]
async fn a_scan_stands_with_its_matter_is_looked_at_and_goes_with_the_whole_file() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let [first, ..] = visits();
    let slip = register(&window, &first).await;
    let paper = saved_slip(&window, &home).await;
    let (contract, photo, letter) =
        (home.path().join("合同.pdf"), home.path().join("楼道照片.png"), home.path().join("说明.docx"));
    std::fs::copy(&paper, &contract).unwrap();
    let mut draw = Command::new("pdftoppm");
    draw.args(["-png", "-singlefile", "-r", "60"]).arg(&paper).arg(photo.with_extension(""));
    assert!(draw.status().unwrap().success());
    std::fs::write(&letter, "PK").unwrap();

    // Right after registering, while the visitor's papers lie on the table.
    window.choose_file("attachment-file", &contract).await;
    window.see_css("[data-attachment='合同.pdf'] [data-testid='attachment-show']").await;
    window.picture("31-登记后加附件").await;

    window.press(&[F3]).await;
    window.see_css(&format!("[data-number='{}']", slip.number)).await;
    window.press(&[ENTER]).await;
    window.read("matter-number", &slip.number).await;
    window.choose_file("attachment-file", &photo).await;
    window.see_css("[data-attachment='楼道照片.png'] [data-testid='attachment-show']").await;
    window.choose_file("attachment-file", &letter).await;
    window.read("attachment-refused", "说明.docx").await;
    window.read("attachments-local", "在登记之后传到区级").await;
    window.tab_to_mark("attachment-show").await;
    window.picture("32-附件").await;
    window.press(&[ENTER]).await;
    window.see("attachment-picture").await;
    window.picture("33-查看附件").await;
    window.press(&[ESCAPE]).await;
    window.read("matter-number", &slip.number).await;

    window.tab_to("export").await;
    window.press(&[ENTER]).await;
    window.at("export-folder").await;
    window.empty_field().await;
    window.type_text(&home.stick().display().to_string()).await;
    window.press(&[ENTER]).await;
    window.read("exported", &slip.number).await;
    window.picture("34-导出").await;
    let folder = home.stick().join(&slip.number);
    assert_eq!(std::fs::read(folder.join("附件/01-合同.pdf")).unwrap(), std::fs::read(&contract).unwrap());
    assert!(folder.join("登记记录.pdf").exists() && folder.join("matter.json").exists());
    let shown = crate::driver::pictures().join("登记记录.pdf");
    std::fs::copy(folder.join("登记记录.pdf"), shown).unwrap();

    // An administrator is at work: a sheet of the month, masked.
    window.press(&[F6]).await;
    window.tab_to("period-folder").await;
    window.empty_field().await;
    window.type_text(&home.stick().display().to_string()).await;
    window.press(&[ENTER]).await;
    window.read("period-exported", "已导出 1 件").await;
    window.picture("35-导出一段时间").await;
    let sheets = std::fs::read_dir(home.stick()).unwrap().filter_map(Result::ok);
    assert!(sheets.map(|file| file.path()).any(|path| path.extension().is_some_and(|end| end == "xlsx")));
    window.quit().await;
}
