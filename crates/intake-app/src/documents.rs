//! The papers of a matter: offered from what it led to, issued under the next number of their series, delivered. First the
//! journal entry with its place in the print queue, then the paper from it (invariant 1).
//!
//! Deliberately absent: a paper that issues itself, and a number without its entry.

use chrono::{Datelike as _, NaiveDate};
use intake_model::check::text_fault;
use intake_model::{
    Calendars, Case, Code, Delivery, Filling, Outcome, Paper, Profile, StepKind, Visit, civil_date, civil_time,
    counting, papers_for,
};
use intake_paper::{Document, Notice, PaperContent};
use intake_store::{Db, DeskRow, DocumentRecord, MatterRecord, Matters, OwnKey, Settings, StepRecord, Version, Writer};
use intake_wire::{
    DeliveryTold, DocumentContent, DocumentDelivered, DocumentIssued, DocumentPlace, DocumentReprinted, DocumentVoided,
    Kind, Letterhead, Moment, Personal, Record, VoidReason,
};
use serde_json::json;

use crate::desk::{Desk, draft};
use crate::notices::{notice, preview};
use crate::papers_view::{FirstAnswer, IssuedPaper, MatterPapers, PaperIssued, day_of, paper_file, shown};
use crate::prints::{Printable, enqueue, pictures};
use crate::sealed::{Noted, as_sealed, may_open};
use crate::slip::{Made, UNTOLD_CODE};
use crate::times::date_is_certain;
use crate::view::SlipView;
use crate::visits::{due, parsed, profile_of, standing};
use crate::{Error, Result};

/// A matter whose papers this clerk may see and make.
pub(crate) struct Opened<'a> {
    pub(crate) desk: DeskRow,
    pub(crate) profile: std::borrow::Cow<'static, Profile>,
    pub(crate) matter: MatterRecord,
    /// The newest first.
    pub(crate) versions: Vec<Version>,
    /// What was done with it, the first one first.
    pub(crate) steps: Vec<StepRecord>,
    /// When the district last forwarded it to this centre, and that was received.
    pub(crate) forwarded_on: Option<NaiveDate>,
    /// `None` in the background: nobody reads along there.
    own: Option<&'a OwnKey>,
    pub(crate) now_ms: i64,
}

impl Desk {
    /// The papers that fit a matter, filled in, and those it has. Of a sealed matter they are shown to its readers alone,
    /// and that is journalled, unless they opened it already: what is looked at until the desk locks is one opening.
    ///
    /// # Errors
    /// [`Code::NumberUnknown`], [`Code::SealedNotYours`], [`Code::ContentErased`], [`Code::DeskLocked`].
    pub fn papers_for(&self, number: &str) -> Result<MatterPapers> {
        let (db, clerk) = self.at_work()?;
        let number = parsed(number)?.to_string();
        let (own, moment) = (self.own()?, self.now());
        let (sealed, papers) = db.read(|r| {
            let opened = Opened::of(&r.matters(), r.desk()?, &r.settings()?, &number, Some(&own), moment.at_ms)?;
            Ok::<_, Error>((opened.is_sealed(), opened.papers(r.documents().of(&number)?)?))
        })?;
        if sealed {
            self.note_opening(&db, &clerk, &number)?;
        }
        Ok(papers)
    }

    /// How a paper would look, as pictures. Its number is open until it is issued.
    ///
    /// # Errors
    /// As [`Desk::issue_paper`]; nothing is kept and nothing printed.
    pub fn preview_paper(&self, number: &str, paper: Paper, filling: &Filling) -> Result<Vec<String>> {
        let (db, clerk) = self.at_work()?;
        let number = parsed(number)?.to_string();
        let (own, moment) = (self.own()?, self.now());
        let shown = db.read::<_, Error>(|r| {
            let opened = Opened::of(&r.matters(), r.desk()?, &r.settings()?, &number, Some(&own), moment.at_ms)?;
            let documents = r.documents().of(&number)?;
            let (kept, outcome) = opened.filled(paper, filling, &documents)?;
            let mark = r.line().epochs()?.pop().map(|epoch| epoch.mark).unwrap_or_default();
            preview(&opened, &opened.issued(paper, mark, 0), kept, outcome, clerk.id, moment.at_ms)
        })?;
        Ok(pictures(&self.papers()?.notice(&shown)?)?.pages)
    }

