//! Walks the whole journal and every table, and names the first difference.

use std::collections::{BTreeMap, BTreeSet};

use intake_wire::{Entry, Head};

use crate::db::Reader;
use crate::fold::{Office, Place, ROW, Row, Tables, fold, read_row};
use crate::line::Epoch;
use crate::{Error, Result, elsewhere, received};

/// What a complete walk found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verified {
    /// Entries over all epochs.
    pub entries: u64,
    /// The newest epoch's head.
    pub head: Head,
    /// Registrations among them, each number counted once.
    pub matters: u64,
    /// Numbers that a machine which was rolled back gave twice: a person must look at them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub twins: Vec<String>,
}

/// How far a walk along the chains has come, for one that is taken in small steps.
#[derive(Debug, Clone, Default)]
pub struct Walk {
    epoch: usize,
    head: Option<Head>,
}

impl Reader<'_> {
    /// Walks every chain and compares every table with what the journal says.
    ///
    /// # Errors
    /// [`Error::Contradiction`] with the first difference.
    pub fn verify(&self) -> Result<Verified> {
        let (mut entries, mut head) = (0, Head::EMPTY);
        let mut picture = Picture::default();
        for epoch in self.line().epochs()? {
            let id =
                self.connection
                    .query_row("SELECT id FROM epochs WHERE journal = ?1", [epoch.journal.0], |row| row.get(0))?;
            head = Head::EMPTY;
            loop {
                let page = self.page(&epoch, &mut head, 512)?;
                if page.is_empty() {
                    break;
                }
                entries += page.len() as u64;
                for entry in page {
                    fold(&mut picture, (id, entry.seq), entry)?;
                }
            }
        }
        self.compare(&picture)?;
        self.compare_clerks()?;
        self.compare_resealed()?;
        self.compare_identities()?;
        self.documents().compare()?;
        elsewhere::compare(self.connection)?;
        self.closings().compare()?;
        self.compare_steps()?;
        received::compare(self.connection)?;
        self.verify_district()?;
        let mut twins: Vec<String> = picture.twins.into_iter().map(|(number, _)| number).collect();
        twins.extend(self.documents().given_twice()?);
        twins.dedup();
        Ok(Verified { entries, head, matters: picture.matters.len() as u64, twins })
    }

    /// Walks on along the chains by up to `limit` entries. Gives whether the end was reached; the walk begins anew then.
    ///
    /// # Errors
    /// [`Error::Contradiction`] with the first difference; [`Error::Damaged`] where a page cannot be read.
    pub fn walk_on(&self, walk: &mut Walk, limit: usize) -> Result<bool> {
        let epochs = self.line().epochs()?;
        let Some(epoch) = epochs.get(walk.epoch) else {
            *walk = Walk::default();
            return Ok(true);
        };
        let mut head = walk.head.unwrap_or(Head::EMPTY);
        if self.page(epoch, &mut head, limit)?.is_empty() {
            (walk.epoch, walk.head) = (walk.epoch + 1, None);
        } else {
            walk.head = Some(head);
        }
        Ok(false)
    }

    /// The next entries of a chain, each checked against its kept hash; empty at its end.
    fn page(&self, epoch: &Epoch, head: &mut Head, limit: usize) -> Result<Vec<Entry>> {
        let wrong = |what: String| Error::Contradiction(format!("epoch {}: {what}", epoch.mark));
        let page = self.journal().entries(epoch.journal, head.seq, limit)?;
        for entry in &page {
            let missing = head.seq + 1;
            *head = entry.follow(epoch.journal, *head).map_err(|_| wrong(format!("entry {missing} is missing")))?;
            if self.journal().hash_at(epoch.journal, entry.seq)? != Some(head.hash) {
                return Err(wrong(format!("entry {} was changed", entry.seq)));
            }
        }
        if page.is_empty() && *head != epoch.head {
            return Err(wrong("the chain ends early".into()));
        }
        Ok(page)
    }

    fn compare(&self, picture: &Picture) -> Result<()> {
        let sql = format!("SELECT number, {ROW} FROM matters ORDER BY number");
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, read_row(row, 1)?)))?;
        let found = rows.collect::<rusqlite::Result<BTreeMap<_, _>>>()?;
        let about = |what: &str, number: &str| {
            Err(Error::Contradiction(format!("{what} {number} is not what the journal says")))
        };
        if let Some(number) = first_difference(&picture.matters, &found) {
            return about("matter", number);
        }
        for (table, told) in [("corrections", &picture.corrections), ("twins", &picture.twins)] {
            let sql = format!("SELECT number, epoch, seq FROM {table}");
            let mut statement = self.connection.prepare(&sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
            let found = rows.collect::<rusqlite::Result<BTreeSet<(String, Place)>>>()?;
            if let Some((number, _)) = told.symmetric_difference(&found).next() {
                return about(&format!("the list of {table} of"), number);
            }
        }
        if let Some(told) = &picture.office {
            let desk = self.desk()?;
            if (&told.name, &told.phone, &told.address) != (&desk.centre_name, &desk.office_phone, &desk.office_address)
            {
                return Err(Error::Contradiction("the office is not what the journal says".into()));
            }
        }
        Ok(())
    }

    /// The district's journal as it came down, and its verdicts: these are about entries that are here.
    fn verify_district(&self) -> Result<()> {
        self.verify_district_journals()?;
        let sql = "SELECT seq FROM verdicts v WHERE NOT EXISTS
                   (SELECT 1 FROM journal j WHERE j.epoch = v.epoch AND j.seq = v.seq) LIMIT 1";
        let mut statement = self.connection.prepare(sql)?;
        let lone: Vec<u64> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        match lone.first() {
            Some(seq) => Err(Error::Contradiction(format!("a verdict is about entry {seq}, which is not here"))),
            None => Ok(()),
        }
    }
}

