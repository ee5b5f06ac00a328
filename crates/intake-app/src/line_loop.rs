//! What exchanges with the district by itself, in the background and whoever sits at the window: locked as well.
//!
//! Whether there is a line is found by asking the district itself, and believed of nothing else. Nobody waits for it and it says
//! nothing: what it knows stands in the window's state. It gives way to a clerk who exchanges or closes the day, at any
//! moment: an exchange that is dropped loses nothing (invariant 2). When it tries is told by [`intake_sync::Watch`].

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use intake_model::Code;
use intake_store::{Db, LineSettings};
use intake_sync::{Look, Watch};

use crate::desk::Desk;
use crate::line_view::LineState;
use crate::view::DeskState;
use crate::visits::minute;
use crate::{Error, Result};

/// How long at most until the desk is looked at again.
const REST: Duration = Duration::from_secs(5);

/// What the background knows of the line. Gone with the program: after a start it is found out anew.
#[derive(Default)]
pub(crate) struct Line {
    wake: tokio::sync::Notify,
    /// Those who wait for the line while the background has it, and what tells it so.
    wanted: AtomicUsize,
    give_way: tokio::sync::Notify,
    by_itself: AtomicBool,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    watch: Watch,
    /// Since when the district cannot be reached, milliseconds since 1970 UTC.
    offline_since_ms: Option<i64>,
    /// What waited when there were so many entries: counted again only after something was written or sent.
    waiting: Option<(u64, u64)>,
}

/// The background has the line for as long as this lives.
struct ByItself<'l>(&'l Line);

impl<'l> ByItself<'l> {
    fn begins(line: &'l Line) -> Self {
        line.by_itself.store(true, Ordering::SeqCst);
        Self(line)
    }
}

impl Drop for ByItself<'_> {
    fn drop(&mut self) {
        self.0.by_itself.store(false, Ordering::SeqCst);
    }
}

/// Somebody waits for the line for as long as this lives.
struct Wanted<'l>(&'l Line);

impl<'l> Wanted<'l> {
    fn by(line: &'l Line) -> Self {
        line.wanted.fetch_add(1, Ordering::SeqCst);
        line.give_way.notify_one();
        Self(line)
    }
}

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        self.0.wanted.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Line {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends once somebody waits for the line.
    async fn is_wanted(&self) {
        while self.wanted.load(Ordering::SeqCst) == 0 {
            self.give_way.notified().await;
        }
    }
}

impl Desk {
    /// Exchanges whenever it is due, until it is dropped. `changed` is called when the line or what is sent is not as it was.
    pub async fn exchange_on(&self, changed: impl Fn() + Send) {
        loop {
            let rest = match self.exchange_round().await {
                Ok(None) => {
                    changed();
                    Duration::ZERO
                }
                Ok(Some(rest)) => rest.min(REST),
                Err(error) => {
                    tracing::warn!(code = ?error.code(), %error, "the line was not looked after");
                    REST
                }
            };
            // Whichever is first: both mean another round.
            let _ = tokio::time::timeout(rest, self.0.line.wake.notified()).await;
        }
    }

    /// One round: an exchange where one is due. Gives how long until the next is, as far as that is known; `None` after a try.
    ///
    /// # Errors
    /// Those of the disk. What goes wrong on the line is kept for the window.
    pub async fn exchange_round(&self) -> Result<Option<Duration>> {
        let Some(db) = self.session().db.clone() else { return Ok(Some(REST)) };
        let looked = db.clone();
        let look = self.apart(move |desk| desk.look_at_line(&looked)).await?;
        let due = self.0.line.known().watch.due(look);
        if due != Some(Duration::ZERO) {
            return Ok(Some(due.unwrap_or(REST)));
        }
        // Said first: who finds the line taken knows by whom.
        let _by_itself = ByItself::begins(&self.0.line);
        let Ok(_turn) = self.0.exchanging.try_lock() else { return Ok(Some(REST)) };
        let work = async {
            match intake_sync::probe(&db).await {
                Ok(()) => self.exchange_in_turn(&db, false, |_| {}).await.map(drop),
                Err(error) => {
                    let error = Error::from(error);
                    tracing::info!(code = ?error.code(), %error, "there is no line to the district");
                    self.line_failed(error.code());
                    Ok(())
                }
            }
        };
        tokio::select! {
            biased;
            () = self.0.line.is_wanted() => Ok(Some(REST)),
            done = work => done.map(|()| None),
        }
    }