    /// Issues a paper under the next number of its series and puts it into the print queue, where a printer is set.
    ///
    /// # Errors
    /// [`Code::ClockBehind`] or [`Code::ClockAhead`] until [`Desk::confirm_clock`]: the day stands on it and its year in its number.
    /// [`Code::PaperNotFitting`], [`Code::DecisionNotOurs`], what [`intake_model::Offer::filled`] refuses, [`Code::SealedNotYours`],
    /// [`Code::NumberUnknown`], [`Code::AlreadyVoid`], [`Code::ContentErased`], [`Code::DeskLocked`], or those of the disk:
    /// no number is used up then. Printer trouble is no error: it stands in the queue.
    pub async fn issue_paper(&self, number: &str, paper: Paper, filling: Filling) -> Result<PaperIssued> {
        let number = parsed(number)?;
        self.go_out(number.to_string(), move |tx, opened, clerk, moment| {
            standing(tx, &number)?;
            let documents = tx.documents().of(&opened.matter.number)?;
            let (filling, outcome) = opened.filled(paper, &filling, &documents)?;
            let content = DocumentContent { filling, outcome };
            give_out(tx, opened, paper, Vec::new(), &content, (clerk, moment))
        })
        .await
    }

    /// Issues a 送达回证 for papers of a matter that are handed over together.
    ///
    /// # Errors
    /// [`Code::DocumentUnknown`], [`Code::DocumentVoid`], and as [`Desk::issue_paper`].
    pub async fn issue_service_record(&self, number: &str, documents: Vec<String>) -> Result<PaperIssued> {
        let number = parsed(number)?.to_string();
        self.go_out(number, move |tx, opened, clerk, moment| {
            if !opened.profile.may_issue(Paper::ServiceRecord) {
                return Err(Error::Refused(Code::DecisionNotOurs));
            }
            let served = papers_to_deliver(tx, &opened.matter.number, &documents)?;
            // Whom they were written to.
            let served = opened.unsealed(served).into_iter();
            let mut addressees = served.filter_map(|one| one.content.told().map(|told| told.filling.addressee.clone()));
            let filling = Filling { addressee: addressees.next().unwrap_or_default(), ..Filling::default() };
            let content = DocumentContent { filling, outcome: None };
            give_out(tx, opened, Paper::ServiceRecord, documents, &content, (clerk, moment))
        })
        .await
    }

    /// Prints one more copy of a paper; it says 补打 with its count and time.
    ///
    /// # Errors
    /// [`Code::ClockBehind`], [`Code::ClockAhead`], [`Code::DocumentUnknown`], [`Code::DocumentVoid`], and as
    /// [`Desk::papers_for`].
    pub async fn reprint_paper(&self, number: &str, document: String) -> Result<PaperIssued> {
        let number = parsed(number)?.to_string();
        self.go_out(number, move |tx, opened, clerk, moment| {
            reprint(tx, &opened.matter.number, document, clerk, moment)
        })
        .await
    }

    /// The last copy of a paper as pictures.
    ///
    /// # Errors
    /// As [`Desk::reprint_paper`].
    pub fn show_paper(&self, number: &str, document: &str) -> Result<SlipView> {
        self.look_at(&parsed(number)?.to_string(), document, Self::note_opening)?.view()
    }

    /// Writes the last copy's PDF into the folder for PDF files.
    ///
    /// # Errors
    /// [`Code::PdfFolderUnwritable`], and as [`Desk::reprint_paper`].
    pub fn save_paper(&self, number: &str, document: &str) -> Result<SlipView> {
        let (db, _) = self.at_work()?;
        self.look_at(&parsed(number)?.to_string(), document, Self::note_writing_out)?.saved(self, &db)
    }

