//! Written out in plain form: one matter's whole file for the archive or for the visitor's own right to a copy
//! (个人信息保护法 Art. 45), and a period as a sheet for the office.
//!
//! The entry comes first: there is never a plain copy of which the journal knows nothing. What breaks off behind it leaves
//! no half folder. A sealed matter is written out by its readers alone, who open it by that; in a sheet it is a number and
//! a date.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use intake_model::check::text_fault;
use intake_model::{Code, RegistrationNumber, civil_date, civil_time};
use intake_paper::{Document, Record, RecordAttachment, RecordEvent, RecordStep};
use intake_store::{
    AttachmentRecord, Blobs, Db, DeskRow, MatterRecord, Mention, OwnKey, Settings, StepRecord, Version, make_folder,
    write_whole,
};
use intake_wire::{Kind, sha256};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

use crate::attachments::content;
use crate::desk::{Desk, draft};
use crate::papers_view::{paper_file, shown};
use crate::sealed::{opening, unseal};
use crate::sheet::{Line, Shown, sheet};
use crate::visits::{due, minute, parsed, profile_of};
use crate::{Error, Result, steps_view};

/// All papers of a matter, one behind the other.
const PAPERS: &str = "文书.pdf";

/// What was written out, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Exported {
    /// The folder or the file.
    pub path: String,
    /// Files in the folder, or registrations in the sheet.
    pub count: u32,
}

/// The papers that were issued of the matter, each as its last copy looked, bound as one.
struct FiledPapers {
    pdf: Option<Vec<u8>>,
    /// What the list of the file says of each.
    told: Vec<Value>,
}

/// All that is written out of one matter.
struct WholeFile {
    desk: DeskRow,
    settings: Settings,
    matter: MatterRecord,
    versions: Vec<Version>,
    attachments: Vec<AttachmentRecord>,
    steps: Vec<StepRecord>,
    mentions: Vec<Mention>,
}

impl Desk {
    /// Writes one matter's whole file into a new folder named after its number: its record as PDF, every version as JSON,
    /// its attachments as they were handed over, its papers as they were issued.
    ///
    /// # Errors
    /// [`Code::ExportFolderUnusable`], [`Code::SealedNotYours`], [`Code::AttachmentUnreadable`], [`Code::NumberUnknown`],
    /// [`Code::DeskLocked`], or those of the disk. Nothing of the folder is left then.
    pub fn export_matter(&self, number: &str, folder: &Path) -> Result<Exported> {
        let (db, clerk) = self.at_work()?;
        let number: RegistrationNumber = parsed(number)?;
        let moment = self.now();
        let mut whole = db.read::<_, Error>(|r| {
            let text = number.to_string();
            Ok(WholeFile {
                desk: r.desk()?,
                settings: r.settings()?,
                matter: r.matters().find(&text)?.ok_or(Error::Refused(Code::NumberUnknown))?,
                versions: r.matters().versions(&text)?,
                attachments: r.attachments().of(&text)?,
                steps: r.matters().steps(&text)?,
                mentions: r.journal().about(&text)?,
            })
        })?;
        let opened = whole.unseal(&self.own()?)?;
        // Before the entry: a matter that cannot be laid out is not written out.
        let pdf = self.papers()?.record(&whole.record(moment.at_ms)?)?.pdf()?;
        let papers = self.filed_papers(&db, &number, whole.matter.void)?;
        let target = self.free(folder, &number.to_string(), "")?;
        db.write::<_, Error>(|tx| {
            if opened {
                tx.append(opening(&number.to_string())?, clerk.id, moment)?;
            }
            let open = json!({ "number": number.to_string() });
            tx.append(draft(Kind::matter_exported(), &open, &json!({}))?, clerk.id, moment)?;
            Ok(())
        })?;
        // Under another name until it is whole: whoever finds the folder finds all of it.
        let making = target.with_file_name(format!("{number}.未完成"));
        let done = self.write_file(&whole, &pdf, &papers, &making, &minute(moment.at_ms)).and_then(|count| {
            std::fs::rename(&making, &target).map_err(|error| Error::Export(error.into()))?;
            Ok(count)
        });
        match done {
            Ok(count) => Ok(Exported { path: target.display().to_string(), count }),
            Err(error) => {
                // What cannot be removed either lies on a disk that is gone.
                let _ = std::fs::remove_dir_all(&making);
                Err(error)
            }
        }
    }

