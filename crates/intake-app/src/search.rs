//! Finding a matter again: by number, name, phone, title and text, as it is typed.
//!
//! Newest first and nothing else: no order by likeness, no count by visitor. A sealed matter is found by its number alone
//! and shows the fixed word.

use std::ops::Range;

use chrono::NaiveDate;
use intake_model::seek::{self, Folded, Part, Word, Words};
use intake_model::{Catalogue, Code, Filed, Profile, TableId, Visit};
use intake_store::{Db, MatterRecord, Matters, Query, Wanted};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::desk::Desk;
use crate::shared::{self, SharedMatter};
use crate::view::MatterRow;
use crate::visits::{profile_of, row};
use crate::{Error, Result};

/// As many rows as one page may have.
const ROWS: u32 = 100;
/// Characters of a text before what was found in it, and after it.
const BEFORE: usize = 12;
const AFTER: usize = 24;
/// Entries that are taken into the index in one transaction: a registration waits no longer than for these.
const INDEXED_AT_ONCE: u32 = 64;
/// Transactions of one pause.
const TURNS: usize = 16;

/// What is looked for. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(export)]
pub struct SearchQuery {
    /// Words as typed: each is found in the matter, by characters, by pinyin or as a number.
    pub text: String,
    /// Registered on this day or after it.
    #[ts(type = "string | null")]
    pub from: Option<NaiveDate>,
    /// Registered on this day or before it.
    #[ts(type = "string | null")]
    pub to: Option<NaiveDate>,
    /// Filed under this content category or below it, also in an earlier edition where that names its code.
    pub category: Option<Filed>,
    /// How it stands.
    pub state: Option<SearchState>,
    /// `next` of the page before; `None` for the first page.
    pub after: Option<String>,
    /// Rows of a page, 1 to 100.
    pub limit: u32,
}

/// How a matter that is looked for stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SearchState {
    /// 待上报.
    Waiting,
    /// 已上报.
    Sent,
    /// 退回待处理.
    SetAside,
    /// 已作废.
    Void,
}

/// A page of what was found, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchResult {
    /// The rows.
    pub rows: Vec<FoundMatter>,
    /// Where the next page begins; `None` at the end. A page that is not full may have one: looking on takes another call.
    pub next: Option<String>,
    /// Matters of the centre's other desks whose number holds what was typed; with the first page alone.
    pub shared: Vec<SharedMatter>,
}

/// One matter found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundMatter {
    /// As in the day's list. The name of a sealed matter is empty.
    pub row: MatterRow,
    /// The name in pieces.
    pub name: Vec<FoundPiece>,
    /// The title in pieces.
    pub title: Vec<FoundPiece>,
    /// Where a word stands that is in neither.
    pub excerpt: Option<FoundExcerpt>,
}

/// Some characters of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundPiece {
    /// The characters.
    pub text: String,
    /// Whether they are what was looked for.
    pub hit: bool,
}

/// Some of a text around what was found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundExcerpt {
    /// Which text.
    pub place: FoundPlace,
    /// In pieces.
    pub pieces: Vec<FoundPiece>,
}

/// Which part of a record a word was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum FoundPlace {
    /// The registration number.
    Number,
    /// The visitor's name.
    Name,
    /// The matter's title.
    Title,
    /// Somebody else's name.
    Person,
    /// The body or person complained of.
    ComplainedOf,
    /// The demand.
    Demand,
    /// Facts and reasons.
    Facts,
    /// A phone.
    Phone,
}

impl Desk {
    /// Matters of all days in which everything asked for is found, the newest first.
    ///
    /// # Errors
    /// [`Code::DeskLocked`]; [`Code::RequestUnreadable`] for an `after` that no page gave.
    pub fn search(&self, asked: &SearchQuery) -> Result<SearchResult> {
        let (db, _) = self.at_work()?;
        let after = asked.after.as_deref().map(str::parse::<i64>).transpose();
        let after = after.map_err(|_| Error::about("after", Code::RequestUnreadable))?;
        let query = Query {
            words: Words::of(&asked.text),
            from: asked.from,
            to: asked.to,
            categories: asked.category.as_ref().map(editions).unwrap_or_default(),
            state: asked.state.map(SearchState::wanted),
        };
        let limit = usize::try_from(asked.limit.clamp(1, ROWS)).unwrap_or(1);
        db.read(|r| {
            let page = r.search().page(&query, after, limit)?;
            let profile = profile_of(&r.desk()?, &r.settings()?);
            let rows = page.matters.into_iter().map(|matter| found(&r.matters(), matter, &query.words, &profile));
            let (rows, next) = (rows.collect::<Result<_>>()?, page.next.map(|place| place.to_string()));
            let others = |desk| shared::like(&r.matters(), &asked.text, desk);
            let shared = if after.is_none() { others(r.desk()?.number)? } else { Vec::new() };
            Ok(SearchResult { rows, next, shared })
        })
    }
}

