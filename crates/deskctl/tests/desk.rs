//! The command line on real desks in folders of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testkit::desk::{CLERK, PASSWORD, made, open};

/// A desk as an administrator leaves it: made, and closed.
fn desk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    drop(made(folder.path()).unwrap());
    folder
}

fn deskctl(arguments: &[&str], stdin: &str) -> Output {
    let state = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_deskctl"))
        .args(arguments)
        // The markers of the machine on which the tests run are not theirs.
        .env("XDG_STATE_HOME", state.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses before it asks for the password has closed the pipe already.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn on_desk(folder: &TempDir, arguments: &[&str], password: &str) -> Output {
    let at = folder.path().join("desk").display().to_string();
    let whose = ["--folder", &at, "--clerk", CLERK, "--password-stdin"];
    deskctl(&[arguments, &whose].concat(), &format!("{password}\n"))
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn import(folder: &TempDir, rows: &[&str], more: &[&str]) -> Output {
    let file = folder.path().join("visits.ndjson");
    std::fs::write(&file, rows.join("\n")).unwrap();
    on_desk(folder, &[&["import", &file.display().to_string()], more].concat(), PASSWORD)
}

const GOOD: &str = r#"{"name":{"stated":"阿不都热依木·买买提"},"address":{"stated":"新立街道丽晟花园3号楼"},"demand":"楼上漏水三个月，物业不修。"}"#;

#[test]
fn a_good_line_is_registered_and_the_desk_stays_whole() {
    let folder = desk();
    let imported = import(&folder, &[GOOD], &[]);
    assert_eq!(imported.status.code(), Some(0), "{}", String::from_utf8_lossy(&imported.stderr));
    let number = lines(&imported)[0]["number"].as_str().unwrap().to_owned();

    let verified = on_desk(&folder, &["verify"], PASSWORD);
    assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
    assert_eq!(lines(&verified)[0]["complete"], true);

    let desk = open(folder.path()).unwrap();
    let clerk = desk.state().unwrap().clerks.into_iter().find(|one| one.name == CLERK).unwrap();
    desk.sign_in(clerk.id, PASSWORD).unwrap();
    assert_eq!(desk.matter(&number).unwrap().words.visit().unwrap().demand, "楼上漏水三个月，物业不修。");
}

#[test]
fn a_sealed_matter_is_written_out_by_who_wrote_it_down_and_refused_to_the_administrator() {
    let folder = desk();
    let told = GOOD.replacen('{', r#"{"confidential":true,"#, 1);
    let number = lines(&import(&folder, &[&told], &[]))[0]["number"].as_str().unwrap().to_owned();
    let picture = folder.path().join("收条.png");
    std::fs::write(&picture, testkit::visits::PNG).unwrap();
    let added = on_desk(&folder, &["attach", &number, &picture.display().to_string()], PASSWORD);
    assert_eq!(lines(&added)[0][0]["name"], "收条.png", "{}", String::from_utf8_lossy(&added.stderr));

    let (at, out) = (folder.path().join("desk").display().to_string(), folder.path().join("out"));
    let task = ["export-matter", &number, &out.display().to_string()];
    let whose = ["--folder", &at, "--clerk", "周建国", "--password-stdin"];
    let refused = deskctl(&[task.as_slice(), &whose].concat(), "管理员好记的一句话\n");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("只有登记的人和指定的人可以打开"));
    assert!(!out.exists());

    let written = on_desk(&folder, &task, PASSWORD);
    assert_eq!(lines(&written)[0]["count"], 3, "{}", String::from_utf8_lossy(&written.stderr));
    let json = std::fs::read_to_string(out.join(&number).join("matter.json")).unwrap();
    assert!(json.contains("楼上漏水三个月") && json.contains("sealed_opened"));
}

#[test]
fn a_backup_is_made_listed_and_put_back_and_never_over_a_newer_desk_without_saying_so() {
    let folder = desk();
    assert!(import(&folder, &[GOOD], &[]).status.success());
    let stick = folder.path().join("stick").display().to_string();
    let made = on_desk(&folder, &["backup", &stick], PASSWORD);
    assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
    let backup = lines(&made)[0]["path"].as_str().unwrap().to_owned();
    let listed = lines(&deskctl(&["backups", &stick], ""));
    assert_eq!((listed.len(), listed[0]["path"].as_str()), (1, Some(backup.as_str())));

    assert!(import(&folder, &[GOOD], &[]).status.success());
    let refused = on_desk(&folder, &["restore", &stick], PASSWORD);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--over-newer"));
    let restored = on_desk(&folder, &["restore", &backup, "--over-newer"], PASSWORD);
    assert_eq!(restored.status.code(), Some(0), "{}", String::from_utf8_lossy(&restored.stderr));
    let aside = lines(&restored)[0]["aside"].as_str().unwrap().to_owned();
    assert!(std::path::Path::new(&aside).join("desk.db").exists(), "nothing is deleted");

    let verified = on_desk(&folder, &["verify"], PASSWORD);
    assert!(String::from_utf8_lossy(&verified.stderr).starts_with("complete, 4 entries, head "));
    assert_eq!(lines(&verified)[0]["matters"], 1);
    // To look opens no epoch; to write does.
    let imported = import(&folder, &[GOOD], &[]);
    let number = lines(&imported)[0]["number"].as_str().unwrap().to_owned();
    assert!(!number.contains("-01A-"), "{number}");
    let nothing = deskctl(&["restore", &folder.path().display().to_string(), "--folder", "x"], "");
    assert_eq!(nothing.status.code(), Some(1));
}

fn fixture(name: &str) -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/ledger/").to_owned() + name
}

fn import_ledger(folder: &TempDir, more: &[&str]) -> (Option<i32>, Vec<Value>) {
    let (sheet, map) = (fixture("ledger.xlsx"), fixture("map.toml"));
    let imported = on_desk(folder, &[&["import", sheet.as_str(), "--map", map.as_str()], more].concat(), PASSWORD);
    assert!(imported.stderr.is_empty(), "{}", String::from_utf8_lossy(&imported.stderr));
    (imported.status.code(), lines(&imported))
}

#[test]
fn every_row_of_a_messy_ledger_comes_in_once_or_is_reported_with_its_row() {
    let folder = desk();
    let (code, report) = import_ledger(&folder, &["--dry-run"]);
    assert_eq!((code, report.len()), (Some(1), 18), "seventeen rows and the total");
    let row = |row: u64| report.iter().find(|one| one["row"] == row).unwrap();
    assert_eq!(row(3)["action"], "would_register");
    assert_eq!((&row(11)["action"], &row(11)["problems"][0]["code"]), (&"left".into(), &"id_old_form".into()));
    assert_eq!(row(19)["action"], "empty");
    let noted = |at: u64, note: &str| row(at)["notes"].as_array().unwrap().iter().any(|one| one["note"] == note);
    for (at, note) in [
        (5, "year_from_map"),
        (6, "names_split"),
        (7, "anonymous"),
        (9, "space_removed"),
        (10, "organisation"),
        (14, "bracket_read"),
        (18, "date_unreadable"),
        (18, "headcount_unreadable"),
    ] {
        assert!(noted(at, note), "row {at} has no {note}: {}", row(at));
    }
    let total = report.last().unwrap();
    assert_eq!(total["empty"], 1);
    assert_eq!(total["registered"].as_u64().unwrap() + total["left"].as_u64().unwrap(), 16);
    assert!(report.iter().all(|one| !one.to_string().contains("孙立")), "the report repeats what the ledger says");

    let accept = ["--accept-warnings", "旧台账如此"];
    let (code, report) = import_ledger(&folder, &accept);
    assert_eq!((code, &report.last().unwrap()["registered"]), (Some(0), &16.into()));
    let numbers: Vec<String> = report.iter().filter_map(|one| one["number"].as_str()).map(str::to_owned).collect();
    let (code, report) = import_ledger(&folder, &[]);
    let total = report.last().unwrap();
    assert_eq!((code, &total["registered"], &total["registered_before"]), (Some(0), &0.into(), &16.into()));

    let desk = open(folder.path()).unwrap();
    desk.sign_in(testkit::desk::CLERK_ID, PASSWORD).unwrap();
    desk.verify().unwrap();
    let today = desk.today().unwrap();
    assert_eq!((today.rows.len(), today.imported), (0, 16), "an old ledger is not the day's work");
    // Those of them that are denunciations are sealed, to whoever took them in among others.
    let visit = |number: &String| {
        let matter = desk.matter(number).unwrap();
        let opened = if matter.sealed { desk.open_sealed(number).unwrap().matter } else { matter };
        opened.words.visit().unwrap().clone()
    };
    let visits: Vec<_> = numbers.iter().map(visit).collect();
    let of = |name: &str| {
        visits.iter().find(|visit| visit.name.shown() == name).unwrap_or_else(|| panic!("{name} is not there")).clone()
    };
    let burst = of("孙立");
    assert_eq!((burst.headcount, burst.people.len()), (23, 3));
    assert_eq!(burst.received_at.unwrap().to_string(), "2023-03-06 14:20:00");
    assert_eq!((burst.other_numbers[0].number.as_str(), burst.content.unwrap().code.as_str()), ("4", "010200"));
    assert!(burst.remark.contains("重要，报街道主任") && burst.remark.contains("接待人：王芳"), "{}", burst.remark);
    assert_eq!(of("𬱖明").demand, "名字打不出来，银行卡办不了。");
    assert_eq!(of("郑刚").phone.as_deref(), Some("13802220001"));
    assert!(of("杨光").remark.contains("2023/2/30") && of("杨光").remark.contains("两人"));
    assert!(of("孙立").remark.contains("台账天气：晴"), "a column that the map does not name: {}", of("孙立").remark);

    // Taken in by mistake and voided: it can be taken again.
    desk.void_matter(&numbers[0], "对照表写错").unwrap();
    drop(desk);
    let (_, report) = import_ledger(&folder, &accept);
    assert_eq!(report.last().unwrap()["registered"], 1);
}

#[test]
fn a_sheet_without_a_map_and_a_map_that_does_not_fit_say_so() {
    let folder = desk();
    let refused = |arguments: &[&str]| {
        let ended = on_desk(&folder, arguments, PASSWORD);
        assert_eq!(ended.status.code(), Some(1));
        String::from_utf8(ended.stderr).unwrap()
    };
    let sheet = fixture("ledger.xlsx");
    assert!(refused(&["import", &sheet]).contains("--map"));
    let map = folder.path().join("map.toml");
    let map_text = |text: &str| std::fs::write(&map, text).unwrap();
    map_text("id = \"x\"\nheader = \"序号\"\n[columns]\ndemand = \"诉求\"\n");
    let path = map.display().to_string();
    assert!(refused(&["import", &sheet, "--map", &path]).contains("诉求"));
    map_text("id = 7\n");
    assert!(refused(&["import", &sheet, "--map", &path]).contains("line 1"));
}

#[test]
fn a_line_that_only_the_day_makes_odd_costs_the_others_nothing() {
    let folder = desk();
    let unborn = r#"{"name":{"stated":"张伟"},"address":{"stated":"x"},"demand":"y","identity":{"paper":"resident_id","number":"110105209912310029"}}"#;
    let imported = import(&folder, &[GOOD, unborn, GOOD], &[]);
    assert_eq!(imported.status.code(), Some(1));
    let report = lines(&imported);
    assert_eq!((&report[1]["problems"][0]["code"], &report[3]["registered"]), (&"birth_date_future".into(), &2.into()));
    assert_eq!(import(&folder, &[unborn], &["--accept-warnings", "证件如此"]).status.code(), Some(0));
}

#[test]
fn a_bad_line_is_reported_with_all_its_problems_and_the_others_are_kept() {
    let folder = desk();
    let rows = [GOOD, r#"{"name":"declined","adress":"x","demand":""}"#, "{oops", "", GOOD];
    let imported = import(&folder, &rows, &[]);
    assert_eq!(imported.status.code(), Some(1));
    let report = lines(&imported);
    assert_eq!(report.len(), 5, "{report:?}");
    assert_eq!(report[1]["line"], 2);
    let problems = report[1]["problems"].as_array().unwrap();
    let fields: Vec<&str> = problems.iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["adress", "address", "demand"]);
    assert!(problems.iter().all(|one| one["sentence"].as_str().unwrap().ends_with('。')));
    assert_eq!(report[2]["line"], 3);
    assert_eq!(report[3]["line"], 5);
    assert_eq!(report[4], serde_json::json!({ "registered": 2, "registered_before": 0, "left": 2, "empty": 0 }));
}

#[test]
fn warnings_pass_only_with_a_reason() {
    let folder = desk();
    let rows = [r#"{"demand":"村里路灯坏了半年"}"#];
    assert_eq!(import(&folder, &rows, &[]).status.code(), Some(1));
    assert_eq!(import(&folder, &rows, &["--accept-warnings", "旧台账未记姓名"]).status.code(), Some(0));
}

#[test]
fn a_wrong_password_and_a_wrong_folder_say_so() {
    let folder = desk();
    let refused = on_desk(&folder, &["verify"], "不是这个密码呀");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("密码不对"));

    let elsewhere = folder.path().join("nowhere");
    let refused = deskctl(&["verify", "--folder", &elsewhere.display().to_string(), "--password-stdin"], "x\n");
    assert_eq!(refused.status.code(), Some(1));
    assert!(!elsewhere.exists(), "a mistyped folder must not be made");
}

#[test]
fn bad_arguments_end_with_two_and_a_password_is_none() {
    assert_eq!(deskctl(&["verify"], "").status.code(), Some(2));
    assert_eq!(deskctl(&["verify", "--folder", "x", "--password", "y"], "").status.code(), Some(2));
}

#[test]
fn the_schema_of_a_visit_names_its_fields() {
    let schema = deskctl(&["schema", "visit"], "");
    assert_eq!(schema.status.code(), Some(0));
    assert!(lines(&schema)[0]["properties"]["demand"].is_object());
}

#[test]
fn a_clock_is_told_with_both_dates_and_its_article() {
    let told = deskctl(&["clock", "C1", "--from", "2026-11-24", "--profile", "tianjin-dongli"], "");
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
    let due = &lines(&told)[0];
    assert_eq!((due["last_day"].as_str(), due["unit"].as_str()), (Some("2026-12-09"), Some("calendar_days")));
    assert_eq!((&due["due"], &due["rolled"]), (&"2026-12-09".into(), &Value::Null));
    assert!(due["article"].as_str().unwrap().contains("第二十三条"), "{due}");
    let weekend = deskctl(&["clock", "c4", "--from", "2026-11-24"], "");
    let due = &lines(&weekend)[0];
    assert_eq!((due["last_day"].as_str(), due["calendar"]["unknown_year"].as_i64()), (Some("2027-01-23"), Some(2027)));
}

#[test]
fn a_code_is_found_by_initials_and_an_older_edition_by_its_day() {
    let found = |arguments: &[&str]| {
        let told = deskctl(&[&["find-code"], arguments].concat(), "");
        assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
        lines(&told)[0].clone()
    };
    assert_eq!(found(&["content-category", "wygl"])[0]["path"], "城乡建设 / 住房保障与房地产 / 物业管理");
    assert_eq!(found(&["all", "lddzy"])[0]["table"], "dispute_type");
    let earlier = found(&["content_category", "030000", "--on", "2023-06-01"]);
    assert_eq!((&earlier[0]["name"], &earlier[0]["edition"]), (&"国土资源".into(), &1.into()));
    assert_eq!(found(&["place", "没有这个地方"]), serde_json::json!([]));
    let refused = deskctl(&["find-code", "people", "x"], "");
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_bad_argument_gets_one_sentence_and_exit_code_two_and_an_unknown_profile_says_which_there_are() {
    let national: &[&str] = &["clock", "C1", "--from", "2026-11-24", "--profile", "mars"];
    for arguments in [
        &["clock", "C11", "--from", "2026-11-24"][..],
        &["clock", "C1", "--from", "24.11.2026"],
        &["number", "parse", "120110005"],
        &["check", "nowhere.json"],
        &["find-code"],
        national,
    ] {
        let ended = deskctl(arguments, "");
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!((ended.status.code(), said.trim().lines().count()), (Some(2), 1), "{arguments:?}: {said}");
    }
    let refused = deskctl(&["clock", "C1", "--from", "2026-11-24", "--profile", "mars"], "");
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("tianjin-dongli-street") && said.trim().lines().count() == 1, "{said}");
}

#[test]
fn a_route_and_a_check_are_told_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let question = file("route.json", r#"{"class":"denunciation","competent":"another_body"}"#);
    let told = deskctl(&["route", &question, "--profile", "tianjin-dongli"], "");
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
    assert_eq!(lines(&told)[0]["sealed"], true);
    let visit = file("visit.json", r#"{"name":"declined","address":"declined","demand":""}"#);
    let told = deskctl(&["check", &visit], "");
    assert_eq!(told.status.code(), Some(1));
    assert_eq!(lines(&told)[0][0]["code"], "demand_empty");
    let broken = file("broken.json", "{\n\"demand\": 3}");
    let refused = deskctl(&["check", &broken], "");
    assert!(String::from_utf8(refused.stderr).unwrap().contains("第2行"));
}

#[test]
fn a_number_is_taken_apart_however_it_is_typed() {
    let compact = "120110005202611240 1a0007".replace(' ', "");
    let refused = deskctl(&["number", "parse", &compact], "");
    assert_eq!(refused.status.code(), Some(2), "without its check character it is none");
    let folder = desk();
    let number = lines(&import(&folder, &[GOOD], &[]))[0]["number"].as_str().unwrap().to_owned();
    let told = deskctl(&["number", "parse", &number.replace('-', "").to_lowercase()], "");
    assert_eq!(lines(&told)[0]["number"], number.as_str());
    assert_eq!(lines(&told)[0]["serial"], 1);
}

/// By the administrator, with further lines of standard input.
fn as_administrator(folder: &TempDir, arguments: &[&str], secrets: &[&str]) -> Output {
    let at = folder.path().join("desk").display().to_string();
    let whose = ["--folder", &at, "--clerk", "周建国", "--password-stdin"];
    deskctl(&[arguments, &whose].concat(), &(secrets.join("\n") + "\n"))
}

/// What a command that was not refused told.
#[track_caller]
fn told(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    lines(output).remove(0)
}

#[test]
fn clerks_come_and_go_by_the_command_line_and_a_forgotten_password_is_no_loss() {
    let folder = desk();
    let administrator = "管理员好记的一句话";
    let added = told(&as_administrator(&folder, &["clerks", "add", "李敏"], &[administrator, "李敏的好记一句话"]));
    assert_eq!((&added[2]["name"], &added[2]["role"]), (&"李敏".into(), &"clerk".into()));
    told(&as_administrator(&folder, &["clerks", "reader", "李敏"], &[administrator]));
    told(&as_administrator(&folder, &["clerks", "password", CLERK], &[administrator, "新设的好记一句话"]));
    let gone = told(&as_administrator(&folder, &["clerks", "disable", "李敏"], &[administrator]));
    assert_eq!((&gone[2]["disabled"], &gone[2]["reader"]), (&true.into(), &false.into()));
    let again = as_administrator(&folder, &["clerks", "disable", "李敏"], &[administrator]);
    assert_eq!(again.status.code(), Some(1));

    let key = folder.path().join("usb/恢复密钥-120110005-01.txt").display().to_string();
    told(&as_administrator(&folder, &["recover", "--key", &key], &["忘了以后新设一句话"]));
    let old = as_administrator(&folder, &["clerks", "list"], &[administrator]);
    assert!(String::from_utf8_lossy(&old.stderr).contains("密码不对"));
    told(&as_administrator(&folder, &["clerks", "list"], &["忘了以后新设一句话"]));
    assert_eq!(told(&on_desk(&folder, &["verify"], "新设的好记一句话"))["complete"], true);
}

#[test]
fn a_denunciation_from_a_file_is_sealed_as_one_told_at_the_window() {
    let folder = desk();
    let row = r#"{"name":"declined","address":"declined","demand":"举报某某收钱","routing":{"class":"denunciation"}}"#;
    let imported = import(&folder, &[row], &["--accept-warnings", "匿名举报信"]);
    assert_eq!(imported.status.code(), Some(0), "{}", String::from_utf8_lossy(&imported.stdout));
    let number = lines(&imported)[0]["number"].as_str().unwrap().to_owned();
    let desk = open(folder.path()).unwrap();
    desk.sign_in(1, "管理员好记的一句话").unwrap();
    let matter = desk.matter(&number).unwrap();
    assert!(matter.sealed && matter.words.visit().is_none());
}

#[test]
fn who_wrote_a_sealed_matter_lets_a_reader_named_later_open_it_and_nobody_else_can() {
    let folder = desk();
    let row = r#"{"name":"declined","address":"declined","demand":"举报某某收钱","routing":{"class":"denunciation"}}"#;
    let imported = import(&folder, &[row], &["--accept-warnings", "匿名举报信"]);
    let number = lines(&imported)[0]["number"].as_str().unwrap().to_owned();
    let administrator = "管理员好记的一句话";
    told(&as_administrator(&folder, &["clerks", "add", "李敏"], &[administrator, "李敏的好记一句话"]));
    told(&as_administrator(&folder, &["clerks", "reader", "李敏"], &[administrator]));
    let refused = as_administrator(&folder, &["clerks", "let-read", &number], &[administrator]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(told(&on_desk(&folder, &["clerks", "let-read"], PASSWORD))["matters"], 1);
    let desk = open(folder.path()).unwrap();
    desk.sign_in(3, "李敏的好记一句话").unwrap();
    assert!(desk.open_sealed(&number).unwrap().matter.words.visit().is_some());
}

#[test]
fn nothing_is_erased_that_is_young_or_not_at_the_district_and_a_clerk_may_not_ask() {
    let folder = desk();
    import(&folder, &[GOOD], &[]);
    let erase = |clerk: &str, password: &str, more: &[&str]| {
        let at = folder.path().join("desk").display().to_string();
        let whose = ["--folder", &at, "--clerk", clerk, "--password-stdin"];
        deskctl(&[&["erase", "--before", "2099-01-01"], more, &whose].concat(), &format!("{password}\n"))
    };
    let (name, password) = {
        let form = testkit::desk::form(folder.path());
        (form.administrator, form.administrator_password)
    };
    let asked = erase(CLERK, PASSWORD, &["--dry-run"]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("只有管理员"), "{asked:?}");
    let found = erase(&name, &password, &["--dry-run"]);
    let told = &lines(&found)[0];
    assert_eq!((&told["erased"], &told["matters"], &told["years"]), (&Value::from(false), &0.into(), &3.into()));
    let refused = erase(&name, &password, &["--matters", "1"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("没有可以清除的登记"), "{refused:?}");
    assert_eq!(erase(&name, &password, &[]).status.code(), Some(2), "without a count nothing is erased");
    assert_eq!(lines(&on_desk(&folder, &["verify"], PASSWORD))[0]["matters"], 1);
}

#[test]
fn a_keyring_that_is_lost_with_every_backup_is_made_anew_by_the_recovery_key() {
    let folder = desk();
    assert!(import(&folder, &[GOOD], &[]).status.success());
    std::fs::write(folder.path().join("desk/keyring.json"), "").unwrap();
    let refused = on_desk(&folder, &["verify"], PASSWORD);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("打电话给管理员") && said.contains("deskctl recover"), "{said}");

    let key = std::fs::read_dir(folder.path().join("usb")).unwrap().next().unwrap().unwrap().path();
    let at = folder.path().join("desk").display().to_string();
    let (key, password) = (key.display().to_string(), "一句新的好记的话");
    let recovered = deskctl(&["recover", "--key", &key, "--folder", &at, "--password-stdin"], &format!("{password}\n"));
    assert_eq!(recovered.status.code(), Some(0), "{}", String::from_utf8_lossy(&recovered.stderr));
    let whose = ["--folder", &at, "--clerk", "周建国", "--password-stdin"];
    let verified = deskctl(&[&["verify"], whose.as_slice()].concat(), &format!("{password}\n"));
    assert_eq!(lines(&verified)[0]["matters"], 1, "{}", String::from_utf8_lossy(&verified.stderr));
    // The clerk's own wrap was nowhere else: a password makes a new one.
    let passwords = format!("{password}\n{PASSWORD}\n");
    let set = deskctl(&[&["clerks", "password", CLERK], whose.as_slice()].concat(), &passwords);
    assert_eq!(set.status.code(), Some(0), "{}", String::from_utf8_lossy(&set.stderr));
    assert_eq!(on_desk(&folder, &["verify"], PASSWORD).status.code(), Some(0));
}

#[test]
fn a_keyring_that_was_put_back_from_a_backup_is_told_on_the_terminal() {
    let folder = desk();
    assert!(import(&folder, &[GOOD], &[]).status.success());
    let beside = folder.path().join("desk-备份").display().to_string();
    assert!(on_desk(&folder, &["backup", &beside], PASSWORD).status.success());
    std::fs::remove_file(folder.path().join("desk/keyring.json")).unwrap();
    let imported = import(&folder, &[GOOD], &[]);
    assert_eq!(imported.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&imported.stderr).contains("的备份换回"));
}

#[test]
fn the_fonts_of_a_machine_are_counted_and_the_counts_add_up() {
    let told = deskctl(&["fonts"], "");
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
    let fonts = &lines(&told)[0];
    let count = |of: &Value, key: &str| of[key].as_u64().unwrap();
    assert_eq!(count(fonts, "asked"), 87_887 + 228);
    let blocks = fonts["blocks"].as_array().unwrap();
    let drawn: u64 = blocks.iter().map(|block| count(block, "usual") + count(block, "rare")).sum();
    assert_eq!(drawn, count(fonts, "drawn"));
    for block in blocks {
        let sum = count(block, "usual") + count(block, "rare") + count(block, "nowhere");
        assert_eq!(sum, count(block, "asked"), "{block}");
    }
}

#[test]
fn a_district_sees_its_own_papers_as_blanks_and_its_mistakes_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let (own, into) = (folder.path().join("own"), folder.path().join("blanks"));
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("home_visit.toml"), "title = \"上门走访通知\"\n[[body]]\ntext = \"{office}\"\n").unwrap();
    let run = || deskctl(&["papers", own.to_str().unwrap(), "--into", into.to_str().unwrap()], "");
    let told = run();
    assert_eq!(told.status.code(), Some(0), "{}", String::from_utf8_lossy(&told.stderr));
    assert_eq!(lines(&told)[0]["added"][0], "home_visit 上门走访通知");
    assert!(std::fs::read(into.join("home_visit.pdf")).unwrap().starts_with(b"%PDF"));
    std::fs::write(own.join("home_visit.toml"), "title = \"上门走访通知\"\n[[body]]\ntext = \"{offce}\"\n").unwrap();
    let told = run();
    assert_eq!(told.status.code(), Some(1));
    assert_eq!(lines(&told)[0]["mistakes"][0], "home_visit.toml, line 3: there is no placeholder {offce}");
}

#[test]
fn pages_go_out_on_a_stick_and_the_answer_comes_in_from_it() {
    let (folder, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let stick = folder.path().join("stick").display().to_string();
    let desk = made(folder.path()).unwrap();
    let out = |folder: &TempDir| on_desk(folder, &["pages-out", &stick], PASSWORD);
    let back = |folder: &TempDir| on_desk(folder, &["pages-in", &stick], PASSWORD);
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let district = testkit::LocalDistrict::start(office.path()).unwrap();
    let code = district.enrolment_code(testkit::district::CENTRE, 1).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(desk.enrol(&district.address(), &code)).unwrap();
    drop(desk);
    assert_eq!(import(&folder, &[GOOD], &[]).status.code(), Some(0));
    let written = out(&folder);
    assert_eq!(lines(&written)[0]["registrations"], 1, "{}", said(&written));
    let none = back(&folder);
    assert!(none.status.code() == Some(1) && said(&none).contains("没有区级给本台的回执"), "{}", said(&none));
    let file = std::path::PathBuf::from(lines(&written)[0]["path"].as_str().unwrap());
    let server = std::sync::Arc::clone(district.district());
    district.wait(async move { server.import_usb(&file).await }).unwrap().unwrap();
    let taken = back(&folder);
    assert_eq!((taken.status.code(), &lines(&taken)[0]["in_step"]), (Some(0), &true.into()), "{}", said(&taken));
}

#[test]
fn the_days_of_a_desk_are_listed_with_how_far_each_is() {
    let folder = desk();
    assert_eq!(lines(&on_desk(&folder, &["day"], PASSWORD)), Vec::<Value>::new());
    assert_eq!(import(&folder, &[GOOD], &[]).status.code(), Some(0));
    let listed = on_desk(&folder, &["day", "--limit", "5"], PASSWORD);
    assert_eq!(listed.status.code(), Some(0), "today may still be open");
    let rows = lines(&listed);
    assert_eq!((rows.len(), &rows[0]["state"], &rows[0]["registered"]), (1, &Value::from("open"), &Value::from(1)));
}