    /// Every paper of a matter, the voided ones too: the slip, the form, then the others as they were issued.
    fn filed_papers(&self, db: &Db, number: &RegistrationNumber, all_void: bool) -> Result<FiledPapers> {
        let slips = self.slips_of(db, number)?.into_iter().map(|(paper, content)| {
            (content, json!({ "paper": paper.label(), "title": paper.label(), "void": all_void }))
        });
        let issued = self.documents_of(db, &number.to_string())?.into_iter().map(|(one, content)| {
            let (title, issued) = (paper_file(&one), shown(one));
            let told = json!({
                "paper": issued.paper.label(), "title": title, "document": issued.document, "issued_at": issued.issued,
                "clerk": issued.clerk, "copies": issued.copies, "voided_at": issued.voided,
                "void_reason": issued.void_reason, "deliveries": issued.deliveries,
                "void": all_void || issued.voided.is_some(),
            });
            (content, told)
        });
        let (contents, mut told): (Vec<_>, Vec<_>) = slips.chain(issued).unzip();
        let documents = self.papers()?.lay_out_all(&contents)?;
        let mut page = 1;
        for (document, one) in documents.iter().zip(&mut told) {
            if let Some(fields) = one.as_object_mut() {
                fields.insert("page".into(), json!(page));
            }
            page += document.pages();
        }
        Ok(FiledPapers { pdf: Document::bound(&documents).map(|bound| bound.pdf()).transpose()?, told })
    }

