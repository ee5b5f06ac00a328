//! The centre's own steps: written down by keys on the matter, taken back, kept through a lock; what the office owes; and what
//! the district gave back.

use std::sync::Arc;

use district_server::Role;
use intake_model::{ActTold, ActWords, DistrictAct};
use testkit::LocalDistrict;
use testkit::screen::Screen;

use crate::driver::Driver;
use crate::window::{ALT, CONTROL, DOWN, ENTER, ESCAPE, F2, F3, F4, TAB, Window};
use crate::{
    Home, at_work, create_desk, enrol, exchange, open_matter, register_as_advised, sign_in_as_administrator, tell,
    tell_of_wages,
};

/// Registers what nobody has decided yet, and opens it. Gives the number.
async fn on_a_matter(window: &Window) -> String {
    tell(window, "钱桂兰", "新立街道新立花园2号楼", "楼道灯坏了两个月，物业一直没修，要求尽快修好。").await;
    window.press(&[CONTROL, ENTER]).await;
    let number = window.text("slip-number").await;
    window.press(&[F2]).await;
    window.at("name").await;
    open_matter(window, &number).await;
    window.see("steps-none").await;
    number
}

/// The same at a desk that is enrolled, and sent.
async fn on_a_matter_that_is_sent(window: &Window, home: &Home, district: &LocalDistrict) -> String {
    create_desk(window, home).await;
    enrol(window, district).await;
    window.at("name").await;
    let number = on_a_matter(window).await;
    exchange(window).await;
    number
}

#[tokio::test]
async fn a_matter_goes_its_way_by_one_key_a_step_and_a_wrong_step_is_taken_back() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let number = on_a_matter(&window).await;
    window.read("steps-clocks", "书面告知来访人：最迟").await;
    window.picture("80-办理").await;

    // Taken on: the papers of an accepted matter are offered at once.
    window.press(&[ALT, '1']).await;
    window.at("step-note").await;
    window.picture("81-记受理").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("steps-stage", "已受理").await;
    window.read("steps-clocks", "办结申诉求决事项：最迟").await;
    window.see("offer-acceptance_notice").await;

    // Handed to a section; typed words come back after a lock.
    window.press(&[ALT, '1']).await;
    window.at("step-section").await;
    window.press(&[CONTROL, ENTER]).await;
    window.at("step-section").await;
    window.read("step-form", "还有必填的一栏没有填").await;
    window.picture("82-缺一栏").await;
    window.type_text("物业管理科").await;
    window.tab_to("step-person").await;
    window.type_text("李强").await;
    window.press(&[CONTROL, 'l']).await;
    sign_in_as_administrator(&window).await;
    window.holds("step-section", "物业管理科").await;
    window.holds("step-person", "李强").await;
    window.picture("83-解锁后的交承办").await;
    window.tab_to("step-due").await;
    window.type_text("20991231").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("steps-list", "物业管理科 李强，要求 2099-12-31 前回复").await;
    window.read("steps-stage", "承办中").await;

    // The slip for the section is nobody's to hand over to the visitor.
    window.tab_to_mark("offer-internal_assignment").await;
    window.press(&[ENTER]).await;
    window.holds("paper-to_body", "物业管理科").await;
    window.see("paper-page").await;
    window.picture("79-出具交办单").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("paper-out", "已出具").await;
    window.press(&[F2]).await;
    window.at("name").await;
    window.press(&[F3]).await;
    window.read("paper-issued", "交办单").await;
    window.read("paper-state", "已出具").await;
    window.gone("papers-deliver").await;
    window.tab_to_mark("paper-void").await;
    window.picture("79-已出具交办单").await;

    // A step on the wrong matter: taken back, and it stays.
    window.press(&[ALT, '3']).await;
    window.at("step-ending").await;
    window.read("step-still-owed", "请先出具告知书再办结").await;
    window.picture("84-记办结").await;
    window.press(&[DOWN]).await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("steps-stage", "已办结").await;
    // The last of the three.
    window.tab_to_mark("step-withdraw").await;
    window.press(&[TAB]).await;
    window.press(&[TAB]).await;
    window.press(&[ENTER]).await;
    window.at("step-reason").await;
    window.type_text("记错了").await;
    window.picture("85-撤销").await;
    window.press(&[ENTER]).await;
    window.read("steps-list", "已撤销：记错了").await;
    window.picture("86-已撤销").await;

    // What the office owes, by a key from today's page, and back to the same list.
    window.press(&[F3]).await;
    window.press(&[F3]).await;
    window.see("today-table").await;
    window.press(&[ALT, 'q']).await;
    window.see_css(&format!("[data-testid='owed-table'] tr[data-number='{number}']")).await;
    window.picture("87-期限").await;
    window.press(&[ENTER]).await;
    window.read("matter-number", &number).await;
    window.press(&[ESCAPE]).await;
    window.see("owed-table").await;
    window.press(&[ESCAPE]).await;
    window.see("today-table").await;
    window.quit().await;
}

