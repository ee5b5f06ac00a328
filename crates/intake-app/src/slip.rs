//! Slips: first the journal entry, then the paper from it (invariant 1), then the printer.

use base64::Engine as _;
use intake_model::{BodyKind, Code, DeskNumber, Party, Profile, RegistrationNumber, civil_time, name};
use intake_paper::{Document, Papers, Slip, Unclear, printer};
use intake_store::{Db, DeskRow, MatterRecord, Matters, Settings, Version, write_whole};
use intake_wire::{Kind, Printed, Record, SlipIssued};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::view::SlipView;
use crate::visits::{due, parsed, profile_of};
use crate::{Error, Result};

/// The preview's sharpness: pixels to a point.
const PREVIEW: f32 = 2.0;

impl Desk {
    /// Issues the next copy of a matter's slip, and sends it to the printer where one is set.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`], [`Code::AlreadyVoid`], [`Code::DeskLocked`], or those of the disk and of layout. Printer
    /// trouble is no error: it stands in the answer.
    pub async fn slip(&self, number: &str) -> Result<SlipView> {
        let number = parsed(number)?;
        self.apart(move |desk| desk.issue(&number)).await?.sent().await
    }

    /// Sends the last copy again after printer trouble: no new copy.
    ///
    /// # Errors
    /// As [`Desk::slip`], and [`Code::SlipNotIssued`] before the first copy.
    pub async fn resend_slip(&self, number: &str) -> Result<SlipView> {
        let number = parsed(number)?;
        self.apart(move |desk| desk.last(&number)).await?.sent().await
    }

    /// The last copy as a picture.
    ///
    /// # Errors
    /// As [`Desk::resend_slip`].
    pub fn preview_slip(&self, number: &str) -> Result<SlipView> {
        self.last(&parsed(number)?)?.view()
    }

    /// Writes the last copy's PDF into the folder for PDF files.
    ///
    /// # Errors
    /// [`Code::PdfFolderUnwritable`], and as [`Desk::resend_slip`].
    pub fn save_slip(&self, number: &str) -> Result<SlipView> {
        let made = self.last(&parsed(number)?)?;
        self.saved(&made)
    }

    /// Writes a copy's PDF into the folder for PDF files.
    pub(crate) fn saved(&self, made: &Made) -> Result<SlipView> {
        let folder = match made.settings.pdf_folder.as_str() {
            "" => self.0.setup.pdf_folder.clone(),
            set => set.into(),
        };
        let file = folder.join(format!("{}.pdf", made.name));
        let pdf = made.document.pdf()?;
        // Whole or not at all: half a PDF would be printed by whoever finds it.
        std::fs::create_dir_all(&folder).map_err(Error::PdfFolder)?;
        write_whole(&file, &pdf).map_err(Error::Pdf)?;
        Ok(SlipView { file: Some(file.display().to_string()), ..made.view()? })
    }