    /// Voids a paper that was spoiled; its number stays used.
    ///
    /// # Errors
    /// [`Code::ReasonNeeded`] without a reason, [`Code::DocumentUnknown`], [`Code::DocumentVoid`], and as
    /// [`Desk::papers_for`].
    pub fn void_paper(&self, number: &str, document: &str, reason: &str) -> Result<MatterPapers> {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            return Err(Error::Refused(Code::ReasonNeeded));
        }
        if let Some(code) = text_fault(&reason) {
            return Err(Error::about("reason", code));
        }
        let document = document.to_owned();
        self.go_on(&parsed(number)?.to_string(), |tx, opened, clerk, moment| {
            let number = opened.matter.number.clone();
            standing_papers(tx, &number, std::slice::from_ref(&document))?;
            let told = DocumentVoided { number, document };
            let personal = as_sealed(&opened.matter.record, &VoidReason { reason })?;
            let seq = tx.append(draft(Kind::document_voided(), &told, &personal)?, clerk, moment)?;
            Ok(tx.set_document_void(&told, seq)?)
        })
    }

    /// Keeps how one or several papers reached their addressee, or were refused.
    ///
    /// # Errors
    /// What [`Delivery::check`] refuses, [`Code::ClockBehind`], [`Code::ClockAhead`], [`Code::DocumentUnknown`],
    /// [`Code::DocumentVoid`], and as [`Desk::papers_for`].
    pub fn deliver(&self, number: &str, documents: &[String], delivery: &Delivery) -> Result<MatterPapers> {
        let (delivery, documents) = (delivery.clone().normalised(), documents.to_vec());
        self.go_on(&parsed(number)?.to_string(), |tx, opened, clerk, moment| {
            date_is_certain(&tx.times(), moment)?;
            let number = opened.matter.number.clone();
            let last = papers_to_deliver(tx, &number, &documents)?.into_iter().map(|one| one.at_ms).max();
            let last = last.ok_or(Error::Refused(Code::DocumentUnknown))?;
            let checked = delivery.check(civil_time(last), civil_time(moment.at_ms));
            checked.map_err(|(field, code)| Error::about(field, code))?;
            let told = DocumentDelivered { number, documents };
            let personal = as_sealed(&opened.matter.record, &DeliveryTold { delivery })?;
            let seq = tx.append(draft(Kind::document_delivered(), &told, &personal)?, clerk, moment)?;
            Ok(tx.add_delivery(&told, seq)?)
        })
    }

    /// One change to a matter's papers, in one transaction; gives them as they are then.
    fn go_on(
        &self,
        number: &str,
        change: impl FnOnce(&Writer<'_>, &Opened<'_>, u32, Moment) -> Result<()>,
    ) -> Result<MatterPapers> {
        let (db, clerk) = self.at_work()?;
        let (own, moment) = (self.own()?, self.now());
        db.write(|tx| {
            let opened = Opened::of(&tx.matters(), tx.desk()?, &tx.settings()?, number, Some(&own), moment.at_ms)?;
            change(tx, &opened, clerk.id, moment)?;
            opened.papers(tx.documents().of(number)?)
        })
    }

    /// One change that brings a copy out: committed with its place in the print queue, then drawn.
    async fn go_out(
        &self,
        number: String,
        change: impl FnOnce(&Writer<'_>, &Opened<'_>, u32, Moment) -> Result<Out> + Send + 'static,
    ) -> Result<PaperIssued> {
        self.apart(move |desk| {
            let mut out = None;
            let papers = desk.go_on(&number, |tx, opened, clerk, moment| {
                out = Some(change(tx, opened, clerk, moment)?);
                Ok(())
            })?;
            let Out { document, job } = out.ok_or_else(Error::internal)?;
            desk.hurry_printing();
            let (made, _) = desk.copy_of(&number, &document)?;
            Ok(PaperIssued { document, copy: SlipView { job, ..made.view()? }, papers })
        })
        .await
    }

    /// The last copy of a paper, for who asks to see it or to take it away.
    fn look_at(&self, number: &str, document: &str, note: Noted) -> Result<Made> {
        let (db, clerk) = self.at_work()?;
        let (made, sealed) = self.copy_of(number, document)?;
        if sealed {
            note(self, &db, &clerk, number)?;
        }
        Ok(made)
    }

    /// What the file of the copy is called that one entry brought out.
    pub(crate) fn document_file(&self, db: &Db, number: &str, (epoch, seq): (i64, u64)) -> Result<String> {
        let own = self.own()?;
        let one = db.read::<_, Error>(|r| Ok(r.documents().copy_at(number, epoch, seq)?))?;
        let mut one = one.ok_or(Error::Refused(Code::DocumentUnknown))?;
        one.unseal(&own);
        Ok(format!("{number}-{}", paper_file(&one)))
    }

    /// The copy that one entry brought out, as the queue draws it, with a reader's key where one is signed in.
    ///
    /// # Errors
    /// [`Code::SealedNotYours`] for a sealed matter while none of its readers is signed in.
    pub(crate) fn document_at(&self, db: &Db, number: &str, (epoch, seq): (i64, u64)) -> Result<Document> {
        let (own, now_ms) = (self.session().own.clone(), self.now().at_ms);
        let shown = db.read::<_, Error>(|r| {
            let opened = Opened::of(&r.matters(), r.desk()?, &r.settings()?, number, own.as_ref(), now_ms)?;
            let one = r.documents().copy_at(number, epoch, seq)?;
            let one = opened.unsealed(one.into_iter().collect()).pop().ok_or(Error::Refused(Code::DocumentUnknown))?;
            let all = opened.unsealed(r.documents().of(number)?);
            notice(&opened, &one, &all)
        })?;
        Ok(self.papers()?.notice(&shown)?)
    }

    /// Every paper of a matter in its last copy, for the matter's file: those that are void say so, and none tells the query
    /// code.
    pub(crate) fn documents_of(&self, db: &Db, number: &str) -> Result<Vec<(DocumentRecord, PaperContent)>> {
        let (own, now_ms) = (self.own()?, self.now().at_ms);
        db.read::<_, Error>(|r| {
            let opened = Opened::of(&r.matters(), r.desk()?, &r.settings()?, number, Some(&own), now_ms)?;
            let all = opened.unsealed(r.documents().of(number)?);
            let filed = |one: &DocumentRecord| {
                let notice = notice(&opened, one, &all)?;
                let notice = Notice { query_code: UNTOLD_CODE.to_owned(), ..notice };
                Ok((one.clone(), PaperContent::Notice(Box::new(notice))))
            };
            all.iter().map(filed).collect()
        })
    }

    /// The last copy of a paper, drawn from its entry; and whether its matter is sealed.
    fn copy_of(&self, number: &str, document: &str) -> Result<(Made, bool)> {
        let (db, _) = self.at_work()?;
        let (own, now_ms) = (self.own()?, self.now().at_ms);
        let (shown, copy, sealed, file) = db.read::<_, Error>(|r| {
            let opened = Opened::of(&r.matters(), r.desk()?, &r.settings()?, number, Some(&own), now_ms)?;
            let all = opened.unsealed(r.documents().of(number)?);
            let one = all.iter().rfind(|one| one.document == document).ok_or(Error::Refused(Code::DocumentUnknown))?;
            Ok((notice(&opened, one, &all)?, one.copies, opened.is_sealed(), paper_file(one)))
        })?;
        let made = Made::of(self.papers()?.notice(&shown)?, document, copy);
        Ok((made.in_file(format!("{number}-{file}")), sealed))
    }
}