#[tokio::test]
async fn what_the_office_answered_is_owed_no_more_and_the_list_says_so() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    window.press(&[F3]).await;
    window.see("today-empty").await;
    window.press(&[ALT, 'q']).await;
    window.see("owed-none").await;
    window.picture("88-没有期限").await;
    window.press(&[ESCAPE]).await;
    window.press(&[F2]).await;
    window.at("name").await;
    tell_of_wages(&window).await;
    let number = register_as_advised(&window).await;
    window.press(&[F2]).await;
    window.at("name").await;
    open_matter(&window, &number).await;
    window.see("steps-none").await;
    // Registered, guided: the third of the keys is the reply.
    window.press(&[ALT, '3']).await;
    window.at("step-answer").await;
    window.type_text("已书面答复：向区劳动人事争议仲裁院申请仲裁。").await;
    window.picture("89-记答复").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("steps-stage", "已答复").await;
    window.read("steps-clocks", "已完成").await;
    window.press(&[F3]).await;
    window.press(&[F3]).await;
    window.see("today-table").await;
    window.press(&[ALT, 'q']).await;
    window.see("owed-none").await;
    window.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_district_gave_back_stands_on_its_matter_and_is_put_right_by_a_correction() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let office = tempfile::tempdir().unwrap();
    let district = tokio::task::block_in_place(|| LocalDistrict::start(office.path()).unwrap());
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    let number = on_a_matter_that_is_sent(&window, &home, &district).await;
    tokio::task::block_in_place(|| {
        district
            .execute(
                "DELETE FROM matters; UPDATE entries SET verdict = 'set_aside', verdict_code = 'content_unreadable'
             WHERE kind = 'registered'",
            )
            .unwrap();
    });
    // It is open still.
    window.press(&[F3]).await;
    window.read("matter-number", &number).await;
    window.see("steps-none").await;
    window.press(&[ALT, '1']).await;
    window.at("step-note").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("steps-stage", "已受理").await;
    window.press(&[F4]).await;
    window.at("exchange-start").await;
    window.press(&[ENTER]).await;
    window.see("exchange-result").await;
    window.press(&[F3]).await;
    window.read("matter-number", &number).await;
    window.read("steps-returned", "退回待处理：区级读不懂这条记录的内容").await;
    window.read("steps-returned", "在等第").await;
    window.picture("90-退回").await;
    window.tab_to_mark("returned-correct").await;
    window.press(&[ENTER]).await;
    window.see("cancel-correction").await;
    window.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forwarded_to_the_centre_is_owed_by_it_until_it_objects() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let office = tempfile::tempdir().unwrap();
    let district = tokio::task::block_in_place(|| LocalDistrict::start(office.path()).unwrap());
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    let number = on_a_matter_that_is_sent(&window, &home, &district).await;
    tokio::task::block_in_place(|| forward(&district, &number));
    exchange(&window).await;
    window.press(&[F3]).await;
    window.read("matter-number", &number).await;
    window.read("district-act", "请按职责办理").await;
    window.read("steps-clocks", "第二十三条第三款").await;
    window.picture("91-转给本中心").await;
    window.tab_to_mark("step-objected").await;
    window.press(&[ENTER]).await;
    window.at("step-note").await;
    // The law asks for the reason.
    window.press(&[CONTROL, ENTER]).await;
    window.read("step-form", "还有必填的一栏没有填").await;
    window.picture("92-提出异议").await;
    window.type_text("属区住建委职责").await;
    window.press(&[CONTROL, ENTER]).await;
    window.read("steps-list", "属区住建委职责").await;
    window.picture("93-已提出异议").await;
    window.quit().await;
}

/// An officer of the district gives a matter to the centre that registered it.
fn forward(district: &LocalDistrict, number: &str) {
    let (server, number) = (Arc::clone(district.district()), number.to_owned());
    let work = async move {
        server.add_staff("李科员", Role::Officer, "登记台的口令一二三四五六").await.unwrap();
        let told = ActTold {
            act: DistrictAct::Forwarded,
            on: "2026-11-25".parse().unwrap(),
            due: None,
            result: None,
            to_centre: true,
        };
        let words = ActWords { body: String::new(), text: "请按职责办理".into() };
        server.act_by("李科员", &number, told, words).await.unwrap();
    };
    district.wait(work).unwrap();
}
