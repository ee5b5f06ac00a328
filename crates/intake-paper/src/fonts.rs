//! Finds the few font faces that paper needs, and says which characters they draw.
//!
//! The system's folders are searched by file name first and by the family names inside the files only when that finds
//! nothing: reading every font of a machine takes seconds, reading two takes milliseconds. Fonts are not shipped
//! (assets/fonts/README.md).

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use typst::foundations::Bytes;
use typst::text::{Font, FontWeight};

use crate::{Error, Result};

/// A font we know: how its files begin, in lower case without spaces and hyphens, and its family names.
struct Known {
    files: &'static [&'static str],
    families: &'static [&'static str],
}

/// Fonts for the text, the best first. All are gothic except the last: it reads better in poor print and poor light.
const TEXT: &[Known] = &[
    Known { files: &["notosanscjk"], families: &["Noto Sans CJK SC"] },
    Known { files: &["sourcehansans"], families: &["Source Han Sans SC", "Source Han Sans CN", "思源黑体"] },
    Known { files: &["notosanssc"], families: &["Noto Sans SC"] },
    Known { files: &["msyh"], families: &["Microsoft YaHei", "微软雅黑"] },
    Known { files: &["wqy"], families: &["WenQuanYi Micro Hei", "WenQuanYi Zen Hei"] },
    Known { files: &["simhei"], families: &["SimHei", "黑体"] },
    Known { files: &["notoserifcjk"], families: &["Noto Serif CJK SC"] },
    Known { files: &["simsun"], families: &["SimSun", "宋体"] },
];

/// Fonts for the heading and the text of an official letter, where there is no 仿宋: the hand of printed Chinese.
const SONG: &[Known] = &[
    Known { files: &["notoserifcjk"], families: &["Noto Serif CJK SC"] },
    Known { files: &["sourcehanserif"], families: &["Source Han Serif SC", "Source Han Serif CN", "思源宋体"] },
    Known { files: &["notoserifsc"], families: &["Noto Serif SC"] },
    Known { files: &["simsun"], families: &["SimSun", "宋体"] },
];

/// 仿宋, the hand of an official letter's text: used where the machine has one. No free one of good coverage is packaged.
const FANG: &[Known] = &[
    Known { files: &["simfang"], families: &["FangSong", "仿宋"] },
    Known { files: &["fzfsk", "fzfangsong"], families: &["FZFangSong-Z02", "FZFangSong-Z02S", "方正仿宋_GBK"] },
    Known { files: &["fandolfang"], families: &["FandolFang", "FandolFang R"] },
];

/// 楷体, for remarks: used where the machine has one.
const KAI: &[Known] = &[
    Known { files: &["simkai"], families: &["KaiTi", "楷体"] },
    Known { files: &["lxgwwenkaiscreen", "lxgwwenkairegular", "lxgwwenkai"], families: &["LXGW WenKai"] },
    Known { files: &["ukai"], families: &["AR PL UKai CN"] },
    Known { files: &["fandolkai"], families: &["FandolKai", "FandolKai R"] },
];

/// Fonts for characters outside the BMP, all that are found.
const RARE: &[Known] = &[
    Known { files: &["hanamina"], families: &["HanaMinA"] },
    Known { files: &["hanaminb"], families: &["HanaMinB"] },
    Known { files: &["simsunb"], families: &["SimSun-ExtB"] },
    Known { files: &["simsunextg"], families: &["SimSun-ExtG"] },
    Known { files: &["babelstonehan"], families: &["BabelStone Han"] },
];

/// Folders nested deeper than this are not fonts of a system.
const DEEPEST: usize = 6;

/// The font files of a machine.
pub(crate) struct FontFiles {
    folders: usize,
    files: Vec<PathBuf>,
}