    /// The line for one who asked for it. The background gives way; who else has it goes first.
    ///
    /// # Errors
    /// [`Code::ExchangeRunning`].
    pub(crate) async fn line_turn(&self) -> Result<tokio::sync::MutexGuard<'_, ()>> {
        if let Ok(turn) = self.0.exchanging.try_lock() {
            return Ok(turn);
        }
        if !self.0.line.by_itself.load(Ordering::SeqCst) {
            return Err(Error::Refused(Code::ExchangeRunning));
        }
        let _wanted = Wanted::by(&self.0.line);
        Ok(self.0.exchanging.lock().await)
    }

    fn look_at_line(&self, db: &Db) -> Result<Look> {
        let now = Duration::from_millis(self.now().mono_ms);
        let counted = self.0.line.known().waiting;
        let look = db.read::<_, Error>(|r| {
            let (line, settings) = (r.line(), r.line_settings()?);
            let entries = line.epochs()?.iter().map(|epoch| epoch.head.seq).sum();
            let waiting = match counted {
                Some((of, waiting)) if of == entries => waiting,
                _ => line.unsent()?.0 + if settings.metered { 0 } else { r.unsent_blobs()?.0 },
            };
            // One out of service still sends what it has, and asks for nothing more.
            let serves = line.admission()?.is_some_and(|one| one.retired.is_none() || waiting > 0);
            Ok(Look { now, waiting, entries, may: serves && settings.by_itself })
        })?;
        self.0.line.known().waiting = Some((look.entries, look.waiting));
        Ok(look)
    }

    /// An exchange came to its end, whoever asked for it.
    pub(crate) fn line_succeeded(&self, db: &Db) {
        self.0.line.known().waiting = None;
        match self.look_at_line(db) {
            Ok(look) => {
                let mut known = self.0.line.known();
                known.watch.succeeded(look);
                known.offline_since_ms = None;
            }
            Err(error) => tracing::warn!(code = ?error.code(), %error, "the line was not looked at"),
        }
    }

    /// An exchange, or the question before it, failed.
    pub(crate) fn line_failed(&self, code: Code) {
        let moment = self.now();
        let [chance] = intake_wire::random().unwrap_or_default();
        let mut known = self.0.line.known();
        known.waiting = None;
        if code == Code::DeskRevoked {
            known.watch.stop();
        } else {
            known.watch.failed(Duration::from_millis(moment.mono_ms), chance);
        }
        known.offline_since_ms.get_or_insert(moment.at_ms);
    }

    /// How the line stands, for the window.
    pub(crate) fn line_state(&self, db: &Db) -> Result<LineState> {
        let offline_since = self.0.line.known().offline_since_ms.map(minute);
        db.read(|r| {
            let LineSettings { by_itself, metered } = r.line_settings()?;
            let last_exchange = r.line().last_exchange()?.map(|last| minute(last.at_ms));
            Ok(LineState { by_itself, metered, offline_since, last_exchange })
        })
    }

    /// Sets how the desk uses its line: whether it exchanges by itself, and whether files wait until somebody asks.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::DeskLocked`].
    pub fn set_line(&self, by_itself: bool, metered: bool) -> Result<DeskState> {
        let (db, _) = self.administrator()?;
        db.write::<_, Error>(|tx| Ok(tx.set_line_settings(LineSettings { by_itself, metered })?))?;
        self.0.line.known().waiting = None;
        self.0.line.wake.notify_one();
        self.state()
    }
}
