//! The maker of papers: fonts and template kept warm between one visitor and the next.

use std::sync::OnceLock;

use typst::text::Font;
use typst_as_lib::{TypstAsLibError, TypstEngine, TypstTemplateMainFile};
use typst_layout::PagedDocument;

use crate::fonts::{self, Drawn, FontFiles};
use crate::record::{RecordContent, RecordWords};
use crate::slip::Content;
use crate::test_page::TestContent;
use crate::words::Words;
use crate::{Document, Error, Record, Result, Slip, TestPage};

/// How many papers ago a layout may have been made and still be kept. Fonts and wording recur on every slip; a
/// visitor's words should not stay in memory for long.
const KEPT_LAYOUTS: usize = 3;

/// Lays papers out. Make one and keep it: the fonts are read once. It may be shared between threads.
pub struct Papers {
    words: Words,
    files: FontFiles,
    usual: Press,
    /// With the fonts for rare characters: tens of megabytes, read when the first such character comes.
    rare: OnceLock<Press>,
}

/// A paper's texts, as they are made drawable.
trait Texts {
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

/// An engine and the fonts it draws with.
struct Press {
    engine: TypstEngine<TypstTemplateMainFile>,
    // For the rarer paper, made when the first one is asked for.
    record: OnceLock<TypstEngine<TypstTemplateMainFile>>,
    fonts: Vec<Font>,
    families: Vec<String>,
}

impl Press {
    fn new(fonts: Vec<Font>) -> Self {
        let engine = engine(include_str!("../../../assets/paper/slip.typ"), &fonts);
        let mut families: Vec<String> = fonts.iter().map(|font| font.info().family.clone()).collect();
        families.dedup();
        Self { engine, record: OnceLock::new(), fonts, families }
    }

    fn record(&self) -> &TypstEngine<TypstTemplateMainFile> {
        self.record.get_or_init(|| engine(include_str!("../../../assets/paper/record.typ"), &self.fonts))
    }

    fn lay_out(&self, content: &Content, pages: usize) -> Result<PagedDocument> {
        self.engine.compile_with_input(content.inputs(&self.families, pages)).output.map_err(refused)
    }
}

fn engine(template: &'static str, fonts: &[Font]) -> TypstEngine<TypstTemplateMainFile> {
    TypstEngine::builder()
        .main_file(template)
        .fonts(fonts.iter().cloned())
        .comemo_evict_max_age(Some(KEPT_LAYOUTS))
        .build()
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
        Self::with_fonts(FontFiles::of_system())
    }

    fn with_fonts(files: FontFiles) -> Result<Self> {
        let usual = Press::new(files.text_faces()?);
        Ok(Self { words: Words::load()?, files, usual, rare: OnceLock::new() })
    }

    /// Lays out one slip.
    ///
    /// # Errors
    /// [`Error::Barcode`] and [`Error::Layout`], both mistakes of ours.
    pub fn slip(&self, slip: &Slip) -> Result<Document> {
        let mut content = Content::of(slip, &self.words)?;
        let (press, undrawable) = self.choose(&mut content);
        let mut pages = press.lay_out(&content, 1)?;
        if pages.pages().len() > 1 {
            // Page numbers only where there is something to number: asking Typst for them makes each layout slower.
            pages = press.lay_out(&content, pages.pages().len())?;
        }
        Ok(Document::new(pages, undrawable))
    }

    /// Lays out one matter's record (来访登记记录).
    ///
    /// # Errors
    /// [`Error::Wording`] and [`Error::Layout`], both mistakes of ours.
    pub fn record(&self, record: &Record) -> Result<Document> {
        let mut content = RecordContent::of(record, &RecordWords::load()?);
        let (press, undrawable) = self.choose(&mut content);
        let pages = press.record().compile_with_input(content.inputs(&press.families)).output.map_err(refused)?;
        Ok(Document::new(pages, undrawable))
    }

    /// Lays a test page out.
    ///
    /// # Errors
    /// [`Error::Wording`] and [`Error::Layout`], both mistakes of ours.
    pub fn test_page(&self, page: &TestPage) -> Result<Document> {
        let mut content = TestContent::of(page)?;
        let (press, undrawable) = self.choose(&mut content);
        // Rarely asked for: its template is not kept warm.
        let once = engine(include_str!("../../../assets/paper/test_page.typ"), &press.fonts);
        let pages = once.compile_with_input(content.inputs(&press.families)).output.map_err(refused)?;
        Ok(Document::new(pages, undrawable))
    }

    /// The press that can draw the most of the content, and what even that one cannot draw, already replaced.
    fn choose(&self, content: &mut impl Texts) -> (&Press, Vec<char>) {
        let all_usual = content
            .texts_mut()
            .all(|text| text.chars().all(|c| fonts::drawn(c, &self.usual.fonts, &[]) != Drawn::Nowhere));
        let press = if all_usual {
            &self.usual
        } else {
            self.rare.get_or_init(|| {
                let faces = self.usual.fonts.iter().cloned().chain(self.files.rare_faces()).collect();
                Press::new(faces)
            })
        };
        let rare = press.fonts.get(self.usual.fonts.len()..).unwrap_or_default();
        let mut undrawable = Vec::new();
        for text in content.texts_mut() {
            *text = fonts::drawable(text, &self.usual.fonts, rare, &mut undrawable);
        }
        (press, undrawable)
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
        let error = Papers::with_fonts(FontFiles::in_folders(&[empty.path().to_owned()])).err().unwrap();
        assert_eq!(error.code(), Code::FontMissing);
    }
}
