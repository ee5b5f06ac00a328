//! Each paper's first page beside the picture kept of it. Small ones: they show where something stands, not its strokes.
//!
//! After a change of layout: `PAPER_PICTURES=write cargo test …`, and look at what changed.

use std::path::PathBuf;
use std::{env, fs};

use image::{GrayImage, ImageFormat};
use intake_paper::Document;

use crate::notices::all;

/// Dots to the inch: an A4 page is 298 by 421 dots.
const DPI: f32 = 36.0;
/// How much a dot may differ on average, of 255: other versions of the renderer smooth edges in other ways.
const TOLERANCE: f64 = 2.0;

fn first_page(document: &Document) -> GrayImage {
    image::load_from_memory(&document.png_pages(DPI / 72.0).unwrap()[0]).unwrap().into_luma8()
}

fn difference(one: &GrayImage, other: &GrayImage) -> f64 {
    let sum: u64 = one.pixels().zip(other.pixels()).map(|(a, b)| u64::from(a.0[0].abs_diff(b.0[0]))).sum();
    #[allow(clippy::cast_precision_loss, reason = "a page has few dots")]
    let average = sum as f64 / f64::from(one.width() * one.height());
    average
}

#[test]
fn every_paper_looks_like_the_picture_kept_of_it() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/paper/pictures");
    let write = env::var("PAPER_PICTURES").is_ok_and(|said| said == "write");
    for (name, document) in
        all().into_iter().filter(|(name, _)| !name.contains('.') || name == "acceptance_notice.hard")
    {
        let (path, page) = (folder.join(format!("{name}.png")), first_page(&document));
        if write {
            page.save_with_format(&path, ImageFormat::Png).unwrap();
        }
        let kept = fs::read(&path).unwrap_or_else(|_| panic!("no picture is kept of {name}"));
        assert!(kept.len() <= 40 * 1024, "{name}: {} bytes", kept.len());
        let kept = image::load_from_memory(&kept).unwrap().into_luma8();
        assert_eq!(page.dimensions(), kept.dimensions(), "{name}");
        let apart = difference(&page, &kept);
        assert!(apart <= TOLERANCE, "{name} differs by {apart:.2}");
    }
}

#[test]
fn a_line_that_moved_is_seen() {
    let (_, document) = all().into_iter().find(|(name, _)| name == "acceptance_notice").unwrap();
    let page = first_page(&document);
    let moved = GrayImage::from_fn(page.width(), page.height(), |x, y| *page.get_pixel(x, y.saturating_sub(4)));
    assert!(difference(&page, &moved) > 2.0 * TOLERANCE);
}
