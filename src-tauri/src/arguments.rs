//! What the program can be started with, and the folders that follow from it.

use std::ffi::OsString;
use std::path::PathBuf;

/// The arguments as read, with every folder settled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// 练习模式: own folders, a ribbon in the window, 练习 across every paper.
    pub(crate) practice: bool,
    /// Creates the demo desk where the folder holds none. Only together with practice.
    pub(crate) demo_desk: bool,
    /// Where the desk's data lies.
    pub(crate) folder: PathBuf,
    /// Where PDF files go until an administrator chooses another folder.
    pub(crate) pdf_folder: PathBuf,
}

const USAGE: &str = "用法：intake-desk [--practice [--demo-desk]] [--folder 数据文件夹]";

impl Arguments {
    /// Reads the arguments after the program's name. The error is a sentence for the person who typed them.
    pub(crate) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Self, String> {
        Self::read_in(arguments, &|name| std::env::var_os(name).filter(|value| !value.is_empty()))
    }

    fn read_in(
        mut arguments: impl Iterator<Item = OsString>,
        environment: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, String> {
        let (mut practice, mut demo_desk, mut folder) = (false, false, None);
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--practice") => practice = true,
                Some("--demo-desk") => demo_desk = true,
                Some("--folder") => match arguments.next() {
                    Some(given) => folder = Some(PathBuf::from(given)),
                    None => return Err(format!("--folder 后面缺少文件夹。{USAGE}")),
                },
                _ => return Err(format!("不认识的参数 {}。{USAGE}", argument.to_string_lossy())),
            }
        }
        // The demo desk's passwords are public: they must never guard real records.
        if demo_desk && !practice {
            return Err(format!("--demo-desk 只能与 --practice 同用。{USAGE}"));
        }
        let home = environment("HOME").map(PathBuf::from);
        let data = environment("XDG_DATA_HOME").map(PathBuf::from);
        let data = data.or_else(|| home.as_ref().map(|home| home.join(".local/share")));
        let name = if practice { "intake-desk-practice" } else { "intake-desk" };
        let folder = folder.or_else(|| data.map(|data| data.join(name)));
        let (Some(home), Some(folder)) = (home, folder) else {
            return Err(format!("找不到个人文件夹（HOME 没有设置），请用 --folder 指定数据文件夹。{USAGE}"));
        };
        let pdf_folder = home.join(if practice { "练习回执" } else { "来访回执" });
        Ok(Self { practice, demo_desk, folder, pdf_folder })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        let words = line.split_whitespace().map(OsString::from).collect::<Vec<_>>();
        Arguments::read_in(words.into_iter(), &|name| (name == "HOME").then(|| OsString::from("/h/zhou")))
    }

    #[test]
    fn practice_has_folders_of_its_own() {
        let real = read("").unwrap();
        let practice = read("--practice").unwrap();
        assert_eq!(real.folder, PathBuf::from("/h/zhou/.local/share/intake-desk"));
        assert_ne!(real.folder, practice.folder);
        assert_ne!(real.pdf_folder, practice.pdf_folder);
    }

    #[test]
    fn the_demo_desk_with_its_public_passwords_exists_only_in_practice() {
        assert!(read("--demo-desk").is_err());
        assert!(read("--practice --demo-desk").unwrap().demo_desk);
    }

    #[test]
    fn an_argument_nobody_knows_is_refused_with_the_usage() {
        assert!(read("--password secret").unwrap_err().contains("用法"));
        assert!(read("--folder").unwrap_err().contains("--folder"));
    }
}