impl FontFiles {
    /// The files in the folders where this system keeps fonts.
    pub(crate) fn of_system() -> Self {
        let at = |name: &str, below: &str| env::var_os(name).map(|folder| Path::new(&folder).join(below));
        let mut folders: Vec<PathBuf> = if cfg!(windows) {
            [at("WINDIR", "Fonts"), at("LOCALAPPDATA", "Microsoft/Windows/Fonts")].into_iter().flatten().collect()
        } else {
            let own = [at("XDG_DATA_HOME", "fonts"), at("HOME", ".local/share/fonts"), at("HOME", ".fonts")];
            let shared = env::var_os("XDG_DATA_DIRS").unwrap_or_default();
            let shared = env::split_paths(&shared).map(|folder| folder.join("fonts")).collect::<Vec<_>>();
            let usual = ["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from);
            own.into_iter().flatten().chain(shared).chain(usual).filter(|folder| folder.is_absolute()).collect()
        };
        folders.sort();
        folders.dedup();
        Self::in_folders(&folders)
    }

    /// The font files in these folders and below.
    pub(crate) fn in_folders(folders: &[PathBuf]) -> Self {
        let mut files = Vec::new();
        for folder in folders {
            collect(folder, DEEPEST, &mut files);
        }
        // The order of a folder is the file system's whim; the same machine must print the same paper each time.
        files.sort();
        Self { folders: folders.len(), files }
    }

    /// The regular and the bold face for the text, or one of them.
    pub(crate) fn text_faces(&self) -> Result<Vec<Font>> {
        TEXT.iter()
            .map(|known| faces(known, self.named(known)))
            .find(|faces| !faces.is_empty())
            // A file under an unknown name is found by what it says inside.
            .or_else(|| TEXT.iter().map(|known| faces(known, self.files.iter())).find(|faces| !faces.is_empty()))
            .ok_or(Error::FontMissing { folders: self.folders })
    }

    /// The regular and the bold face of the printed hand: none, if the machine has none.
    pub(crate) fn song_faces(&self) -> Vec<Font> {
        self.first_of(SONG)
    }

    /// The faces of an official letter that have no bold and need not cover every character: 仿宋, then 楷体.
    pub(crate) fn letter_faces(&self) -> [Option<Font>; 2] {
        [FANG, KAI].map(|known| self.first_of(known).into_iter().next())
    }

    fn first_of(&self, known: &[Known]) -> Vec<Font> {
        known.iter().map(|known| faces(known, self.named(known))).find(|faces| !faces.is_empty()).unwrap_or_default()
    }

    /// The faces for rare characters: none, if the machine has none.
    pub(crate) fn rare_faces(&self) -> impl Iterator<Item = Font> {
        RARE.iter().filter_map(|known| faces(known, self.named(known)).into_iter().next())
    }

    /// The files whose names fit, plain weights first: a family may come in nine weights of 20 MB each.
    fn named<'a>(&'a self, known: &Known) -> impl Iterator<Item = &'a PathBuf> {
        let mut files: Vec<(u8, &PathBuf)> = self
            .files
            .iter()
            .filter_map(|path| {
                let name = path.file_stem()?.to_str()?.to_lowercase().replace([' ', '-', '_'], "");
                let fits = known.files.iter().any(|start| name.starts_with(start));
                let rank = match name.as_str() {
                    name if name.ends_with("regular") => 0,
                    name if name.ends_with("bold") && !name.ends_with("semibold") => 1,
                    _ => 2,
                };
                fits.then_some((rank, path))
            })
            .collect();
        files.sort_by_key(|(rank, _)| *rank);
        files.into_iter().map(|(_, path)| path)
    }
}

/// Font files in a folder and below. A folder that cannot be read holds no fonts for us.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, files);
            }
        } else if path
            .extension()
            .and_then(|end| end.to_str())
            .is_some_and(|end| ["ttf", "ttc", "otf", "otc"].iter().any(|known| end.eq_ignore_ascii_case(known)))
        {
            files.push(path);
        }
    }
}

/// The faces of a family in these files: a regular one, then a bold one if there is one.
fn faces<'a>(known: &Known, files: impl Iterator<Item = &'a PathBuf>) -> Vec<Font> {
    let (mut regular, mut bold): (Option<Font>, Option<Font>) = (None, None);
    for path in files {
        if regular.is_some() && bold.is_some() {
            break;
        }
        let Some(font) = fs::read(path).ok().and_then(|data| face_of(known, data)) else { continue };
        let place = if font.info().variant.weight >= FontWeight::SEMIBOLD { &mut bold } else { &mut regular };
        place.get_or_insert(font);
    }
    regular.into_iter().chain(bold).collect()
}

