//! The maker of papers: fonts and template kept warm between one visitor and the next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use intake_model::{Paper, TableError};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use typst::diag::FileResult;
use typst::foundations::{Array, Bytes, Datetime, Dict, Duration, IntoValue};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};
use typst_as_lib::{TypstAsLibError, TypstEngine};
use typst_layout::PagedDocument;

use crate::fonts::{self, Covered, Drawn, FontFiles};
use crate::own::{self, LAYOUTS, Own};
use crate::record::{RecordContent, RecordWords};
use crate::sheet::{Common, Sheet};
use crate::slip::Content;
use crate::test_page::TestContent;
use crate::wording::{self, PaperText};
use crate::words::Words;
use crate::{
    ClosingSheet, Coverage, DayReport, Document, Error, Form, Notice, Record, Result, Slip, TestPage, coverage,
};

/// How many papers ago a layout may have been made and still be kept. Wording recurs from visit to visit, and one visit has
/// up to four papers; a visitor's words should not stay in memory for long.
const KEPT_LAYOUTS: usize = 8;

/// What one paper of a matter shows.
pub enum PaperContent {
    /// On a sheet of its own, A5.
    Slip(Slip),
    /// The same on a roll of 80 mm.
    Roll(Slip),
    /// The sheet of the visit, with the slip as its foot.
    Form(Box<Form>),
    /// Any other.
    Notice(Box<Notice>),
}

/// Lays papers out. Make one and keep it: the fonts are read once. It may be shared between threads.
pub struct Papers {
    words: Words,
    common: Common,
    record_words: RecordWords,
    worded: BTreeMap<String, PaperText>,
    /// Those that only this district has.
    added: BTreeSet<String>,
    layouts: BTreeMap<&'static str, String>,
    mistakes: Vec<TableError>,
    files: FontFiles,
    /// For the slip: the fewest faces, so that the first visitor of the day does not wait.
    plain: Presses,
    /// For letters and sheets, with more faces, read when the first one is asked for.
    letter: OnceLock<Presses>,
}

/// A paper's texts, as they are made drawable.
pub(crate) trait Texts {
    fn texts_mut(&mut self) -> impl Iterator<Item = &mut String>;
}

impl Texts for Content {
    fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.texts_mut()
    }
}

impl Texts for RecordContent {
    fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.texts_mut()
    }
}

impl Texts for TestContent {
    fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.texts_mut()
    }
}

/// The faces of one kind of paper.
#[derive(Clone, Default)]
struct Faces {
    /// These draw the text between them, and each covers it alone.
    hei: Vec<Font>,
    song: Vec<Font>,
    /// These are used where the machine has them, and for what they cover.
    fang: Option<Font>,
    kai: Option<Font>,
    rare: Vec<Font>,
}

impl Faces {
    fn all(&self) -> impl Iterator<Item = &Font> {
        self.hei.iter().chain(&self.song).chain(&self.fang).chain(&self.kai).chain(&self.rare)
    }

    /// The families of each hand, the one to try first in front.
    fn families(&self) -> Dict {
        let songs = || self.song.iter().chain(&self.hei);
        let hands: [(&str, Vec<&Font>); 4] = [
            ("hei", self.hei.iter().chain(&self.rare).collect()),
            ("song", songs().chain(&self.rare).collect()),
            ("fang", self.fang.iter().chain(songs()).chain(&self.rare).collect()),
            ("kai", self.kai.iter().chain(&self.fang).chain(songs()).chain(&self.rare).collect()),
        ];
        let names = |fonts: Vec<&Font>| {
            let mut names: Vec<&str> = fonts.into_iter().map(|font| font.info().family.as_str()).collect();
            names.dedup();
            names.into_iter().map(IntoValue::into_value).collect::<Array>().into_value()
        };
        hands.into_iter().map(|(hand, fonts)| (hand.into(), names(fonts))).collect()
    }
}

/// An engine and the faces it draws with.
struct Press {
    engine: TypstEngine,
    faces: Faces,
    usual: Covered,
    rare: Covered,
}

impl Press {
    fn new(faces: Faces, layouts: &BTreeMap<&'static str, String>) -> Self {
        let sources = layouts.iter().map(|(name, text)| (*name, text.as_str()));
        let engine = TypstEngine::builder()
            .with_static_source_file_resolver(sources)
            .fonts(faces.all().cloned())
            .comemo_evict_max_age(Some(KEPT_LAYOUTS))
            .build();
        let usual = Covered::by_all(faces.hei.iter().chain(&faces.song));
        let rare = Covered::by_any(&faces.rare);
        Self { engine, faces, usual, rare }
    }

