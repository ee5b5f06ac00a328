//! What stands on a slip, and how it becomes the values that the template draws.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use intake_model::{DeskNumber, EpochMark, Party, RegistrationNumber, Stated, Visit};
use typst::foundations::{Array, Dict, IntoValue, Value};

use crate::words::{Words, fill};
use crate::{Result, barcode};

/// One slip (来访登记回执): plain data taken from a committed registration, never from a form.
#[derive(Debug, Clone)]
pub struct Slip {
    /// The centre's name in full.
    pub office: String,
    /// Where the centre is.
    pub address: String,
    /// The phone the visitor may call.
    pub phone: String,
    /// The desk, printed as the window to come back to.
    pub desk: DeskNumber,
    /// The registration number; the barcode holds it and nothing else.
    pub number: RegistrationNumber,
    /// When the visit was registered, at +08:00; printed to the minute.
    pub registered_at: NaiveDateTime,
    /// When the matter was received, where it was entered later (补录); its clock counts from that day.
    pub received_at: Option<NaiveDateTime>,
    /// The visitor's name as others may see it (`intake_model::name::masked`), or the words for a name not given. Empty for
    /// a sealed matter: then the slip has no such line.
    pub name: String,
    /// The matter's title: the visitor's own, or the neutral one they asked for. Empty for a sealed matter: no such line.
    pub title: String,
    /// The last day of the written notice (Art. 23(2)); `None` while the name or the address is unknown and the clock
    /// is therefore suspended.
    pub due: Option<NaiveDate>,
    /// The district's centre, which forwards (Art. 22(1)) where a street tells (Art. 23(2)).
    pub forwards: bool,
    /// Why it is suspended; empty where it runs.
    pub unclear: Unclear,
    /// How many people came.
    pub headcount: u32,
    /// How many materials were handed over.
    pub materials: u32,
    /// The query code.
    pub query_code: String,
    /// The clerk's number; a slip names no clerk.
    pub clerk: i64,
    /// Which version of the record this is: 1, or more after a correction.
    pub version: u32,
    /// Which copy this is: 1, or more for a reprint, which says so.
    pub copy: u32,
    /// When this copy was made, at +08:00; printed on a reprint, where it is known.
    pub printed_at: Option<NaiveDateTime>,
    /// Whether this is practice: then every page says so.
    pub practice: bool,
    /// Whether the matter was voided: then every page says so.
    pub void: bool,
}

/// The statutory facts without which the written notice has no last day (Art. 23(2)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unclear {
    /// Which are missing.
    pub facts: Vec<Fact>,
    /// Whether the visitor would rather not say one of them: then the paper asks for nothing.
    pub declined: bool,
}

/// A statutory fact as the slip names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// A person's name.
    Name,
    /// A person's address.
    Address,
    /// An organisation's title.
    Title,
    /// An organisation's seat.
    Seat,
    /// The name or the address: which of them, a sealed matter does not tell.
    NameOrAddress,
}

impl Unclear {
    /// What a visit lacks.
    pub fn of(visit: &Visit) -> Self {
        let (name, address) = match visit.party {
            Party::Person => (Fact::Name, Fact::Address),
            Party::Organisation => (Fact::Title, Fact::Seat),
        };
        let missing =
            [(name, &visit.name), (address, &visit.address)].into_iter().filter(|(_, told)| told.text().is_none());
        let declined = missing.clone().any(|(_, told)| *told == Stated::Declined);
        Self { facts: missing.map(|(fact, _)| fact).collect(), declined }
    }

    /// What a sealed matter may lack: the paper asks for nothing.
    pub fn untold() -> Self {
        Self { facts: vec![Fact::NameOrAddress], declined: true }
    }

    fn words(&self, words: &Words) -> String {
        let word = |fact: &Fact| match fact {
            Fact::Name => words.fact_name.as_str(),
            Fact::Address => words.fact_address.as_str(),
            Fact::Title => words.fact_title.as_str(),
            Fact::Seat => words.fact_seat.as_str(),
            Fact::NameOrAddress => words.fact_name_or_address.as_str(),
        };
        self.facts.iter().map(word).collect::<Vec<_>>().join("、")
    }
}

/// A made-up slip, to try a layout with.
pub(crate) fn sample() -> Option<Slip> {
    let (day, desk) = (NaiveDate::from_ymd_opt(2026, 11, 24)?, DeskNumber::new(1).ok()?);
    let number = RegistrationNumber::new("120110005".parse().ok()?, day, desk, EpochMark::first(), 7).ok()?;
    Some(Slip {
        office: "某某街道".to_owned(),
        address: "某某路1号".to_owned(),
        phone: "022-00000000".to_owned(),
        desk,
        number,
        registered_at: day.and_time(NaiveTime::MIN),
        received_at: None,
        name: "张＊".to_owned(),
        title: "某事项".to_owned(),
        due: Some(day),
        forwards: false,
        unclear: Unclear::default(),
        headcount: 1,
        materials: 0,
        query_code: "0000-0000".to_owned(),
        clerk: 1,
        version: 2,
        copy: 2,
        printed_at: Some(day.and_time(NaiveTime::MIN)),
        practice: true,
        void: true,
    })
}

