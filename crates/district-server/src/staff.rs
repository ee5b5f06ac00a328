//! The district's own people: who may sign in and do what, their sessions, and the record of what they did.
//!
//! Deliberately absent: any record of what a visitor said, and any use of the record but to answer who did what.

use std::net::IpAddr;

use deadpool_postgres::GenericClient;
use intake_model::check::text_fault;
use intake_wire::{Hash, sha256};
use serde::Serialize;

use crate::db::staff::{self, Written};
use crate::slowed::{Tried, Try};
use crate::{District, Error, Result, password};

/// A session ends after so long without a page, and so long after its beginning.
const IDLE_MS: i64 = 30 * 60_000;
const WHOLE_MS: i64 = 12 * 60 * 60_000;
/// Writing down each page's time would be a write a page.
const TOUCHED_MS: i64 = 60_000;
/// Letters of a name, and of a reason.
const NAME_LETTERS: usize = 40;
const REASON_LETTERS: usize = 200;

/// What a person may do; each may do what the ones before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees desks, days and counts: nothing that a visitor said.
    Viewer,
    /// Sees matters, looks for them, says what the district does with one, has set-aside entries applied again.
    Officer,
    /// Admits desks and takes them out of service; publishes tables; sees what staff did.
    Administrator,
}

impl Role {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Officer => "officer",
            Self::Administrator => "administrator",
        }
    }

    /// The role of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Viewer, Self::Officer, Self::Administrator].into_iter().find(|role| role.word() == word)
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Viewer => "查看",
            Self::Officer => "经办",
            Self::Administrator => "管理",
        }
    }
}

/// One of the staff, as `staff list` prints them.
#[derive(Debug, Serialize)]
pub struct StaffLine {
    /// The name they sign in with.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Since when, milliseconds since 1970 UTC.
    pub added_ms: i64,
    /// Since when they may not sign in.
    pub disabled_ms: Option<i64>,
}

macro_rules! deeds {
    ($($name:ident = $word:literal, $label:literal;)*) => {
        /// What staff can do that is written down.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Deed { $($name,)* }

        impl Deed {
            pub(crate) const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }

        /// What people read for a deed's word.
        pub(crate) fn deed_label(word: &str) -> &str {
            match word { $($word => $label,)* other => other }
        }
    };
}

deeds! {
    StaffAdded = "staff_added", "加入人员";
    PasswordSet = "password_set", "设置口令";
    StaffDisabled = "staff_disabled", "停用人员";
    SignedIn = "signed_in", "登录";
    SignInRefused = "sign_in_refused", "登录未成";
    SignedOut = "signed_out", "退出";
    MattersListed = "matters_listed", "查看事项列表";
    MatterSeen = "matter_seen", "查看事项";
    FileTaken = "file_taken", "下载附件";
    PersonSearched = "person_searched", "按来访人查找";
    MatterForwarded = "matter_forwarded", "转送事项";
    MatterAssigned = "matter_assigned", "交办事项";
    MatterSupervised = "matter_supervised", "督办事项";
    MatterReviewed = "matter_reviewed", "登记复查结果";
    MatterReexamined = "matter_reexamined", "登记复核结果";
    MatterReturned = "matter_returned", "退回事项";
    ClerkLeft = "clerk_left", "停用登记台人员";
    TablePublished = "table_published", "发布表";
    AppliedAgain = "applied_again", "重新处理搁置的记录";
    CodeMade = "code_made", "生成接入码";
    DeskRetired = "desk_retired", "停用登记台";
    DeskReinstated = "desk_reinstated", "恢复登记台";
    DeskLost = "desk_lost", "挂失登记台";
    LostFileTaken = "lost_file_taken", "收下挂失登记台的U盘文件";
    ActsSeen = "acts_seen", "查看操作记录";
}

/// One deed with what it was about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) what: Deed,
    pub(crate) centre: Option<&'a str>,
    pub(crate) desk: Option<u8>,
    pub(crate) number: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) shown: Option<i64>,
}

