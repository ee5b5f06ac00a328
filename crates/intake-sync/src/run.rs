//! Executes the plan: heads, entries up, entries down, heads again, until there is nothing left to do.
//!
//! One loop carries every failure: after a transient one the heads are asked for again, so a lost answer or a cut costs
//! what was on the wire and nothing else. Dropping the future at any point is safe: each answer is kept in one
//! transaction, and nothing depends on the next. Exchanges are not journalled (invariant 2).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use intake_store::{Db, LastExchange};
use intake_wire::{
    Admission, DownRequest, Entry, Head, Heads, HeadsAnswer, JournalId, OwnRequest, PageAnswer, SignedRequest,
    SigningKey, Verdict, VerdictKind, limits,
};
use tokio::time::Instant;

use crate::client::{ANSWER_BYTES, Client, Pulse, read_answer};
pub(crate) use crate::disk::{blocking, reading, writing};
use crate::files::Files;
use crate::own::Page;
use crate::plan::{Local, Step, head_of, in_step, plan};
use crate::{Error, Outcome, Patience, Phase, Progress, Result, down, trust, upload};

/// Rounds of one exchange. Each sends what was written meanwhile; a desk that never rests is not waited for.
pub(crate) const ROUNDS: u32 = 16;

/// Exchanges with the district. `clock` gives milliseconds since 1970 UTC.
///
/// # Errors
/// [`Error`]. What was confirmed until then is kept.
pub async fn exchange(
    db: &Db,
    progress: impl Fn(Progress) + Send + Sync,
    clock: impl Fn() -> i64 + Send + Sync,
) -> Result<Outcome> {
    exchange_with(db, Patience::default(), progress, clock).await
}

/// See [`exchange`]; with its own patience.
///
/// # Errors
/// [`Error`].
pub async fn exchange_with(
    db: &Db,
    patience: Patience,
    progress: impl Fn(Progress) + Send + Sync,
    clock: impl Fn() -> i64 + Send + Sync,
) -> Result<Outcome> {
    finish(Run::open(db, patience, &progress).await?, patience, clock).await
}

/// See [`exchange_with`]; files that are held back on a metered line go too.
///
/// # Errors
/// [`Error`].
pub async fn exchange_with_files(
    db: &Db,
    patience: Patience,
    progress: impl Fn(Progress) + Send + Sync,
    clock: impl Fn() -> i64 + Send + Sync,
) -> Result<Outcome> {
    let mut run = Run::open(db, patience, &progress).await?;
    run.files.with_held_back = true;
    finish(run, patience, clock).await
}

async fn finish<P: Fn(Progress) + Send + Sync>(
    mut run: Run<'_, P>,
    patience: Patience,
    clock: impl Fn() -> i64 + Send + Sync,
) -> Result<Outcome> {
    run.tell(Phase::Connecting);
    let (mut retry, mut since, mut furthest) = (0, Instant::now(), 0);
    loop {
        let ended = run.round().await;
        if run.confirmed > furthest {
            (retry, since, furthest) = (0, Instant::now(), run.confirmed);
        }
        match ended {
            Ok(Some(outcome)) => {
                run.keep_outcome(&outcome, clock()).await?;
                return Ok(outcome);
            }
            Ok(None) => {}
            Err(error) if error.is_permanent() => return Err(error),
            Err(error) => {
                let [chance] = intake_wire::random()?;
                let Some(pause) = patience.before_retry(retry, since.elapsed(), error.retry_after(), chance) else {
                    return Err(error);
                };
                tracing::info!(%error, retry, "the line failed, trying again");
                tokio::time::sleep(pause).await;
                retry += 1;
            }
        }
    }
}

/// One exchange under way.
pub(crate) struct Run<'r, P> {
    pub(crate) db: &'r Db,
    pub(crate) progress: &'r P,
    pub(crate) client: Client,
    pub(crate) admission: Arc<Admission>,
    key: Arc<SigningKey>,
    pub(crate) rounds: u32,
    /// Where the district stood, at places the desk agrees with, when this exchange began; and stands now.
    pub(crate) began: Option<BTreeMap<JournalId, u64>>,
    stands: BTreeMap<JournalId, u64>,
    already_had: u64,
    /// Grows whenever the district or the desk confirmed something new: then a failure is not yet another one.
    pub(crate) confirmed: u64,
    total: u64,
    /// Contradicted journals whose own version was offered in this exchange.
    offered: BTreeSet<JournalId>,
    /// What the district sent does not continue what the desk holds of it.
    district_forked: bool,
    /// The district goes on in another journal and does not give what leads there: an older one.
    unturned: bool,
    /// Matters that the district's new entries are about.
    acted: BTreeSet<String>,
    came_back: u64,
    /// Journals of the desk that the district holds more of, in another version.
    parted: BTreeSet<JournalId>,
    /// Journals that the district does not give back: an older one.
    withheld: BTreeSet<JournalId>,
    /// The district's clock as told last, and when that was.
    told_time: (i64, Instant),
    pub(crate) bytes: u64,
    pub(crate) sending: Duration,
    /// Bytes a second of the last exchange that sent any; 0 where none did.
    speed_before: u64,
    /// How many entries the district takes in a page, where it says so.
    told_page: Option<u32>,
    pub(crate) files: Files,
}

