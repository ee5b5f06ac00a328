//! Sends a PDF to a printer over IPP (RFC 8011): to CUPS on this machine, or to a printer on the network.
//!
//! Within a time limit, and with an answer that says what to do. Deliberately absent: any queue (a registration never
//! waits for a printer; after trouble the clerk sends again by hand), any credentials in an address, and any
//! following of a job after the printer took it.

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;
use std::time::Duration;

use ipp::prelude::{
    AsyncIppClient, DelimiterTag, IppAttribute, IppError, IppOperationBuilder, IppPayload, IppRequestResponse,
    IppValue, JobState, StatusCode, Uri,
};

use crate::{Error, Result};

/// From the first packet to the answer. A printer that wakes from sleep takes a few seconds; a clerk waits no longer.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// How long to wait when the printer says that it is busy, and how often: ten seconds in all.
const BUSY_WAIT: Duration = Duration::from_millis(500);
const BUSY_WAITS: u32 = 20;
/// The user name that a printer's panel and log show. Not the clerk's.
const USER: &str = "intake-desk";
/// Longest job name by RFC 8011 (`name(MAX)`), in bytes.
const LONGEST_NAME: usize = 255;

/// Where a printer listens: an `ipp`, `ipps`, `http` or `https` URL such as `ipp://127.0.0.1:631/ipp/print`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrinterAddress(Uri);

/// The number under which the printer took a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobId(pub i32);

impl FromStr for PrinterAddress {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let uri: Uri = text.parse().map_err(|_| Error::PrinterAddress("not a URL"))?;
        let scheme = uri.scheme_str().ok_or(Error::PrinterAddress("no scheme such as ipp://"))?;
        if !["ipp", "ipps", "http", "https"].contains(&scheme) {
            return Err(Error::PrinterAddress("the scheme is not ipp, ipps, http or https"));
        }
        let authority = uri.authority().ok_or(Error::PrinterAddress("no host"))?;
        if authority.host().is_empty() {
            return Err(Error::PrinterAddress("no host"));
        }
        // It would be kept in the settings and shown in the window.
        if authority.as_str().contains('@') {
            return Err(Error::PrinterAddress("it holds a user name"));
        }
        if scheme == "ipps" && authority.port_u16().is_none() {
            // RFC 7472: 631, while the client takes 443.
            let path = uri.path_and_query().map_or("/", |path| path.as_str());
            return format!("ipps://{authority}:631{path}")
                .parse()
                .map(Self)
                .map_err(|_| Error::PrinterAddress("not a URL"));
        }
        Ok(Self(uri))
    }
}

impl fmt::Display for PrinterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Sends one PDF as one A5 job (Print-Job). `job_name` is shown on the printer's panel and kept in its log: it may hold
/// the registration number, and must hold no personal data. Names over 255 bytes are cut.
///
/// # Errors
/// [`Error::PrinterUnreachable`] when nothing answers within 20 s; [`Error::PrinterRefused`] when the printer answers
/// and does not take the job; [`Error::PrinterAddress`] when what answers is no printer.
pub async fn send(address: &PrinterAddress, job_name: &str, pdf: Vec<u8>) -> Result<JobId> {
    let attempt = async {
        let (mut as_a5, mut waits) = (true, BUSY_WAITS);
        loop {
            let answer = print_job(address, job_name, pdf.clone(), as_a5).await?;
            match answer.header().status_code() {
                // By RFC 8011 a printer without A5 takes what it has instead. Some refuse, and took nothing then.
                StatusCode::ClientErrorAttributesOrValuesNotSupported if as_a5 => as_a5 = false,
                // Small printers take one job at a time, and the slip before may still be printing.
                StatusCode::ServerErrorBusy if waits > 0 => {
                    waits -= 1;
                    tokio::time::sleep(BUSY_WAIT).await;
                }
                _ => return Ok::<_, Error>(answer),
            }
        }
    };
    let answer =
        tokio::time::timeout(TIME_LIMIT, attempt).await.map_err(|_| Error::PrinterUnreachable("time ran out"))??;
    match answer.header().status_code() {
        status if status.is_success() => {}
        StatusCode::ClientErrorNotFound | StatusCode::ClientErrorGone => {
            return Err(Error::PrinterAddress("no such queue there"));
        }
        status => return Err(Error::PrinterRefused(status.to_string())),
    }
    let job = answer.attributes().first_of(DelimiterTag::JobAttributes);
    let value = |name: &str| job.and_then(|job| job.get(name)).map(IppAttribute::value);
    if let Some(IppValue::Enum(state)) = value("job-state")
        && [JobState::Aborted as i32, JobState::Canceled as i32].contains(state)
    {
        return Err(Error::PrinterRefused("the job was dropped at once".to_owned()));
    }
    match value("job-id") {
        Some(IppValue::Integer(id)) => Ok(JobId(*id)),
        _ => Err(Error::PrinterRefused("it gave the job no number".to_owned())),
    }
}

