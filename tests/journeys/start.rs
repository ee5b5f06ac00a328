//! Starting, starting twice, the wrong password, the lock.

use std::process::{Command, Stdio};
use std::time::Duration;

use testkit::screen::{Running, Screen, at_home};

use crate::driver::{Driver, application};
use crate::window::{CONTROL, ENTER, Window};
use crate::{Home, at_work, create_desk, demo_password, visits};

#[tokio::test]
async fn a_wrong_password_says_so_and_a_locked_desk_shows_nothing_until_the_right_one() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = at_work(&driver, &home).await;
    let demand = visits()[0].demand.clone();
    window.tab_to("demand").await;
    window.type_text(&demand).await;

    window.press(&[CONTROL, 'l']).await;
    window.at("password").await;
    assert!(!window.shows("#demand").await, "a locked desk still shows the form");
    window.type_text("不是这个密码").await;
    window.press(&[ENTER]).await;
    window.read("failure", "密码不对").await;
    window.picture("11-已锁定-密码不对").await;

    // The first wrong try may cost a short wait, which the page counts down.
    let password = demo_password(&window).await;
    while window.shows("[data-testid='wait-seconds']").await {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    window.type_text(&password).await;
    window.press(&[ENTER]).await;
    let kept = window.see_css("#demand").await;
    assert_eq!(kept.prop("value").await.unwrap().unwrap_or_default(), demand, "the draft is kept through the lock");
    window.at("demand").await;
    window.quit().await;
}

#[tokio::test]
async fn a_second_start_leaves_the_first_window_and_ends_quietly() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    window.at("create-desk").await;

    // On the same bus: the first window comes forward.
    let environment = std::fs::read(format!("/proc/{}/environ", window.process)).unwrap();
    let name = b"DBUS_SESSION_BUS_ADDRESS=";
    let bus = environment.split(|byte| *byte == 0).find_map(|one| one.strip_prefix(name)).expect("a bus");
    let mut second = start(&screen, &home, Some(std::str::from_utf8(bus).unwrap()));
    assert_eq!(second.ended(Duration::from_secs(30)).unwrap(), Some(0));
    let log = std::fs::read_to_string(home.desk().join("log/desk.log")).unwrap();
    assert!(log.contains("brought the window forward"), "{log}");

    // Without a bus: the folder's lock refuses.
    let mut third = start(&screen, &home, None);
    assert_eq!(third.ended(Duration::from_secs(30)).unwrap(), Some(3));
    window.at("create-desk").await;
    window.quit().await;
}

fn start(screen: &Screen, home: &Home, bus: Option<&str>) -> Running {
    let mut command = Command::new(application());
    command.args(["--practice", "--folder"]).arg(home.desk());
    at_home(&mut command, screen, home.path());
    command.env("DBUS_SESSION_BUS_ADDRESS", bus.unwrap_or("unix:path=/nonexistent"));
    Running::start(command.stdout(Stdio::null()).stderr(Stdio::null())).unwrap()
}

#[test]
fn without_a_display_one_sentence_is_said_and_the_program_ends_with_two() {
    let ended = Command::new(application())
        .arg("--practice")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(said.contains("显示器"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "{said}");
}

#[tokio::test]
async fn a_damaged_keyring_is_said_and_no_new_desk_is_offered() {
    let (screen, home) = (Screen::start(None).unwrap(), Home::new());
    let driver = Driver::start(&screen, home.path());
    let window = Window::open(&driver, &home.desk()).await;
    create_desk(&window, &home).await;
    window.quit().await;
    std::fs::remove_file(home.desk().join("keyring.json")).unwrap();

    let window = Window::begin(&driver, &home.desk()).await;
    window.read("failure", "密钥文件缺失或损坏").await;
    window.read("failure", "数据原样未动").await;
    assert!(!window.shows("#create-desk").await, "a new desk is offered over records");
    window.picture("15-密钥文件缺失").await;
    window.quit().await;
}
