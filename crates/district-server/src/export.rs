//! A centre's matters of a period, written out in plain form for the district's own work: CSV for a spreadsheet, or JSON lines.
//!
//! The entry comes first, in the district's own record about that centre: there is never a copy of which nobody knows. A
//! sealed matter is a number, a date and the fixed word. Deliberately absent: phones, papers and query codes.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use intake_wire::{Draft, Kind};
use serde::Serialize;
use serde_json::json;

use crate::db::matters::{self, Line};
use crate::db::{desks, own};
use crate::desk::check_names;
use crate::export_files::Written;
use crate::{District, Error, Result};

/// Stands for no desk: the district's record about a centre, which goes down to nobody.
const NO_DESK: u8 = 0;

/// So that a spreadsheet takes the text for UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

const HEADINGS: [&str; 13] = [
    "登记编号",
    "登记日期",
    "登记台",
    "版本",
    "作废",
    "当事人类别",
    "人数",
    "应书面告知",
    "回执份数",
    "姓名或名称",
    "住址",
    "标题",
    "诉求",
];

/// What to write out.
#[derive(Debug, Clone)]
pub struct Export {
    /// The centre's nine digits.
    pub centre: String,
    /// The first day of the period.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// Who asks for it.
    pub by: String,
    /// What for.
    pub reason: String,
    /// The file to make, which must not be there yet: `.csv`, or `.jsonl` for JSON lines.
    pub file: PathBuf,
    /// The folder to make for the matters' files, which must not be there yet; nothing of them without one.
    pub files: Option<PathBuf>,
}

/// What was written out.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// Matters.
    pub rows: usize,
    /// Their files that were written out.
    pub files: usize,
    /// Files whose bytes are not here yet.
    pub files_missing: usize,
}

#[derive(Clone, Copy)]
enum Form {
    Csv,
    JsonLines,
}

impl District {
    /// Writes a centre's matters of a period to a new file that only its owner can read, and journals that.
    ///
    /// # Errors
    /// [`Error::Export`] with a sentence: no reason or no name, a file that is there or cannot be made. The entry stays where
    /// writing itself fails, and the file does not.
    pub async fn export(self: &Arc<Self>, asked: &Export) -> Result<Exported> {
        check_names(&asked.centre, 1)?;
        let form = form(asked)?;
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&asked.file);
        let file = made.map_err(|error| Error::Export(format!("the file cannot be made: {error}")))?;
        let done = self.write_out(asked, form, file).await;
        if done.is_err() {
            // Half a file is no export.
            let _ = std::fs::remove_file(&asked.file);
        }
        done
    }

    async fn write_out(self: &Arc<Self>, asked: &Export, form: Form, file: File) -> Result<Exported> {
        let mut client = self.pool.get().await?;
        let lines = matters::of_period(&client, &asked.centre, asked.from, asked.to).await?;
        let tx = client.transaction().await?;
        // Whoever else begins or continues this record waits.
        desks::queue(&tx, &asked.centre, NO_DESK).await?;
        let mut record = match own::newest(&tx, &asked.centre, NO_DESK, true).await? {
            Some(record) => record,
            None => own::open(&tx, &asked.centre, NO_DESK, 1, None).await?,
        };
        let mut open = json!({ "from": asked.from, "to": asked.to, "rows": lines.len(), "masked": false });
        if let (Some(_), Some(open)) = (&asked.files, open.as_object_mut()) {
            open.insert("files".into(), true.into());
        }
        let personal = json!({ "by": asked.by.trim(), "reason": asked.reason.trim() });
        let bytes = |part: serde_json::Value| part.to_string().into_bytes();
        let draft = Draft { kind: Kind::period_exported(), open: bytes(open), personal: bytes(personal) };
        own::append(&tx, &asked.centre, &mut record, draft, self.moment()).await?;
        tx.commit().await?;
        let written = match form {
            Form::Csv => as_csv(&lines, &file),
            Form::JsonLines => as_json_lines(&lines, &file),
        };
        let written = written.and_then(|()| file.sync_all());
        written.map_err(|error| Error::Export(format!("the file cannot be written: {error}")))?;
        drop(client);
        let written_files = match &asked.files {
            Some(folder) => self.write_files(&asked.centre, &lines, folder).await?,
            None => Written::default(),
        };
        Ok(Exported { rows: lines.len(), files: written_files.files, files_missing: written_files.missing })
    }
}

fn form(asked: &Export) -> Result<Form> {
    if asked.by.trim().is_empty() || asked.reason.trim().is_empty() {
        return Err(Error::Export("say who asks for it and what for: both are kept".into()));
    }
    if asked.from > asked.to {
        return Err(Error::Export("the period ends before it begins".into()));
    }
    match asked.file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Ok(Form::Csv),
        Some("jsonl") => Ok(Form::JsonLines),
        _ => Err(Error::Export("the file's name ends with .csv or .jsonl".into())),
    }
}

fn as_json_lines(lines: &[Line], file: &File) -> std::io::Result<()> {
    let mut out = BufWriter::new(file);
    for line in lines {
        serde_json::to_writer(&mut out, line)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn as_csv(lines: &[Line], file: &File) -> std::io::Result<()> {
    let mut out = BufWriter::new(file);
    out.write_all(BYTE_ORDER_MARK)?;
    let mut out = csv::Writer::from_writer(out);
    out.write_record(HEADINGS)?;
    for line in lines {
        out.write_record(cells(line))?;
    }
    out.flush()
}

fn cells(line: &Line) -> [String; 13] {
    let yes = |yes| if yes { "是" } else { "否" }.to_owned();
    let text = |text: &Option<String>| harmless(text.as_deref().unwrap_or_default());
    [
        line.number.clone(),
        line.date.to_string(),
        format!("{:02}", line.desk),
        line.version.to_string(),
        yes(line.void),
        if line.party == "organisation" { "组织" } else { "个人" }.to_owned(),
        line.headcount.to_string(),
        yes(line.owes_written_notice),
        line.slips.to_string(),
        text(&line.name),
        text(&line.address),
        text(&line.title),
        text(&line.demand),
    ]
}

/// What a visitor said is never a formula: a spreadsheet takes it for one by its first character.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}