    fn lay_out(&self, layout: &str, inputs: &Dict) -> Result<PagedDocument, TypstAsLibError> {
        let told =
            serde_json::to_vec(inputs).map_err(|error| TypstAsLibError::Unspecified(error.to_string().into()))?;
        let told = Bytes::new(told);
        Ok(self.engine.with_world(layout, |world| typst::compile(&Told { world, told }).output)??)
    }
}

/// What the file is called in which a layout finds its values.
const TOLD: &str = "paper.json";

/// A world with one more file: the values of one paper. As `sys.inputs` they would be a part of Typst's own library, and all of
/// that would be another one, hashed anew, for each paper.
struct Told<'w, W> {
    world: &'w W,
    told: Bytes,
}

impl<W: World> World for Told<'_, W> {
    fn library(&self) -> &LazyHash<Library> {
        World::library(self.world)
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.world.book()
    }

    fn main(&self) -> FileId {
        self.world.main()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.world.source(id)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id.vpath().get_without_slash() == TOLD { Ok(self.told.clone()) } else { self.world.file(id) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.world.font(index)
    }

    fn today(&self, offset: Option<Duration>) -> Option<Datetime> {
        self.world.today(offset)
    }
}

/// The press for usual characters, and the one with the fonts for rare ones: tens of megabytes, read when the first such
/// character comes.
struct Presses {
    usual: Press,
    rare: OnceLock<Press>,
}

impl Presses {
    fn new(faces: Faces, layouts: &BTreeMap<&'static str, String>) -> Self {
        Self { usual: Press::new(faces, layouts), rare: OnceLock::new() }
    }

    /// The press that can draw the most of the content, and what even that one cannot draw, already replaced.
    fn choose(&self, content: &mut impl Texts, papers: &Papers) -> (&Press, Vec<char>) {
        let Press { usual, rare, .. } = &self.usual;
        let all_usual =
            content.texts_mut().all(|text| text.chars().all(|c| fonts::drawn(c, usual, rare) != Drawn::Nowhere));
        let press = if all_usual { &self.usual } else { self.rare(papers) };
        let mut undrawable = Vec::new();
        for text in content.texts_mut() {
            *text = fonts::drawable(text, usual, &press.rare, &mut undrawable);
        }
        (press, undrawable)
    }

    fn rare(&self, papers: &Papers) -> &Press {
        self.rare.get_or_init(|| {
            let faces = Faces { rare: papers.files.rare_faces().collect(), ..self.usual.faces.clone() };
            Press::new(faces, &papers.layouts)
        })
    }
}

fn refused(error: TypstAsLibError) -> Error {
    Error::Layout {
        complaints: if let TypstAsLibError::TypstSource(complaints) = error { complaints.len() } else { 1 },
    }
}

impl Papers {
    /// Finds and reads the fonts for Chinese text.
    ///
    /// # Errors
    /// [`Error::FontMissing`] when the system has none of the known fonts; [`Error::Wording`] when the wording is
    /// damaged.
    pub fn new() -> Result<Self> {
        Self::made(FontFiles::of_system(), Own::default())
    }

    /// The same, with a folder of the district's own wording and layouts (docs/papers.md). What has a mistake is left out,
    /// told by [`Papers::mistakes`], and replaced by what came with the program.
    ///
    /// # Errors
    /// As [`Papers::new`]. A mistake in the folder is none.
    pub fn load_with(folder: &Path) -> Result<Self> {
        Self::made(FontFiles::of_system(), Own::read(folder))
    }

    /// The same with the fonts in these folders only, as a portable installation has them.
    ///
    /// # Errors
    /// As [`Papers::new`].
    pub fn with_fonts_in(fonts: &[PathBuf], own: Option<&Path>) -> Result<Self> {
        Self::made(FontFiles::in_folders(fonts), own.map(Own::read).unwrap_or_default())
    }

    fn made(files: FontFiles, own: Own) -> Result<Self> {
        let mut worded: BTreeMap<String, PaperText> =
            wording::built_in()?.into_iter().map(|(word, text)| (word.to_owned(), text)).collect();
        let added = own.papers.keys().filter(|id| !worded.contains_key(*id)).cloned().collect();
        worded.extend(own.papers);
        let layouts: BTreeMap<&'static str, String> =
            LAYOUTS.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        let plain = Presses::new(Faces { hei: files.text_faces()?, ..Faces::default() }, &layouts);
        let mut made = Self {
            words: Words::load()?,
            common: Common::load()?,
            record_words: RecordWords::load()?,
            worded,
            added,
            layouts,
            mistakes: own.mistakes,
            files,
            plain,
            letter: OnceLock::new(),
        };
        if let Some(words) = own.slip {
            made.words = words;
        }
        if !own.layouts.is_empty() {
            made.try_layouts(&own.layouts);
        }
        Ok(made)
    }

