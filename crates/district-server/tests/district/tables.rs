//! Tables that the district publishes: weighed, published, in the journal of every desk.

use std::sync::Arc;

use district_server::{Change, Role, table_files};
use intake_model::{Catalogue, TableId};
use intake_wire::{Entry, Kind, TablePublished};

use crate::world::{Desk, World, world};

/// An edition of a table that no other test looks at on a day that none stands on.
const RATING: &str = r#"{"table":"rating","title":"满意度评价","edition":7,"effective":"2041-01-01","source":"区信访办〔2040〕3号",
"levels":[],"entries":[{"code":"1","name":"满意"},{"code":"2","name":"基本满意"},{"code":"9","name":"没有回答"}]}"#;
const YEAR: &str = r#"{"year":2041,"version":"1","source":"国办发明电〔2040〕1号","effective":"2040-11-01",
"off":["2041-01-01"],"worked":["2041-01-05"]}"#;

fn publish(world: &World, now: bool, files: &[(&str, &str)]) -> district_server::Result<Vec<Change>> {
    let files: Vec<(String, String)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let district = Arc::clone(world.district.district());
    let work = async move {
        if now { district.publish_tables("王科长", &files).await } else { district.weigh_tables(&files).await }
    };
    world.district.wait(work).unwrap()
}

async fn came_down(world: &World, desk: &Desk) -> Vec<TablePublished> {
    let entries: Vec<Entry> = world.down(desk, 0).await.into_iter().flat_map(|block| block.entries).collect();
    let tables = entries.iter().filter(|one| one.kind == Kind::table_published());
    tables.map(|one| serde_json::from_slice(one.open.bytes().unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn what_a_table_changes_is_told_first_and_goes_to_every_desk_and_to_those_that_come_later() {
    let world = world();
    let (first, second) = (world.desk(1).await, world.desk(2).await);
    let weighed = publish(&world, false, &[("满意度.json", RATING), ("2041.json", YEAR)]).unwrap();
    assert!(weighed[0].title().contains("代码表　rating　7（原为1），2041-01-01起用"), "{}", weighed[0].title());
    assert!(weighed[0].lines.contains(&"+ 9　没有回答".to_owned()), "{:?}", weighed[0].lines);
    assert_eq!(weighed[1].lines, ["+ 2041-01-01　放假", "+ 2041-01-05　上班"]);
    assert!(came_down(&world, &first).await.is_empty(), "nothing takes effect before it is said");
    assert!(Catalogue::known().edition(TableId::Rating, 7).is_none());
    publish(&world, true, &[("满意度.json", RATING), ("2041.json", YEAR)]).unwrap();
    for desk in [&first, &second, &world.desk(3).await] {
        let tables = came_down(&world, desk).await;
        let names: Vec<&str> = tables.iter().map(|one| one.heading.name.as_str()).collect();
        assert_eq!(names, ["rating", "2041"]);
        assert_eq!(tables[0].content, RATING, "as it was written");
    }
    assert_eq!(Catalogue::known().edition(TableId::Rating, 7).unwrap().path("9"), "没有回答");
    assert_eq!(world.count("SELECT count(*) FROM staff_acts WHERE act = 'table_published' AND name = '王科长'"), 2);
    let again = publish(&world, true, &[("满意度.json", RATING)]).unwrap_err().to_string();
    assert!(again.contains("does not follow"), "{again}");
    assert_eq!(came_down(&world, &first).await.len(), 2);
}

#[tokio::test]
async fn with_one_mistake_nothing_is_published_and_each_mistake_has_its_sentence() {
    let world = world();
    let desk = world.desk(1).await;
    let files = [
        (
            "年.json",
            r#"{"year":2042,"version":"1","source":"试","effective":"2041-11-01","off":["2042-01-04"],"worked":[]}"#,
        ),
        (
            "表.json",
            r#"{"table":"rating","title":"试","edition":1,"effective":"2042-01-01","source":"试","levels":[],"entries":[]}"#,
        ),
        ("配置.toml", "extends = "),
        ("good.json", r#"{"year":2043,"version":"1","source":"试","effective":"2042-11-01","off":[],"worked":[]}"#),
    ];
    let refused = publish(&world, true, &files).unwrap_err().to_string();
    assert_eq!(refused.lines().count(), 3, "{refused}");
    for told in ["年.json, line 1: 2042-01-04", "表.json: edition 1 does not follow", "配置.toml, line 1"] {
        assert!(refused.contains(told), "{told} {refused}");
    }
    assert!(came_down(&world, &desk).await.is_empty());
    assert_eq!(world.count("SELECT count(*) FROM tables_published"), 0);
}

#[tokio::test]
async fn an_administrator_publishes_on_the_page_after_reading_what_changes() {
    let world = world();
    let desk = world.desk(1).await;
    let year = YEAR.replace("2041", "2051").replace("2051-01-05", "2051-01-07").replace("2051-01-01", "2051-01-02");
    let mut browser = world.signed_in("王科长", Role::Administrator).await;
    assert!(browser.get("/tables").await.text.contains("还没有发布过"));
    let looked = browser.post_file("/tables/look", "2051.json", year.as_bytes()).await;
    assert!(looked.text.contains("+ 2051-01-02　放假") && looked.text.contains("发布给所有登记台"), "{looked:?}");
    assert!(came_down(&world, &desk).await.is_empty());
    let done = browser.post("/tables/publish", &[("name", "2051.json"), ("content", &year)]).await;
    assert_eq!(done.location(), "/tables");
    assert!(browser.get("/tables").await.text.contains("工作日历"));
    assert_eq!(came_down(&world, &desk).await.len(), 1);
    let gbk: &[u8] = b"{\"table\":\"\xd6\xd0\xce\xc4\"}";
    for (file, sentence) in [(&b"{"[..], "2052.json, line 1"), (b"", "没有选文件"), (gbk, "2052.json不是UTF-8编码")]
    {
        let wrong = browser.post_file("/tables/look", "2052.json", file).await;
        assert!(wrong.status == 400 && wrong.text.contains(sentence), "{wrong:?}");
    }
    // As an editor under Windows saves it.
    let saved = format!("\u{feff}{}", YEAR.replace("2041", "2053").replace(",\n", ",\r\n"));
    let looked = browser.post_file("/tables/look", "2053.json", saved.as_bytes()).await;
    assert!(looked.text.contains("+ 2053-01-01　放假"), "{looked:?}");
}

#[test]
fn a_folder_gives_its_tables_by_name_and_one_without_any_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = |folder: &std::path::Path| table_files(folder).map_err(|error| error.to_string());
    assert!(told(folder.path()).unwrap_err().contains("no .json and no .toml"));
    for (name, text) in [("b.json", YEAR), ("a.toml", ""), ("notes.txt", "")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let names: Vec<String> = told(folder.path()).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a.toml", "b.json"]);
    assert!(told(&folder.path().join("nowhere")).is_err());
}