/// Allots the number, appends the entry and writes the row. Gives the paper's name.
fn give_out(
    tx: &Writer<'_>,
    opened: &Opened<'_>,
    paper: Paper,
    documents: Vec<String>,
    content: &DocumentContent,
    (clerk, moment): (u32, Moment),
) -> Result<Out> {
    date_is_certain(&tx.times(), moment)?;
    let year = civil_date(moment.at_ms).year();
    let (mark, serial) = tx.next_document(&opened.profile.code_word(paper, &opened.desk.centre_name), year)?;
    let issued = DocumentIssued { documents, ..opened.issued(paper, mark, serial) };
    let number = issued.document.number().ok_or_else(Error::internal)?.to_string();
    let personal = as_sealed(&opened.matter.record, content)?;
    let seq = tx.append(draft(Kind::document_issued(), &issued, &personal)?, clerk, moment)?;
    tx.insert_document(&issued, seq)?;
    queued(tx, paper, &issued.number, number, (seq, 1), moment)
}

/// Issues the next copy of a paper within a transaction.
pub(crate) fn reprint(tx: &Writer<'_>, number: &str, document: String, clerk: u32, moment: Moment) -> Result<Out> {
    date_is_certain(&tx.times(), moment)?;
    let found = standing_papers(tx, number, std::slice::from_ref(&document))?;
    let one = found.first().ok_or_else(Error::internal)?;
    let copy = one.copies + 1;
    let told = DocumentReprinted { number: number.to_owned(), document: document.clone(), copy };
    let seq = tx.append(draft(Kind::document_reprinted(), &told, &json!({}))?, clerk, moment)?;
    tx.set_copies(&told, seq)?;
    queued(tx, one.issued.paper, number, document, (seq, copy), moment)
}

/// A copy that was journalled, with its place in the print queue.
pub(crate) struct Out {
    document: String,
    job: Option<i64>,
}

fn queued(
    tx: &Writer<'_>,
    paper: Paper,
    number: &str,
    document: String,
    (seq, copy): (u64, u32),
    moment: Moment,
) -> Result<Out> {
    let job = enqueue(tx, &Printable { paper, sheet: paper.sheet(), number, seq, copy, copies: 1 }, moment)?;
    Ok(Out { document, job })
}

