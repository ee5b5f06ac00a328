//! Files of matters: a row each on the matter's page, and one taken out.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use intake_model::AttachmentKind;

use super::form::SignedIn;
use crate::db::attachments::File;
use crate::lookup::told_file;
use crate::{District, Result};

/// A file in the table of its matter.
pub(super) struct FileRow {
    pub(super) blob: String,
    pub(super) name: String,
    pub(super) size: String,
    pub(super) pages: String,
    pub(super) is_to_be_had: bool,
    pub(super) state: &'static str,
}

impl FileRow {
    pub(super) fn of(file: &File) -> Self {
        let name = told_file(file).map(|(told, _)| told.name);
        Self {
            blob: file.blob.to_string(),
            size: size(file.bytes),
            pages: if file.pages > 0 { file.pages.to_string() } else { String::new() },
            is_to_be_had: file.is_to_be_had(),
            state: match (&name, file.removed) {
                (_, true) => "登记台已撤下",
                (None, _) => "内容已清除",
                (Some(_), _) => "还在登记台，没有传来",
            },
            name: name.unwrap_or_else(|| "附件".into()),
        }
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes}字节"),
        1024..1_048_576 => format!("{}KB", bytes.div_ceil(1024)),
        _ => format!("{}.{}MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

pub(super) async fn take(
    State(district): State<Arc<District>>,
    who: SignedIn,
    Path((number, blob)): Path<(String, String)>,
) -> Result<Response> {
    let file = district.file(&who.person, &number, &blob).await?;
    // What it is called and what it is said to be come from here: a browser shows nothing of it and guesses nothing.
    let named =
        format!("attachment; filename=\"file.{}\"; filename*=UTF-8''{}", file.kind.ending(), quoted(&file.name));
    Ok(([(CONTENT_TYPE, content_type(file.kind).to_owned()), (CONTENT_DISPOSITION, named)], file.content)
        .into_response())
}

const fn content_type(kind: AttachmentKind) -> &'static str {
    match kind {
        AttachmentKind::Jpeg => "image/jpeg",
        AttachmentKind::Png => "image/png",
        AttachmentKind::Pdf => "application/pdf",
    }
}

/// A name as a header carries it: every byte but letters and digits as `%XX`.
fn quoted(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_header_and_keeps_its_characters() {
        assert_eq!(quoted("合同 1\".pdf\r\n"), "%E5%90%88%E5%90%8C%201%22.pdf%0D%0A");
    }

    #[test]
    fn sizes_are_told_as_people_say_them() {
        assert_eq!((size(12).as_str(), size(1025).as_str(), size(1_600_000).as_str()), ("12字节", "2KB", "1.5MB"));
    }
}
