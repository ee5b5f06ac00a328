//! Files that people hand over: how many pages they have, and a picture of one.
//!
//! They come from anywhere, so a reader that panics over one is an unreadable file and nothing more, and a picture that
//! claims to be enormous is refused before memory is given to it. Nothing is ever written to the disk here.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use intake_model::AttachmentKind;

use crate::{Error, Result};

/// The longest side of the picture in a list, in pixels.
const SMALL: u32 = 200;
/// The longest side of a page as it is looked at: an A4 page's smallest print can be read.
const LARGE: u32 = 1800;
/// Wider or higher than any scanner makes them.
const WIDEST: u32 = 30_000;
/// As much memory as a picture may need while it is read.
const MOST_MEMORY: u64 = 1 << 30;

/// What a look at a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Its pages; 0 where they cannot be counted (a PDF under a password).
    pub pages: u32,
    /// A small picture of the first page, as JPEG; empty where none can be drawn.
    pub thumbnail: Vec<u8>,
}

/// Looks at a file.
///
/// # Errors
/// [`Error::Scan`] for one that is broken. A PDF under a password is not: it is kept and cannot be shown.
pub fn look(kind: AttachmentKind, bytes: &[u8]) -> Result<Scan> {
    guarded(kind, || match kind {
        AttachmentKind::Jpeg | AttachmentKind::Png => {
            Ok(Scan { pages: 1, thumbnail: jpeg(&picture(kind, bytes)?.thumbnail(SMALL, SMALL))? })
        }
        AttachmentKind::Pdf => match open(bytes) {
            Err(LoadPdfError::Decryption(_)) => Ok(Scan { pages: 0, thumbnail: Vec::new() }),
            Err(LoadPdfError::Invalid) => Err(broken(kind)),
            Ok(pdf) => {
                let pages = u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX);
                if pages == 0 {
                    return Err(broken(kind));
                }
                // A page that cannot be drawn is no reason to refuse what the visitor brought.
                let thumbnail = guarded(kind, || draw(&pdf, 0, SMALL)).unwrap_or_default();
                Ok(Scan { pages, thumbnail })
            }
        },
    })
}

/// A page as a picture to look at, as JPEG; pages count from 1.
///
/// # Errors
/// [`Error::Scan`] where it cannot be drawn or there is no such page.
pub fn page(kind: AttachmentKind, bytes: &[u8], page: u32) -> Result<Vec<u8>> {
    guarded(kind, || match kind {
        AttachmentKind::Jpeg | AttachmentKind::Png if page != 1 => Err(broken(kind)),
        AttachmentKind::Jpeg | AttachmentKind::Png => {
            let picture = picture(kind, bytes)?;
            let fits = picture.width().max(picture.height()) <= LARGE;
            jpeg(&if fits { picture } else { picture.thumbnail(LARGE, LARGE) })
        }
        AttachmentKind::Pdf => {
            let pdf = open(bytes).map_err(|_| broken(kind))?;
            draw(&pdf, usize::try_from(page).unwrap_or(usize::MAX).wrapping_sub(1), LARGE)
        }
    })
}

fn broken(kind: AttachmentKind) -> Error {
    Error::Scan(kind.word())
}

/// A panic of a reader is a file that cannot be read.
fn guarded<T>(kind: AttachmentKind, read: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(broken(kind)))
}

fn open(bytes: &[u8]) -> Result<Pdf, LoadPdfError> {
    Pdf::new(bytes.to_vec())
}

/// The picture as it was held: a camera's turn is undone.
fn picture(kind: AttachmentKind, bytes: &[u8]) -> Result<DynamicImage> {
    let format = if kind == AttachmentKind::Png { ImageFormat::Png } else { ImageFormat::Jpeg };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(WIDEST);
    limits.max_image_height = Some(WIDEST);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let unreadable = |_| broken(kind);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let turned = decoder.orientation();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    if let Ok(turned) = turned {
        picture.apply_orientation(turned);
    }
    Ok(picture)
}

fn draw(pdf: &Pdf, page: usize, longest: u32) -> Result<Vec<u8>> {
    let unreadable = || broken(AttachmentKind::Pdf);
    let page = pdf.pages().get(page).ok_or_else(unreadable)?;
    let (width, height) = page.render_dimensions();
    let side = width.max(height);
    if !(side.is_finite() && width >= 1.0 && height >= 1.0) {
        return Err(unreadable());
    }
    #[allow(clippy::cast_precision_loss, reason = "a few thousand pixels")]
    let scale = longest as f32 / side;
    let settings = RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let drawn = hayro::render(page, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    // Nothing shines through: the page was drawn on white.
    let colours = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|dot| dot.iter().copied().take(3)).collect();
    let picture = RgbImage::from_raw(width, height, colours).ok_or_else(unreadable)?;
    jpeg(&DynamicImage::ImageRgb8(picture))
}

/// On white: what a picture leaves open is paper.
fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>> {
    let flat = if picture.color().has_alpha() {
        let open = picture.to_rgba8();
        let mut flat = RgbImage::new(open.width(), open.height());
        for (to, from) in flat.pixels_mut().zip(open.pixels()) {
            let [red, green, blue, covers] = from.0.map(u32::from);
            let on_white = |colour: u32| u8::try_from((colour * covers + 255 * (255 - covers)) / 255).unwrap_or(255);
            *to = Rgb([red, green, blue].map(on_white));
        }
        flat
    } else {
        picture.to_rgb8()
    };
    let mut bytes = Vec::new();
    flat.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 82)).map_err(|_| Error::Picture)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([200, 30, 30])));
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    fn size(jpeg: &[u8]) -> (u32, u32) {
        let read = image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap();
        (read.width(), read.height())
    }

    #[test]
    fn a_picture_has_one_page_and_keeps_its_shape() {
        let bytes = png(2400, 1200);
        let scan = look(AttachmentKind::Png, &bytes).unwrap();
        assert_eq!((scan.pages, size(&scan.thumbnail)), (1, (200, 100)));
        assert_eq!(size(&page(AttachmentKind::Png, &bytes, 1).unwrap()), (1800, 900));
        assert!(page(AttachmentKind::Png, &bytes, 2).is_err());
    }

    #[test]
    fn what_a_picture_leaves_open_is_white_paper() {
        let mut bytes = Vec::new();
        let glass = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(20, 20, image::Rgba([0, 0, 0, 0])));
        glass.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        let seen = page(AttachmentKind::Png, &bytes, 1).unwrap();
        let seen = image::load_from_memory_with_format(&seen, ImageFormat::Jpeg).unwrap().to_rgb8();
        assert!(seen.pixels().all(|dot| dot.0.iter().all(|colour| *colour > 250)));
    }

    #[test]
    fn a_file_that_only_begins_as_its_kind_is_unreadable_and_harms_nothing() {
        let cut = png(50, 50);
        let check = |kind, bytes: &[u8]| assert!(matches!(look(kind, bytes), Err(Error::Scan(_))), "{kind:?}");
        check(AttachmentKind::Png, &cut[..40]);
        check(AttachmentKind::Jpeg, b"\xff\xd8\xff\xe0nothing");
        check(AttachmentKind::Pdf, b"%PDF-1.7 and then nothing");
        // A picture that says it has 20000 by 20000 dots of 16 bytes.
        let mut bomb = cut.clone();
        bomb[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
        check(AttachmentKind::Png, &bomb);
    }
}