    /// Takes over the district's own layouts where every paper can be laid out with them, or else none of them.
    fn try_layouts(&mut self, own: &BTreeMap<&'static str, String>) {
        let ours = self.layouts.clone();
        self.layouts.extend(own.iter().map(|(name, text)| (*name, text.clone())));
        self.press_anew();
        let Err(error) = self.trial() else { return };
        let complaints =
            if let TypstAsLibError::TypstSource(complaints) = error { complaints.to_vec() } else { Vec::new() };
        self.mistakes.push(own::complaint(&complaints, own));
        self.layouts = ours;
        self.press_anew();
    }

    fn press_anew(&mut self) {
        self.plain = Presses::new(self.plain.usual.faces.clone(), &self.layouts);
        self.letter = OnceLock::new();
    }

    /// One paper by each layout, with made-up values.
    fn trial(&self) -> Result<(), TypstAsLibError> {
        let Some(content) =
            crate::slip::sample().and_then(|slip| Content::of(&slip, &self.words, &self.common.void).ok())
        else {
            return Ok(());
        };
        let plain = &self.plain.usual;
        for layout in ["slip.typ", "roll.typ"] {
            plain.lay_out(layout, &content.inputs(&plain.faces.families(), 1))?;
        }
        if let Ok(page) = TestContent::of(&TestPage::sample()) {
            plain.lay_out("test_page.typ", &page.inputs(plain.faces.families()))?;
        }
        let letter = &self.letter().usual;
        for text in self.worded.values() {
            let blank = Sheet::blank(text, &self.common, &self.record_words);
            letter.lay_out("notice.typ", &blank.inputs(letter.faces.families(), true))?;
        }
        let everything = Sheet::sample(self.worded.values(), &self.common, content);
        letter.lay_out("notice.typ", &everything.inputs(letter.faces.families(), true))?;
        Ok(())
    }

    /// What is wrong with files of the district's own folder, one sentence each. Where a layout is wrong, none of the
    /// folder's layouts is used.
    pub fn mistakes(&self) -> &[TableError] {
        &self.mistakes
    }

    /// The papers that the district's folder adds: the id to ask for with [`Papers::added`], and the title.
    pub fn additions(&self) -> impl Iterator<Item = (&str, &str)> {
        let title = |id: &String| self.worded.get(id).map_or("", |text| text.title.as_str());
        self.added.iter().map(move |id| (id.as_str(), title(id)))
    }

    /// Lays out one slip.
    ///
    /// # Errors
    /// [`Error::Barcode`] and [`Error::Layout`], both mistakes of ours.
    pub fn slip(&self, slip: &Slip) -> Result<Document> {
        self.slip_on("slip.typ", slip)
    }

    /// Lays out one slip for a roll of 80 mm: as long as it needs to be.
    ///
    /// # Errors
    /// As [`Papers::slip`].
    pub fn roll(&self, slip: &Slip) -> Result<Document> {
        self.slip_on("roll.typ", slip)
    }

    fn slip_on(&self, layout: &str, slip: &Slip) -> Result<Document> {
        let mut content = Content::of(slip, &self.words, &self.common.void)?;
        let (press, undrawable) = self.plain.choose(&mut content, self);
        let families = press.faces.families();
        let laid_out = |pages| press.lay_out(layout, &content.inputs(&families, pages)).map_err(refused);
        let mut pages = laid_out(1)?;
        if pages.pages().len() > 1 {
            // Page numbers only where there is something to number: asking Typst for them makes each layout slower.
            pages = laid_out(pages.pages().len())?;
        }
        Ok(Document::new(pages, undrawable))
    }

    /// Lays out one matter's record (来访登记记录).
    ///
    /// # Errors
    /// [`Error::Layout`], a mistake of ours.
    pub fn record(&self, record: &Record) -> Result<Document> {
        let mut content = RecordContent::of(record, &self.record_words);
        let (press, undrawable) = self.plain.choose(&mut content, self);
        let pages = press.lay_out("record.typ", &content.inputs(&press.faces.families())).map_err(refused)?;
        Ok(Document::new(pages, undrawable))
    }

    /// Lays a test page out.
    ///
    /// # Errors
    /// [`Error::Wording`] and [`Error::Layout`], both mistakes of ours.
    pub fn test_page(&self, page: &TestPage) -> Result<Document> {
        let mut content = TestContent::of(page)?;
        let (press, undrawable) = self.plain.choose(&mut content, self);
        let pages = press.lay_out("test_page.typ", &content.inputs(press.faces.families())).map_err(refused)?;
        Ok(Document::new(pages, undrawable))
    }