impl<'r, P: Fn(Progress) + Send + Sync> Run<'r, P> {
    pub(crate) async fn open(db: &'r Db, patience: Patience, progress: &'r P) -> Result<Self> {
        let (admission, key, last) = reading(db, |reader| {
            let line = reader.line();
            Ok((line.admission()?, line.signing_key()?, line.last_exchange()?))
        })
        .await?;
        let admission = admission.ok_or(Error::NotEnrolled)?;
        let client = Client::new(&admission.address, trust::of_ca(&admission.ca_der)?, patience)?;
        Ok(Self {
            db,
            progress,
            client,
            admission: Arc::new(admission),
            key: Arc::new(key),
            rounds: 0,
            began: None,
            stands: BTreeMap::new(),
            already_had: 0,
            confirmed: 0,
            total: 0,
            offered: BTreeSet::new(),
            district_forked: false,
            unturned: false,
            acted: BTreeSet::new(),
            came_back: 0,
            parted: BTreeSet::new(),
            withheld: BTreeSet::new(),
            told_time: (0, Instant::now()),
            bytes: 0,
            sending: Duration::ZERO,
            speed_before: last.map_or(0, |last| last.bytes_per_second),
            told_page: None,
            files: Files::default(),
        })
    }

    /// Compares, and does what is to be done; gives the outcome once nothing is.
    async fn round(&mut self) -> Result<Option<Outcome>> {
        let (local, remote) = self.heads().await?;
        let steps = plan(&local, &remote);
        let mut to_do: Vec<Step> = steps.iter().copied().filter(|step| self.is_to_do(&local, &remote, step)).collect();
        if self.rounds >= ROUNDS {
            to_do.clear();
        }
        self.rounds += 1;
        self.total = self.sent() + to_do.iter().map(|step| size(&local, step)).sum::<u64>();
        if to_do.is_empty() {
            if self.send_files(&local).await? || self.fetch_files(&local).await? {
                return Ok(None);
            }
            self.tell(Phase::Comparing);
            return Ok(Some(self.outcome(&local, &remote, &steps)));
        }
        for step in to_do {
            match step {
                Step::Upload { journal, after } => {
                    let known = local.journals.iter().find(|own| own.journal == journal);
                    let contradicted = known.is_some_and(|own| !own.holds(head_of(&remote, journal)));
                    self.upload(journal, after, contradicted).await?;
                }
                Step::Down { .. } | Step::Turn { .. } => self.down(local.district, remote.district).await?,
                Step::Own { journal, after } => self.own(journal, after).await?,
                Step::Forked { .. } => {}
            }
        }
        Ok(None)
    }

    fn is_to_do(&self, local: &Local, remote: &HeadsAnswer, step: &Step) -> bool {
        match step {
            Step::Upload { journal, .. } => {
                let own = local.journals.iter().find(|own| own.journal == *journal);
                own.is_some_and(|own| own.holds(head_of(remote, *journal))) || !self.offered.contains(journal)
            }
            Step::Down { .. } => !self.district_forked,
            Step::Turn { .. } => !self.district_forked && !self.unturned,
            Step::Own { journal, .. } => !self.parted.contains(journal) && !self.withheld.contains(journal),
            Step::Forked { .. } => false,
        }
    }

    /// Asks where the district stands, and keeps what it says.
    async fn heads(&mut self) -> Result<(Local, HeadsAnswer)> {
        let heads = reading(self.db, |reader| {
            let line = reader.line();
            let journals = line.epochs()?.into_iter().map(|epoch| (epoch.journal, epoch.mark, epoch.head)).collect();
            Ok(Heads { journals, district: line.district_head()?, district_journal: line.district()? })
        })
        .await?;
        let body = self.signed("/v1/heads", &heads)?;
        let remote: HeadsAnswer = read_answer(&self.client.post("/v1/heads", body, ANSWER_BYTES).await?)?;
        let local = self.compare(&remote).await?;
        Ok((local, remote))
    }

