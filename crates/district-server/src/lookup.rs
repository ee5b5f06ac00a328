//! Matters for staff: a list, one with all that was written about it, and looking for a person, which needs a reason.
//!
//! Each look is written down before anything is shown. Of a sealed matter there is its number, its day and that it is
//! registered; its words are read where it was sealed.

use std::sync::Arc;

use axum::body::Body;
use chrono::{Days, NaiveDate};
use intake_model::{AttachmentKind, Catalogue, Filed, RegistrationNumber, TableId, civil_date};
use intake_wire::{AttachmentContent, BlobKey, Hash, Record, StepTold, StepWords};

use crate::db::attachments::{self, File};
use crate::db::lookup::{self, About, Filter, Issued, Listed, Whole};
use crate::db::matters::Sought;
use crate::db::steps::{self, Step};
use crate::matter_acts::Done;
use crate::staff::{Act, Deed, Person, Role, reason};
use crate::{District, Error, Result, apply};

/// Matters on one page of a list, and found for one person.
const AT_ONCE: usize = 50;
/// Days that a list is of where nobody says which.
const USUAL_DAYS: u64 = 30;

/// Which matters to list.
#[derive(Default)]
pub(crate) struct Asked<'a> {
    pub(crate) centre: Option<&'a str>,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    /// The number or a part of it, as it was typed.
    pub(crate) number: &'a str,
    /// The last one of the page before, as [`List::next`] gave it.
    pub(crate) after: &'a str,
}

/// A page of a list.
pub(crate) struct List {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) matters: Vec<Listed>,
    /// Where the next page begins; `None` on the last.
    pub(crate) next: Option<String>,
}

/// A matter with all that was written about it.
pub(crate) struct Matter {
    pub(crate) number: String,
    pub(crate) centre: String,
    /// One, or the twins of a machine that was rolled back.
    pub(crate) standing: Vec<Whole>,
    /// Nothing of a sealed one.
    pub(crate) entries: Vec<(About, Option<Version>)>,
    pub(crate) papers: Vec<Issued>,
    /// Each with its words, where they can be read.
    pub(crate) steps: Vec<(Step, Option<StepWords>)>,
    /// What the district did with it.
    pub(crate) acts: Vec<Done>,
    pub(crate) files: Vec<File>,
}

/// What a version of a matter says.
pub(crate) struct Version {
    pub(crate) title: String,
    pub(crate) demand: String,
    pub(crate) facts: String,
}

impl Matter {
    pub(crate) fn is_sealed(&self) -> bool {
        self.standing.iter().any(|one| one.sealed)
    }
}

impl District {
    /// The civil day here.
    pub(crate) fn today(&self) -> NaiveDate {
        civil_date(self.now_ms())
    }