fn first_difference<'a>(told: &'a BTreeMap<String, Row>, found: &'a BTreeMap<String, Row>) -> Option<&'a String> {
    let differs = told.iter().find(|(number, row)| found.get(*number) != Some(row)).map(|(number, _)| number);
    differs.or_else(|| found.keys().find(|number| !told.contains_key(*number)))
}

/// The tables as the journal explains them.
#[derive(Default)]
struct Picture {
    matters: BTreeMap<String, Row>,
    holders: BTreeMap<String, String>,
    corrections: BTreeSet<(String, Place)>,
    twins: BTreeSet<(String, Place)>,
    office: Option<Office>,
}

impl Tables for Picture {
    fn matter(&self, number: &str) -> Result<Option<Row>> {
        Ok(self.matters.get(number).cloned())
    }

    fn put(&mut self, number: &str, row: &Row) -> Result<()> {
        let before = self.matters.insert(number.to_owned(), row.clone());
        if let Some(before) = before.filter(|before| before.import_key != row.import_key) {
            self.holders.remove(&before.import_key);
        }
        if !row.import_key.is_empty() {
            self.holders.insert(row.import_key.clone(), number.to_owned());
        }
        Ok(())
    }

    fn holder(&self, import_key: &str) -> Result<Option<String>> {
        Ok(self.holders.get(import_key).cloned())
    }

    fn corrected(&mut self, number: &str, at: Place) -> Result<()> {
        self.corrections.insert((number.to_owned(), at));
        Ok(())
    }

    fn twin(&mut self, number: &str, at: Place) -> Result<()> {
        self.twins.insert((number.to_owned(), at));
        Ok(())
    }

    fn office(&mut self, office: &Office) -> Result<()> {
        self.office = Some(office.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use intake_wire::{BootId, Draft, JournalId, Kind, Moment};

    use super::*;
    use crate::db::{Access, connect};
    use crate::{DataKey, Db, Locked};

    #[test]
    fn a_record_changed_by_somebody_with_the_key_is_named_by_the_walk_and_by_verify() {
        let home = tempfile::tempdir().unwrap();
        let locked = Locked::take(home.path()).unwrap();
        let (folder, key) = (locked.folder(), DataKey::generate().unwrap());
        let db = Db::create(&folder, &key).unwrap();
        let moment = Moment { at_ms: 0, boot: BootId([0; 16]), mono_ms: 0 };
        db.write::<_, Error>(|tx| {
            tx.open_epoch(JournalId([1; 16]), "A")?;
            for _ in 0..700 {
                let draft = Draft { kind: Kind::advice_given(), open: b"{}".to_vec(), personal: b"{}".to_vec() };
                tx.append(draft, 1, moment)?;
            }
            Ok(())
        })
        .unwrap();
        let mut walk = Walk::default();
        let all = |walk: &mut Walk| loop {
            match db.read::<_, Error>(|r| r.walk_on(walk, 300)) {
                Ok(false) => {}
                other => return other,
            }
        };
        assert!(all(&mut walk).unwrap() && all(&mut walk).unwrap(), "a walk begins anew at its end");
        let other = connect(&folder.database(), &key, Access::Write).unwrap();
        other.execute("UPDATE journal SET clerk = 2 WHERE seq = 650", []).unwrap();
        let said = all(&mut walk).unwrap_err().to_string();
        assert!(said.ends_with("epoch A: entry 650 was changed"), "{said}");
        assert!(
            db.read::<u64, Error>(|r| Ok(r.verify()?.entries))
                .unwrap_err()
                .to_string()
                .ends_with("entry 650 was changed")
        );
    }
}