    fn write_file(&self, whole: &WholeFile, pdf: &[u8], papers: &FiledPapers, folder: &Path, at: &str) -> Result<u32> {
        let refused = Error::Export;
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(|error| refused(error.into()))?;
        }
        make_folder(folder).map_err(refused)?;
        write_whole(&folder.join("登记记录.pdf"), pdf).map_err(refused)?;
        let blobs = Blobs::of(&self.folder());
        let (mut files, mut written) = (Vec::new(), 0_u32);
        for (place, one) in whole.attachments.iter().enumerate() {
            let removed = one.removed.as_ref().map(|removed| {
                let reason = removed.reason.told().map(|why| why.reason.as_str());
                json!({ "at": minute(removed.at_ms), "clerk": removed.clerk, "reason": reason })
            });
            let (mut file, mut digest) = (None, None);
            if let (None, Some(kept)) = (&one.removed, one.content.told()) {
                let bytes = content(&blobs, one)?;
                let name = format!("{:02}-{}", place + 1, plain_name(&kept.name, one.kind.ending()));
                let below = folder.join("附件");
                make_folder(&below).map_err(refused)?;
                write_whole(&below.join(&name), &bytes).map_err(refused)?;
                (file, digest) = (Some(format!("附件/{name}")), Some(sha256(&[&bytes])));
                written += 1;
            }
            files.push(json!({
                "file": file, "sha256": digest, "name": one.content.told().map(|content| content.name.as_str()),
                "kind": one.kind, "bytes": one.bytes, "pages": one.pages, "added_at": minute(one.added_ms),
                "clerk": one.clerk, "removed": removed,
            }));
        }
        if let Some(pdf) = &papers.pdf {
            write_whole(&folder.join(PAPERS), pdf).map_err(refused)?;
            written += 1;
        }
        let json = serde_json::to_vec_pretty(&whole.json(at, &files, papers))?;
        write_whole(&folder.join("matter.json"), &json).map_err(refused)?;
        // The record and the versions besides.
        Ok(written + 2)
    }

    /// Writes the registrations of a period into an Excel sheet: a file where `target` ends in `.xlsx`, else a file in that
    /// folder. Names, phones, papers and addresses are masked and free text is left out, unless an administrator gives a
    /// reason for more.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] and [`Code::ReasonNeeded`] for more, [`Code::ExportFolderUnusable`], [`Code::DeskLocked`], or
    /// those of the disk.
    pub fn export_period(
        &self,
        from: NaiveDate,
        to: NaiveDate,
        target: &Path,
        unmasked: Option<&str>,
    ) -> Result<Exported> {
        let (db, clerk) = if unmasked.is_some() { self.administrator()? } else { self.at_work()? };
        let reason = unmasked.unwrap_or_default().trim();
        if unmasked.is_some() && reason.is_empty() {
            return Err(Error::Refused(Code::ReasonNeeded));
        }
        if let Some(code) = text_fault(reason) {
            return Err(Error::about("reason", code));
        }
        let moment = self.now();
        let lines = db.read::<_, Error>(|r| {
            let profile = profile_of(&r.desk()?, &r.settings()?);
            let matters = r.matters();
            let line = |matter: MatterRecord| {
                let due = due(&matters.versions(&matter.number)?, &profile);
                Ok(Line { matter, due })
            };
            matters.between(from, to)?.into_iter().map(line).collect::<Result<Vec<_>>>()
        })?;
        let bytes = sheet(&lines, if unmasked.is_some() { Shown::All } else { Shown::Masked })?;
        let file = if target.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx")) {
            self.outside(target.parent().unwrap_or(target))?;
            target.to_owned()
        } else {
            self.free(target, &format!("来访登记-{from}至{to}"), ".xlsx")?
        };
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        db.write::<_, Error>(|tx| {
            let open = json!({ "from": from, "to": to, "rows": count, "masked": unmasked.is_none() });
            let entry = draft(Kind::period_exported(), &open, &json!({ "reason": reason }))?;
            tx.append(entry, clerk.id, moment)?;
            Ok(())
        })?;
        write_whole(&file, &bytes).map_err(|error| {
            let _ = std::fs::remove_file(file.with_extension("new"));
            Error::Export(error)
        })?;
        Ok(Exported { path: file.display().to_string(), count })
    }

    /// A name in the folder that nothing has yet. Nothing that was written out before is overwritten.
    pub(crate) fn free(&self, folder: &Path, name: &str, ending: &str) -> Result<PathBuf> {
        self.outside(folder)?;
        let mut path = folder.join(format!("{name}{ending}"));
        for again in 2.. {
            if !path.exists() {
                break;
            }
            path = folder.join(format!("{name}-{again}{ending}"));
        }
        Ok(path)
    }

    /// A folder that can be written and is not the data folder: nothing plain may lie in that one.
    fn outside(&self, folder: &Path) -> Result<()> {
        let refused = || Error::Refused(Code::ExportFolderUnusable);
        if !folder.is_absolute() {
            return Err(refused());
        }
        make_folder(folder).map_err(Error::Export)?;
        let (own, folder) = (self.folder().path().canonicalize(), folder.canonicalize());
        match (own, folder) {
            (Ok(own), Ok(folder)) if !folder.starts_with(&own) => Ok(()),
            _ => Err(refused()),
        }
    }
}

impl WholeFile {
    /// Opens what of it is sealed. Gives whether anything was; what is not whole is not written out.
    fn unseal(&mut self, own: &OwnKey) -> Result<bool> {
        let records = self.versions.iter_mut().map(|one| &mut one.record).chain([&mut self.matter.record]);
        let mut opened = false;
        for record in records {
            opened |= unseal(record, own)?;
        }
        for file in &mut self.attachments {
            opened |= file.unseal(own);
            if file.is_sealed() {
                return Err(Error::Refused(Code::SealedNotYours));
            }
        }
        for step in &mut self.steps {
            opened |= step.unseal(own);
            if step.is_sealed() {
                return Err(Error::Refused(Code::SealedNotYours));
            }
        }
        Ok(opened)
    }

