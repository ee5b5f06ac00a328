//! One laid-out paper: what is printed and what is shown come from the same pages.

use typst::model::DocumentInfo;
use typst::utils::Scalar;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;
use typst_render::RenderOptions;

use crate::{Error, Result};

/// Pictures finer than this (720 dpi) need memory that no preview is worth.
const FINEST: f32 = 10.0;
/// Coarser than this there is nothing to see.
const COARSEST: f32 = 0.25;

/// A laid-out paper.
pub struct Document {
    pages: PagedDocument,
    undrawable: Vec<char>,
}

impl Document {
    pub(crate) fn new(pages: PagedDocument, undrawable: Vec<char>) -> Self {
        Self { pages, undrawable }
    }

    /// Several papers as one, in this order: each face goes into the file once. `None` of none.
    pub fn bound(papers: &[Self]) -> Option<Self> {
        // Each has a title of its own, and the file has none.
        let info = DocumentInfo::default();
        if papers.is_empty() {
            return None;
        }
        let pages = papers.iter().flat_map(|paper| paper.pages.pages()).cloned().collect();
        let mut undrawable = Vec::new();
        for c in papers.iter().flat_map(|paper| &paper.undrawable) {
            if !undrawable.contains(c) {
                undrawable.push(*c);
            }
        }
        Some(Self { pages: PagedDocument::new(pages, info), undrawable })
    }

    /// How many pages it has.
    pub fn pages(&self) -> usize {
        self.pages.pages().len()
    }

    /// The paper as PDF. The same paper gives the same bytes: no time and no random mark goes in.
    ///
    /// # Errors
    /// [`Error::Pdf`] when Typst refuses.
    pub fn pdf(&self) -> Result<Vec<u8>> {
        // Tags would help a screen reader and make the file larger; this file is made to be printed.
        let options = PdfOptions { tagged: false, ..PdfOptions::default() };
        typst_pdf::pdf(&self.pages, &options).map_err(|complaints| Error::Pdf { complaints: complaints.len() })
    }

    /// Each page as a PNG picture, at `pixels_per_point` (1/72 inch; 203 dpi is 2.82). Held between 0.25 and 10.
    ///
    /// # Errors
    /// [`Error::Picture`] when a page cannot be written.
    pub fn png_pages(&self, pixels_per_point: f32) -> Result<Vec<Vec<u8>>> {
        let scale = if pixels_per_point.is_finite() { pixels_per_point.clamp(COARSEST, FINEST) } else { 1.0 };
        let options = RenderOptions { pixel_per_pt: Scalar::new(scale.into()), render_bleed: false };
        self.pages
            .pages()
            .iter()
            .map(|page| typst_render::render(page, &options).encode_png().map_err(|_| Error::Picture))
            .collect()
    }

    /// The characters that no font here can draw, each once, in order. The paper shows a ruled space with their code points
    /// instead, such as ＿＿〔U+2CEB0〕, and the clerk writes them there by hand.
    pub fn undrawable(&self) -> &[char] {
        &self.undrawable
    }
}
