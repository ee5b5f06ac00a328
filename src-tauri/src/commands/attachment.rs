//! Files that stand with a matter. Their bytes cross as bytes: as JSON each would cost four.

use intake_app::{Attachment, Desk, Error};
use intake_model::Code;
use tauri::State;
use tauri::ipc::{InvokeBody, Request, Response};

use super::{Answer, answered, blocking};

#[tauri::command]
pub(crate) async fn attachments(desk: State<'_, Desk>, number: String) -> Answer<Vec<Attachment>> {
    blocking("attachments", &desk, move |desk| desk.attachments(&number)).await
}

/// The file is the body; its matter and its name stand in headers, the name percent-encoded.
#[tauri::command]
pub(crate) async fn attach(desk: State<'_, Desk>, request: Request<'_>) -> Answer<Vec<Attachment>> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (number, name) = (header("x-number").to_owned(), decoded(header("x-name")));
    let InvokeBody::Raw(bytes) = request.body() else {
        return answered("attach", &desk, Err(Error::refused(Code::RequestUnreadable)));
    };
    let bytes = bytes.clone();
    blocking("attach", &desk, move |desk| desk.attach(&number, &name, &bytes)).await
}

#[tauri::command]
pub(crate) async fn detach(
    desk: State<'_, Desk>,
    number: String,
    blob: String,
    reason: String,
) -> Answer<Vec<Attachment>> {
    blocking("detach", &desk, move |desk| desk.detach(&number, &blob, &reason)).await
}

/// A page as JPEG.
#[tauri::command]
pub(crate) async fn attachment_page(
    desk: State<'_, Desk>,
    number: String,
    blob: String,
    page: u32,
) -> Answer<Response> {
    let picture = blocking("attachment_page", &desk, move |desk| desk.attachment_page(&number, &blob, page)).await?;
    Ok(Response::new(picture))
}

/// What `encodeURIComponent` made of a text.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.bytes());
    while let Some(byte) = rest.next() {
        let pair = (byte == b'%').then(|| [rest.next(), rest.next()]);
        match pair {
            None => bytes.push(byte),
            Some(digits) => {
                let digits: String = digits.into_iter().flatten().map(char::from).collect();
                bytes.extend(u8::from_str_radix(&digits, 16));
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn a_files_name_comes_through_a_header() {
        assert_eq!(decoded("%E5%90%88%E5%90%8C%20(1).pdf"), "合同 (1).pdf");
        assert_eq!(decoded("100%25.png"), "100%.png");
        assert_eq!(decoded("%"), "");
    }
}
