//! Slips: first the journal entry, then the paper from it (invariant 1), then the printer.

use base64::Engine as _;
use intake_model::{Code, DeskNumber, RegistrationNumber, civil_time, name};
use intake_paper::{Document, Papers, Slip, printer};
use intake_store::{Db, DeskRow, MatterRecord, Settings};
use intake_wire::{Kind, SlipIssued};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::view::SlipView;
use crate::visits::{due, parsed};
use crate::{Error, Failure, Result};

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
    /// As [`Desk::slip`].
    pub async fn resend_slip(&self, number: &str) -> Result<SlipView> {
        let number = parsed(number)?;
        self.apart(move |desk| desk.last(&number)).await?.sent().await
    }

    /// The last copy as a picture.
    ///
    /// # Errors
    /// As [`Desk::slip`].
    pub fn preview_slip(&self, number: &str) -> Result<SlipView> {
        self.last(&parsed(number)?)?.view()
    }

    /// Writes the last copy's PDF into the folder for PDF files.
    ///
    /// # Errors
    /// [`Code::PdfFolderUnwritable`], and as [`Desk::slip`].
    pub fn save_slip(&self, number: &str) -> Result<SlipView> {
        let made = self.last(&parsed(number)?)?;
        let folder = match made.settings.pdf_folder.as_str() {
            "" => self.0.setup.pdf_folder.clone(),
            set => set.into(),
        };
        let file = folder.join(format!("{}.pdf", made.number));
        let pdf = made.document.pdf()?;
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, pdf)).map_err(Error::PdfFolder)?;
        Ok(SlipView { file: Some(file.display().to_string()), ..made.view()? })
    }

    async fn apart<T: Send + 'static>(&self, work: impl FnOnce(&Self) -> Result<T> + Send + 'static) -> Result<T> {
        let desk = self.clone();
        tokio::task::spawn_blocking(move || work(&desk)).await.map_err(|_| Error::Task)?
    }

    fn issue(&self, number: &RegistrationNumber) -> Result<Made> {
        let (db, clerk) = self.at_work()?;
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            let matter = tx.matters().find(&number.to_string())?.ok_or(Error::Refused(Code::NumberUnknown))?;
            if matter.void {
                return Err(Error::Refused(Code::AlreadyVoid));
            }
            let open = SlipIssued { number: number.to_string(), version: matter.version, copy: matter.slips + 1 };
            let seq = tx.append(draft(Kind::slip_issued(), &open, &json!({}))?, clerk.id, moment)?;
            Ok(tx.set_slips(&open.number, open.copy, seq)?)
        })?;
        self.make(&db, number)
    }

    fn last(&self, number: &RegistrationNumber) -> Result<Made> {
        let (db, _) = self.at_work()?;
        self.make(&db, number)
    }

    fn make(&self, db: &Db, number: &RegistrationNumber) -> Result<Made> {
        let (matter, desk, settings) =
            db.read::<_, Error>(|r| Ok((r.matters().find(&number.to_string())?, r.desk()?, r.settings()?)))?;
        let matter = matter.ok_or(Error::Refused(Code::NumberUnknown))?;
        let copy = matter.slips.max(1);
        let document = self.papers()?.slip(&content(&matter, &desk, number, copy)?)?;
        Ok(Made { number: number.clone(), document, copy, settings })
    }

    fn papers(&self) -> Result<&Papers> {
        if let Some(papers) = self.0.papers.get() {
            return Ok(papers);
        }
        let papers = Papers::new()?;
        Ok(self.0.papers.get_or_init(|| papers))
    }
}

fn content(matter: &MatterRecord, desk: &DeskRow, number: &RegistrationNumber, copy: u32) -> Result<Slip> {
    let record = matter.record.as_ref().ok_or(Error::Refused(Code::NumberUnknown))?;
    let visit = &record.visit;
    let window = DeskNumber::new(desk.number).map_err(|_| Error::Refused(Code::DeskNumberUnusable))?;
    Ok(Slip {
        office: desk.centre_name.clone(),
        address: desk.office_address.clone(),
        phone: desk.office_phone.clone(),
        desk: window,
        number: number.clone(),
        registered_at: civil_time(matter.registered_ms),
        name: visit.name.text().map_or_else(|| visit.name.shown().to_owned(), name::masked),
        title: visit.title.clone(),
        due: due(visit, matter.registered_ms),
        headcount: visit.headcount,
        materials: visit.materials,
        query_code: record.query_code.clone(),
        clerk: matter.clerk.into(),
        version: matter.version,
        copy,
        practice: desk.practice,
    })
}

struct Made {
    number: RegistrationNumber,
    document: Document,
    copy: u32,
    settings: Settings,
}

impl Made {
    fn view(&self) -> Result<SlipView> {
        let encode = |png| format!("data:image/png;base64,{}", base64::engine::general_purpose::STANDARD.encode(png));
        Ok(SlipView {
            number: self.number.to_string(),
            pages: self.document.png_pages(PREVIEW)?.into_iter().map(encode).collect(),
            copy: self.copy,
            file: None,
            printed: false,
            trouble: None,
        })
    }

    async fn sent(self) -> Result<SlipView> {
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
            Err(error) => view.trouble = Some(Failure::from(Error::from(error))),
        }
        Ok(view)
    }
}