    /// Keeps where the district says it stands; gives where the desk stands beside that.
    pub(crate) async fn compare(&mut self, remote: &HeadsAnswer) -> Result<Local> {
        self.told_time = (remote.now_ms, Instant::now());
        self.told_page = remote.page_entries;
        self.learn_stick(remote).await?;
        let told = remote.clone();
        let local = reading(self.db, move |reader| Local::read(reader, &told)).await?;
        if self.began.is_none() {
            let agreed = local.journals.iter().filter(|own| own.holds(head_of(remote, own.journal)));
            let places: BTreeMap<_, _> = agreed.map(|own| (own.journal, head_of(remote, own.journal).seq)).collect();
            let known = local.journals.iter().map(|own| (own.agreed, places.get(&own.journal).copied().unwrap_or(0)));
            self.already_had = known.map(|(known, there)| there.saturating_sub(known)).sum();
            self.began = Some(places);
        }
        for state in &remote.journals {
            if let Some(own) = local.journals.iter().find(|own| own.journal == state.journal) {
                // The district may name entries that a desk set back no longer has.
                let verdicts = state.verdicts.iter().filter(|one| one.seq <= own.head.seq).cloned().collect();
                if self.keep(state.journal, state.head, verdicts).await? {
                    let (journal, archived) = (state.journal, state.archived.unwrap_or(0));
                    let files = state.files_archived.unwrap_or(0);
                    writing(self.db, move |tx| {
                        tx.line().record_archived(journal, archived)?;
                        tx.line().record_files_archived(journal, files)
                    })
                    .await?;
                }
            }
        }
        Ok(local)
    }

    /// Keeps whom to encrypt to what goes on a stick: a desk may have been enrolled before there was one, or before another.
    async fn learn_stick(&self, remote: &HeadsAnswer) -> Result<()> {
        let Some(told) = remote.stick.as_ref() else { return Ok(()) };
        let Ok(recipient) = told.open(&self.admission.answer.district_key) else {
            tracing::warn!("whom to encrypt to on a stick is not signed by the district");
            return Ok(());
        };
        if self.admission.answer.stick_recipient.as_deref() == Some(recipient) {
            return Ok(());
        }
        let recipient = recipient.to_owned();
        writing(self.db, move |tx| tx.set_stick_recipient(&recipient)).await
    }

    /// A page of a journal after a place, made for this line.
    async fn page(&self, journal: JournalId, after: u64) -> Result<Option<upload::Page>> {
        let speed = match self.speed() {
            0 => self.speed_before,
            speed => speed,
        };
        let page = upload::Page::read(self.db, journal, after, upload::page_entries(speed, self.told_page)).await?;
        Ok(page.map(|page| page.for_line(speed)))
    }

    /// Bytes a second of what this exchange sent; 0 where it sent nothing.
    fn speed(&self) -> u64 {
        let millis = u64::try_from(self.sending.as_millis()).unwrap_or(u64::MAX).max(1);
        if self.bytes == 0 { 0 } else { (self.bytes.saturating_mul(1000) / millis).max(1) }
    }

    /// Sends a journal's entries after a place, page by page, each from where the district's answer stands.
    async fn upload(&mut self, journal: JournalId, mut after: u64, contradicted: bool) -> Result<()> {
        self.tell(Phase::Sending);
        let (mut gaps, mut read) = (0, None);
        loop {
            let page = match read.take() {
                Some(page) => page,
                None => match self.page(journal, after).await? {
                    Some(page) => page,
                    None => break,
                },
            };
            let (last, began, sent) = (page.last(), Instant::now(), self.sent());
            let pulse = Arc::new(Pulse::new());
            let (progress, total, live) = (self.progress, self.total, Arc::clone(&pulse));
            let tick = move || {
                let done = (sent + live.entries.load(Ordering::Relaxed)).min(total);
                progress(Progress { phase: Phase::Sending, done, total, file: 0, files: 0 });
            };
            let certificate = self.admission.answer.certificate.clone();
            // The next page is read while this one is on its way.
            let (answer, next) = tokio::join!(
                page.send(&self.client, certificate, Arc::clone(&self.key), &pulse, &tick),
                self.page(journal, last),
            );
            let answer = answer?;
            self.bytes += pulse.bytes.load(Ordering::Relaxed);
            self.sending += began.elapsed();
            let head = answer.head;
            let ours = self.taken(journal, answer).await?;
            self.tell(Phase::Sending);
            if contradicted {
                after = last;
            } else if ours && head.seq > after {
                after = head.seq;
                read = next?.filter(|_| after == last);
            } else if ours && gaps == 0 {
                // The district went back between two pages (it was restored): from there, once.
                gaps += 1;
                after = head.seq;
            } else {
                break;
            }
        }
        if contradicted {
            self.offered.insert(journal);
        }
        Ok(())
    }

