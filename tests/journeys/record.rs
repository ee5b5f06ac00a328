//! The whole record of a visit: what nearly every visit needs is on one screen, the rest unfolds by key.

use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, DOWN, ENTER, ESCAPE, F6, RIGHT};
use crate::{Home, at_work, open_matter, tell, tell_of_wages};

#[tokio::test]
async fn the_rest_of_a_record_unfolds_by_key_and_stands_on_the_matter() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;

    // Advice without a matter: one line, nobody's name.
    window.at("name").await;
    window.press(&[ALT, 'q']).await;
    window.at("advice-line").await;
    window.type_text("问残疾证在哪里办，告知到街道民政窗口").await;
    window.picture("19-咨询").await;
    window.press(&[ENTER]).await;
    window.see("advice-saved").await;

    let demand = "小区电梯停了两个星期，老人下不了楼，要求尽快修好。";
    tell(&window, "赵建军", "新立街道中河村8排3号", demand).await;

    window.press(&[ALT, 'c']).await;
    window.at("content").await;
    window.type_text("wygl").await;
    window.see_css("#content-option-0[data-code='010901']").await;
    window.press(&[ENTER]).await;
    window.holds("content", "物业管理").await;
    window.tab_to("class-proposal").await;
    window.press(&[RIGHT]).await;
    window.press(&[RIGHT]).await;
    window.see_css("[data-testid='advice'][data-outcome='told_later']").await;
    window.press(&[ALT, 'a']).await;
    window.picture("20-分类去向").await;
    window.press(&[ESCAPE]).await;

    window.press(&[ALT, 'r']).await;
    window.at("person-1-name").await;
    window.type_text("李敏").await;
    window.picture("21-人员").await;
    window.press(&[ESCAPE]).await;

    window.press(&[ALT, 'b']).await;
    window.tab_to("received-at").await;
    window.type_text("2026-11-20 16:40").await;
    window.picture("22-补录").await;
    window.press(&[ESCAPE]).await;

    window.press(&[ALT, 's']).await;
    window.tab_to("neutral-title").await;
    window.type_text("电梯维修").await;
    window.picture("23-要求").await;
    window.press(&[ESCAPE]).await;

    window.press(&[CONTROL, ENTER]).await;
    let number = window.text("slip-number").await;
    window.read("due", "2026-12-05").await;
    window.see("slip-page").await;
    open_matter(&window, &number).await;
    window.read("matter-record", "物业管理").await;
    window.read("matter-record", "李敏").await;
    window.read("matter-record", "电梯维修").await;
    window.picture("24-登记内容").await;
    window.press(&[F6]).await;
    window.holds("office-name", "新立街道").await;
    window.picture("25-设置").await;
    window.quit().await;
}

#[tokio::test]
async fn one_who_is_guided_elsewhere_hears_of_every_door_and_its_limit() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;

    window.at("name").await;
    tell_of_wages(&window).await;
    window.see_css("[data-door='labour_arbitration']").await;
    window.press(&[ALT, 'a']).await;
    window.see_css("#decision-to-body").await;
    window.tab_to("decision-to-body").await;
    window.type_text("区劳动人事争议仲裁院").await;
    window.picture("26-引导").await;
    window.tab_to_mark("doors").await;
    window.picture("27-其他渠道").await;

    // Another decision: what a superior alone decides asks who did, and is said to be no paper of this office.
    window.press(&[ALT, 'a']).await;
    window.tab_to("decision-advised").await;
    window.press(&[RIGHT]).await;
    window.tab_to("decision-outcome").await;
    for _ in 0..10 {
        window.press(&[DOWN]).await;
    }
    window.tab_to("decision-approver").await;
    window.type_text("周建国").await;
    window.picture("28-另作决定").await;
    window.tab_to("decision-because").await;
    window.type_text("复核意见已送达").await;
    window.press(&[ESCAPE]).await;
    // Back to what is unusual, at the field it is about; then the reason.
    window.press(&[CONTROL, ENTER]).await;
    window.at("decision-because").await;
    window.picture("29-不属本单位出具").await;
    window.press(&[CONTROL, ENTER]).await;
    window.at("reason").await;
    window.type_text("来访人出示了复核意见书").await;
    window.press(&[CONTROL, ENTER]).await;
    window.see("slip-page").await;
    window.quit().await;
}
