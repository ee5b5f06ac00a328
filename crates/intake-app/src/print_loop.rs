//! What sends the queue to the printers, in the background and whoever sits at the window: locked as well.
//!
//! The state is written before a document leaves and after the answer: what is found half-way is in doubt and never sent
//! again by itself. The printer is asked by a mark in the job's name; where it cannot tell, a clerk is. In order for each
//! printer; one that is off is tried again ever more slowly, and at once when a clerk does something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use intake_model::{Code, PrintState, PrinterNeed};
use intake_paper::printer::{self, Job, JobId, PrinterAddress, Sent, Status, Ticket};
use intake_store::{Db, PrintJob, Settings};
use tokio::task::JoinSet;

use crate::desk::Desk;
use crate::print_view::{PrinterCondition, PrinterView};
use crate::printers::{Tray, tray};
use crate::{Error, Result};

/// How long nothing may happen before the queue is looked at all the same: somebody may have signed in.
const REST: Duration = Duration::from_secs(20);
/// A printer that is off is tried after 1, 2, 4, 8 and then every 16 seconds.
const SLOWEST: u32 = 4;
/// One that prints is asked after 1, 2 and then every 4 seconds.
const SLOWEST_FOLLOWED: u32 = 2;

/// From when on a paper that the printer took and that does not come out is late. A sheet takes a few seconds.
const SLOW_MS: i64 = 6_000;

/// What the background knows of printers, and what wakes it. Gone with the program: after a start all is asked anew.
#[derive(Default)]
pub(crate) struct Printing {
    // One round at a time: two would send one paper twice.
    turn: tokio::sync::Mutex<()>,
    wake: tokio::sync::Notify,
    seen: Mutex<BTreeMap<String, Seen>>,
    // Prints in doubt of which their printer could not tell.
    asked: Mutex<BTreeSet<i64>>,
}

/// A printer as it was last found, and when it is due again.
struct Seen {
    status: std::result::Result<Status, Code>,
    tries: u32,
    due: Option<Instant>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// Prints what waits, until it is dropped. `changed` is called when the queue or a printer is not as it was.
    pub async fn print_on(&self, changed: impl Fn() + Send) {
        loop {
            let rest = match self.print_round().await {
                Ok(is_other) => {
                    if is_other {
                        changed();
                    }
                    self.rest()
                }
                Err(error) => {
                    tracing::warn!(code = ?error.code(), %error, "the print queue was not looked through");
                    REST
                }
            };
            // Whichever is first: both mean another round.
            let _ = tokio::time::timeout(rest, self.0.printing.wake.notified()).await;
        }
    }