    /// Fetches the district's entries up to its head, through every journal that leads there.
    async fn down(&mut self, mut at: (JournalId, Head), told: (JournalId, Head)) -> Result<()> {
        self.tell(Phase::Comparing);
        while (at.0 != told.0 || at.1.seq < told.1.seq) && !self.district_forked {
            let body = self.signed("/v1/down", &DownRequest { after: at.1.seq, of: Some((at.0, at.1.hash)) })?;
            let page = self.client.post("/v1/down", body, limits::PAGE_BYTES).await?;
            let was = at;
            at = self.hear(was, page).await?;
            if at == was {
                self.unturned = at.0 != told.0;
                break;
            }
        }
        Ok(())
    }

    /// Appends a page of the district's to what the desk holds of its journals; gives how far it holds which one now.
    pub(crate) async fn hear(&mut self, at: (JournalId, Head), page: Vec<u8>) -> Result<(JournalId, Head)> {
        let admission = Arc::clone(&self.admission);
        let known = reading(self.db, |reader| reader.line().district_journals()).await?;
        let heard = blocking(move || down::continuing(&admission, &known, at, &page)).await?;
        let Some((journal, entries)) = heard else {
            self.district_forked = true;
            return Ok(at);
        };
        if entries.is_empty() {
            return Ok(at);
        }
        let count = entries.len() as u64;
        let acted: Vec<String> = entries.iter().filter_map(down::acted).collect();
        let now = writing(self.db, move |tx| {
            let mut place = at.1;
            for entry in &entries {
                place = tx.line().append_district(journal, entry)?;
            }
            if let Some(last) = entries.iter().rfind(|entry| down::tells_of_service(entry)) {
                tx.set_retired(down::contact(last))?;
            }
            for (journal, verdict) in entries.iter().filter_map(down::verdict_changed) {
                // Of this desk's own journals only; the district's word on others is kept as the entry it is.
                if tx.journal().hash_at(journal, verdict.seq)?.is_some() {
                    tx.line().put_verdicts(journal, &[verdict])?;
                }
            }
            Ok(place)
        })
        .await?;
        self.confirmed += count;
        self.acted.extend(acted);
        Ok((journal, now))
    }

    /// Takes back what the district holds of one of the desk's own journals beyond the desk.
    async fn own(&mut self, journal: JournalId, mut after: u64) -> Result<()> {
        self.tell(Phase::Comparing);
        loop {
            let page = match self.own_page(journal, after).await {
                // A district of before the request: nothing comes back from it, and all else goes on.
                Err(Error::Refused { status: 404, .. }) => {
                    self.withheld.insert(journal);
                    return Ok(());
                }
                page => page?,
            };
            let Some(last) = page.entries.last().map(|entry| entry.seq) else {
                self.withheld.insert(journal);
                return Ok(());
            };
            if self.take_back(journal, page).await?.is_none() {
                return Ok(());
            }
            after = last;
            let (_, remote) = self.heads().await?;
            if head_of(&remote, journal).seq <= after {
                return Ok(());
            }
        }
    }

    /// Takes back a page of one of the desk's own journals; gives how many entries of it the desk did not hold. `None` where it
    /// holds others in their places. Of a page that begins beyond what the desk holds nothing is taken.
    pub(crate) async fn take_back(&mut self, journal: JournalId, page: Page) -> Result<Option<u64>> {
        let taken = writing(self.db, move |tx| {
            let held = tx.journal().head_of(journal)?.map_or(0, |head| head.seq);
            if page.parts_from(|seq| tx.journal().hash_at(journal, seq))?.is_some() {
                return Ok(None);
            }
            let Page { entries, mark, .. } = page;
            let missing: Vec<Entry> = entries.into_iter().filter(|entry| entry.seq > held).collect();
            if missing.first().is_none_or(|first| first.seq > held + 1) {
                return Ok(Some(0));
            }
            tx.take_back(journal, &mark, &missing)?;
            Ok(Some(missing.len() as u64))
        })
        .await?;
        match taken {
            Some(count) => {
                self.came_back += count;
                self.confirmed += count;
            }
            None => {
                self.parted.insert(journal);
            }
        }
        Ok(taken)
    }

    async fn own_page(&self, journal: JournalId, after: u64) -> Result<Page> {
        let body = self.signed("/v1/own", &OwnRequest { journal, after })?;
        let bytes = self.client.post("/v1/own", body, limits::PAGE_BYTES).await?;
        let admission = Arc::clone(&self.admission);
        blocking(move || Page::read(&admission, journal, after, &bytes)).await
    }