    fn record(&self, now_ms: i64) -> Result<Record> {
        let visit = self.matter.record.visit().cloned().ok_or(Error::Refused(Code::NumberUnknown))?;
        let attachment = |one: &AttachmentRecord| RecordAttachment {
            name: one.content.told().map(|content| content.name.clone()).unwrap_or_default(),
            pages: one.pages,
            removed: one
                .removed
                .as_ref()
                .map(|removed| removed.reason.told().map(|why| why.reason.clone()).unwrap_or_default()),
        };
        let event = |one: &Mention| RecordEvent { at: civil_time(one.at_ms), clerk: one.clerk, kind: one.kind.clone() };
        Ok(Record {
            office: self.desk.centre_name.clone(),
            desk: self.desk.number,
            number: self.matter.number.clone(),
            registered_at: civil_time(self.matter.registered_ms),
            clerk: self.matter.clerk,
            version: self.matter.version,
            void: self.matter.void.then(|| self.matter.void_reason.clone()),
            due: due(&self.versions, &profile_of(&self.desk, &self.settings)),
            visit,
            attachments: self.attachments.iter().map(attachment).collect(),
            steps: self.steps.iter().cloned().map(steps_view::shown).map(recorded).collect(),
            events: self.mentions.iter().map(event).collect(),
            made_at: civil_time(now_ms),
            practice: self.desk.practice,
        })
    }

    /// Without the query code: it is the visitor's alone, and whoever holds this file is to need the visitor for it.
    fn json(&self, at: &str, files: &[Value], papers: &FiledPapers) -> Value {
        let version = |one: &Version| {
            json!({
                "version": one.version, "at": minute(one.at_ms), "clerk": one.clerk,
                "visit": one.record.visit(),
            })
        };
        let entry =
            |one: &Mention| json!({ "seq": one.seq, "kind": one.kind, "clerk": one.clerk, "at": minute(one.at_ms) });
        json!({
            "format": "intake-matter 1",
            "office": self.desk.centre_name,
            "desk": self.desk.number,
            "practice": self.desk.practice,
            "number": self.matter.number,
            "date": civil_date(self.matter.registered_ms),
            "exported_at": at,
            "void": self.matter.void.then_some(&self.matter.void_reason),
            "versions": self.versions.iter().rev().map(version).collect::<Vec<_>>(),
            "entries": self.mentions.iter().map(entry).collect::<Vec<_>>(),
            "attachments": files,
            "papers_file": papers.pdf.as_ref().map(|pdf| json!({ "file": PAPERS, "sha256": sha256(&[pdf]) })),
            "papers": papers.told,
            "steps": self.steps.iter().cloned().map(steps_view::shown).collect::<Vec<_>>(),
        })
    }
}

/// A step as the record tells it.
fn recorded(one: steps_view::ShownStep) -> RecordStep {
    let withdrawn = one.withdrawn.map(|at| if one.reason.is_empty() { at } else { one.reason });
    RecordStep { kind: one.kind, taken: one.taken, withdrawn }
}

/// A file's name that every file system takes, with the ending of what it is.
fn plain_name(name: &str, ending: &str) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, end)) if end.chars().count() <= 4 => stem,
        _ => name,
    };
    format!("{}.{ending}", plain_stem(stem))
}

/// The part of it before its ending.
pub(crate) fn plain_stem(stem: &str) -> String {
    let plain = |c: char| if "/\\:*?\"<>|".contains(c) || c.is_control() { '_' } else { c };
    // A name of three bytes a character must stay below the 255 bytes of most file systems.
    let stem: String = stem.chars().map(plain).take(60).collect();
    stem.trim_matches([' ', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_files_name_is_one_that_every_disk_takes() {
        let check = |name, expect| assert_eq!(plain_name(name, "jpg"), expect);
        check("合同.jpeg", "合同.jpg");
        check("../../etc/passwd", ".._.._etc_passwd.jpg".trim_start_matches('.'));
        check("a:b?.png", "a_b_.jpg");
        check("第1.2页的照片", "第1.2页的照片.jpg");
        assert!(plain_name(&"长".repeat(200), "pdf").len() < 240);
    }
}