/// Papers of a matter that stand, each once.
fn standing_papers(tx: &Writer<'_>, number: &str, documents: &[String]) -> Result<Vec<DocumentRecord>> {
    let mut found: Vec<DocumentRecord> = Vec::new();
    for document in documents {
        let one = tx.documents().find(number, document)?.ok_or(Error::Refused(Code::DocumentUnknown))?;
        if one.void.is_some() {
            return Err(Error::Refused(Code::DocumentVoid));
        }
        if !found.iter().any(|other| other.document == one.document) {
            found.push(one);
        }
    }
    if found.is_empty() { Err(Error::Refused(Code::DocumentUnknown)) } else { Ok(found) }
}

/// The same, where a visitor can receive them.
fn papers_to_deliver(tx: &Writer<'_>, number: &str, documents: &[String]) -> Result<Vec<DocumentRecord>> {
    let found = standing_papers(tx, number, documents)?;
    let any_kept = found.iter().any(|one| one.issued.paper.is_kept());
    if any_kept { Err(Error::Refused(Code::DocumentUnknown)) } else { Ok(found) }
}

impl<'a> Opened<'a> {
    pub(crate) fn of(
        matters: &Matters<'_>,
        desk: DeskRow,
        settings: &Settings,
        number: &str,
        own: Option<&'a OwnKey>,
        now_ms: i64,
    ) -> Result<Self> {
        let matter = matters.find(number)?.ok_or(Error::Refused(Code::NumberUnknown))?;
        match &matter.record {
            Record::Erased => return Err(Error::Refused(Code::ContentErased)),
            Record::Sealed(sealed) if !may_open(sealed, own) => return Err(Error::Refused(Code::SealedNotYours)),
            Record::Sealed(_) | Record::Told(_) => {}
        }
        let profile = profile_of(&desk, settings);
        Self::known(matters, desk, profile, matter, own, now_ms)
    }

    /// A matter as far as this key opens it, whoever asks.
    pub(crate) fn known(
        matters: &Matters<'_>,
        desk: DeskRow,
        profile: std::borrow::Cow<'static, Profile>,
        matter: MatterRecord,
        own: Option<&'a OwnKey>,
        now_ms: i64,
    ) -> Result<Self> {
        let (versions, mut steps) = (matters.versions(&matter.number)?, matters.steps(&matter.number)?);
        if let Some(own) = own {
            for one in &mut steps {
                one.unseal(own);
            }
        }
        let forwarded_on = matters.acts(&matter.number)?.iter().rev().find_map(|act| act.received_on);
        Ok(Self { desk, profile, matter, versions, steps, forwarded_on, own, now_ms })
    }

    pub(crate) fn is_sealed(&self) -> bool {
        matches!(self.matter.record, Record::Sealed(_))
    }

    /// The visit of a version, as this reader sees it.
    pub(crate) fn visit(&self, version: &Version) -> Option<Visit> {
        match &version.record {
            Record::Told(told) => Some(told.visit.clone()),
            Record::Sealed(sealed) => serde_json::from_slice(&self.own?.open(&sealed.sealed)?).ok(),
            Record::Erased => None,
        }
    }

    /// The day from which the record itself says 受理; `None` where it does not.
    pub(crate) fn accepted_by_record(&self) -> Option<NaiveDate> {
        let accepted = |version: &&Version| {
            let decision = self.visit(version).and_then(|visit| visit.decision);
            decision.is_some_and(|decision| decision.outcome == Outcome::Accepted)
        };
        let since = self.versions.iter().take_while(accepted).last()?;
        let written = civil_date(since.at_ms);
        let newest = self.versions.first().and_then(|newest| self.visit(newest))?;
        Some(if since.version == 1 { newest.received_on(written) } else { written })
    }

