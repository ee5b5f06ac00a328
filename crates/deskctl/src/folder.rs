//! Opening a desk's folder as one of its clerks.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use intake_app::{Desk, Error, Setup, SystemClock};

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
    open_as(whose, true)
}

/// The same for what only looks: nothing is repaired, and no epoch is opened.
pub(crate) fn look(whose: &Whose) -> Result<Desk, Refused> {
    open_as(whose, false)
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

fn open_as(whose: &Whose, mends: bool) -> Result<Desk, Refused> {
    // Opening makes a missing folder: right for a new desk, wrong for a mistyped path.
    if !whose.folder.is_dir() {
        return Err(Refused::because(format!("没有这个数据文件夹：{}。", whose.folder.display())));
    }
    let desk = Desk::open(setup(&whose.folder, mends))?;
    let clerks = desk.state()?.clerks.into_iter().map(|clerk| (clerk.id, clerk.name)).collect();
    let (clerk, name) = who(whose, clerks)?;
    desk.sign_in(clerk, &password(whose, &name)?)?;
    Ok(desk)
}

/// The clerk who was named, or the only one there is.
pub(crate) fn who(whose: &Whose, clerks: Vec<(u32, String)>) -> Result<(u32, String), Refused> {
    let names: Vec<&str> = clerks.iter().map(|(_, name)| name.as_str()).collect();
    let names = if names.is_empty() { "（还没有建台）".to_owned() } else { names.join("、") };
    let only = clerks.len() == 1;
    let found = clerks.into_iter().find(|(_, name)| whose.clerk.as_ref().map_or(only, |wanted| wanted == name));
    found.ok_or_else(|| Refused::because(format!("请用 --clerk 写明由谁登录：{names}。")))
}

pub(crate) fn password(whose: &Whose, name: &str) -> Result<String, Refused> {
    if !whose.password_stdin {
        return Ok(rpassword::prompt_password(format!("{name} 的密码："))?);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
