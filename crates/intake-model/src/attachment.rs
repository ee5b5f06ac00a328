//! Files that stand with a matter: which kinds there are, told by their content and never by their name.

use crate::words::words;

/// The largest file that is taken: 50 MB, as people count them.
pub const ATTACHMENT_BYTES: u64 = 50 * 1024 * 1024;

words! {
    /// What kind of file an attachment is.
    AttachmentKind:
    /// A picture, as cameras and scanners write it.
    Jpeg = "jpeg",
    /// A picture, as screens and scanners write it.
    Png = "png",
    /// Pages.
    Pdf = "pdf",
}

impl AttachmentKind {
    /// What the content says it is; `None` for anything else. A PDF may have up to a kilobyte before its mark.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.get(..1024.min(bytes.len())).is_some_and(|start| start.windows(5).any(|five| five == b"%PDF-"))
        {
            Some(Self::Pdf)
        } else {
            None
        }
    }

    /// The ending of a file of this kind.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_content_says() {
        let check = |bytes: &[u8], expect| assert_eq!(AttachmentKind::of(bytes), expect);
        check(b"\xff\xd8\xff\xe0\0\x10JFIF", Some(AttachmentKind::Jpeg));
        check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(AttachmentKind::Png));
        check(b"%PDF-1.7\n", Some(AttachmentKind::Pdf));
        check(b"\n\n%PDF-1.4", Some(AttachmentKind::Pdf));
        check(b"MZ\x90\0", None);
        check(b"\xff\xd8", None);
        check(b"", None);
        check(&[b' '; 2000], None);
    }
}
