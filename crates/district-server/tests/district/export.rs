//! Matters written out by the district, and what is kept of that.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use district_server::{Error, Export, Exported};
use intake_model::Visit;
use intake_wire::{Entry, Head, JournalId, Kind, Registered, Voided};
use testkit::district::CENTRE;

use crate::world::{World, world};

pub(crate) fn asked(file: &Path) -> Export {
    Export {
        centre: CENTRE.into(),
        from: "2026-11-01".parse().unwrap(),
        to: "2026-11-30".parse().unwrap(),
        by: "区级管理员".into(),
        reason: "月度台账".into(),
        file: file.to_owned(),
        files: None,
    }
}

impl World {
    pub(crate) fn export(&self, asked: &Export) -> Result<Exported, Error> {
        let (district, asked) = (Arc::clone(self.district.district()), asked.clone());
        self.district.wait(async move { district.export(&asked).await }).unwrap()
    }

    /// The district's own record about the centre, its chain checked.
    fn record(&self) -> Vec<Entry> {
        let url = self.district.postgres_url();
        let work = async move {
            let client = testkit::postgres::connect(&url).await.unwrap();
            let sql = "SELECT journal_id, entry FROM district_journals JOIN district_entries USING (centre, journal_id)
                       WHERE desk = 0 ORDER BY seq";
            client.query(sql, &[]).await.unwrap()
        };
        let rows = self.district.wait(work).unwrap();
        let mut head = Head::EMPTY;
        let entry = |row: &tokio_postgres::Row| {
            let journal = JournalId(row.get::<_, &[u8]>(0).try_into().unwrap());
            let entry: Entry = intake_wire::decode(row.get(1)).unwrap();
            head = entry.follow(journal, head).unwrap();
            entry
        };
        rows.iter().map(entry).collect()
    }
}

/// A day with a voided matter, a sealed one, and a demand that a spreadsheet would take for a formula.
async fn told(world: &World) -> (String, String) {
    let mut desk = world.desk(1).await;
    desk.day();
    let voided = Voided { number: desk.number_of(2) };
    desk.say(Kind::voided(), serde_json::to_vec(&voided).unwrap(), r#"{"reason":"重复登记"}"#);
    let sealed = Registered {
        number: desk.number_of(9),
        headcount: 1,
        party: intake_model::Party::Person,
        owes_written_notice: false,
        import_key: String::new(),
        draft: String::new(),
    };
    let words = r#"{"query_code":"ABCD2345","materials":0,"to":["age1"],"sealed":"YQ=="}"#;
    desk.say(Kind::registered(), serde_json::to_vec(&sealed).unwrap(), words);
    let formula = Visit { demand: "=1+1，“先这么写”\n第二行".into(), ..testkit::visits::elder_support() };
    desk.register(10, formula);
    world.pages(desk.whole()).await.unwrap();
    assert_eq!(world.down(&desk, 1).await.len(), 0);
    (desk.number_of(1), sealed.number)
}

#[tokio::test]
async fn a_period_is_written_out_for_a_spreadsheet_and_the_districts_record_tells_who_asked() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let (first, sealed) = told(&world).await;
    let file = folder.path().join("十一月.csv");
    assert_eq!(world.export(&asked(&file)).unwrap().rows, 10);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<Vec<String>> = lines.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!((rows.len(), &rows[0][0], &rows[0][9]), (10, &first, &"张伟".to_owned()));
    assert_eq!(rows.iter().filter(|row| row[4] == "是").count(), 1);
    let of_sealed = rows.iter().find(|row| row[0] == sealed).unwrap();
    assert_eq!(of_sealed[9..], ["", "", "保密事项", ""]);
    assert_eq!(rows[9][12], "'=1+1，“先这么写”\n第二行");
    assert!(!text.contains("ABCD2345") && !text.contains("13920011234"), "query codes and phones stay");
    let record = world.record();
    assert_eq!((record.len(), &record[0].kind), (1, &Kind::period_exported()));
    let told: serde_json::Value = serde_json::from_slice(record[0].open.bytes().unwrap()).unwrap();
    assert_eq!((&told["from"], &told["rows"]), (&"2026-11-01".into(), &10.into()));
    let told: serde_json::Value = serde_json::from_slice(record[0].personal.bytes().unwrap()).unwrap();
    assert_eq!((&told["by"], &told["reason"]), (&"区级管理员".into(), &"月度台账".into()));
}

#[tokio::test]
async fn json_lines_say_the_same_for_programs_and_a_period_without_matters_is_empty() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let (_, sealed) = told(&world).await;
    let file = folder.path().join("november.jsonl");
    world.export(&asked(&file)).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_sealed = lines.iter().find(|line| line["number"] == sealed.as_str()).unwrap();
    assert_eq!((lines.len(), &of_sealed["title"]), (10, &"保密事项".into()));
    assert!(of_sealed["name"].is_null() && of_sealed["demand"].is_null());
    let later = folder.path().join("december.jsonl");
    let (from, to) = ("2026-12-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    assert_eq!(world.export(&Export { from, to, ..asked(&later) }).unwrap().rows, 0);
    assert_eq!(std::fs::read_to_string(&later).unwrap(), "");
    assert_eq!(world.record().len(), 2);
}

#[tokio::test]
async fn nothing_is_written_out_without_a_reason_or_over_a_file_that_is_there() {
    let (world, folder) = (world(), tempfile::tempdir().unwrap());
    let file = folder.path().join("there.csv");
    std::fs::write(&file, "theirs").unwrap();
    let free = folder.path().join("free.csv");
    let of = |asked: Export| world.export(&asked).unwrap_err().to_string();
    assert!(of(asked(&file)).contains("cannot be made"));
    assert!(of(Export { reason: " ".into(), ..asked(&free) }).contains("what for"));
    assert!(of(Export { by: String::new(), ..asked(&free) }).contains("who asks"));
    assert!(of(Export { to: "2026-10-31".parse().unwrap(), ..asked(&free) }).contains("before it begins"));
    assert!(of(asked(&folder.path().join("november.xls"))).contains(".csv or .jsonl"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "theirs");
    assert!(!free.exists() && world.record().is_empty());
}
