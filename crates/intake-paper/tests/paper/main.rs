//! Every paper as the visitor or the office holds it: its text read back from the PDF, its barcode read back from the
//! picture, and the picture itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod notices;
mod own;
mod pictures;
mod reading;
mod records;
mod slip;

use std::path::PathBuf;
use std::sync::LazyLock;

use intake_paper::Papers;

/// With the fonts that `scripts/setup` installs and no others: a picture is the same on every machine.
static PAPERS: LazyLock<Papers> = LazyLock::new(|| papers(None));

fn papers(own: Option<&std::path::Path>) -> Papers {
    let fonts = ["/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/hanazono"].map(PathBuf::from);
    Papers::with_fonts_in(&fonts, own).expect("install fonts-noto-cjk and fonts-hanazono")
}
