//! Files of the data folder cut short or with one byte changed: it is found and told with its code, or nothing differs.
//! Never is something else shown than what was committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use intake_app::Desk;
use intake_model::Code;
use serde_json::json;
use testkit::desk::{CLERK_ID, PASSWORD, made, open};

use crate::day::Chance;
use crate::plain::files;
use crate::report::{cases, report, seed};

/// Everything that people can be shown of a desk.
type Content = Vec<String>;

/// What came of a damaged folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Told, with this code.
    Found(Code),
    /// Nothing differs.
    Harmless,
    /// Opened with less than there was, and says so.
    Repaired,
}

/// Opens the desk as the window does, and compares what it shows.
fn judge(home: &Path, committed: &Content) -> Result<Verdict, String> {
    let found = |error: intake_app::Error| {
        println!("{:?}: {error}", error.code());
        Ok(Verdict::Found(error.code()))
    };
    let desk = match open(home) {
        Ok(desk) => desk,
        Err(error) => return found(error),
    };
    let state = match desk.sign_in(CLERK_ID, PASSWORD) {
        Ok(state) => state,
        Err(error) => return found(error),
    };
    // A desk that mends itself tells what is back and what is not.
    if state.notice.is_some() || state.repaired.is_some() {
        return Ok(Verdict::Repaired);
    }
    match content(&desk) {
        Err(error) => found(error),
        Ok(shown) if shown == *committed => Ok(Verdict::Harmless),
        Ok(shown) => {
            let differs = shown.iter().zip(committed).find(|(one, other)| one != other);
            Err(format!("shows something else and says nothing: {differs:?}, {} of {}", shown.len(), committed.len()))
        }
    }
}

fn content(desk: &Desk) -> intake_app::Result<Content> {
    let state = desk.state()?;
    let walked = desk.verify()?;
    let today = desk.today()?;
    let mut shown = vec![format!("{:?} {:?} {walked:?}", state.clerks, desk.office()?)];
    for row in today.rows.iter().chain(&today.earlier) {
        shown.push(format!("{row:?} {:?} {:?}", desk.matter(&row.number)?, desk.versions(&row.number)?));
    }
    Ok(shown)
}

/// A folder as a kill leaves it, with a WAL; and as closing leaves it, without. Each with what was committed.
fn folders(home: &Path) -> (Content, [PathBuf; 2]) {
    let desk = made(home).unwrap();
    let visits = testkit::visits::day();
    let register = |visit: &intake_model::Visit| {
        let visit = intake_model::Visit { passed_because: "经核对确实如此".into(), ..visit.clone() };
        (desk.register(&visit).unwrap().number, visit)
    };
    let (first, told) = register(&visits[0]);
    desk.correct(&first, &intake_model::Visit { remark: "补充材料".into(), ..told }).unwrap();
    register(&visits[1]);
    desk.tick().unwrap();
    let (third, _) = register(&visits[2]);
    desk.void_matter(&third, "来访人撤回").unwrap();
    for visit in &visits[3..6] {
        register(visit);
    }
    let committed = content(&desk).unwrap();
    let places = [home.join("killed"), home.join("closed")];
    copy(&home.join("desk"), &places[0].join("desk"));
    drop(desk);
    copy(&home.join("desk"), &places[1].join("desk"));
    (committed, places)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for path in files(from) {
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_file_that_was_cut_or_changed_is_found_or_nothing_differs() {
    let (many, seed) = (cases(60, 1000), seed());
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let home = tempfile::tempdir().unwrap();
    let (committed, places) = folders(home.path());
    // Nothing is damaged: nothing may be told.
    for place in &places {
        let whole = tempfile::tempdir().unwrap();
        copy(&place.join("desk"), &whole.path().join("desk"));
        assert_eq!(judge(whole.path(), &committed), Ok(Verdict::Harmless), "{}", place.display());
    }
    let victims: Vec<PathBuf> =
        places.iter().flat_map(|place| files(place)).filter(|path| path.metadata().unwrap().len() > 0).collect();
    let mut tally: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in 0..many {
        let victim = &victims[usize::try_from(case).unwrap() % victims.len()];
        let hurt = tempfile::tempdir().unwrap();
        let folder = hurt.path().join("desk");
        copy(victim.parent().unwrap(), &folder);
        let path = folder.join(victim.file_name().unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
        let how = if chance.below(3) == 0 {
            bytes.truncate(at);
            "cut"
        } else {
            bytes[at] ^= 1 << chance.below(8);
            "flip"
        };
        std::fs::write(&path, &bytes).unwrap();
        let name = victim.file_name().unwrap().to_string_lossy().into_owned();
        let verdict = judge(hurt.path(), &committed);
        let told = match &verdict {
            Ok(Verdict::Found(code)) => format!("{code:?}"),
            Ok(other) => format!("{other:?}"),
            Err(_) => "silent".to_owned(),
        };
        *tally.entry(name.clone()).or_default().entry(told).or_default() += 1;
        let clear = [Code::DatabaseDamaged, Code::EntriesLost, Code::KeyringDamaged, Code::RecordChanged];
        match verdict {
            Ok(Verdict::Found(code)) if !clear.contains(&code) => {
                wrong.push(format!("case {case}: {name}, {how} at {at}: told as {code:?}"));
            }
            Err(said) => wrong.push(format!("case {case}: {name}, {how} at {at}: {said}")),
            Ok(_) => {}
        }
    }
    println!("{tally:#?}");
    assert!(wrong.is_empty(), "seed {seed}: {} of {many} cases\n{}", wrong.len(), wrong.join("\n"));
    report("damage", json!({ "seed": seed, "cases": many, "silent": 0, "by_file": tally }));
}

#[test]
fn a_keyring_that_was_cut_or_changed_is_back_from_the_backup_and_everything_with_it() {
    let (many, seed) = (cases(10, 200), seed());
    println!("seed {seed}");
    let mut chance = Chance(seed);
    let home = tempfile::tempdir().unwrap();
    let (committed, [_, closed]) = folders(home.path());
    drop(open(&closed).map(|desk| desk.sign_in(CLERK_ID, PASSWORD).and_then(|_| desk.back_up_now())).unwrap().unwrap());
    let whole = std::fs::read(closed.join("desk/keyring.json")).unwrap();
    for case in 0..many {
        let at = usize::try_from(chance.below(whole.len() as u64)).unwrap();
        let mut bytes = whole.clone();
        if chance.below(3) == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << chance.below(8);
        }
        std::fs::write(closed.join("desk/keyring.json"), &bytes).unwrap();
        let desk = open(&closed).unwrap();
        let told = desk.sign_in(CLERK_ID, PASSWORD).unwrap().keyring_back;
        // Cut within its last line it is whole.
        assert!(told.is_some() || bytes.len() < whole.len(), "case {case}, at {at}, seed {seed}");
        let shown = content(&desk).unwrap();
        assert_eq!(shown[1..], committed[1..], "case {case}, at {at}, seed {seed}");
        desk.seen_keyring_back().unwrap();
    }
}
