//! Printers over IPP (RFC 8011): the queues of CUPS on this machine, and printers on the network.
//!
//! One request and one answer each, within a time limit. [`send`] tells apart what was certainly not taken from what may
//! come out all the same: whoever sends again after the latter prints twice. Deliberately absent: the queue and every
//! decision to send again (`intake-app`), credentials in an address, and looking for printers on the network: whoever
//! answers first there would be handed a visitor's paper.

mod answer;

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;
use std::time::Duration;

use intake_model::PrinterNeed;
use ipp::prelude::{
    AsyncIppClient, DelimiterTag, IppAttribute, IppError, IppOperationBuilder, IppPayload, IppRequestResponse,
    IppValue, IppVersion, Operation, StatusCode, Uri,
};

use crate::{Error, Result};

/// From the first packet to the answer. A printer that wakes from sleep takes a few seconds.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// The user name that a printer's panel and log show. Not the clerk's.
const USER: &str = "intake-desk";
/// Longest job name by RFC 8011 (`name(MAX)`), in bytes.
const LONGEST_NAME: usize = 255;
/// CUPS on this machine.
const CUPS: &str = "ipp://localhost:631/";

/// Where a printer listens: an `ipp`, `ipps`, `http` or `https` URL such as `ipp://127.0.0.1:631/ipp/print`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrinterAddress(Uri);

/// The number under which a printer took a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobId(pub i32);

/// What a printer is given beside the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket<'a> {
    /// Shown on the printer's panel and kept in its log: it may hold the registration number, and must hold no personal
    /// data. Cut at 255 bytes.
    pub name: &'a str,
    /// The paper by its PWG 5101.1 or the driver's own name; `None` for what the printer takes by itself.
    pub media: Option<&'a str>,
    /// How many come out.
    pub copies: u32,
}

/// What became of a document that was sent.
#[derive(Debug)]
pub enum Sent {
    /// The printer took it.
    Taken(JobId),
    /// It took nothing, and may take it later: it is off, or busy.
    Later(Error),
    /// It took nothing and never will.
    Refused(Error),
    /// The line broke before the answer: it may come out.
    Unknown(Error),
}

/// How a job stands, as the printer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// It waits or is being printed.
    UnderWay,
    /// All of it came out.
    Done,
    /// The printer broke it off.
    Aborted,
    /// Somebody cancelled it.
    Canceled,
    /// The printer knows no such job, or not any more.
    Forgotten,
}

/// How a printer stands, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// What people call it.
    pub name: String,
    /// Whether it takes jobs.
    pub accepts: bool,
    /// What it asks a person to do before anything comes out, and what runs out; the most pressing first.
    pub needs: Vec<PrinterNeed>,
    /// What it warns of, the most pressing first: perhaps of another tray, perhaps of the very paper that does not come.
    pub warnings: Vec<PrinterNeed>,
    /// The papers it knows, by their names.
    pub media: Vec<String>,
}

/// A queue of CUPS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// What people call it.
    pub name: String,
    /// Where it listens.
    pub address: String,
}

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

/// Sends one PDF (Print-Job).
pub async fn send(address: &PrinterAddress, ticket: &Ticket<'_>, pdf: Vec<u8>) -> Sent {
    match print_job(address, ticket, ticket.media, pdf.clone()).await {
        // By RFC 8011 a printer without that paper takes what it has instead. Some refuse, and took nothing then.
        Ok(answer) if answer.header().status_code() == StatusCode::ClientErrorAttributesOrValuesNotSupported => {
            print_job(address, ticket, None, pdf).await.map_or_else(|sent| sent, |answer| answer::taken(&answer))
        }
        Ok(answer) => answer::taken(&answer),
        Err(sent) => sent,
    }
}

/// One request with the document and its answer, whatever the answer says.
async fn print_job(
    address: &PrinterAddress,
    ticket: &Ticket<'_>,
    media: Option<&str>,
    pdf: Vec<u8>,
) -> std::result::Result<IppRequestResponse, Sent> {
    let request = || {
        let mut job = IppOperationBuilder::print_job(address.0.clone(), IppPayload::new(Cursor::new(pdf)))
            .user_name(USER)
            .job_title(cut(ticket.name))
            .document_format("application/pdf");
        if let Some(media) = media {
            job = job.attribute(IppAttribute::with_name("media", IppValue::new_keyword(media)?)?);
        }
        if ticket.copies > 1 {
            let copies = IppValue::new_integer(i32::try_from(ticket.copies).unwrap_or(i32::MAX));
            job = job.attribute(IppAttribute::with_name("copies", copies)?);
        }
        job.build()
    };
    let request = request().map_err(|_| Sent::Refused(Error::PrinterAddress("it does not fit into a request")))?;
    client(address).send(request).await.map_err(|error| match (&error, meaning(&error)) {
        // Nobody was there, or no request could be made: no byte of the document left.
        (IppError::AsyncClientError(failed), meant) if failed.is_connect() || failed.is_builder() => Sent::Later(meant),
        (IppError::RequestError(503), meant) => Sent::Later(meant),
        (IppError::RequestError(400..=499), meant) => Sent::Refused(meant),
        (_, meant) => Sent::Unknown(meant),
    })
}