/// The barcode and the texts of one slip, before it is known which characters can be drawn.
pub(crate) struct Content {
    texts: Vec<(&'static str, String)>,
    marks: Vec<String>,
    practice: Option<String>,
    void: Option<String>,
    bars: Vec<u16>,
}

impl Content {
    /// Puts the wording and the values together.
    pub(crate) fn of(slip: &Slip, words: &Words, void: &str) -> Result<Self> {
        let number = slip.number.to_string();
        let (day, day_caption, outcome) = if let Some(due) = slip.due {
            let weekday = usize::try_from(due.weekday().num_days_from_monday()).unwrap_or(0);
            let weekday = words.weekdays.get(weekday).map_or("", String::as_str);
            let (caption, outcome) = if slip.forwards {
                (&words.day_caption_forwards, &words.outcome_forwards)
            } else {
                (&words.day_caption, &words.outcome)
            };
            let (year, month, day) = (due.year().to_string(), due.month().to_string(), due.day().to_string());
            (
                fill(&words.day, &[("year", &year), ("month", &month), ("day", &day)]),
                fill(caption, &[("weekday", weekday)]),
                fill(outcome, &[("due", &due.to_string())]),
            )
        } else {
            let (day, outcome) = if slip.unclear.declined {
                (&words.day_declined, &words.outcome_declined)
            } else {
                (&words.day_unknown, &words.outcome_unknown)
            };
            let facts = slip.unclear.words(words);
            let filled = |sentence| fill(sentence, &[("facts", &facts)]);
            (filled(day), words.day_suspended_caption.clone(), filled(outcome))
        };
        let materials = match slip.materials {
            0 => words.materials_none.clone(),
            count => fill(&words.materials, &[("materials", &count.to_string())]),
        };
        let minute = |at: NaiveDateTime| at.format("%Y-%m-%d %H:%M").to_string();
        let registered = minute(slip.registered_at);
        let time = match slip.received_at {
            Some(at) => fill(&words.time_later, &[("received", &minute(at)), ("registered", &registered)]),
            None => registered,
        };
        let name = if slip.name.is_empty() {
            String::new()
        } else {
            fill(&words.name, &[("name", &slip.name), ("headcount", &slip.headcount.to_string())])
        };
        let mut marks = Vec::new();
        if slip.copy > 1 {
            let copy = slip.copy.to_string();
            marks.push(match slip.printed_at {
                Some(at) => fill(&words.copy_at, &[("copy", &copy), ("time", &minute(at))]),
                None => fill(&words.copy, &[("copy", &copy)]),
            });
        }
        if slip.version > 1 {
            marks.push(fill(&words.version, &[("version", &slip.version.to_string())]));
        }
        let texts = vec![
            ("title", words.title.clone()),
            ("day", day),
            ("day_caption", day_caption),
            ("window", fill(&words.window, &[("desk", &slip.desk.get().to_string())])),
            ("window_caption", words.window_caption.clone()),
            ("phone", slip.phone.clone()),
            ("phone_caption", words.phone_caption.clone()),
            ("office", slip.office.clone()),
            ("number_label", words.number_label.clone()),
            ("page", fill(&words.page, &[("number", &number)])),
            ("number", number),
            ("time_label", words.time_label.clone()),
            ("time", time),
            ("name_label", words.name_label.clone()),
            ("name", name),
            ("materials_label", words.materials_label.clone()),
            ("materials", materials),
            ("clerk_label", words.clerk_label.clone()),
            ("clerk", slip.clerk.to_string()),
            ("matter_label", words.matter_label.clone()),
            ("matter", slip.title.clone()),
            ("outcome_label", words.outcome_label.clone()),
            ("outcome", outcome),
            ("query_label", words.query_label.clone()),
            ("query_code", slip.query_code.clone()),
            ("query_keep", words.query_keep.clone()),
            ("query_how", words.query_how.clone()),
            ("rate_how", words.rate_how.clone()),
            ("address_label", words.address_label.clone()),
            ("address", slip.address.clone()),
            ("phone_label", words.phone_label.clone()),
            ("keep", words.keep.clone()),
            ("seal", words.seal.clone()),
        ];
        let bars = barcode::widths(&slip.number.compact())?;
        let practice = slip.practice.then(|| words.practice.clone());
        let void = slip.void.then(|| void.to_owned());
        Ok(Self { texts, marks, practice, void, bars })
    }

    /// Every text that will be drawn, for `change` to make drawable.
    pub(crate) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.texts
            .iter_mut()
            .map(|(_, text)| text)
            .chain(&mut self.marks)
            .chain(&mut self.practice)
            .chain(&mut self.void)
    }

    /// The values for the template, with the font families to draw them in.
    ///
    /// Strings only, never content: Typst does not read markup in them.
    pub(crate) fn inputs(&self, faces: &Dict, pages: usize) -> Dict {
        let pages_text = pages.to_string();
        let mut inputs: Dict = self
            .texts
            .iter()
            .map(|(key, text)| {
                let text = if *key == "page" { fill(text, &[("pages", &pages_text)]) } else { text.clone() };
                ((*key).into(), text.into_value())
            })
            .collect();
        let array = |texts: &[String]| texts.iter().map(|text| text.as_str().into_value()).collect::<Array>();
        inputs.insert("faces".into(), faces.clone().into_value());
        inputs.insert("marks".into(), array(&self.marks).into_value());
        let across = |word: &Option<String>| word.as_deref().map_or(Value::None, IntoValue::into_value);
        inputs.insert("practice".into(), across(&self.practice));
        inputs.insert("void".into(), across(&self.void));
        inputs.insert(
            "bars".into(),
            self.bars.iter().map(|&width| i64::from(width).into_value()).collect::<Array>().into_value(),
        );
        inputs.insert("pages".into(), i64::try_from(pages).unwrap_or(i64::MAX).into_value());
        inputs
    }
}
