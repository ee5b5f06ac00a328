//! Light records of one line: advice without a matter (咨询), and how a matter stands, told at the window (答询).
//!
//! Deliberately absent: who asked. Neither is a visit, and neither is kept about a person.

use intake_model::Code;
use intake_model::check::text_fault;
use intake_wire::{Kind, ProgressTold};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::visits::parsed;
use crate::{Error, Result};

impl Desk {
    /// Keeps one line about advice that was given.
    ///
    /// # Errors
    /// [`Code::DemandEmpty`], [`Code::TextTooLong`], [`Code::ControlCharacter`], [`Code::DeskLocked`].
    pub fn note_advice(&self, line: &str) -> Result<()> {
        let (db, clerk) = self.at_work()?;
        let line = line.trim();
        let fault = if line.is_empty() { Some(Code::DemandEmpty) } else { text_fault(line) };
        if let Some(code) = fault {
            return Err(Error::about("line", code));
        }
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            tx.append(draft(Kind::advice_given(), &json!({}), &json!({ "line": line }))?, clerk.id, moment)?;
            Ok(())
        })
    }

    /// Keeps that somebody who asked was told how a matter stands.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`], [`Code::DeskLocked`].
    pub fn note_progress(&self, number: &str) -> Result<()> {
        let (db, clerk) = self.at_work()?;
        let number = parsed(number)?.to_string();
        let moment = self.now();
        db.write::<_, Error>(|tx| {
            let matters = tx.matters();
            // Any window of the centre answers: also of a matter that another one registered.
            if matters.find(&number)?.is_none() && matters.shared(&number)?.is_none() {
                return Err(Error::Refused(Code::NumberUnknown));
            }
            let told = draft(Kind::progress_told(), &ProgressTold { number }, &json!({}))?;
            tx.append(told, clerk.id, moment)?;
            Ok(())
        })
    }
}
