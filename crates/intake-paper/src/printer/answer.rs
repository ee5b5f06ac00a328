//! What a printer's answers mean.

use intake_model::PrinterNeed;
use ipp::prelude::{
    DelimiterTag, IppAttribute, IppAttributeGroup, IppRequestResponse, IppValue, JobState, PrinterState, StatusCode,
};

use super::{Job, JobId, Queue, Sent, Status};
use crate::Error;

/// What became of a document, by the answer to Print-Job.
pub(super) fn taken(answer: &IppRequestResponse) -> Sent {
    match answer.header().status_code() {
        status if status.is_success() => {}
        StatusCode::ClientErrorNotFound | StatusCode::ClientErrorGone => {
            return Sent::Refused(Error::PrinterAddress("no such queue there"));
        }
        // Small printers take one job at a time, and the paper before may still be coming out.
        status @ (StatusCode::ServerErrorBusy
        | StatusCode::ServerErrorTemporaryError
        | StatusCode::ServerErrorServiceUnavailable
        | StatusCode::ServerErrorNotAcceptingJobs) => return Sent::Later(Error::PrinterRefused(status.to_string())),
        status => return Sent::Refused(Error::PrinterRefused(status.to_string())),
    }
    let group = answer.attributes().first_of(DelimiterTag::JobAttributes);
    if matches!(job(group), Job::Aborted | Job::Canceled) {
        return Sent::Refused(Error::PrinterRefused("the job was dropped at once".to_owned()));
    }
    match group.and_then(|group| group.get("job-id")).map(IppAttribute::value) {
        Some(IppValue::Integer(id)) => Sent::Taken(JobId(*id)),
        _ => Sent::Unknown(Error::PrinterRefused("it gave the job no number".to_owned())),
    }
}

/// How a job stands.
pub(super) fn job(group: Option<&IppAttributeGroup>) -> Job {
    let state = group.and_then(|group| group.get("job-state")).map(IppAttribute::value);
    let is = |one: JobState| matches!(state, Some(IppValue::Enum(state)) if *state == one as i32);
    if is(JobState::Completed) {
        Job::Done
    } else if is(JobState::Aborted) {
        Job::Aborted
    } else if is(JobState::Canceled) {
        Job::Canceled
    } else {
        Job::UnderWay
    }
}

/// The job whose name ends in `mark`.
pub(super) fn named(answer: &IppRequestResponse, mark: &str) -> Option<JobId> {
    let ours = |group: &&IppAttributeGroup| text(group, "job-name").is_some_and(|name| name.ends_with(mark));
    let found = answer.attributes().groups_of(DelimiterTag::JobAttributes).find(ours)?;
    match found.get("job-id").map(IppAttribute::value) {
        Some(IppValue::Integer(id)) => Some(JobId(*id)),
        _ => None,
    }
}

/// How a printer stands.
pub(super) fn status(group: &IppAttributeGroup) -> Status {
    let stopped = matches!(group.get("printer-state").map(IppAttribute::value),
        Some(IppValue::Enum(state)) if *state == PrinterState::Stopped as i32);
    let accepts =
        !matches!(group.get("printer-is-accepting-jobs").map(IppAttribute::value), Some(IppValue::Boolean(false)));
    let name = text(group, "printer-info").filter(|info| !info.is_empty());
    let (needs, warnings) = needs(&texts(group, "printer-state-reasons"), stopped);
    Status {
        name: name.or_else(|| text(group, "printer-name")).unwrap_or_default(),
        accepts,
        needs,
        warnings,
        media: texts(group, "media-supported"),
    }
}

/// A queue of CUPS.
pub(super) fn queue(group: &IppAttributeGroup) -> Option<Queue> {
    let address = text(group, "printer-uri-supported")?;
    let name = text(group, "printer-info").filter(|info| !info.is_empty());
    Some(Queue { name: name.or_else(|| text(group, "printer-name")).unwrap_or_default(), address })
}