/// The family's face among the faces of one file.
fn face_of(known: &Known, data: Vec<u8>) -> Option<Font> {
    let count = ttf_parser::fonts_in_collection(&data).unwrap_or(1);
    let index = (0..count).find(|&index| {
        ttf_parser::Face::parse(&data, index).is_ok_and(|face| {
            face.names()
                .into_iter()
                .filter(|name| {
                    [ttf_parser::name_id::FAMILY, ttf_parser::name_id::TYPOGRAPHIC_FAMILY].contains(&name.name_id)
                })
                .filter_map(|name| name.to_string())
                .any(|name| known.families.contains(&name.as_str()))
        })
    })?;
    Font::new(Bytes::new(data), index)
}

/// Where a character can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// It draws nothing by itself and only changes its neighbours: left out.
    Invisible,
    /// In the text's own faces.
    Usual,
    /// In a face for rare characters.
    Rare,
    /// In none: its code point is printed, with room to write it by hand.
    Nowhere,
}

/// Characters that some faces draw, one bit each. Every character of every paper is asked for, and the list of runs that comes
/// with a face would be walked from its beginning each time.
#[derive(Clone, Default)]
pub(crate) struct Covered(Vec<u64>);

impl Covered {
    /// Those that every one of these faces draws; none without a face.
    pub(crate) fn by_all<'f>(faces: impl IntoIterator<Item = &'f Font>) -> Self {
        faces.into_iter().map(Self::of).reduce(|all, face| all.with(&face, |a, b| a & b)).unwrap_or_default()
    }

    /// Those that one or another of these faces draws.
    pub(crate) fn by_any<'f>(faces: impl IntoIterator<Item = &'f Font>) -> Self {
        faces.into_iter().map(Self::of).reduce(|any, face| any.with(&face, |a, b| a | b)).unwrap_or_default()
    }

    fn of(face: &Font) -> Self {
        let mut words = vec![0_u64; 0x11_0000 / 64];
        for c in face.info().coverage.iter() {
            if let Some(word) = words.get_mut(c as usize / 64) {
                *word |= 1 << (c % 64);
            }
        }
        Self(words)
    }

    fn with(mut self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word = join(*word, *other));
        self
    }

    fn holds(&self, c: char) -> bool {
        let c = u32::from(c);
        self.0.get(c as usize / 64).is_some_and(|word| word >> (c % 64) & 1 == 1)
    }
}

/// Where `c` can be drawn. It must be in every face of the text, since a word may stand in bold.
pub(crate) fn drawn(c: char, usual: &Covered, rare: &Covered) -> Drawn {
    if is_invisible(c) {
        Drawn::Invisible
    } else if intake_model::name::is_private_use(c) {
        // A font may well hold something there, but not what the old system meant by it.
        Drawn::Nowhere
    } else if usual.holds(c) {
        Drawn::Usual
    } else if rare.holds(c) {
        Drawn::Rare
    } else {
        Drawn::Nowhere
    }
}

/// Joiners, direction marks and variation selectors. Direction marks could also make a line read as another one.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c), 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF
        | 0xE_0000..=0xE_01EF)
}

/// A text of which every character is drawn: line ends become spaces, and what no face covers becomes a ruled space for
/// the pen with its code point, and is noted in `undrawable`.
pub(crate) fn drawable(text: &str, usual: &Covered, rare: &Covered, undrawable: &mut Vec<char>) -> String {
    let mut drawable = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            drawable.push(' ');
            continue;
        }
        match drawn(c, usual, rare) {
            Drawn::Invisible => {}
            Drawn::Usual | Drawn::Rare => drawable.push(c),
            Drawn::Nowhere => {
                // Room to write it by hand, and by what the clerk finds it.
                let code_point = format!("＿＿〔U+{:04X}〕", u32::from(c));
                drawable.push_str(&code_point);
                if !undrawable.contains(&c) {
                    undrawable.push(c);
                }
            }
        }
    }
    drawable
}
