//! Opening a desk's folder as one of its clerks.

use std::fmt;
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
    // Opening makes a missing folder: right for a new desk, wrong for a mistyped path.
    if !whose.folder.is_dir() {
        return Err(Refused::because(format!("没有这个数据文件夹：{}。", whose.folder.display())));
    }
    let desk = Desk::open(Setup {
        folder: whose.folder.clone(),
        practice: false,
        // Nothing here makes paper.
        pdf_folder: whose.folder.clone(),
        clock: Arc::new(SystemClock::default()),
    })?;
    let clerks = desk.state()?.clerks;
    let clerk = match &whose.clerk {
        Some(name) => clerks.iter().find(|clerk| &clerk.name == name),
        None if clerks.len() == 1 => clerks.first(),
        None => None,
    };
    let Some(clerk) = clerk else {
        let names: Vec<&str> = clerks.iter().map(|clerk| clerk.name.as_str()).collect();
        let names = if names.is_empty() { "（还没有建台）".to_owned() } else { names.join("、") };
        return Err(Refused::because(format!("请用 --clerk 写明由谁登录：{names}。")));
    };
    desk.sign_in(clerk.id, &password(whose, &clerk.name)?)?;
    Ok(desk)
}

fn password(whose: &Whose, name: &str) -> Result<String, Refused> {
    if !whose.password_stdin {
        return Ok(rpassword::prompt_password(format!("{name} 的密码："))?);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
