//! Which printers there are and which paper lies in which.
//!
//! With one printer there is nothing to choose: every paper goes to the desk's own. A kind of paper that lies elsewhere is
//! told by the administrator.

use intake_model::{Code, Sheet};
use intake_paper::printer::{self, PrinterAddress};
use intake_store::{Settings, SheetPrinter, Writer};

use crate::desk::Desk;
use crate::print_view::{FoundPrinter, PrinterSettings, SheetSetting};
use crate::{Error, Result};

/// Where a paper goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tray {
    /// The printer's address.
    pub(crate) address: String,
    /// The paper by the name the printer has for it.
    pub(crate) media: Option<String>,
}

/// Where a kind of paper lies; `None` where no printer is set for it.
pub(crate) fn tray(settings: &Settings, sheets: &[SheetPrinter], sheet: Sheet) -> Option<Tray> {
    let own = sheets.iter().find(|one| one.sheet == sheet);
    let address = own.map(|one| one.address.as_str()).filter(|one| !one.is_empty()).unwrap_or(&settings.printer);
    if address.is_empty() {
        return None;
    }
    let media = own.map(|one| one.media.as_str()).filter(|one| !one.is_empty()).or(sheet.media());
    Some(Tray { address: address.to_owned(), media: media.map(str::to_owned) })
}

/// The same within a transaction.
pub(crate) fn tray_now(tx: &Writer<'_>, sheet: Sheet) -> Result<Option<Tray>> {
    Ok(tray(&tx.settings()?, &tx.sheet_printers()?, sheet))
}

impl Desk {
    /// Which printers there are, and where each kind of paper lies. Asks every printer that is set how it is.
    ///
    /// # Errors
    /// [`Code::DeskLocked`]. A print server that does not answer is one without printers.
    pub async fn printers(&self) -> Result<PrinterSettings> {
        let (db, _) = self.at_work()?;
        let (settings, sheets) = db.read::<_, Error>(|r| Ok((r.settings()?, r.sheet_printers()?)))?;
        let found = match printer::queues().await {
            Ok(found) => found,
            Err(error) => {
                tracing::info!(%error, "the print server tells of no queues");
                Vec::new()
            }
        };
        let mut set: Vec<String> = Sheet::ALL
            .iter()
            .filter_map(|sheet| tray(&settings, &sheets, *sheet).map(|tray| tray.address))
            .chain(Some(settings.printer.clone()).filter(|one| !one.is_empty()))
            .collect();
        set.sort();
        set.dedup();
        self.ask_printers(&set).await;
        let of = |sheet: Sheet| {
            let own = sheets.iter().find(|one| one.sheet == sheet);
            let text = |field: fn(&SheetPrinter) -> &String| own.map(field).cloned().unwrap_or_default();
            SheetSetting { sheet, address: text(|one| &one.address), media: text(|one| &one.media) }
        };
        Ok(PrinterSettings {
            main: settings.printer.clone(),
            slip: settings.slip_sheet,
            sheets: Sheet::ALL.iter().map(|sheet| of(*sheet)).collect(),
            found: found.into_iter().map(|one| FoundPrinter { name: one.name, address: one.address }).collect(),
            printers: self.printer_views(&set),
        })
    }

    /// Says where a kind of paper lies; an empty address means the desk's printer, an empty name the usual paper.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::PrinterAddressUnusable`], and those of [`Desk::printers`].
    pub async fn set_sheet_printer(&self, sheet: Sheet, address: &str, media: &str) -> Result<PrinterSettings> {
        let (db, _) = self.administrator()?;
        let (address, media) = (address.trim().to_owned(), media.trim().to_owned());
        if !address.is_empty() {
            let _: PrinterAddress = address.parse()?;
        }
        db.write::<_, Error>(|tx| Ok(tx.set_sheet_printer(&SheetPrinter { sheet, address, media })?))?;
        self.hurry_printing();
        self.printers().await
    }

    /// Says on what slips are printed; A4: as the foot of the visit's form.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], and those of [`Desk::printers`].
    pub async fn set_slip_sheet(&self, sheet: Sheet) -> Result<PrinterSettings> {
        self.set(|settings| settings.slip_sheet = sheet)?;
        self.printers().await
    }

    /// Whether a clerk may send papers there: a printer that the administrator set, or a queue of this machine.
    pub(crate) async fn may_print_at(&self, address: &str) -> Result<()> {
        let (db, _) = self.at_work()?;
        let (settings, sheets) = db.read::<_, Error>(|r| Ok((r.settings()?, r.sheet_printers()?)))?;
        let is_set = settings.printer == address || sheets.iter().any(|one| one.address == address);
        if !address.is_empty() && (is_set || printer::queues().await?.iter().any(|one| one.address == address)) {
            return Ok(());
        }
        Err(Error::Refused(Code::NotAllowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_printer_takes_every_paper_and_another_only_what_it_was_chosen_for() {
        let settings = Settings { printer: "ipp://one/".into(), ..Settings::default() };
        let at = |sheets: &[SheetPrinter], sheet| {
            tray(&settings, sheets, sheet).map(|tray| (tray.address, tray.media.unwrap_or_default()))
        };
        let one = |media: &str| Some(("ipp://one/".to_owned(), media.to_owned()));
        assert_eq!(at(&[], Sheet::A5), one("iso_a5_148x210mm"));
        assert_eq!(at(&[], Sheet::A4), one("iso_a4_210x297mm"));
        assert_eq!(at(&[], Sheet::Roll80), one(""));
        let set =
            |sheet, address: &str, media: &str| SheetPrinter { sheet, address: address.into(), media: media.into() };
        let sheets = [set(Sheet::Roll80, "ipp://roll/", "om_80x297mm"), set(Sheet::A5, "", "iso_a4_210x297mm")];
        assert_eq!(at(&sheets, Sheet::Roll80), Some(("ipp://roll/".into(), "om_80x297mm".into())));
        assert_eq!(at(&sheets, Sheet::A5), one("iso_a4_210x297mm"), "no A5 there: it comes out on A4");
        assert_eq!(tray(&Settings::default(), &[], Sheet::A5), None);
    }
}
