//! Registrations counted by month, street and category against the same days of the year before. Matters are counted, and
//! nothing else: no person, and nothing that orders streets or clerks by merit.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use intake_model::{Catalogue, TableId};

use crate::db::counts::{self, Count};
use crate::{District, Error, Result};

/// Where nothing was filed, and where only its readers know what was.
const UNFILED: &str = "未分类";
const SEALED: &str = "保密事项";

/// This year's and last year's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) now: i64,
    pub(crate) before: i64,
}

impl Pair {
    fn add(&mut self, count: &Count, year: i32) {
        let side = if count.year == year { &mut self.now } else { &mut self.before };
        *side += count.matters;
    }

    /// The difference in per cent of last year's, rounded; `None` where there was nothing to compare with.
    pub(crate) fn change(self) -> Option<i64> {
        let twice = (self.now - self.before) * 200;
        (self.before > 0).then(|| (twice + self.before * twice.signum()) / (self.before * 2))
    }
}

/// All counts of a year, up to a day.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) year: i32,
    /// The last day that is counted; of the year before the same one.
    pub(crate) to: NaiveDate,
    pub(crate) whole: Pair,
    pub(crate) months: [Pair; 12],
    /// By code.
    pub(crate) centres: BTreeMap<String, Pair>,
    /// By the name of the first level, the most first.
    pub(crate) categories: Vec<(String, Pair)>,
}

impl District {
    /// Counts a year, of one centre or of all.
    ///
    /// # Errors
    /// [`Error::Request`] for a year that cannot be.
    pub(crate) async fn counts(&self, centre: Option<&str>, year: i32) -> Result<Counts> {
        let unreadable = || Error::Request("no such year".into());
        let last = NaiveDate::from_ymd_opt(year, 12, 31).ok_or_else(unreadable)?;
        let to = last.min(self.today());
        let day = |year, of: NaiveDate| {
            let day = NaiveDate::from_ymd_opt(year, of.month(), of.day());
            // Of the 29th of February the year before has the 28th.
            day.or_else(|| NaiveDate::from_ymd_opt(year, of.month(), 28)).ok_or_else(unreadable)
        };
        let first = NaiveDate::from_ymd_opt(year, 1, 1).ok_or_else(unreadable)?;
        if to < first || !(2000..=2999).contains(&year) {
            return Err(unreadable());
        }
        let client = self.pool.get().await?;
        let mut counted = counts::counts(&client, centre, first, to).await?;
        counted.extend(counts::counts(&client, centre, day(year - 1, first)?, day(year - 1, to)?).await?);
        Ok(folded(&counted, year, to))
    }

    /// The centres there are.
    pub(crate) async fn centres(&self) -> Result<Vec<String>> {
        counts::centres(&self.pool.get().await?).await
    }
}

fn folded(counted: &[Count], year: i32, to: NaiveDate) -> Counts {
    let mut counts = Counts {
        year,
        to,
        whole: Pair::default(),
        months: [Pair::default(); 12],
        centres: BTreeMap::new(),
        categories: Vec::new(),
    };
    let mut categories: BTreeMap<String, Pair> = BTreeMap::new();
    for count in counted {
        counts.whole.add(count, year);
        let month = usize::try_from(count.month - 1).ok().and_then(|month| counts.months.get_mut(month));
        if let Some(month) = month {
            month.add(count, year);
        }
        counts.centres.entry(count.centre.clone()).or_default().add(count, year);
        categories.entry(first_level(count)).or_default().add(count, year);
    }
    counts.categories = categories.into_iter().collect();
    counts.categories.sort_by_key(|(_, pair)| std::cmp::Reverse(pair.now));
    counts
}

/// The name of the first level of what a matter was filed under.
fn first_level(count: &Count) -> String {
    if count.sealed {
        return SEALED.into();
    }
    let Some((edition, code)) = &count.category else { return UNFILED.into() };
    let edition = u32::try_from(*edition).unwrap_or(0);
    let table = Catalogue::known().edition(TableId::ContentCategory, edition);
    let path = table.map(|table| table.path(code)).filter(|path| !path.is_empty());
    path.as_deref().and_then(|path| path.split(" / ").next()).unwrap_or(code).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_rounded_and_nothing_is_compared_with_nothing() {
        let change = |now, before| Pair { now, before }.change();
        assert_eq!([change(3, 2), change(2, 3), change(2, 2), change(5, 0)], [Some(50), Some(-33), Some(0), None]);
        assert_eq!(change(1, 6), Some(-83));
    }

    #[test]
    fn years_streets_and_first_levels_are_kept_apart() {
        let of = |year, category: Option<&str>, sealed| Count {
            centre: "120110005".into(),
            year,
            month: 11,
            sealed,
            category: category.map(|code| (2, code.to_owned())),
            matters: 2,
        };
        let counted = [of(2026, Some("010100"), false), of(2026, Some("010000"), false), of(2025, None, false)];
        let counts = folded(&counted, 2026, "2026-11-24".parse().unwrap());
        assert_eq!((counts.whole, counts.months[10]), (Pair { now: 4, before: 2 }, Pair { now: 4, before: 2 }));
        assert_eq!(counts.centres["120110005"].now, 4);
        let names: Vec<&str> = counts.categories.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["城乡建设", "未分类"]);
        let sealed = folded(&[of(2026, Some("010100"), true)], 2026, "2026-11-24".parse().unwrap());
        assert_eq!(sealed.categories[0].0, "保密事项");
    }
}