    /// One round: everything that is due. Whether anything is not as it was.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn print_round(&self) -> Result<bool> {
        let _turn = self.0.printing.turn.lock().await;
        let at_ms = self.now().at_ms;
        // Not held while a printer is spoken to: a sign-out drops the key.
        let (changed, jobs, settings, sheets) = match self.open_db() {
            Some(db) => {
                let doubted = db.write::<_, Error>(|tx| Ok(tx.doubt_prints(at_ms)?))?;
                db.read::<_, Error>(|r| Ok((doubted > 0, r.print_jobs(i64::MAX)?, r.settings()?, r.sheet_printers()?)))?
            }
            None => (false, Vec::new(), Settings::default(), Vec::new()),
        };
        let mut changed = changed;
        let mut rounds: BTreeMap<String, Vec<(PrintJob, Tray)>> = BTreeMap::new();
        for job in jobs.into_iter().filter(|job| self.is_open(job)) {
            let set = tray(&settings, &sheets, job.sheet);
            let there = match job.printer.as_str() {
                "" => set,
                own => Some(Tray { address: own.to_owned(), media: set.and_then(|tray| tray.media) }),
            };
            if let Some(there) = there {
                rounds.entry(there.address.clone()).or_default().push((job, there));
            }
        }
        self.forget_dues(&rounds);
        let mut at_work = JoinSet::new();
        for (address, jobs) in rounds {
            if self.is_due(&address) {
                let desk = self.clone();
                at_work.spawn(async move { desk.attend(&address, &jobs).await });
            }
        }
        while let Some(ended) = at_work.join_next().await {
            changed |= ended.map_err(|_| Error::Task)?;
        }
        Ok(changed)
    }

    /// How long until a printer is due.
    fn rest(&self) -> Duration {
        let due = locked(&self.0.printing.seen).values().filter_map(|seen| seen.due).min();
        due.map_or(REST, |due| due.saturating_duration_since(Instant::now()).min(REST))
    }

    /// Something happened: every printer is due now.
    pub(crate) fn hurry_printing(&self) {
        for seen in locked(&self.0.printing.seen).values_mut() {
            (seen.tries, seen.due) = (0, None);
        }
        self.0.printing.wake.notify_one();
    }

    fn open_db(&self) -> Option<Db> {
        self.session().db.clone()
    }

    /// Whether the background has anything to do with it.
    fn is_open(&self, job: &PrintJob) -> bool {
        match job.state {
            PrintState::Waiting | PrintState::Sent => true,
            PrintState::InDoubt => !self.was_asked(job.id),
            _ => false,
        }
    }

    fn is_due(&self, address: &str) -> bool {
        let seen = locked(&self.0.printing.seen);
        seen.get(address).and_then(|seen| seen.due).is_none_or(|due| due <= Instant::now())
    }

    /// A printer that has nothing to do any more is not due.
    fn forget_dues(&self, rounds: &BTreeMap<String, Vec<(PrintJob, Tray)>>) {
        for (address, seen) in locked(&self.0.printing.seen).iter_mut() {
            if !rounds.contains_key(address) {
                seen.due = None;
            }
        }
    }

    /// Everything that is due at one printer, in order. Whether anything changed.
    async fn attend(&self, address: &str, jobs: &[(PrintJob, Tray)]) -> bool {
        let parsed: Result<PrinterAddress> = address.parse().map_err(Error::from);
        let status = match &parsed {
            Ok(parsed) => printer::status(parsed).await.map_err(Error::from),
            Err(_) => Err(Error::Refused(Code::PrinterAddressUnusable)),
        };
        let takes = status.as_ref().map(|status| status.accepts).ok();
        let known = status.as_ref().map(|status| status.media.clone()).unwrap_or_default();
        let mut changed = self.see(address, status);
        if let (Ok(parsed), Some(mut takes)) = (&parsed, takes) {
            for (job, there) in jobs {
                let step = match job.state {
                    PrintState::InDoubt => self.resolve(parsed, job).await,
                    PrintState::Sent => self.follow(parsed, job).await,
                    PrintState::Waiting if takes => self.send_out(parsed, job, there, &known).await,
                    _ => Ok(Step::Stays),
                };
                match step {
                    Ok(Step::Moved) => changed = true,
                    Ok(Step::Stays) => {}
                    // What comes after it waits too, or it would come out before it.
                    Ok(Step::Refused) => takes = false,
                    Err(error) => {
                        tracing::info!(code = ?error.code(), %error, "a print was left as it is");
                        break;
                    }
                }
            }
        }
        self.plan(address, changed);
        // What a printer warns of begins to count by and by, while nothing changes.
        changed || jobs.iter().any(|(job, _)| job.state == PrintState::Sent && self.is_stuck(address, job))
    }

    /// Keeps how a printer is; whether it is otherwise than before.
    fn see(&self, address: &str, status: Result<Status>) -> bool {
        let status = status.map_err(|error| error.code());
        let mut all = locked(&self.0.printing.seen);
        match all.get_mut(address) {
            Some(seen) if seen.status == status => false,
            Some(seen) => {
                seen.status = status;
                true
            }
            None => {
                all.insert(address.to_owned(), Seen { status, tries: 0, due: None });
                true
            }
        }
    }

    /// When a printer is looked at again.
    fn plan(&self, address: &str, changed: bool) {
        if let Some(seen) = locked(&self.0.printing.seen).get_mut(address) {
            seen.tries = if changed { 0 } else { seen.tries.saturating_add(1) };
            let slowest = if seen.status.is_ok() { SLOWEST_FOLLOWED } else { SLOWEST };
            seen.due = Some(Instant::now() + Duration::from_secs(1 << seen.tries.min(slowest)));
        }
    }

    /// Asks the printer whether it ever got a job.
    async fn resolve(&self, printer: &PrinterAddress, job: &PrintJob) -> Result<Step> {
        let Some(JobId(id)) = printer::find_job(printer, &job.mark).await? else {
            locked(&self.0.printing.asked).insert(job.id);
            return Ok(Step::Moved);
        };
        self.moved(job, &PrintJob { state: PrintState::Sent, printer: printer.to_string(), job: id, ..job.clone() })
    }

    /// Asks how a job goes on that the printer took.
    async fn follow(&self, printer: &PrinterAddress, job: &PrintJob) -> Result<Step> {
        let state = match printer::job(printer, JobId(job.job)).await? {
            Job::UnderWay => return Ok(Step::Stays),
            Job::Done => PrintState::Printed,
            Job::Forgotten => PrintState::HandedOver,
            Job::Aborted => return self.moved(job, &failed(job, Code::PrintAborted)),
            Job::Canceled => return self.moved(job, &failed(job, Code::PrintCanceled)),
        };
        self.moved(job, &PrintJob { state, ..job.clone() })
    }

    /// Draws a paper from its entry and sends it, to a printer that knows these papers.
    async fn send_out(&self, printer: &PrinterAddress, job: &PrintJob, there: &Tray, known: &[String]) -> Result<Step> {
        let drawn = job.clone();
        let pdf = self.apart(move |desk| {
            let db = desk.open_db().ok_or(Error::Refused(Code::DeskLocked))?;
            Ok(desk.draw(&db, &drawn)?.pdf()?)
        });
        let pdf = match pdf.await {
            Ok(pdf) => pdf,
            Err(error) if error.code() == Code::DeskLocked => return Err(error),
            Err(error) if error.code() == Code::SealedNotYours => return self.wait_for_reader(job),
            Err(error) => {
                tracing::warn!(code = ?error.code(), %error, "a paper could not be drawn");
                return self.moved(job, &failed(job, error.code()));
            }
        };
        let (state, reason) = (PrintState::Sending, String::new());
        let sending = PrintJob { state, reason, printer: there.address.clone(), ..job.clone() };
        // A clerk was faster: given up, saved, sent elsewhere.
        if self.moved(job, &sending)? == Step::Stays {
            return Ok(Step::Stays);
        }
        let name = format!("{} {}", job.number, job.mark);
        // One that lacks the paper would refuse, and is asked for what it has instead.
        let media = there.media.as_deref().filter(|media| known.is_empty() || known.iter().any(|one| one == media));
        let ticket = Ticket { name: name.trim(), media, copies: job.copies };
        let after = match printer::send(printer, &ticket, pdf).await {
            Sent::Taken(JobId(id)) => PrintJob { state: PrintState::Sent, job: id, ..sending.clone() },
            Sent::Refused(error) => failed(&PrintJob { printer: job.printer.clone(), ..sending.clone() }, error.code()),
            Sent::Later(_) => PrintJob { reason: String::new(), ..job.clone() },
            Sent::Unknown(error) => {
                tracing::warn!(%error, "a print is in doubt");
                PrintJob { state: PrintState::InDoubt, ..sending.clone() }
            }
        };
        self.moved(&sending, &after)?;
        Ok(if after.state == PrintState::Waiting { Step::Refused } else { Step::Moved })
    }

    /// A sealed matter's notice is drawn only while one of its readers is signed in. What comes after it goes on.
    fn wait_for_reader(&self, job: &PrintJob) -> Result<Step> {
        let reason = word(Code::PrintWaitsForReader);
        if job.reason == reason { Ok(Step::Stays) } else { self.moved(job, &PrintJob { reason, ..job.clone() }) }
    }

    fn moved(&self, before: &PrintJob, after: &PrintJob) -> Result<Step> {
        let db = self.open_db().ok_or(Error::Refused(Code::DeskLocked))?;
        let at_ms = self.now().at_ms;
        let moved = db.write::<_, Error>(|tx| Ok(tx.move_print(before, after, at_ms)?))?;
        Ok(if moved { Step::Moved } else { Step::Stays })
    }

    /// Asks these printers how they are.
    pub(crate) async fn ask_printers(&self, addresses: &[String]) {
        let mut asking = JoinSet::new();
        for address in addresses.iter().cloned() {
            asking.spawn(async move {
                let status = match address.parse::<PrinterAddress>() {
                    Ok(parsed) => printer::status(&parsed).await,
                    Err(error) => Err(error),
                };
                (address, status)
            });
        }
        while let Some(ended) = asking.join_next().await {
            // One that broke off leaves that printer as it was last seen.
            if let Ok((address, status)) = ended {
                self.see(&address, status.map_err(Error::from));
            }
        }
    }

    /// These printers as they were last found.
    pub(crate) fn printer_views(&self, addresses: &[String]) -> Vec<PrinterView> {
        let seen = locked(&self.0.printing.seen);
        let view = |address: &String| {
            let status = seen.get(address).map(|seen| &seen.status);
            let condition = match status {
                None => PrinterCondition::Unasked,
                Some(Ok(status)) if status.accepts => PrinterCondition::Ready,
                Some(Ok(_) | Err(Code::PrinterRefused)) => PrinterCondition::Refusing,
                Some(Err(Code::PrinterAddressUnusable)) => PrinterCondition::NoPrinter,
                Some(Err(_)) => PrinterCondition::Unreachable,
            };
            let known = status.and_then(|status| status.as_ref().ok()).cloned().unwrap_or_default();
            PrinterView {
                address: address.clone(),
                name: known.name,
                condition,
                needs: known.needs,
                warnings: known.warnings,
                media: known.media,
            }
        };
        addresses.iter().map(view).collect()
    }

    /// Whether a print at this printer waits for a person.
    pub(crate) fn is_stuck(&self, address: &str, job: &PrintJob) -> bool {
        let taken = job.state == PrintState::Sent;
        let late = taken && self.now().at_ms - job.changed_ms > SLOW_MS;
        match locked(&self.0.printing.seen).get(address).map(|seen| &seen.status) {
            None => false,
            Some(Ok(status)) => {
                let stops = |needs: &[PrinterNeed]| needs.iter().any(|need| need.stops());
                stops(&status.needs) || (late && stops(&status.warnings)) || (!taken && !status.accepts)
            }
            Some(Err(_)) => true,
        }
    }

    /// Whether the printer of a print in doubt was asked in vain.
    pub(crate) fn was_asked(&self, id: i64) -> bool {
        locked(&self.0.printing.asked).contains(&id)
    }
}

/// What became of one print in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Moved,
    Stays,
    /// The printer takes nothing now.
    Refused,
}

fn failed(job: &PrintJob, code: Code) -> PrintJob {
    PrintJob { state: PrintState::Failed, reason: word(code), ..job.clone() }
}

fn word(code: Code) -> String {
    serde_json::to_value(code).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