/// How the printer stands (Get-Printer-Attributes).
///
/// # Errors
/// [`Error::PrinterUnreachable`] when nothing answers within 20 s; [`Error::PrinterAddress`] when what answers is no
/// printer, [`Error::PrinterRefused`] when it does not say.
pub async fn status(address: &PrinterAddress) -> Result<Status> {
    let mut wanted = request(Operation::GetPrinterAttributes, address)?;
    let names = [
        "printer-info",
        "printer-name",
        "printer-state",
        "printer-state-reasons",
        "printer-is-accepting-jobs",
        "media-supported",
    ];
    want(&mut wanted, &names)?;
    let answer = answered(address, wanted).await?;
    let printer = answer.attributes().first_of(DelimiterTag::PrinterAttributes);
    printer.map(answer::status).ok_or_else(|| Error::PrinterRefused("it says nothing of itself".to_owned()))
}

/// How a job of ours stands (Get-Job-Attributes).
///
/// # Errors
/// As [`status`].
pub async fn job(address: &PrinterAddress, id: JobId) -> Result<Job> {
    let mut wanted = request(Operation::GetJobAttributes, address)?;
    set(&mut wanted, "job-id", IppValue::new_integer(id.0))?;
    want(&mut wanted, &["job-state"])?;
    match answered(address, wanted).await {
        Ok(answer) => Ok(answer::job(answer.attributes().first_of(DelimiterTag::JobAttributes))),
        Err(Error::PrinterForgot) => Ok(Job::Forgotten),
        Err(error) => Err(error),
    }
}

/// The job whose name ends in `mark`, if the printer tells of one (Get-Jobs): `None` proves nothing, since a printer
/// forgets, and few remember past a power cut.
///
/// # Errors
/// As [`status`].
pub async fn find_job(address: &PrinterAddress, mark: &str) -> Result<Option<JobId>> {
    for which in ["not-completed", "completed"] {
        let mut wanted = request(Operation::GetJobs, address)?;
        let which = IppValue::new_keyword(which).map_err(|_| Error::PrinterAddress("an unusable word"))?;
        set(&mut wanted, "which-jobs", which)?;
        want(&mut wanted, &["job-id", "job-name"])?;
        let answer = answered(address, wanted).await?;
        if let Some(found) = answer::named(&answer, mark) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Takes a job back (Cancel-Job).
///
/// # Errors
/// As [`status`]; [`Error::PrinterRefused`] where it is too late.
pub async fn cancel(address: &PrinterAddress, id: JobId) -> Result<()> {
    let mut wanted = request(Operation::CancelJob, address)?;
    set(&mut wanted, "job-id", IppValue::new_integer(id.0))?;
    answered(address, wanted).await.map(drop)
}

/// The queues of CUPS on this machine (CUPS-Get-Printers); none where it has no CUPS.
///
/// # Errors
/// As [`status`], but for a CUPS that is not there.
pub async fn queues() -> Result<Vec<Queue>> {
    queues_of(&CUPS.parse()?).await
}

/// The queues of a CUPS elsewhere.
///
/// # Errors
/// As [`queues`].
pub async fn queues_of(server: &PrinterAddress) -> Result<Vec<Queue>> {
    let mut wanted = IppRequestResponse::new(IppVersion::v1_1(), Operation::CupsGetPrinters, None)
        .map_err(|_| Error::PrinterAddress("it does not fit into a request"))?;
    want(&mut wanted, &["printer-info", "printer-name", "printer-uri-supported"])?;
    match answered(server, wanted).await {
        Ok(answer) => {
            Ok(answer.attributes().groups_of(DelimiterTag::PrinterAttributes).filter_map(answer::queue).collect())
        }
        // A CUPS without a single queue says so.
        Err(Error::PrinterUnreachable(_) | Error::PrinterForgot) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn client(address: &PrinterAddress) -> AsyncIppClient {
    AsyncIppClient::builder(address.0.clone()).request_timeout(TIME_LIMIT).build()
}

fn request(operation: Operation, address: &PrinterAddress) -> Result<IppRequestResponse> {
    let made = IppRequestResponse::new(IppVersion::v1_1(), operation, Some(address.0.clone()));
    let mut made = made.map_err(|_| Error::PrinterAddress("it does not fit into a request"))?;
    let user = IppValue::new_name_without_language(USER).map_err(|_| Error::PrinterAddress("an unusable word"))?;
    set(&mut made, "requesting-user-name", user)?;
    Ok(made)
}

fn set(request: &mut IppRequestResponse, name: &str, value: IppValue) -> Result<()> {
    let attribute = IppAttribute::with_name(name, value).map_err(|_| Error::PrinterAddress("an unusable word"))?;
    request.attributes_mut().add(DelimiterTag::OperationAttributes, attribute);
    Ok(())
}

/// Which attributes the answer shall hold.
fn want(request: &mut IppRequestResponse, names: &[&str]) -> Result<()> {
    let keywords = names.iter().map(|name| IppValue::new_keyword(*name)).collect::<std::result::Result<_, _>>();
    let keywords = keywords.map_err(|_| Error::PrinterAddress("an unusable word"))?;
    set(request, "requested-attributes", IppValue::Array(keywords))
}

/// The answer, if it is a good one.
async fn answered(address: &PrinterAddress, request: IppRequestResponse) -> Result<IppRequestResponse> {
    let answer = client(address).send(request).await.map_err(|error| meaning(&error))?;
    match answer.header().status_code() {
        status if status.is_success() => Ok(answer),
        StatusCode::ClientErrorNotFound | StatusCode::ClientErrorGone => Err(Error::PrinterForgot),
        status => Err(Error::PrinterRefused(status.to_string())),
    }
}

/// What a failed attempt means. What the HTTP client says may hold the address and is not passed on.
fn meaning(error: &IppError) -> Error {
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
    let end = (0..=LONGEST_NAME.min(name.len())).rev().find(|end| name.is_char_boundary(*end));
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
