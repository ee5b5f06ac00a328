//! Slips: first the journal entry and a place in the print queue, in one transaction, then the paper from it (invariant 1).

use std::collections::BTreeMap;

use intake_model::{
    BodyKind, Code, DeskNumber, Paper, Party, Profile, RegistrationNumber, Sheet, Visit, civil_time, name,
};
use intake_paper::{Document, Form, PaperContent, Papers, Slip, Unclear};
use intake_store::{Db, DeskRow, MatterRecord, Matters, Version, Writer};
use intake_wire::{Kind, Moment, Printed, Record, SlipIssued};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::prints::{Printable, enqueue, pictures};
use crate::sealed::{Noted, may_open};
use crate::times::date_is_certain;
use crate::view::SlipView;
use crate::visits::{due, parsed, profile_of};
use crate::{Error, Result};

/// What stands for the query code on the copy for the file: the code is the visitor's alone.
pub(crate) const UNTOLD_CODE: &str = "＊＊＊＊-＊＊＊＊";

impl Desk {
    /// Issues the next copy of a matter's slip and puts it into the print queue, where a printer is set.
    ///
    /// # Errors
    /// [`Code::ClockBehind`] or [`Code::ClockAhead`] until [`Desk::confirm_clock`], where the clock became doubtful since it was
    /// registered: the time stands on a copy.
    /// [`Code::NumberUnknown`], [`Code::AlreadyVoid`], [`Code::DeskLocked`], or those of the disk and of layout. Printer
    /// trouble is no error: it stands in the queue.
    pub async fn slip(&self, number: &str) -> Result<SlipView> {
        let number = parsed(number)?;
        self.apart(move |desk| desk.issue(&number, None)).await
    }

    /// Issues the visit's form (来访登记表) with the next copy of its slip as the tear-off foot: one A4, whatever the office
    /// prints its slips on. Of a sealed matter its readers alone.
    ///
    /// # Errors
    /// [`Code::SealedNotYours`], and as [`Desk::slip`].
    pub async fn form(&self, number: &str) -> Result<SlipView> {
        let number = parsed(number)?;
        self.apart(move |desk| {
            let (db, clerk) = desk.at_work()?;
            let record = db.read::<_, Error>(|r| Ok(printable(&r.matters(), &number)?.record))?;
            match record {
                Record::Sealed(sealed) if !may_open(&sealed, Some(&desk.own()?)) => {
                    Err(Error::Refused(Code::SealedNotYours))
                }
                Record::Sealed(_) => {
                    desk.note_opening(&db, &clerk, &number.to_string())?;
                    desk.issue(&number, Some(Sheet::A4))
                }
                Record::Told(_) | Record::Erased => desk.issue(&number, Some(Sheet::A4)),
            }
        })
        .await
    }

    /// The last copy as a picture.
    ///
    /// # Errors
    /// As [`Desk::slip`], and [`Code::SlipNotIssued`] before the first copy.
    pub fn preview_slip(&self, number: &str) -> Result<SlipView> {
        self.last(&parsed(number)?, Self::note_opening)?.view()
    }

    /// Writes the last copy's PDF into the folder for PDF files.
    ///
    /// # Errors
    /// [`Code::PdfFolderUnwritable`], and as [`Desk::preview_slip`].
    pub fn save_slip(&self, number: &str) -> Result<SlipView> {
        let (db, _) = self.at_work()?;
        self.last(&parsed(number)?, Self::note_writing_out)?.saved(self, &db)
    }

