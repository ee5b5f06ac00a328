//! Reading a region profile: TOML to [`Profile`], or the line and the reason why not.
//!
//! Deliberately absent: a profile that is taken in part. One mistake, and the desk keeps the profile it had.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use crate::clock::{Binds, Clock, ClockCode, Limit, Unit};
use crate::outcome::Paper;
use crate::profile::{BodyKind, MOST_REPRESENTATIVES, Office, Profile, Reception, RepresentativesRow};
use crate::table::TableError;

/// The file as it is written. Where a value is checked beyond its type it is kept with its place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    extends: Option<Spanned<String>>,
    id: Spanned<String>,
    name: String,
    version: String,
    source: String,
    effective: Spanned<String>,
    body: Option<Spanned<String>>,
    roll_forward: Option<bool>,
    #[serde(default)]
    office: WrittenOffice,
    #[serde(default)]
    titles: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    wording: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    reception: WrittenReception,
    #[serde(default)]
    form: WrittenForm,
    #[serde(default)]
    limits: BTreeMap<Spanned<String>, WrittenLimit>,
    representatives: Option<Vec<WrittenRow>>,
    #[serde(default)]
    papers: WrittenPapers,
    #[serde(default)]
    code_words: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    notices: WrittenNotices,
    #[serde(default)]
    records: WrittenRecords,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenOffice {
    name: Option<Spanned<String>>,
    seal: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenReception {
    place: Option<Spanned<String>>,
    hours: Option<Spanned<String>>,
    query: Option<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenForm {
    expected: Option<Vec<Spanned<String>>>,
    collective_from: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLimit {
    limit: Spanned<u32>,
    unit: Spanned<String>,
    article: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRow {
    up_to: Option<Spanned<u32>>,
    most: Spanned<u32>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenPapers {
    issues: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenNotices {
    service_record: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenRecords {
    retention_years: Option<Spanned<u32>>,
}

/// The fields of a visit, as its schema has them: a field added to the record can be asked for by a profile at once.
static FIELDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let schema = schemars::schema_for!(crate::Visit);
    let fields = schema.get("properties").and_then(serde_json::Value::as_object);
    fields.map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
});

/// Where the profile that another extends is found.
pub(crate) type Parents<'p> = dyn Fn(&str) -> Option<&'p Profile>;

impl Profile {
    /// Reads a profile over the ones that `parents` knows. Without `parents` it is the national one, which stands alone.
    pub(crate) fn parse_over(name: &str, text: &str, parents: Option<&Parents<'_>>) -> Result<Self, TableError> {
        let written: Written = toml::from_str(text).map_err(|error| TableError::toml(name, text, &error))?;
        let reader = Reader { name, text };
        let parent = match &written.extends {
            // The national profile is the one that every other is complete through.
            None if parents.is_some() => {
                let reason = "a profile extends another; only the national one stands alone";
                return Err(reader.wrong(&written.id, reason));
            }
            None => None,
            Some(id) => {
                let known = parents.and_then(|parents| parents(id.get_ref()));
                Some(known.ok_or_else(|| reader.wrong(id, format!("no profile is called {}", id.get_ref())))?)
            }
        };
        reader.profile(written, parent)
    }
}

struct Reader<'t> {
    name: &'t str,
    text: &'t str,
}

type Read<T> = Result<T, TableError>;

impl Reader<'_> {
    fn wrong<T>(&self, place: &Spanned<T>, reason: impl Into<String>) -> TableError {
        TableError::at(self.name, self.text, place.span().start, reason)
    }

    fn profile(&self, written: Written, parent: Option<&Profile>) -> Read<Profile> {
        // Without a parent everything has to be said; that is the national profile.
        let root = parent.is_none();
        let base = parent.cloned().unwrap_or_default();
        self.filled(&written.id)?;
        let effective = written.effective.get_ref().parse::<NaiveDate>();
        let effective = effective.map_err(|_| self.wrong(&written.effective, "a date is written as YYYY-MM-DD"))?;
        let body = match &written.body {
            None => base.body,
            Some(word) => BodyKind::from_word(word.get_ref())
                .ok_or_else(|| self.wrong(word, format!("{} is no kind of body", word.get_ref())))?,
        };
        let papers = match &written.papers.issues {
            None => base.papers,
            Some(issues) => self.papers(issues)?,
        };
        let code_words = self.code_words(&written.code_words, base.code_words, root)?;
        let representatives = match &written.representatives {
            None => base.representatives,
            Some(rows) => self.representatives(rows)?,
        };
        let expected = match &written.form.expected {
            None => base.expected,
            Some(fields) => self.expected(fields)?,
        };
        let collective_from = match &written.form.collective_from {
            // One person is no collective, and nobody chooses a representative of himself.
            Some(from) if *from.get_ref() < 2 => return Err(self.wrong(from, "a collective visit is of 2 or more")),
            Some(from) => *from.get_ref(),
            None => base.collective_from,
        };
        let retention_years = match &written.records.retention_years {
            Some(years) if *years.get_ref() < Profile::LEAST_RETENTION_YEARS => {
                return Err(self.wrong(years, "what was told is kept for 3 years at least (PIPL 55, 56)"));
            }
            Some(years) => *years.get_ref(),
            None => base.retention_years,
        };
        let office = Office {
            name: self.text_or(written.office.name.as_ref(), &base.office.name)?,
            seal: self.text_or(written.office.seal.as_ref(), &base.office.seal)?,
        };
        let reception = Reception {
            place: self.text_or(written.reception.place.as_ref(), &base.reception.place)?,
            hours: self.text_or(written.reception.hours.as_ref(), &base.reception.hours)?,
            query: self.text_or(written.reception.query.as_ref(), &base.reception.query)?,
        };
        Ok(Profile {
            id: written.id.into_inner(),
            name: written.name,
            version: written.version,
            source: written.source,
            effective,
            body,
            office,
            titles: self.sentences(&written.titles, base.titles, root)?,
            wording: self.sentences(&written.wording, base.wording, root)?,
            reception,
            expected,
            limits: self.limits(&written.limits, base.limits)?,
            roll_forward: written.roll_forward.unwrap_or(base.roll_forward),
            collective_from,
            representatives,
            papers,
            code_words,
            retention_years,
            service_record: written.notices.service_record.unwrap_or(base.service_record),
        })
    }

    fn filled(&self, text: &Spanned<String>) -> Read<()> {
        if text.get_ref().trim().is_empty() { Err(self.wrong(text, "this is blank")) } else { Ok(()) }
    }

    fn text_or(&self, text: Option<&Spanned<String>>, base: &str) -> Read<String> {
        let Some(text) = text else { return Ok(base.to_owned()) };
        self.filled(text)?;
        Ok(text.get_ref().clone())
    }

    /// A key that the national profile does not have would be read by nobody.
    fn sentences(
        &self,
        written: &BTreeMap<Spanned<String>, Spanned<String>>,
        mut base: BTreeMap<String, String>,
        root: bool,
    ) -> Read<BTreeMap<String, String>> {
        for (key, value) in written {
            if !root && !base.contains_key(key.get_ref()) {
                return Err(self.wrong(key, format!("no paper uses {}", key.get_ref())));
            }
            self.filled(value)?;
            base.insert(key.get_ref().clone(), value.get_ref().clone());
        }
        Ok(base)
    }

    fn papers(&self, issues: &Spanned<Vec<Spanned<String>>>) -> Read<Vec<Paper>> {
        let mut papers = Vec::new();
        for word in issues.get_ref() {
            let paper = Paper::from_word(word.get_ref())
                .ok_or_else(|| self.wrong(word, format!("no paper is called {}", word.get_ref())))?;
            if papers.contains(&paper) {
                return Err(self.wrong(word, format!("{} is named twice", word.get_ref())));
            }
            papers.push(paper);
        }
        match Paper::OWED.iter().find(|owed| !papers.contains(owed)) {
            Some(owed) => Err(self.wrong(issues, format!("{} is left out, which the law asks for", owed.word()))),
            None => Ok(papers),
        }
    }

    /// Two papers of one 代字 would go out under one number.
    fn code_words(
        &self,
        written: &BTreeMap<Spanned<String>, Spanned<String>>,
        mut words: BTreeMap<Paper, String>,
        root: bool,
    ) -> Read<BTreeMap<Paper, String>> {
        for (key, word) in written {
            let paper = Paper::from_word(key.get_ref())
                .ok_or_else(|| self.wrong(key, format!("no paper is called {}", key.get_ref())))?;
            if !paper.is_numbered() {
                return Err(self.wrong(key, format!("{} goes out without a number", key.get_ref())));
            }
            self.filled(word)?;
            // What stands behind it in the number begins with a bracket.
            if word.get_ref().contains(|c: char| c.is_whitespace() || c.is_control() || "〔〕".contains(c)) {
                return Err(self.wrong(word, "a code word is of letters alone"));
            }
            words.insert(paper, word.get_ref().trim().to_owned());
        }
        for (key, word) in written {
            if words.values().filter(|other| *other == word.get_ref()).count() > 1 {
                return Err(self.wrong(key, format!("{} is the code word of two papers", word.get_ref())));
            }
        }
        match Paper::ALL.iter().find(|paper| paper.is_numbered() && !words.contains_key(paper)) {
            Some(paper) if root => {
                Err(TableError::at(self.name, self.text, 0, format!("{} has no code word", paper.word())))
            }
            _ => Ok(words),
        }
    }

    fn expected(&self, fields: &[Spanned<String>]) -> Read<Vec<String>> {
        for field in fields {
            if !FIELDS.contains(field.get_ref()) {
                return Err(self.wrong(field, format!("a visit has no field {}", field.get_ref())));
            }
        }
        Ok(fields.iter().map(|field| field.get_ref().clone()).collect())
    }

    fn representatives(&self, rows: &[WrittenRow]) -> Read<Vec<RepresentativesRow>> {
        let mut below = 0;
        for (index, row) in rows.iter().enumerate() {
            if !(1..=MOST_REPRESENTATIVES).contains(row.most.get_ref()) {
                return Err(self.wrong(&row.most, "representatives are 1 to 5 (Art. 20(3))"));
            }
            let last = index + 1 == rows.len();
            match &row.up_to {
                None if !last => return Err(self.wrong(&row.most, "only the last row is without up_to")),
                Some(up_to) if last => return Err(self.wrong(up_to, "the last row is for all above: without up_to")),
                Some(up_to) if *up_to.get_ref() <= below => {
                    return Err(self.wrong(up_to, "each row reaches further than the one before"));
                }
                Some(up_to) => below = *up_to.get_ref(),
                None => {}
            }
        }
        let row = |row: &WrittenRow| RepresentativesRow {
            up_to: row.up_to.as_ref().map(|up_to| *up_to.get_ref()),
            most: *row.most.get_ref(),
        };
        Ok(rows.iter().map(row).collect())
    }

    fn limits(
        &self,
        written: &BTreeMap<Spanned<String>, WrittenLimit>,
        mut limits: BTreeMap<ClockCode, Limit>,
    ) -> Read<BTreeMap<ClockCode, Limit>> {
        for (key, value) in written {
            let code = ClockCode::from_word(key.get_ref())
                .ok_or_else(|| self.wrong(key, format!("no clock is called {}", key.get_ref())))?;
            let unit = Unit::from_word(value.unit.get_ref())
                .ok_or_else(|| self.wrong(&value.unit, format!("{} is no unit of a limit", value.unit.get_ref())))?;
            self.filled(&value.article)?;
            let clock = Clock::of(code);
            if clock.binds == Binds::VisitorsRight {
                return Err(
                    self.wrong(key, format!("{} is the visitor's own right; no profile changes it", code.word()))
                );
            }
            let limit = *value.limit.get_ref();
            if limit == 0 {
                return Err(self.wrong(&value.limit, "a limit is of one day at least"));
            }
            let local = Limit { limit, unit, article: value.article.get_ref().clone() };
            // C5 is judged with C4 below: what counts is the day on which both have ended.
            if code != ClockCode::C5 && is_laxer(&local, &clock.law()) {
                return Err(self.wrong(&value.limit, laxer(code)));
            }
            limits.insert(code, local);
        }
        self.extension_within_the_law(written, &limits)?;
        Ok(limits)
    }

    /// Art. 34: 60 days and 30 more. A local rule may cut them in another way, as long as the end is not later.
    fn extension_within_the_law(
        &self,
        written: &BTreeMap<Spanned<String>, WrittenLimit>,
        limits: &BTreeMap<ClockCode, Limit>,
    ) -> Read<()> {
        let law = |code| Clock::of(code).law();
        let days = |code| longest(&limits.get(&code).cloned().unwrap_or_else(|| law(code)));
        let most = u64::from(law(ClockCode::C4).limit) + u64::from(law(ClockCode::C5).limit);
        if days(ClockCode::C4) + days(ClockCode::C5) <= most {
            return Ok(());
        }
        let place = written.get(ClockCode::C5.word()).or_else(|| written.get(ClockCode::C4.word()));
        let reason = format!("C4 and C5 end after the {most} days of the law (Art. 34)");
        // A parent's limits were checked when it was read, so one of the two stands in this file.
        Err(place.map_or_else(|| TableError::at(self.name, self.text, 0, &reason), |at| self.wrong(&at.limit, &reason)))
    }
}

fn laxer(code: ClockCode) -> String {
    let law = Clock::of(code).law();
    format!("laxer than the law's {} {} for {} ({})", law.limit, law.unit.word(), code.word(), law.article)
}

/// Whether a local limit can, without any holiday, end after the law's.
fn is_laxer(local: &Limit, law: &Limit) -> bool {
    match (local.unit, law.unit) {
        // So many working days are never fewer calendar days than their number, and may be as few.
        (Unit::CalendarDays, _) | (Unit::WorkingDays, Unit::WorkingDays) => local.limit > law.limit,
        (Unit::WorkingDays, Unit::CalendarDays) => longest(local) > u64::from(law.limit),
    }
}

/// The most calendar days that a limit takes where no holiday lies in it: working days begin after a Friday then.
/// Around a holiday [`crate::due`] compares the two days themselves.
fn longest(limit: &Limit) -> u64 {
    let days = u64::from(limit.limit);
    match limit.unit {
        Unit::CalendarDays => days,
        Unit::WorkingDays => days + 2 * days.div_ceil(5),
    }
}