/// One request and its answer, whatever the answer says.
async fn print_job(address: &PrinterAddress, job_name: &str, pdf: Vec<u8>, as_a5: bool) -> Result<IppRequestResponse> {
    let unfit = |_| Error::PrinterAddress("it does not fit into a request");
    let mut job = IppOperationBuilder::print_job(address.0.clone(), IppPayload::new(Cursor::new(pdf)))
        .user_name(USER)
        .job_title(cut(job_name))
        .document_format("application/pdf");
    if as_a5 {
        let a5 = IppValue::new_keyword("iso_a5_148x210mm").map_err(unfit)?;
        job = job.attribute(IppAttribute::with_name("media", a5).map_err(unfit)?);
    }
    let client = AsyncIppClient::builder(address.0.clone()).request_timeout(TIME_LIMIT).build();
    client.send(job.build().map_err(unfit)?).await.map_err(|error| failed(&error))
}

/// What a failed attempt means. What the HTTP client says may hold the address and is not passed on.
fn failed(error: &IppError) -> Error {
    match error {
        IppError::RequestError(404 | 405 | 410) => Error::PrinterAddress("no printer at that path"),
        IppError::RequestError(status) => Error::PrinterRefused(format!("HTTP status {status}")),
        IppError::StatusError(status) => Error::PrinterRefused(status.to_string()),
        IppError::PrinterNotReady => Error::PrinterRefused("not ready".to_owned()),
        // Something answered in another language: a web page, a file share.
        IppError::ParseError(_) => Error::PrinterAddress("what answers is not a printer"),
        IppError::AsyncClientError(_) => Error::PrinterUnreachable("no connection"),
        _ => Error::PrinterUnreachable("the connection broke"),
    }
}

/// At most 255 bytes, cut between characters.
fn cut(name: &str) -> &str {
    let end = (0..=LONGEST_NAME.min(name.len())).rev().find(|&end| name.is_char_boundary(end));
    end.and_then(|end| name.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_model::Code;

    #[test]
    fn an_address_is_that_of_a_printer_or_refused() {
        for text in ["ipp://127.0.0.1:631/ipp/print", "http://localhost:631/printers/A5", " ipps://printer:8631/ "] {
            assert_eq!(text.parse::<PrinterAddress>().unwrap().to_string(), text.trim());
        }
        for text in
            ["", "printer", "/dev/usb/lp0", "ftp://printer/", "ipp:///queue", "ipp://me:secret@printer/", "打印机"]
        {
            assert_eq!(text.parse::<PrinterAddress>().unwrap_err().code(), Code::PrinterAddressUnusable, "{text}");
        }
    }

    #[test]
    fn a_secure_printer_listens_where_the_standard_says() {
        assert_eq!(
            "ipps://printer/ipp/print".parse::<PrinterAddress>().unwrap().to_string(),
            "ipps://printer:631/ipp/print"
        );
    }

    #[test]
    fn a_long_job_name_is_cut_between_characters() {
        assert_eq!(cut("回执 120110005"), "回执 120110005");
        assert_eq!(cut(&"回".repeat(100)), "回".repeat(85));
    }
}
