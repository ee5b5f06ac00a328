//! Papers by themselves: what the fonts of this machine draw, and what a district's own wording looks like. No desk is
//! opened.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use intake_app::{Coverage, Error, Papers as Maker};
use serde::Serialize;

use crate::folder::Refused;
use crate::print;

#[derive(Args)]
pub(crate) struct Papers {
    /// The folder of the district's own papers (docs/papers.md)
    folder: PathBuf,
    /// Where the blanks are written, as PDF
    #[arg(long)]
    into: PathBuf,
}

/// What is printed about the fonts.
#[derive(Serialize)]
struct Fonts {
    /// Characters and radicals that the third level asks for.
    asked: u32,
    /// Those that are drawn.
    drawn: u32,
    blocks: Vec<Coverage>,
}

/// What is printed about a folder.
#[derive(Serialize)]
struct Tried {
    added: Vec<String>,
    mistakes: Vec<String>,
    written: Vec<String>,
}

pub(crate) fn fonts() -> Result<bool, Refused> {
    let blocks = Maker::new().map_err(Error::from)?.coverage();
    let asked = blocks.iter().map(|block| block.asked).sum();
    let drawn = blocks.iter().map(|block| block.usual + block.rare).sum();
    print(&Fonts { asked, drawn, blocks })?;
    Ok(true)
}

pub(crate) fn blanks(papers: &Papers) -> Result<bool, Refused> {
    let maker = Maker::load_with(&papers.folder).map_err(Error::from)?;
    fs::create_dir_all(&papers.into)?;
    let mut written = Vec::new();
    for (id, document) in maker.blanks().map_err(Error::from)? {
        let name = format!("{id}.pdf");
        fs::write(papers.into.join(&name), document.pdf().map_err(Error::from)?)?;
        written.push(name);
    }
    let added = maker.additions().map(|(id, title)| format!("{id} {title}")).collect();
    let mistakes: Vec<String> = maker.mistakes().iter().map(ToString::to_string).collect();
    let well = mistakes.is_empty();
    print(&Tried { added, mistakes, written })?;
    Ok(well)
}