impl<'a> Act<'a> {
    pub(crate) const fn of(what: Deed) -> Self {
        Self { what, centre: None, desk: None, number: None, reason: None, shown: None }
    }

    pub(crate) const fn at(self, centre: &'a str) -> Self {
        Self { centre: Some(centre), ..self }
    }

    pub(crate) const fn desk(self, centre: &'a str, desk: u8) -> Self {
        Self { centre: Some(centre), desk: Some(desk), ..self }
    }

    pub(crate) const fn matter(self, number: &'a str) -> Self {
        Self { number: Some(number), ..self }
    }

    pub(crate) const fn because(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(crate) const fn showing(self, shown: i64) -> Self {
        Self { shown: Some(shown), ..self }
    }
}

/// One who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) role: Role,
}

impl Person {
    /// # Errors
    /// [`Error::NotAllowed`] to one of a lesser role.
    pub(crate) fn at_least(&self, role: Role) -> Result<()> {
        if self.role >= role { Ok(()) } else { Err(Error::NotAllowed) }
    }
}

/// The random bytes that make a browser a person's, until the session ends.
pub(crate) type Token = [u8; 32];

fn token_hash(token: &Token) -> Hash {
    sha256(&[b"intake staff session 1\0", token])
}

/// A reason in words.
///
/// # Errors
/// [`Error::ReasonMissing`] where none was given, or more than a reason.
pub(crate) fn reason(typed: &str) -> Result<&str> {
    let reason = typed.trim();
    let letters = reason.chars().count();
    if (2..=REASON_LETTERS).contains(&letters) && text_fault(reason).is_none() {
        Ok(reason)
    } else {
        Err(Error::ReasonMissing)
    }
}

