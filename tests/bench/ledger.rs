//! A desk of as many matters as `INTAKE_BENCH_MATTERS` says (a million where it says nothing), and beside it a bare
//! SQLCipher file with the same records: what search, opening and growth are measured on.
//!
//! Written by the store's own functions, thousands in one transaction. Made once for a run of the bench.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use intake_model::{
    CentreCode, DeskNumber, EpochMark, Filed, IdPaper, Identity, RegistrationNumber, Stated, Visit, civil_date,
};
use intake_store::{DataKey, Db, Keyring, Locked, Writer};
use intake_wire::{BootId, Draft, Kind, Moment, RecordOf, Registered};
use rusqlite::{Connection, params};

const CENTRE: &str = "120110005";
/// Visits of one day: over a million they reach eleven years back.
const A_DAY: u64 = 250;
const DAY_MS: i64 = 24 * 3_600_000;
/// 2026-11-24 09:05 at +08:00.
pub(crate) const LAST_MORNING_MS: i64 = 1_795_482_300_000;
const IN_ONE_TRANSACTION: u64 = 10_000;

/// How many matters the large desk has.
pub(crate) fn count() -> u64 {
    std::env::var("INTAKE_BENCH_MATTERS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000)
}

/// The large desk and its bare twin.
pub(crate) struct Ledger {
    /// The home in which `desk` lies.
    pub(crate) home: PathBuf,
    pub(crate) twin: PathBuf,
    /// Mean bytes of one matter's own JSON.
    pub(crate) json_bytes: f64,
}

static MADE: Mutex<Option<(tempfile::TempDir, f64)>> = Mutex::new(None);

/// Makes both, or gives those that were made before.
pub(crate) fn large(folder: &Path) -> Ledger {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let (home, json_bytes) = made.get_or_insert_with(|| {
        let home = tempfile::tempdir_in(folder).unwrap();
        let start = Instant::now();
        let twin = Twin::create(&home.path().join("twin.db"));
        let bytes = fill(home.path(), count(), Some(&twin));
        println!("a desk of {} matters and its twin in {:.0} s", count(), start.elapsed().as_secs_f64());
        (home, bytes)
    });
    Ledger { home: home.path().to_owned(), twin: home.path().join("twin.db"), json_bytes: *json_bytes }
}

/// Takes what was made away from the disk: a static is never dropped.
pub(crate) fn end() {
    MADE.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Makes a desk in `home/desk` with so many matters, all in the index. Gives the mean bytes of a matter's JSON.
pub(crate) fn fill(home: &Path, count: u64, twin: Option<&Twin>) -> f64 {
    drop(crate::register::desk(home, false));
    let (_locked, db) = store(home);
    let (mut bytes, mut told) = (0, Told(20_261_124));
    for from in (0..count).step_by(usize::try_from(IN_ONE_TRANSACTION).unwrap()) {
        let until = count.min(from + IN_ONE_TRANSACTION);
        if let Some(twin) = twin {
            twin.0.execute_batch("BEGIN").unwrap();
        }
        db.write::<_, intake_store::Error>(|tx| {
            for index in from..until {
                let at_ms = LAST_MORNING_MS - DAY_MS * i64::try_from((count - 1 - index) / A_DAY + 1).unwrap();
                let visit = told.visit().normalised();
                let (seq, json) = register(tx, &visit, at_ms)?;
                bytes += json.len();
                if let Some(twin) = twin {
                    twin.put(seq, &json, &visit);
                }
            }
            Ok(())
        })
        .unwrap();
        while db.write::<_, intake_store::Error>(|tx| tx.index(2_000)).unwrap() {}
        db.checkpoint().unwrap();
        if let Some(twin) = twin {
            twin.0.execute_batch("COMMIT").unwrap();
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "a mean")]
    let mean = bytes as f64 / count as f64;
    mean
}

/// The store of the desk in `home`, opened by its administrator's password.
pub(crate) fn store(home: &Path) -> (Locked, Db) {
    let (locked, key) = key(home);
    let db = Db::open(&locked.folder(), &key).unwrap();
    (locked, db)
}

/// The desk's folder, held, and its data key.
pub(crate) fn key(home: &Path) -> (Locked, DataKey) {
    let locked = Locked::take(&home.join("desk")).unwrap();
    let ring = Keyring::read(&locked.folder().keyring()).unwrap();
    let key = ring.unlock(1, &testkit::desk::form(home).administrator_password).unwrap();
    (locked, key)
}

/// How many times smaller a text is by zstd -3.
pub(crate) fn shrunk(text: &[u8]) -> f64 {
    let small = zstd::encode_all(text, 3).unwrap().len();
    #[allow(clippy::cast_precision_loss, reason = "a ratio")]
    let ratio = text.len() as f64 / small as f64;
    ratio
}

/// One matter with its entry; gives its place and its JSON.
pub(crate) fn register(tx: &Writer<'_>, visit: &Visit, at_ms: i64) -> intake_store::Result<(u64, String)> {
    register_at(tx, visit, at_ms, (CENTRE, 1))
}

/// The same at a desk of any centre.
pub(crate) fn register_at(
    tx: &Writer<'_>,
    visit: &Visit,
    at_ms: i64,
    (centre, desk): (&str, u8),
) -> intake_store::Result<(u64, String)> {
    let date = civil_date(at_ms);
    let (mark, serial) = tx.next_serial(date)?;
    let (centre, mark): (CentreCode, EpochMark) = (centre.parse().unwrap(), mark.parse().unwrap());
    let desk = DeskNumber::new(desk).unwrap();
    let number = RegistrationNumber::new(centre, date, desk, mark, serial).unwrap().to_string();
    let open = Registered {
        number: number.clone(),
        headcount: visit.headcount,
        party: visit.party,
        owes_written_notice: visit.owes_written_notice(),
        import_key: String::new(),
        draft: String::new(),
    };
    let personal = serde_json::to_string(&RecordOf { query_code: "7KQ4-M2XD".into(), visit: visit.clone() }).unwrap();
    let draft = Draft {
        kind: Kind::registered(),
        open: serde_json::to_vec(&open).unwrap(),
        personal: personal.clone().into_bytes(),
    };
    let mono_ms = u64::try_from(at_ms).unwrap();
    let seq = tx.append(draft, 2, Moment { at_ms, boot: BootId([7; 16]), mono_ms })?;
    tx.insert_matter(&number, date, serial, seq, "")?;
    tx.set_identities(&number, None, visit)?;
    Ok((seq, personal))
}

/// What people tell, by a fixed row of chances: the same for the desk and for its twin, and from run to run.
pub(crate) struct Told(pub(crate) u64);

const SURNAMES: &str =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎";
const GIVEN: &str =
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂香建国华玉萍红梅鹏飞志海云龙小雨晨曦子轩浩然欣怡梓涵博文思远";
const PLACES: [&str; 12] = [
    "中河村",
    "新立花园",
    "军粮城",
    "张贵庄",
    "丰年村",
    "万新",
    "华明家园",
    "金钟河",
    "无瑕花园",
    "东丽湖",
    "金桥",
    "老区平房",
];
const COMPLAINTS: [&str; 16] = [
    "物业费从每平米1.2元涨到1.8元，没有经过业主大会表决",
    "供暖温度不达标，室内只有十五度，多次打热线没人处理",
    "楼上装修漏水，把天花板泡坏了，物业不管",
    "打工工资被拖欠三个月，老板不接电话",
    "老人赡养问题，几个儿子轮流照顾，有一个不履行",
    "村里把集体土地出租给企业，收的钱没有公示",
    "路灯坏了半年，晚上老人摔过两次",
    "电梯经常停运，高层老人下不了楼",
    "邻居占用楼道堆放杂物，消防通道堵塞",
    "拆迁补偿款一直没有发放，问了几次没有答复",
    "宅基地边界和邻居有争议，两家吵过多次",
    "饭店油烟扰民，窗户不敢开",
    "学校门口停车混乱，接送孩子不安全",
    "社保卡办不下来，名字里的字电脑打不出来",
    "下水道堵塞，污水流到院子里，气味很大",
    "退休金少算了几年工龄，要求重新核算",
];
const WISHES: [&str; 6] = [
    "要求恢复原收费标准并公示账目。",
    "要求尽快修好，给个准确的时间。",
    "要求调解，双方坐下来谈一谈。",
    "要求核实情况，书面答复。",
    "要求按规定发放，说明原因。",
    "要求有关部门到现场看一看。",
];
const CATEGORIES: [&str; 8] = ["010901", "010200", "090400", "080700", "060200", "130300", "040200", "150100"];
/// A category that one in ten thousand is filed under.
pub(crate) const RARE: &str = "030100";

impl Told {
    /// 0 to `below` - 1, by a linear congruence: quick and the same everywhere.
    fn chance(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.chance(of.len())]
    }

    fn character(&mut self, of: &str) -> char {
        of.chars().nth(self.chance(of.chars().count())).unwrap()
    }

    /// A visit told at length. Real complaints shrink to 1 : 2.37 by zstd; sentences put together from a few parts shrink to
    /// much less, so that more than half of each here are characters drawn one by one.
    pub(crate) fn at_length(&mut self, characters: &[char]) -> Visit {
        let visit = self.visit();
        let mut demand = String::new();
        while demand.chars().count() < 180 {
            demand.push_str(self.one(&COMPLAINTS));
            demand.push('，');
            for _ in 0..22 + self.chance(24) {
                demand.push(characters[self.chance(characters.len())]);
            }
            demand.push('。');
        }
        Visit { demand, ..visit }
    }

    fn visit(&mut self) -> Visit {
        let mut name = self.character(SURNAMES).to_string();
        for _ in 0..=self.chance(2) {
            name.push(self.character(GIVEN));
        }
        let (place, complaint, wish) = (self.one(&PLACES), self.one(&COMPLAINTS), self.one(&WISHES));
        let other = self.one(&COMPLAINTS);
        let (building, room, month) = (1 + self.chance(30), 101 + self.chance(1800), 1 + self.chance(12));
        let code = if self.chance(10_000) == 0 { RARE } else { self.one(&CATEGORIES) };
        let identity = (self.chance(3) == 0).then(|| Identity {
            paper: IdPaper::ResidentId,
            number: format!("12011019{:02}{month:02}15{:04}", 40 + self.chance(60), self.chance(10_000)),
            nationality: None,
        });
        Visit {
            name: Stated::Stated(name),
            address: Stated::Stated(format!("{place}{building}号楼{room}室")),
            phone: Some(format!("139{:08}", self.chance(100_000_000))),
            demand: format!("反映{place}{complaint}；{month}月份起{other}，{wish}"),
            complained_of: format!("{place}某单位"),
            content: Some(Filed { edition: 1, code: code.into() }),
            identity,
            ..Visit::default()
        }
    }
}

/// The same records in a file of bare SQLCipher: their JSON, one index over papers, and an index of characters by FTS5.
pub(crate) struct Twin(pub(crate) Connection);

impl Twin {
    fn create(path: &Path) -> Self {
        let twin = Self::open(path);
        twin.0
            .execute_batch(
                "CREATE TABLE row (id INTEGER PRIMARY KEY, json TEXT NOT NULL, paper TEXT NOT NULL) STRICT;
                 CREATE INDEX by_paper ON row (paper) WHERE paper <> '';
                 CREATE VIRTUAL TABLE words USING fts5(tokens, content='', detail=none, tokenize='ascii');",
            )
            .unwrap();
        twin
    }

    pub(crate) fn open(path: &Path) -> Self {
        Self(crate::register::connected(path))
    }

    fn put(&self, id: u64, json: &str, visit: &Visit) {
        let paper = visit.identity.as_ref().map_or("", |identity| &identity.number);
        let insert = "INSERT INTO row (id, json, paper) VALUES (?1, ?2, ?3)";
        self.0.prepare_cached(insert).unwrap().execute(params![id, json, paper]).unwrap();
        let text: Vec<char> = format!("{}　{}　{}", visit.name.shown(), visit.title, visit.demand).chars().collect();
        let mut tokens: Vec<String> = text.iter().map(char::to_string).collect();
        tokens.extend(text.windows(2).map(String::from_iter));
        tokens.sort();
        tokens.dedup();
        let insert = "INSERT INTO words (rowid, tokens) VALUES (?1, ?2)";
        self.0.prepare_cached(insert).unwrap().execute(params![id, tokens.join(" ")]).unwrap();
    }
}