    fn with_case<T>(&self, documents: &[DocumentRecord], ask: impl FnOnce(&Case<'_>) -> T) -> Result<T> {
        let newest = self.versions.first().ok_or(Error::Refused(Code::NumberUnknown))?;
        let visit = self.visit(newest).ok_or(Error::Refused(Code::SealedNotYours))?;
        let stands = |paper| documents.iter().any(|one| one.issued.paper == paper && one.void.is_none());
        let facts = self.facts();
        let course = self.course(documents, &facts);
        let hands_over = |one: &&StepRecord| one.kind == StepKind::HandedOver && one.withdrawn.is_none();
        let handed = self.steps.iter().rfind(hands_over);
        let handed_to = handed.and_then(|one| match &one.told {
            Personal::Told(words) => Some((words.told.section.as_str(), one.open.due)),
            Personal::Sealed(_) | Personal::Erased => None,
        });
        Ok(ask(&Case {
            visit: &visit,
            office: &self.profile.office_name(&self.desk.centre_name),
            phone: &self.desk.office_phone,
            now: civil_time(self.now_ms),
            accepted: course.accepted_on().unwrap_or(civil_date(self.now_ms)),
            taken_on: course.accepted_on().is_some() && course.accepted_by_record.is_none(),
            extended: stands(Paper::ExtensionNotice),
            handed_to,
        }))
    }

    /// What goes out on a paper that fits, and the outcome it tells.
    fn filled(
        &self,
        paper: Paper,
        filling: &Filling,
        documents: &[DocumentRecord],
    ) -> Result<(Filling, Option<Outcome>)> {
        if !self.profile.may_issue(paper) {
            return Err(Error::Refused(Code::DecisionNotOurs));
        }
        self.with_case(documents, |case| {
            let offers = papers_for(case, &self.profile);
            let offer =
                offers.iter().find(|offer| offer.paper == paper).ok_or(Error::Refused(Code::PaperNotFitting))?;
            let kept = offer.filled(filling, case, &self.profile).map_err(|(field, code)| Error::about(field, code))?;
            let decided = case.visit.decision.is_some() || case.taken_on;
            Ok((kept, decided.then(|| case.decided().outcome)))
        })?
    }

    /// What the entry says of a paper in the open.
    fn issued(&self, paper: Paper, mark: String, serial: u32) -> DocumentIssued {
        let issued_on = civil_date(self.now_ms);
        let (desk, profile) = (&self.desk, &self.profile);
        DocumentIssued {
            number: self.matter.number.clone(),
            paper,
            document: DocumentPlace {
                code_word: profile.code_word(paper, &desk.centre_name),
                year: issued_on.year(),
                desk: desk.number,
                mark,
                serial,
            },
            issued_on,
            version: self.matter.version,
            printed: Letterhead {
                office: profile.office_name(&desk.centre_name),
                seal: profile.seal_name(&desk.centre_name),
                address: desk.office_address.clone(),
                phone: desk.office_phone.clone(),
                hours: profile.reception.hours.clone(),
                approver_title: profile.titles.get("approver").cloned().unwrap_or_default(),
                signed_on_copy: !profile.service_record,
                retention_years: profile.retention_years,
                wording: profile.wording.clone(),
            },
            documents: Vec::new(),
        }
    }

    pub(crate) fn unsealed(&self, mut documents: Vec<DocumentRecord>) -> Vec<DocumentRecord> {
        if let Some(own) = self.own {
            for one in &mut documents {
                one.unseal(own);
            }
        }
        documents
    }

    fn papers(&self, documents: Vec<DocumentRecord>) -> Result<MatterPapers> {
        let documents = self.unsealed(documents);
        let offers = self.with_case(&documents, |case| papers_for(case, &self.profile))?;
        let issued: Vec<IssuedPaper> = documents.into_iter().map(shown).collect();
        Ok(MatterPapers {
            number: self.matter.number.clone(),
            offers: if self.matter.void { Vec::new() } else { offers },
            first_answer: self.first_answer(&issued),
            issued,
            service_record: self.profile.service_record,
        })
    }

    fn first_answer(&self, issued: &[IssuedPaper]) -> FirstAnswer {
        let due = due(&self.versions, &self.profile);
        let rolled = due.and_then(|day| Calendars::known().working_day_from(day).ok());
        let told = issued.iter().find(|one| one.voided.is_none() && one.paper.is_first_answer());
        let deliveries = told.into_iter().flat_map(|one| one.deliveries.iter());
        let delivered = counting(deliveries.filter_map(|one| one.told.as_ref()), |one| (one.refused, one.at));
        FirstAnswer {
            due: due.map(|day| day.to_string()),
            due_rolled: rolled.filter(|day| Some(*day) != due).map(|day| day.to_string()),
            paper: told.map(|one| one.paper),
            on: delivered.map(|one| one.at.date().to_string()).or(told.and_then(|one| day_of(&one.issued))),
            delivered: delivered.is_some(),
        }
    }
}