/// Takes what was registered since into the index, a little at a time.
pub(crate) fn index(db: &Db) -> Result<()> {
    let mut left = true;
    for _ in 0..TURNS {
        left = left && db.write::<_, Error>(|tx| Ok(tx.index(INDEXED_AT_ONCE)?))?;
        // What a sealed matter left in it goes as soon as there is time for it.
        let purging = !left && db.write::<_, Error>(|tx| Ok(tx.purge_index()?))?;
        if !left && !purging {
            break;
        }
    }
    Ok(())
}

impl SearchState {
    fn wanted(self) -> Wanted {
        match self {
            Self::Waiting => Wanted::Waiting,
            Self::Sent => Wanted::Sent,
            Self::SetAside => Wanted::SetAside,
            Self::Void => Wanted::Void,
        }
    }
}

/// A category, and what it was called in the editions before.
fn editions(filed: &Filed) -> Vec<Filed> {
    let before = |filed: &Filed| {
        let table = Catalogue::known().edition(TableId::ContentCategory, filed.edition)?;
        let code = table.entry(&filed.code)?.was.clone()?;
        Some(Filed { edition: filed.edition.checked_sub(1)?, code })
    };
    std::iter::successors(Some(filed.clone()), before).collect()
}

fn found(matters: &Matters<'_>, matter: MatterRecord, words: &Words, profile: &Profile) -> Result<FoundMatter> {
    let open = matter.record.visit().filter(|visit| !visit.is_sealed());
    let marks = open.map(|visit| marks(&matter.number, visit, words, profile));
    let mut row = row(matters, matter, profile)?;
    let Some((name, title, excerpt)) = marks else {
        row.name.clear();
        profile.says("sealed_title").clone_into(&mut row.title);
        let title = pieces(&row.title, &[]);
        return Ok(FoundMatter { row, name: Vec::new(), title, excerpt: None });
    };
    Ok(FoundMatter { row, name, title, excerpt })
}

type Marks = (Vec<FoundPiece>, Vec<FoundPiece>, Option<FoundExcerpt>);

/// Name and title as they are shown, and where a word stands that is in neither.
fn marks(number: &str, visit: &Visit, words: &Words, profile: &Profile) -> Marks {
    let (name, title) = (visit.name.shown(), visit.open_title(profile));
    let places = |part, text| words.0.iter().map(|word| seek::place_in(part, text, word)).collect::<Vec<_>>();
    let (in_name, in_title) = (places(Part::Name, name), places(Part::Title, title));
    let elsewhere =
        words.0.iter().zip(in_name.iter().zip(&in_title)).find(|(_, (one, other))| one.is_none() && other.is_none());
    let excerpt = elsewhere.map(|(word, _)| excerpt(number, visit, word, words));
    let marked =
        |text, places: Vec<Option<Range<usize>>>| pieces(text, &places.into_iter().flatten().collect::<Vec<_>>());
    (marked(name, in_name), marked(title, in_title), excerpt)
}

/// Where a word stands that neither name nor title shows.
fn excerpt(number: &str, visit: &Visit, word: &Word, words: &Words) -> FoundExcerpt {
    let around = |(part, text): (Part, &str)| {
        let place = seek::place_in(part, text, word)?;
        let from = place.start.saturating_sub(BEFORE);
        let cut: String = text.chars().skip(from).take(place.end - from + AFTER).collect();
        let (before, after) = (from > 0, text.chars().count() > place.end + AFTER);
        let places: Vec<_> = words.0.iter().filter_map(|word| seek::place_in(part, &cut, word)).collect();
        let mut pieces = pieces(&cut, &places);
        let more = || FoundPiece { text: "…".to_owned(), hit: false };
        if before {
            pieces.insert(0, more());
        }
        if after {
            pieces.push(more());
        }
        Some(FoundExcerpt { place: place_of(part), pieces })
    };
    let phone = || {
        let typed = word.typed.as_ref()?;
        let phone = seek::phones(visit).into_iter().find(|phone| seek::is_of_phone(phone, typed))?;
        let place = Folded::of(&phone).place_of(&word.folded);
        Some(FoundExcerpt { place: FoundPlace::Phone, pieces: pieces(&phone, place.as_slice()) })
    };
    let all = 0..usize::MAX;
    let whole = || FoundExcerpt { place: FoundPlace::Number, pieces: pieces(number, std::slice::from_ref(&all)) };
    seek::texts(visit).into_iter().find_map(around).or_else(phone).unwrap_or_else(whole)
}

fn place_of(part: Part) -> FoundPlace {
    match part {
        Part::Name => FoundPlace::Name,
        Part::Title => FoundPlace::Title,
        Part::Person => FoundPlace::Person,
        Part::Demand => FoundPlace::Demand,
        Part::Facts => FoundPlace::Facts,
        Part::ComplainedOf => FoundPlace::ComplainedOf,
    }
}

/// A text cut where something begins or ends that was looked for.
fn pieces(text: &str, places: &[Range<usize>]) -> Vec<FoundPiece> {
    let mut pieces: Vec<FoundPiece> = Vec::new();
    for (index, c) in text.chars().enumerate() {
        let hit = places.iter().any(|place| place.contains(&index));
        match pieces.last_mut() {
            Some(last) if last.hit == hit => last.text.push(c),
            _ => pieces.push(FoundPiece { text: c.to_string(), hit }),
        }
    }
    pieces
}