    pub(crate) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let desk = self.clone();
        tokio::task::spawn_blocking(move || work(&desk)).await.map_err(|_| Error::Task)?
    }

    fn issue(&self, number: &RegistrationNumber, sheet: Option<Sheet>) -> Result<SlipView> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        let (issued, job) = db.write::<_, Error>(|tx| {
            let (matter, slip, job) = issue_slip(tx, number, sheet, (clerk.id, moment))?;
            Ok((Issued::read(&tx.matters(), matter, slip)?, job))
        })?;
        self.hurry_printing();
        Ok(SlipView { job, ..self.make(&db, number, issued)?.view()? })
    }

    /// The last copy as it was issued, also where the record was corrected since: paper is never made of what was not
    /// issued.
    fn last(&self, number: &RegistrationNumber, note: Noted) -> Result<Made> {
        let (db, clerk) = self.at_work()?;
        let issued = db.read::<_, Error>(|r| {
            let matter = printable(&r.matters(), number)?;
            let slip = r.matters().last_slip(&matter.number)?.ok_or(Error::Refused(Code::SlipNotIssued))?;
            Issued::read(&r.matters(), matter, slip)
        })?;
        let opens = issued.slip.sheet == Sheet::A4 && matches!(issued.matter.record, Record::Sealed(_));
        let made = self.make(&db, number, issued)?;
        if opens {
            note(self, &db, &clerk, &number.to_string())?;
        }
        Ok(made)
    }

    /// The copy that one entry issued.
    pub(crate) fn slip_of(&self, db: &Db, number: &RegistrationNumber, epoch: i64, seq: u64) -> Result<Document> {
        let issued = db.read::<_, Error>(|r| {
            let matter = printable(&r.matters(), number)?;
            let slip = r.matters().slip_at(&matter.number, epoch, seq)?.ok_or(Error::Refused(Code::SlipNotIssued))?;
            Issued::read(&r.matters(), matter, slip)
        })?;
        Ok(self.make(db, number, issued)?.document)
    }

    /// The slip and the form of a matter in their last copies, for the matter's file, with the word for which it is: those of
    /// a void matter say so, and none tells the query code.
    pub(crate) fn slips_of(&self, db: &Db, number: &RegistrationNumber) -> Result<Vec<(Paper, PaperContent)>> {
        let issued = db.read::<_, Error>(|r| {
            let text = number.to_string();
            let matter = r.matters().find(&text)?.ok_or(Error::Refused(Code::NumberUnknown))?;
            let mut last = BTreeMap::new();
            for one in r.journal().about(&text)? {
                if let Some(slip) = r.matters().slip_at(&text, one.epoch, one.seq)? {
                    last.insert(paper_on(slip.0.sheet), slip);
                }
            }
            let filed = |(paper, slip)| {
                Ok((paper, Issued { filed: true, ..Issued::read(&r.matters(), matter.clone(), slip)? }))
            };
            last.into_iter().map(filed).collect::<Result<Vec<_>>>()
        })?;
        issued.into_iter().map(|(paper, one)| Ok((paper, self.content(db, number, one)?))).collect()
    }

    fn make(&self, db: &Db, number: &RegistrationNumber, issued: Issued) -> Result<Made> {
        let copy = issued.slip.copy;
        let document = self.papers()?.lay_out(&self.content(db, number, issued)?)?;
        Ok(Made::of(document, &number.to_string(), copy))
    }

    fn content(&self, db: &Db, number: &RegistrationNumber, issued: Issued) -> Result<PaperContent> {
        let (desk, settings) = db.read::<_, Error>(|r| Ok((r.desk()?, r.settings()?)))?;
        let (sheet, printed_at) = (issued.slip.sheet, civil_time(issued.printed_ms));
        let profile = profile_of(&desk, &settings);
        let visit = if sheet == Sheet::A4 { Some(self.visit_of(&issued)?) } else { None };
        let void = issued.matter.void;
        let slip = content(issued, &desk, number, &profile)?;
        Ok(match (sheet, visit) {
            (Sheet::Roll80, _) => PaperContent::Roll(slip),
            (Sheet::A4, Some(visit)) => {
                PaperContent::Form(Box::new(Form { slip, visit, printed_at, void, wording: profile.wording.clone() }))
            }
            (Sheet::A5 | Sheet::A4, _) => PaperContent::Slip(slip),
        })
    }

    /// What the form shows of the visit; of a sealed one its readers alone see it.
    fn visit_of(&self, issued: &Issued) -> Result<Visit> {
        let newest = issued.versions.first().ok_or(Error::Refused(Code::NumberUnknown))?;
        match &newest.record {
            Record::Told(told) => Ok(told.visit.clone()),
            Record::Sealed(sealed) => {
                let own = self.session().own.clone();
                let told = own.and_then(|own| own.open(&sealed.sealed)).ok_or(Error::Refused(Code::SealedNotYours))?;
                Ok(serde_json::from_slice(&told)?)
            }
            Record::Erased => Err(Error::Refused(Code::ContentErased)),
        }
    }

    pub(crate) fn papers(&self) -> Result<&Papers> {
        if let Some(papers) = self.0.papers.get() {
            return Ok(papers);
        }
        let papers = Papers::new()?;
        Ok(self.0.papers.get_or_init(|| papers))
    }
}

/// Issues the next copy of a slip within a transaction: two that are asked for at once are two different papers. With its
/// place in the print queue. Without a `sheet` on the one that the office chose.
pub(crate) fn issue_slip(
    tx: &Writer<'_>,
    number: &RegistrationNumber,
    sheet: Option<Sheet>,
    (clerk, moment): (u32, Moment),
) -> Result<(MatterRecord, (SlipIssued, i64), Option<i64>)> {
    date_is_certain(&tx.times(), moment)?;
    let matter = printable(&tx.matters(), number)?;
    if matches!(matter.record, Record::Erased) {
        return Err(Error::Refused(Code::ContentErased));
    }
    let (desk, settings) = (tx.desk()?, tx.settings()?);
    let profile = profile_of(&desk, &settings);
    let printed = Printed {
        office: desk.centre_name,
        phone: desk.office_phone,
        address: desk.office_address,
        due: due(&tx.matters().versions(&matter.number)?, &profile),
        forwards: profile.body == BodyKind::DistrictCentre,
    };
    let (version, copy) = (matter.version, matter.slips + 1);
    let sheet = sheet.unwrap_or(match (settings.slip_sheet, &matter.record) {
        // Its form tells everything: it is printed when a reader asks for it, and the slip by itself.
        (Sheet::A4, Record::Sealed(_)) => Sheet::A5,
        (sheet, _) => sheet,
    });
    let open = SlipIssued { number: number.to_string(), version, copy, sheet, printed };
    let seq = tx.append(draft(Kind::slip_issued(), &open, &json!({}))?, clerk, moment)?;
    tx.set_slips(&open.number, open.copy, seq)?;
    let printable = Printable { paper: paper_on(sheet), sheet, number: &open.number, seq, copy, copies: 1 };
    let job = enqueue(tx, &printable, moment)?;
    Ok((matter, (open, moment.at_ms), job))
}

