//! What is said about printing: on which paper, how far a print is, and what a printer asks for.
//!
//! Deliberately absent: how a printer is spoken to (`intake-paper`), and what is done next (`intake-app`).

use crate::outcome::Paper;
use crate::words::words;

words! {
    /// A kind of paper that lies in a printer. For each another printer can be chosen.
    Sheet:
    /// The slip's.
    A5 = "a5",
    /// Forms and notices.
    A4 = "a4",
    /// A roll 80 mm wide, in a thermal printer with a driver of its own.
    Roll80 = "roll80",
}

words! {
    /// How far one print is.
    PrintState:
    /// Not yet sent; tried again by itself.
    Waiting = "waiting",
    /// On its way to the printer. Found so after a start, it becomes [`PrintState::InDoubt`].
    Sending = "sending",
    /// The printer took it and is asked how it goes on.
    Sent = "sent",
    /// The printer took it, and says nothing of it any more.
    HandedOver = "handed_over",
    /// The printer said that it is done, or a clerk saw the paper.
    Printed = "printed",
    /// Refused or broken off; nothing happens until a clerk says what.
    Failed = "failed",
    /// It may have come out: the program ended, or the line broke, while it was being sent. Never sent again by itself.
    InDoubt = "in_doubt",
    /// It did not come out, as a clerk saw: its next copy was issued.
    Missing = "missing",
    /// A clerk gave it up.
    GivenUp = "given_up",
    /// A clerk kept it as a PDF instead.
    Saved = "saved",
}

words! {
    /// What a printer asks a person to do.
    PrinterNeed:
    /// Paper is to be put in.
    Paper = "paper",
    /// Jammed paper is to be taken out.
    Jam = "jam",
    /// A cover, door or tray is to be closed.
    Cover = "cover",
    /// Toner or ink has run out.
    Ink = "ink",
    /// Toner or ink will run out soon; it still prints.
    InkLow = "ink_low",
    /// The output tray is full.
    OutputFull = "output_full",
    /// Somebody paused it.
    Paused = "paused",
    /// It is switched off or unplugged, as the print server says.
    Offline = "offline",
    /// Something else that its own panel says.
    Attention = "attention",
}

impl Default for Sheet {
    /// What a slip was always printed on.
    fn default() -> Self {
        Self::A5
    }
}

impl Sheet {
    /// The size by its PWG 5101.1 name; `None` where only the printer's driver knows its rolls.
    pub const fn media(self) -> Option<&'static str> {
        match self {
            Self::A5 => Some("iso_a5_148x210mm"),
            Self::A4 => Some("iso_a4_210x297mm"),
            Self::Roll80 => None,
        }
    }
}

impl Paper {
    /// What it is printed on, unless the office says otherwise.
    pub const fn sheet(self) -> Sheet {
        match self {
            Self::Slip => Sheet::A5,
            _ => Sheet::A4,
        }
    }
}

impl PrintState {
    /// Whether nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::HandedOver | Self::Printed | Self::Missing | Self::GivenUp | Self::Saved)
    }
}

impl PrinterNeed {
    /// Whether nothing comes out until it is met.
    pub const fn stops(self) -> bool {
        !matches!(self, Self::InkLow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_print_that_is_over_is_never_looked_at_again() {
        let over: Vec<&str> = PrintState::ALL.iter().filter(|one| one.is_over()).map(|one| one.word()).collect();
        assert_eq!(over, ["handed_over", "printed", "missing", "given_up", "saved"]);
    }

    #[test]
    fn a_slip_goes_on_a5_and_every_notice_on_a4() {
        assert_eq!(Paper::Slip.sheet().media(), Some("iso_a5_148x210mm"));
        assert_eq!(Paper::GuidanceSheet.sheet().media(), Some("iso_a4_210x297mm"));
    }
}