    pub(crate) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let desk = self.clone();
        tokio::task::spawn_blocking(move || work(&desk)).await.map_err(|_| Error::Task)?
    }

    fn issue(&self, number: &RegistrationNumber) -> Result<Made> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        // Read in the transaction that issues it: two copies asked for at once are two different papers.
        let issued = db.write::<_, Error>(|tx| {
            let matter = tx.matters().find(&number.to_string())?.ok_or(Error::Refused(Code::NumberUnknown))?;
            if matter.void {
                return Err(Error::Refused(Code::AlreadyVoid));
            }
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
            let open = SlipIssued { number: number.to_string(), version, copy, printed };
            let seq = tx.append(draft(Kind::slip_issued(), &open, &json!({}))?, clerk.id, moment)?;
            tx.set_slips(&open.number, open.copy, seq)?;
            Issued::read(&tx.matters(), matter, (open, moment.at_ms))
        })?;
        self.make(&db, number, issued)
    }

    /// The last copy as it was issued, also where the record was corrected since: paper is never made of what was not
    /// issued.
    fn last(&self, number: &RegistrationNumber) -> Result<Made> {
        let (db, _) = self.at_work()?;
        let issued = db.read::<_, Error>(|r| {
            let matter = r.matters().find(&number.to_string())?.ok_or(Error::Refused(Code::NumberUnknown))?;
            if matter.void {
                return Err(Error::Refused(Code::AlreadyVoid));
            }
            let slip = r.matters().last_slip(&matter.number)?.ok_or(Error::Refused(Code::SlipNotIssued))?;
            Issued::read(&r.matters(), matter, slip)
        })?;
        self.make(&db, number, issued)
    }

    fn make(&self, db: &Db, number: &RegistrationNumber, issued: Issued) -> Result<Made> {
        let (desk, settings) = db.read::<_, Error>(|r| Ok((r.desk()?, r.settings()?)))?;
        let copy = issued.slip.copy;
        let profile = profile_of(&desk, &settings);
        let document = self.papers()?.slip(&content(issued, &desk, number, &profile)?)?;
        Ok(Made { name: number.to_string(), document, copy, settings })
    }

    pub(crate) fn papers(&self) -> Result<&Papers> {
        if let Some(papers) = self.0.papers.get() {
            return Ok(papers);
        }
        let papers = Papers::new()?;
        Ok(self.0.papers.get_or_init(|| papers))
    }
}

/// A slip's entry with what it shows.
struct Issued {
    matter: MatterRecord,
    slip: SlipIssued,
    printed_ms: i64,
    /// The version it shows and those before it, the newest first.
    versions: Vec<Version>,
}

impl Issued {
    fn read(matters: &Matters<'_>, matter: MatterRecord, (slip, printed_ms): (SlipIssued, i64)) -> Result<Self> {
        let mut versions = matters.versions(&matter.number)?;
        versions.retain(|one| one.version <= slip.version);
        Ok(Self { matter, slip, printed_ms, versions })
    }
}

fn content(issued: Issued, desk: &DeskRow, number: &RegistrationNumber, profile: &Profile) -> Result<Slip> {
    let Issued { matter, slip, printed_ms, versions } = issued;
    let newest = versions.into_iter().next().ok_or(Error::Refused(Code::NumberUnknown))?;
    let query_code = newest.record.query_code().ok_or(Error::Refused(Code::ContentErased))?.to_owned();
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
    })
}

/// One copy of a paper, as it was committed.
pub(crate) struct Made {
    /// What it is called: its number.
    name: String,
    document: Document,
    copy: u32,
    settings: Settings,
}

impl Made {
    pub(crate) fn of(document: Document, name: &str, copy: u32, db: &Db) -> Result<Self> {
        let settings = db.read::<_, Error>(|r| Ok(r.settings()?))?;
        Ok(Self { name: name.to_owned(), document, copy, settings })
    }

    /// Its pages as pictures.
    pub(crate) fn pages(&self) -> Result<Vec<String>> {
        let encode = |png| format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png));
        Ok(self.document.png_pages(PREVIEW)?.into_iter().map(encode).collect())
    }

    pub(crate) fn view(&self) -> Result<SlipView> {
        Ok(SlipView {
            number: self.name.clone(),
            pages: self.pages()?,
            copy: self.copy,
            file: None,
            printed: false,
            trouble: None,
            undrawable: self.document.undrawable().iter().collect(),
        })
    }

    pub(crate) async fn sent(self) -> Result<SlipView> {
        let mut view = self.view()?;
        if self.settings.printer.is_empty() {
            return Ok(view);
        }
        let pdf = self.document.pdf()?;
        let sent = match self.settings.printer.parse() {
            Ok(address) => printer::send(&address, &view.number, pdf).await.map(|_| ()),
            Err(error) => Err(error),
        };
        match sent {
            Ok(()) => view.printed = true,
            Err(error) => view.trouble = Some(Error::from(error).told("print")),
        }
        Ok(view)
    }
}