/// What `printer-state-reasons` ask a person to do, and what they warn of.
///
/// A reason ends in `-error`, `-warning` or `-report` (RFC 8011, 5.4.12). A warning is mostly about another tray or about
/// later; but there are printers that warn of an empty tray and wait for paper. Where one has stopped, all of it counts.
fn needs(reasons: &[String], stopped: bool) -> (Vec<PrinterNeed>, Vec<PrinterNeed>) {
    let (mut needs, mut warnings) = (Vec::new(), Vec::new());
    for reason in reasons {
        match need(reason) {
            Some((need, Weight::Error)) => needs.push(need),
            Some((need, _)) if stopped => needs.push(need),
            Some((need, Weight::Warning)) => warnings.push(need),
            Some((_, Weight::Report)) | None => {}
        }
    }
    if stopped && !needs.iter().any(|need| need.stops()) {
        needs.push(PrinterNeed::Attention);
    }
    for list in [&mut needs, &mut warnings] {
        list.sort_unstable();
        list.dedup();
    }
    (needs, warnings)
}

enum Weight {
    Error,
    Warning,
    Report,
}

fn need(reason: &str) -> Option<(PrinterNeed, Weight)> {
    let weights = [("-error", Weight::Error), ("-warning", Weight::Warning), ("-report", Weight::Report)];
    let ended = weights.into_iter().find_map(|(end, weight)| Some((reason.strip_suffix(end)?, weight)));
    let (word, weight) = ended.unwrap_or((reason, Weight::Error));
    let need = match word {
        "media-empty" | "media-needed" => PrinterNeed::Paper,
        "media-jam" => PrinterNeed::Jam,
        "cover-open" | "door-open" | "interlock-open" | "input-tray-missing" => PrinterNeed::Cover,
        "toner-empty" | "marker-supply-empty" | "developer-empty" => PrinterNeed::Ink,
        // It stops nothing, whatever it ends in.
        "toner-low" | "marker-supply-low" | "developer-low" => return Some((PrinterNeed::InkLow, Weight::Error)),
        "output-area-full" | "output-tray-missing" => PrinterNeed::OutputFull,
        "paused" | "moving-to-paused" => PrinterNeed::Paused,
        // CUPS says so as a report.
        "offline" | "shutdown" => return Some((PrinterNeed::Offline, Weight::Error)),
        _ if reason.ends_with("-error") => PrinterNeed::Attention,
        _ => return None,
    };
    Some((need, weight))
}

fn text(group: &IppAttributeGroup, name: &str) -> Option<String> {
    texts(group, name).into_iter().next()
}

fn texts(group: &IppAttributeGroup, name: &str) -> Vec<String> {
    match group.get(name).map(IppAttribute::value) {
        Some(IppValue::Array(many)) => many.iter().filter_map(one).collect(),
        Some(value) => one(value).into_iter().collect(),
        None => Vec::new(),
    }
}

fn one(value: &IppValue) -> Option<String> {
    match value {
        IppValue::TextWithoutLanguage(text) | IppValue::TextWithLanguage { text, .. } => Some(text.to_string()),
        IppValue::NameWithoutLanguage(name) | IppValue::NameWithLanguage { name, .. } => Some(name.to_string()),
        IppValue::Keyword(word) => Some(word.to_string()),
        IppValue::Uri(uri) => Some(uri.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printers_reasons_become_what_a_person_is_to_do() {
        let check = |reasons: &[&str], stopped, expect: &[PrinterNeed], warned: &[PrinterNeed]| {
            let reasons: Vec<String> = reasons.iter().map(|one| (*one).to_owned()).collect();
            assert_eq!(needs(&reasons, stopped), (expect.to_vec(), warned.to_vec()), "{reasons:?}");
        };
        check(&["none"], false, &[], &[]);
        check(&["toner-low-warning", "media-empty-error"], true, &[PrinterNeed::Paper, PrinterNeed::InkLow], &[]);
        check(&["media-jam", "media-jam-error"], false, &[PrinterNeed::Jam], &[]);
        check(&["cover-open-error"], true, &[PrinterNeed::Cover], &[]);
        check(&["offline-report"], false, &[PrinterNeed::Offline], &[]);
        check(&["paused"], true, &[PrinterNeed::Paused], &[]);
        check(&["fuser-over-temp-error"], false, &[PrinterNeed::Attention], &[]);
        // The second tray is empty and it prints from the first, or it waits for paper: it does not say which.
        check(&["media-empty-warning"], false, &[], &[PrinterNeed::Paper]);
        check(&["media-empty-warning"], true, &[PrinterNeed::Paper], &[]);
        check(&["media-empty-report"], false, &[], &[]);
        // Stopped, and it does not say why.
        check(&["none"], true, &[PrinterNeed::Attention], &[]);
        check(&["connecting-to-device"], false, &[], &[]);
    }
}
