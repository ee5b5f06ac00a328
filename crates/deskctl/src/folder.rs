//! Opening a desk's folder as one of its clerks.

use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use intake_app::{Clerk, Desk, Error, Setup, SystemClock};

use intake_model::Code;

use crate::Whose;

/// Why a command ended, as the sentence for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Refused {
    sentence: String,
    /// 1, or 2 where the arguments are at fault.
    pub(crate) exit: u8,
}

impl Refused {
    pub(crate) fn because(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), exit: 1 }
    }

    /// An argument that cannot be used.
    pub(crate) fn argument(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), exit: 2 }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let text = intake_model::text(error.code());
        // Which line and why: a profile holds nothing personal.
        let mistake = match &error {
            Error::Profile(mistake) => format!("{mistake}。"),
            // Our own mistake: here there is no log to look it up in, and an error says nothing personal.
            error if error.code() == Code::Internal => format!("{error}。"),
            _ => String::new(),
        };
        Self::because(format!("{mistake}{}{}", text.sentence, text.remedy))
    }
}

impl From<std::io::Error> for Refused {
    fn from(error: std::io::Error) -> Self {
        Self::because(format!("文件读写不成：{error}。"))
    }
}

impl From<serde_json::Error> for Refused {
    fn from(error: serde_json::Error) -> Self {
        Self::because(format!("结果写不出来：{error}。"))
    }
}

/// Takes the folder's lock and signs in. The desk is closed, and its key dropped, when the program ends.
pub(crate) fn open(whose: &Whose) -> Result<Desk, Refused> {
    open_with(whose).map(|(desk, _)| desk)
}

/// The same for what only looks: nothing is repaired, and no epoch is opened.
pub(crate) fn look(whose: &Whose) -> Result<Desk, Refused> {
    open_as(whose, false).map(|(desk, _)| desk)
}

/// The same as [`open`], with where the secrets come from: a command may ask for another.
pub(crate) fn open_with(whose: &Whose) -> Result<(Desk, Secrets), Refused> {
    open_as(whose, true)
}

/// What a data folder is opened with.
pub(crate) fn setup(folder: &Path, mends: bool) -> Setup {
    Setup {
        folder: folder.to_owned(),
        practice: false,
        // Nothing here makes paper.
        pdf_folder: folder.to_owned(),
        clock: Arc::new(SystemClock::default()),
        machine: intake_app::machine_id(),
        marker: intake_app::markers(&|name| std::env::var_os(name)),
        mends,
    }
}

fn open_as(whose: &Whose, mends: bool) -> Result<(Desk, Secrets), Refused> {
    let desk = closed_as(whose, mends)?;
    let clerk = chosen(&desk, whose)?;
    let mut secrets = Secrets::of(whose);
    desk.sign_in(clerk.id, &secrets.next(&clerk.name)?)?;
    Ok((desk, secrets))
}

/// Takes the folder's lock; nobody is signed in.
pub(crate) fn closed(whose: &Whose) -> Result<Desk, Refused> {
    closed_as(whose, true)
}

fn closed_as(whose: &Whose, mends: bool) -> Result<Desk, Refused> {
    // Opening makes a missing folder: right for a new desk, wrong for a mistyped path.
    if !whose.folder.is_dir() {
        return Err(Refused::because(format!("没有这个数据文件夹：{}。", whose.folder.display())));
    }
    let desk = Desk::open(setup(&whose.folder, mends))?;
    if let Some(back) = desk.state().ok().and_then(|state| state.keyring_back) {
        let at = back.backup;
        writeln!(std::io::stderr(), "密钥文件坏了，已用 {at} 的备份换回：那以后改过的密码，又是改以前的密码。")?;
    }
    Ok(desk)
}

/// Who `--clerk` names, or the only one there is.
pub(crate) fn chosen(desk: &Desk, whose: &Whose) -> Result<Clerk, Refused> {
    who(whose, desk.state()?.clerks, |clerk| &clerk.name)
}

/// The same among any that have a name.
pub(crate) fn who<T>(whose: &Whose, mut all: Vec<T>, name: impl Fn(&T) -> &str) -> Result<T, Refused> {
    let place = match &whose.clerk {
        Some(wanted) => all.iter().position(|one| name(one) == wanted),
        None => (all.len() == 1).then_some(0),
    };
    if let Some(place) = place {
        return Ok(all.swap_remove(place));
    }
    let names: Vec<&str> = all.iter().map(name).collect();
    let names = if names.is_empty() { "（还没有建台）".to_owned() } else { names.join("、") };
    Err(Refused::because(format!("请用 --clerk 写明由谁登录：{names}。")))
}

/// The number of one who may sign in, by name.
pub(crate) fn named(desk: &Desk, name: &str) -> Result<u32, Refused> {
    let found = desk.state()?.clerks.into_iter().find(|clerk| clerk.name == name);
    found.map(|clerk| clerk.id).ok_or_else(|| Refused::because(format!("没有名叫“{name}”的在岗人员。")))
}

/// Where passwords come from: the terminal, or lines of standard input in the order in which they are asked for.
pub(crate) struct Secrets {
    stdin: bool,
}

impl Secrets {
    pub(crate) fn of(whose: &Whose) -> Self {
        Self { stdin: whose.password_stdin }
    }

    pub(crate) fn next(&mut self, name: &str) -> Result<String, Refused> {
        if !self.stdin {
            return Ok(rpassword::prompt_password(format!("{name} 的密码："))?);
        }
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}