impl District {
    /// Adds one who may sign in. Takes a third of a second on purpose.
    ///
    /// # Errors
    /// [`Error::Staff`] with a sentence: a name that is none or is taken, a password that is too short.
    pub async fn add_staff(&self, name: &str, role: Role, password: &str) -> Result<()> {
        let name = name.trim();
        let letters = name.chars().count();
        if !(1..=NAME_LETTERS).contains(&letters) || text_fault(name).is_some() {
            return Err(Error::Staff(format!("a name has 1 to {NAME_LETTERS} letters")));
        }
        let kept = password::keep(password)?;
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        if !staff::add(&tx, name, role, &kept, self.now_ms()).await? {
            return Err(Error::Staff("that name is taken; nobody gets the name of one who was here before".into()));
        }
        self.write_act(&tx, name, &Act::of(Deed::StaffAdded)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets a password, and ends the sessions of whoever has that name. One who was disabled may sign in again.
    ///
    /// # Errors
    /// [`Error::Staff`] with a sentence: nobody has that name, a password that is too short.
    pub async fn set_staff_password(&self, name: &str, password: &str) -> Result<()> {
        let kept = password::keep(password)?;
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        known(staff::set_password(&tx, name, &kept).await?)?;
        staff::end_sessions_of(&tx, name).await?;
        self.write_act(&tx, name, &Act::of(Deed::PasswordSet)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets somebody sign in no more, and ends their sessions.
    ///
    /// # Errors
    /// [`Error::Staff`] where nobody has that name.
    pub async fn disable_staff(&self, name: &str) -> Result<()> {
        let mut client = self.pool.get().await?;
        let tx = client.transaction().await?;
        known(staff::disable(&tx, name, self.now_ms()).await?)?;
        staff::end_sessions_of(&tx, name).await?;
        self.write_act(&tx, name, &Act::of(Deed::StaffDisabled)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Everybody who may sign in, or might.
    ///
    /// # Errors
    /// [`Error::Away`].
    pub async fn staff(&self) -> Result<Vec<StaffLine>> {
        staff::all(&self.pool.get().await?).await
    }

    /// Signs in: a token for the browser, or nothing where name and password do not go together.
    ///
    /// # Errors
    /// [`Error::TooOften`] after wrong tries.
    pub(crate) async fn sign_in(&self, name: &str, password: &str, from: IpAddr) -> Result<Option<Token>> {
        let name = name.trim();
        let tries = [Try::from(Tried::SignInAddress, from), Try::new(Tried::Name, name)];
        self.count_try(&tries).await?;
        let kept = staff::kept(&self.pool.get().await?, name).await?;
        let (typed, is_known) = (password.to_owned(), kept.is_some());
        // One at a time: each takes 64 MiB.
        let turn = self.signing_in.lock().await;
        let fits = tokio::task::spawn_blocking(move || password::fits(&typed, kept.as_ref())).await;
        drop(turn);
        let fits = fits.map_err(|error| Error::Internal(error.to_string()))??;
        let client = self.pool.get().await?;
        if !fits {
            let name = if is_known { name } else { "" };
            self.write_act(&client, name, &Act::of(Deed::SignInRefused)).await?;
            return Ok(None);
        }
        let (now_ms, token) = (self.now_ms(), intake_wire::random::<32>()?);
        staff::sweep_sessions(&client, now_ms - WHOLE_MS, now_ms - IDLE_MS).await?;
        staff::begin_session(&client, &token_hash(&token).0, name, now_ms).await?;
        self.write_act(&client, name, &Act::of(Deed::SignedIn)).await?;
        self.try_was_right(&tries).await?;
        Ok(Some(token))
    }

    /// Who a token stands for, if its session is not over.
    pub(crate) async fn person(&self, token: &Token) -> Result<Option<Person>> {
        let (client, now_ms, hash) = (self.pool.get().await?, self.now_ms(), token_hash(token));
        let found = staff::session(&client, &hash.0, now_ms - WHOLE_MS, now_ms - IDLE_MS).await?;
        let Some(session) = found else { return Ok(None) };
        if now_ms - session.seen_ms >= TOUCHED_MS {
            staff::touch_session(&client, &hash.0, now_ms).await?;
        }
        Ok(Some(Person { name: session.name, role: session.role }))
    }

    pub(crate) async fn sign_out(&self, person: &Person, token: &Token) -> Result<()> {
        let client = self.pool.get().await?;
        staff::end_session(&client, &token_hash(token).0).await?;
        self.write_act(&client, &person.name, &Act::of(Deed::SignedOut)).await
    }

    /// Writes down what a person does, before they see it.
    pub(crate) async fn note(&self, person: &Person, act: &Act<'_>) -> Result<()> {
        self.write_act(&self.pool.get().await?, &person.name, act).await
    }

    pub(crate) async fn write_act(&self, c: &impl GenericClient, name: &str, act: &Act<'_>) -> Result<()> {
        staff::write_act(c, name, act, self.now_ms()).await
    }

    /// What staff did before a place, the newest first.
    pub(crate) async fn acts(&self, before: i64, limit: i64) -> Result<Vec<Written>> {
        staff::acts(&self.pool.get().await?, before, limit).await
    }
}

fn known(found: bool) -> Result<()> {
    if found { Ok(()) } else { Err(Error::Staff("nobody has that name".into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_do_what_the_ones_below_it_may() {
        let person = |role| Person { name: "王".into(), role };
        assert!(person(Role::Administrator).at_least(Role::Officer).is_ok());
        assert!(person(Role::Viewer).at_least(Role::Officer).is_err());
        assert_eq!(Role::from_word("officer"), Some(Role::Officer));
        assert_eq!(Role::from_word("king"), None);
    }

    #[test]
    fn a_reason_is_words() {
        assert_eq!(reason(" 核对来信 ").unwrap(), "核对来信");
        assert!(reason("  ").is_err() && reason("a").is_err() && reason(&"长".repeat(201)).is_err());
    }
}