/// Which paper a slip is on this sheet: on an A4 it is the foot of the form.
fn paper_on(sheet: Sheet) -> Paper {
    if sheet == Sheet::A4 { Paper::RegistrationForm } else { Paper::Slip }
}

/// A matter of which paper may be made.
fn printable(matters: &Matters<'_>, number: &RegistrationNumber) -> Result<MatterRecord> {
    let matter = matters.find(&number.to_string())?.ok_or(Error::Refused(Code::NumberUnknown))?;
    if matter.void { Err(Error::Refused(Code::AlreadyVoid)) } else { Ok(matter) }
}

/// A slip's entry with what it shows.
struct Issued {
    matter: MatterRecord,
    slip: SlipIssued,
    printed_ms: i64,
    /// The version it shows and those before it, the newest first.
    versions: Vec<Version>,
    /// Whether it is drawn for the matter's file.
    filed: bool,
}

impl Issued {
    fn read(matters: &Matters<'_>, matter: MatterRecord, (slip, printed_ms): (SlipIssued, i64)) -> Result<Self> {
        let mut versions = matters.versions(&matter.number)?;
        versions.retain(|one| one.version <= slip.version);
        Ok(Self { matter, slip, printed_ms, versions, filed: false })
    }
}

fn content(issued: Issued, desk: &DeskRow, number: &RegistrationNumber, profile: &Profile) -> Result<Slip> {
    let Issued { matter, slip, printed_ms, versions, filed } = issued;
    let newest = versions.into_iter().next().ok_or(Error::Refused(Code::NumberUnknown))?;
    let code = newest.record.query_code().ok_or(Error::Refused(Code::ContentErased))?;
    let query_code = if filed { UNTOLD_CODE } else { code }.to_owned();
    let window = DeskNumber::new(desk.number).map_err(|_| Error::Refused(Code::DeskNumberUnusable))?;
    let told = match &newest.record {
        Record::Told(record) => {
            let visit = &record.visit;
            let name = match (visit.name.text(), visit.party) {
                // An organisation's title is no secret, and a masked one proves nothing (Art. 23: 姓名（名称）).
                (Some(title), Party::Organisation) => title.to_owned(),
                (Some(name), Party::Person) => name::masked(name),
                (None, _) => visit.name.shown().to_owned(),
            };
            let materials = u32::try_from(visit.materials.len()).unwrap_or(u32::MAX);
            let title = visit.open_title(profile).to_owned();
            (name, title, Unclear::of(visit), visit.headcount, materials)
        }
        // Who came and what for is on no paper; the materials are, since the slip is their receipt.
        Record::Sealed(record) => (String::new(), String::new(), Unclear::untold(), 0, record.materials),
        Record::Erased => return Err(Error::Refused(Code::NumberUnknown)),
    };
    let (name, title, unclear, headcount, materials) = told;
    Ok(Slip {
        office: slip.printed.office,
        address: slip.printed.address,
        phone: slip.printed.phone,
        desk: window,
        number: number.clone(),
        registered_at: civil_time(matter.registered_ms),
        received_at: newest.record.received_at(),
        name,
        due: slip.printed.due,
        unclear,
        title,
        forwards: slip.printed.forwards,
        headcount,
        materials,
        query_code,
        clerk: matter.clerk.into(),
        version: slip.version,
        copy: slip.copy,
        printed_at: Some(civil_time(printed_ms)),
        practice: desk.practice,
        void: matter.void,
    })
}

/// One copy of a paper, as it was committed.
pub(crate) struct Made {
    /// What it is called: its number.
    name: String,
    /// And its file.
    file: String,
    document: Document,
    copy: u32,
}

impl Made {
    pub(crate) fn of(document: Document, name: &str, copy: u32) -> Self {
        Self { name: name.to_owned(), file: name.to_owned(), document, copy }
    }

    /// The same, with another name for its file.
    pub(crate) fn in_file(self, file: String) -> Self {
        Self { file, ..self }
    }

    /// Writes its PDF into the folder for PDF files.
    pub(crate) fn saved(&self, desk: &Desk, db: &Db) -> Result<SlipView> {
        let settings = db.read::<_, Error>(|r| Ok(r.settings()?))?;
        let file = desk.save_pdf(&settings, &format!("{}.pdf", self.file), &self.document)?;
        Ok(SlipView { file: Some(file.display().to_string()), ..self.view()? })
    }

    pub(crate) fn view(&self) -> Result<SlipView> {
        let pictures = pictures(&self.document)?;
        Ok(SlipView {
            number: self.name.clone(),
            pages: pictures.pages,
            copy: self.copy,
            file: None,
            job: None,
            undrawable: pictures.undrawable,
        })
    }
}