    /// A page of matters, the newest first.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] below an officer.
    pub(crate) async fn list_matters(&self, person: &Person, asked: &Asked<'_>) -> Result<List> {
        person.at_least(Role::Officer)?;
        let to = asked.to.unwrap_or_else(|| self.today());
        let from = asked.from.or_else(|| to.checked_sub_days(Days::new(USUAL_DAYS))).unwrap_or(to);
        let number = intake_model::name::plain_number(asked.number);
        let part = Some(number.as_str()).filter(|part| !part.is_empty());
        let act = Act::of(Deed::MattersListed);
        self.note(person, &asked.centre.map_or(act, |centre| act.at(centre))).await?;
        let after = split(asked.after)?;
        let after = after.as_ref().map(|(day, number, journal)| (*day, *number, journal.as_slice()));
        let filter = Filter { centre: asked.centre, from, to, part, after };
        let limit = i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX);
        let mut matters = lookup::list(&self.pool.get().await?, &filter, limit).await?;
        let more = matters.len() > AT_ONCE;
        matters.truncate(AT_ONCE);
        let next = matters.last().filter(|_| more).map(place);
        Ok(List { from, to, matters, next })
    }

    /// Matters in which a person stands, the newest first, and whether there are more. Who looked and why is kept; whom for is
    /// not.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] below an officer, [`Error::ReasonMissing`], [`Error::Request`] where nothing was typed.
    pub(crate) async fn matters_of_person(
        &self,
        person: &Person,
        sought: &Sought<'_>,
        why: &str,
    ) -> Result<(Vec<Listed>, bool)> {
        person.at_least(Role::Officer)?;
        let why = reason(why)?;
        let key = sought.key().ok_or_else(|| Error::Request("nothing to look for".into()))?;
        let limit = i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX);
        let mut found = lookup::of_person(&self.pool.get().await?, &key, limit).await?;
        let more = found.len() > AT_ONCE;
        found.truncate(AT_ONCE);
        let shown = i64::try_from(found.len()).unwrap_or(i64::MAX);
        self.note(person, &Act::of(Deed::PersonSearched).because(why).showing(shown)).await?;
        Ok((found, more))
    }

    /// One matter.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] below an officer, [`Error::NotThere`].
    pub(crate) async fn matter(&self, person: &Person, number: &str) -> Result<Matter> {
        person.at_least(Role::Officer)?;
        let number: RegistrationNumber = number.parse().map_err(|_| Error::NotThere)?;
        let (centre, number) = (number.centre().as_str().to_owned(), number.to_string());
        self.note(person, &Act::of(Deed::MatterSeen).at(&centre).matter(&number)).await?;
        let client = self.pool.get().await?;
        let standing = lookup::of_number(&client, &centre, &number).await?;
        let desk = standing.first().map(|one| one.desk).ok_or(Error::NotThere)?;
        let mut matter = Matter {
            number,
            centre,
            standing,
            entries: Vec::new(),
            papers: Vec::new(),
            steps: Vec::new(),
            files: Vec::new(),
            acts: Vec::new(),
        };
        matter.acts = self.acts_about(&matter.centre, &matter.number, matter.is_sealed()).await?;
        if !matter.is_sealed() {
            let entries = lookup::about(&client, &matter.centre, desk, &matter.number).await?;
            matter.entries = entries
                .into_iter()
                .map(|entry| {
                    let version = version(&entry);
                    (entry, version)
                })
                .collect();
            matter.papers = lookup::papers(&client, &matter.centre, desk, &matter.number).await?;
            let steps = steps::of(&client, &matter.centre, desk, &matter.number).await?;
            matter.steps = steps
                .into_iter()
                .map(|step| {
                    let told: Option<StepTold> = apply::read(step.personal.as_deref());
                    (step, told.map(|told| told.told))
                })
                .collect();
            matter.files = attachments::of_matter(&client, &matter.centre, desk, &matter.number).await?;
        }
        Ok(matter)
    }

    /// A file of a matter that is not sealed, with its content.
    ///
    /// # Errors
    /// [`Error::NotAllowed`] below an officer; [`Error::NotThere`], also where it was taken off or its bytes are not here.
    pub(crate) async fn file(self: &Arc<Self>, person: &Person, number: &str, blob: &str) -> Result<TakenFile> {
        person.at_least(Role::Officer)?;
        let number: RegistrationNumber = number.parse().map_err(|_| Error::NotThere)?;
        let (centre, number) = (number.centre().as_str().to_owned(), number.to_string());
        let blob = Hash::try_from(blob.to_owned()).map_err(|_| Error::NotThere)?;
        self.note(person, &Act::of(Deed::FileTaken).at(&centre).matter(&number)).await?;
        let client = self.pool.get().await?;
        let standing = lookup::of_number(&client, &centre, &number).await?;
        let desk = standing.first().filter(|_| standing.iter().all(|one| !one.sealed)).map(|one| one.desk);
        let desk = desk.ok_or(Error::NotThere)?;
        let files = attachments::of_matter(&client, &centre, desk, &number).await?;
        let file = files.into_iter().rfind(|file| file.blob == blob && file.is_to_be_had()).ok_or(Error::NotThere)?;
        let (told, kind) = told_file(&file).ok_or(Error::NotThere)?;
        let key = BlobKey::from_text(&told.key).map_err(|_| Error::NotThere)?;
        let of = (centre, u8::try_from(desk).unwrap_or(0), blob);
        Ok(TakenFile { name: told.name, kind, content: Body::from_stream(self.content(of, key)) })
    }
}

/// A file on its way to a person.
pub(crate) struct TakenFile {
    pub(crate) name: String,
    pub(crate) kind: AttachmentKind,
    pub(crate) content: Body,
}

impl File {
    /// Whether it stands and its bytes are here.
    pub(crate) fn is_to_be_had(&self) -> bool {
        self.there && !self.removed && told_file(self).is_some()
    }
}

/// A file's name and key, where its entry tells them, and what it is.
pub(crate) fn told_file(file: &File) -> Option<(AttachmentContent, AttachmentKind)> {
    Some((apply::read(file.personal.as_deref())?, AttachmentKind::from_word(&file.kind)?))
}

/// What a version's entry says, where it is a version that can be read.
fn version(entry: &About) -> Option<Version> {
    match apply::content(Some(entry.personal.as_deref()?))? {
        Record::Told(told) if !told.visit.is_sealed() => {
            let visit = told.visit;
            Some(Version { title: visit.title, demand: visit.demand, facts: visit.facts })
        }
        _ => None,
    }
}

/// What a matter was filed under, in words of the table of its day.
pub(crate) fn category(filed: Option<&(i64, String)>) -> Option<String> {
    let (edition, code) = filed?;
    let filed = Filed { edition: u32::try_from(*edition).ok()?, code: code.clone() };
    Catalogue::known().path(TableId::ContentCategory, &filed)
}

/// Where the next page begins.
fn place(last: &Listed) -> String {
    format!("{}.{}", last.number, last.journal)
}

fn split(after: &str) -> Result<Option<(NaiveDate, &str, Vec<u8>)>> {
    if after.is_empty() {
        return Ok(None);
    }
    let unreadable = || Error::Request("no place in a list".into());
    let (number, journal) = after.split_once('.').ok_or_else(unreadable)?;
    let date = number.parse::<RegistrationNumber>().map_err(|_| unreadable())?.date();
    let byte = |at: usize| journal.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..journal.len()).step_by(2).map(byte).collect();
    Ok(Some((date, number, bytes.ok_or_else(unreadable)?)))
}