    /// Lays out one worded paper, with the copy that stays where the paper has one.
    ///
    /// # Errors
    /// [`Error::NotWorded`] for the slip, which [`Papers::slip`] makes; [`Error::Layout`], a mistake of ours.
    pub fn notice(&self, notice: &Notice) -> Result<Document> {
        self.added(notice.paper.word(), notice)
    }

    /// Lays out a paper that the district added, by its id; `notice.paper` says nothing then.
    ///
    /// # Errors
    /// [`Error::NotWorded`] for an id that there is not; [`Error::Layout`], a mistake of ours.
    pub fn added(&self, id: &str, notice: &Notice) -> Result<Document> {
        self.sheet(Sheet::of_notice(notice, self.text(id)?, &self.common, &self.record_words))
    }

    /// Lays out the sheet of a visit (来访登记表) with its slip as the foot.
    ///
    /// # Errors
    /// As [`Papers::slip`].
    pub fn form(&self, form: &Form) -> Result<Document> {
        let slip = Content::of(&form.slip, &self.words, &self.common.void)?;
        let text = self.text(Paper::RegistrationForm.word())?;
        self.sheet(Sheet::of_form(form, text, &self.common, &self.record_words, slip))
    }

    /// Lays one out.
    ///
    /// # Errors
    /// Those of the function for its kind.
    pub fn lay_out(&self, content: &PaperContent) -> Result<Document> {
        match content {
            PaperContent::Slip(slip) => self.slip(slip),
            PaperContent::Roll(slip) => self.roll(slip),
            PaperContent::Form(form) => self.form(form),
            PaperContent::Notice(notice) => self.notice(notice),
        }
    }

    /// Lays several out at once, on as many threads as the machine has cores; in their order.
    ///
    /// # Errors
    /// That of the first one that cannot be laid out.
    pub fn lay_out_all(&self, contents: &[PaperContent]) -> Result<Vec<Document>> {
        contents.par_iter().map(|content| self.lay_out(content)).collect()
    }

    /// Lays out the day of a desk (当日汇总).
    ///
    /// # Errors
    /// As [`Papers::notice`].
    pub fn day_report(&self, report: &DayReport) -> Result<Document> {
        let text = self.text(Paper::DayReport.word())?;
        self.sheet(Sheet::of_day(report, text, &self.common, &self.record_words))
    }

    /// Lays out the closing sheet of a day (日结单).
    ///
    /// # Errors
    /// As [`Papers::notice`].
    pub fn closing_sheet(&self, closed: &ClosingSheet) -> Result<Document> {
        self.sheet(Sheet::of_closing(closed, self.text(Paper::ClosingSheet.word())?, &self.common))
    }

    /// Every worded paper as a blank, each with its id: what a district looks at after a change of its own.
    ///
    /// # Errors
    /// [`Error::Layout`], a mistake of ours.
    pub fn blanks(&self) -> Result<Vec<(&str, Document)>> {
        self.worded
            .iter()
            .map(|(id, text)| Ok((id.as_str(), self.sheet(Sheet::blank(text, &self.common, &self.record_words))?)))
            .collect()
    }

    /// How many characters of the third level of GB 18030-2022 the fonts of this machine draw, block by block.
    pub fn coverage(&self) -> Vec<Coverage> {
        let rare = self.plain.rare(self);
        coverage::counted(&rare.usual, &rare.rare)
    }

    fn text(&self, id: &str) -> Result<&PaperText> {
        self.worded.get(id).ok_or(Error::NotWorded)
    }

    fn sheet(&self, mut sheet: Sheet) -> Result<Document> {
        let (press, undrawable) = self.letter().choose(&mut sheet, self);
        let laid_out =
            |numbered| press.lay_out("notice.typ", &sheet.inputs(press.faces.families(), numbered)).map_err(refused);
        let mut pages = laid_out(false)?;
        if pages.pages().len() > sheet.copies() {
            pages = laid_out(true)?;
        }
        Ok(Document::new(pages, undrawable))
    }

    fn letter(&self) -> &Presses {
        self.letter.get_or_init(|| {
            let [fang, kai] = self.files.letter_faces();
            let faces = Faces { song: self.files.song_faces(), fang, kai, ..self.plain.usual.faces.clone() };
            Presses::new(faces, &self.layouts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_model::Code;

    #[test]
    fn papers_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Papers>();
        shared::<Document>();
    }

    #[test]
    fn a_machine_without_a_chinese_font_is_told_so() {
        let empty = tempfile::tempdir().unwrap();
        let error = Papers::with_fonts_in(&[empty.path().to_owned()], None).err().unwrap();
        assert_eq!(error.code(), Code::FontMissing);
    }
}
