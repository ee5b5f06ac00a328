//! What the window is told of printers and of the print queue.

use intake_model::{Code, Paper, PrintState, PrinterNeed, Sheet};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The queue as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PrintQueue {
    /// What is not over, in the order of the queue, then what ended today and yesterday, the newest first.
    pub rows: Vec<PrintRow>,
    /// Every printer that one of them, or a setting, names.
    pub printers: Vec<PrinterView>,
}

/// One paper in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PrintRow {
    /// Its place.
    pub id: i64,
    /// Which paper; `None` for the test page.
    pub paper: Option<Paper>,
    /// With hyphens; empty for the test page.
    pub number: String,
    /// For calling out; empty for the test page.
    pub short: String,
    /// Which copy; from 2 on it says 补打.
    pub copy: u32,
    /// How many of it come out.
    pub copies: u32,
    /// `2026-11-24 09:05`.
    pub at: String,
    /// How far it is.
    pub state: PrintState,
    /// Why it failed.
    pub code: Option<Code>,
    /// The address of its printer; empty where none is set.
    pub printer: String,
    /// Whether it never reached a printer, so that the same copy may be sent again.
    pub unsent: bool,
    /// Whether somebody should look at it.
    pub asks: bool,
}

/// A printer as it was last found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PrinterView {
    /// Where it listens.
    pub address: String,
    /// What people call it; empty where it did not say.
    pub name: String,
    /// How it is.
    pub condition: PrinterCondition,
    /// What it asks a person to do, the most pressing first.
    pub needs: Vec<PrinterNeed>,
    /// What it warns of: it counts where a paper does not come out.
    pub warnings: Vec<PrinterNeed>,
    /// The papers it knows, by their names.
    pub media: Vec<String>,
}

/// How a printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum PrinterCondition {
    /// Nobody asked it yet.
    Unasked,
    /// It takes what is sent.
    Ready,
    /// It answers, and takes nothing now.
    Refusing,
    /// It does not answer.
    Unreachable,
    /// What answers there is no printer, or no such queue.
    NoPrinter,
}

/// Where each kind of paper lies, and which printers there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PrinterSettings {
    /// The desk's printer; empty for none.
    pub main: String,
    /// On what slips are printed; A4: as the foot of the visit's form.
    pub slip: Sheet,
    /// One for each kind of paper.
    pub sheets: Vec<SheetSetting>,
    /// The queues of this machine's print server.
    pub found: Vec<FoundPrinter>,
    /// Those that are set, as they answered just now.
    pub printers: Vec<PrinterView>,
}

/// Where one kind of paper lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SheetSetting {
    /// Which paper.
    pub sheet: Sheet,
    /// The printer; empty for the desk's.
    pub address: String,
    /// The printer's name for the paper; empty for the usual one.
    pub media: String,
}

/// A printer that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FoundPrinter {
    /// What people call it.
    pub name: String,
    /// Where it listens.
    pub address: String,
}

/// A paper as it looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct PaperPictures {
    /// Pages as `data:image/png;base64,…`.
    pub pages: Vec<String>,
    /// Characters that no font here draws: the paper shows their code points.
    pub undrawable: String,
    /// The PDF file written, if one was.
    pub file: Option<String>,
}