    /// Keeps what became of a page; gives whether the district's head is one of the desk's own entries.
    pub(crate) async fn taken(&mut self, journal: JournalId, answer: PageAnswer) -> Result<bool> {
        let had = answer.verdicts.iter().filter(|one| one.verdict == VerdictKind::AlreadyHad).count();
        self.already_had += had as u64;
        self.keep(journal, answer.head, answer.verdicts).await
    }

    /// Keeps the district's head of a journal and its verdicts; gives whether that head is one of the desk's own entries.
    async fn keep(&mut self, journal: JournalId, head: Head, verdicts: Vec<Verdict>) -> Result<bool> {
        let agreed = writing(self.db, move |tx| {
            let agreed = tx.journal().hash_at(journal, head.seq)? == Some(head.hash);
            // A head that contradicts the desk must not make unsent entries look sent.
            if agreed {
                tx.line().record_remote(journal, head)?;
            }
            tx.line().put_verdicts(journal, &verdicts)?;
            Ok(agreed)
        })
        .await?;
        if agreed {
            let before = self.stands.insert(journal, head.seq).unwrap_or(head.seq);
            self.confirmed += head.seq.saturating_sub(before);
        }
        Ok(agreed)
    }

    fn sent(&self) -> u64 {
        let began = |journal| self.began.as_ref().and_then(|began| began.get(journal)).copied();
        self.stands.iter().map(|(journal, &now)| now.saturating_sub(began(journal).unwrap_or(now))).sum()
    }

    fn tell(&self, phase: Phase) {
        (self.progress)(Progress { phase, done: self.sent().min(self.total), total: self.total, file: 0, files: 0 });
    }

    pub(crate) fn signed<T: minicbor::Encode<()>>(&self, path: &str, what: &T) -> Result<Vec<u8>> {
        Ok(SignedRequest::sealed(path, what, self.admission.answer.certificate.clone(), &self.key)?)
    }

    pub(crate) fn outcome(&self, local: &Local, remote: &HeadsAnswer, steps: &[Step]) -> Outcome {
        let own = |journal| local.journals.iter().any(|own| own.journal == journal);
        let verdicts = remote.journals.iter().filter(|state| own(state.journal)).flat_map(|state| &state.verdicts);
        let count =
            |wanted: fn(&VerdictKind) -> bool| verdicts.clone().filter(|one| wanted(&one.verdict)).count() as u64;
        let entries_in_step = in_step(local, remote) && !self.district_forked;
        Outcome {
            in_step: entries_in_step && self.files.missing == Some(0),
            entries_in_step,
            sent: self.sent(),
            already_had: self.already_had,
            set_aside: count(|verdict| matches!(verdict, VerdictKind::SetAside { .. })),
            waiting: count(|verdict| matches!(verdict, VerdictKind::Waiting { .. })),
            head: local.journals.last().map(|own| own.head.hash.short()).unwrap_or_default(),
            district_ms: {
                let passed = u64::try_from(self.told_time.1.elapsed().as_millis()).unwrap_or(0);
                self.told_time.0.saturating_add_unsigned(passed)
            },
            forked: self.district_forked
                || !self.parted.is_empty()
                || steps.iter().any(|step| matches!(step, Step::Forked { .. } | Step::Turn { .. })),
            came_back: self.came_back,
            contradicted: local
                .journals
                .iter()
                .filter(|own| {
                    self.parted.contains(&own.journal)
                        || (own.there.is_some() && !own.holds(head_of(remote, own.journal)))
                })
                .map(|own| own.journal)
                .collect(),
            district_ahead: steps.iter().any(|step| matches!(step, Step::Own { .. })),
            acted: self.acted.len() as u64,
            files_sent: self.files.sent,
            files_missing: self.files.missing.unwrap_or(0),
            files_back: self.files.back,
            files_lost: self.files.lost,
            files_refused: self.files.refused,
        }
    }

    pub(crate) async fn keep_outcome(&self, outcome: &Outcome, at_ms: i64) -> Result<()> {
        let last = LastExchange { at_ms, in_step: outcome.in_step, bytes_per_second: self.speed() };
        writing(self.db, move |tx| tx.line().record_exchange(last)).await
    }
}

/// How many entries a step sends.
fn size(local: &Local, step: &Step) -> u64 {
    let Step::Upload { journal, after } = step else { return 0 };
    let own = local.journals.iter().find(|own| own.journal == *journal);
    own.map_or(0, |own| own.head.seq.saturating_sub(*after))
}
