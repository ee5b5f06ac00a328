//! Paper sent to a real IPP printer, and to printers that are not there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use intake_model::{Code, PrinterNeed};
use intake_paper::printer::{
    Job, JobId, PrinterAddress, Queue, Sent, Ticket, cancel, find_job, job, queues_of, send, status,
};
use testkit::printer::PrivatePrinter;
use testkit::use_ring;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const A5: Ticket<'_> =
    Ticket { name: "120110005-20261124-01A-0007-K 8d1f", media: Some("iso_a5_148x210mm"), copies: 1 };

fn taken(sent: Sent) -> JobId {
    match sent {
        Sent::Taken(id) => id,
        other => panic!("{other:?}"),
    }
}

/// Until it is so: a printer answers before it has stored a document.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_printer_receives_the_very_bytes_of_each_job_and_knows_them_by_name_and_number() {
    use_ring();
    let printer = PrivatePrinter::start().unwrap();
    let address: PrinterAddress = printer.uri.parse().unwrap();
    let found = status(&address).await.unwrap();
    assert!(found.accepts && found.needs.is_empty(), "{found:?}");
    assert!(found.media.iter().any(|one| one == "iso_a4_210x297mm"), "{found:?}");
    let pdfs = [b"%PDF-1.7\nfirst\n%%EOF\n".to_vec(), vec![b'%'; 200_000]];
    let first = taken(send(&address, &A5, pdfs[0].clone()).await);
    // It takes one after the other, and says that it is busy meanwhile.
    until("the first is done", async || job(&address, first).await.unwrap() == Job::Done).await;
    let second = taken(send(&address, &Ticket { name: "test 9e", media: None, copies: 2 }, pdfs[1].clone()).await);
    until("both arrive", async || printer.received().unwrap() == pdfs).await;
    until("both are done", async || job(&address, second).await.unwrap() == Job::Done).await;
    assert_eq!(job(&address, JobId(99)).await.unwrap(), Job::Forgotten);
    assert_eq!(find_job(&address, "8d1f").await.unwrap(), Some(first));
    assert_eq!(find_job(&address, "nobody").await.unwrap(), None);
    let wrong_queue: PrinterAddress = printer.uri.replace("/ipp/print", "/ipp/elsewhere").parse().unwrap();
    assert_eq!(status(&wrong_queue).await.unwrap_err().code(), Code::PrinterAddressUnusable);
    match send(&wrong_queue, &A5, pdfs[0].clone()).await {
        Sent::Refused(error) => assert_eq!(error.code(), Code::PrinterAddressUnusable),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_printer_says_that_its_paper_has_run_out_and_a_job_can_be_taken_back() {
    use_ring();
    let printer = PrivatePrinter::start().unwrap();
    let address: PrinterAddress = printer.uri.parse().unwrap();
    printer.has_paper(false).unwrap();
    let waits = taken(send(&address, &A5, b"%PDF".to_vec()).await);
    until("it says so", async || status(&address).await.unwrap().warnings == [PrinterNeed::Paper]).await;
    assert_eq!(job(&address, waits).await.unwrap(), Job::UnderWay);
    cancel(&address, waits).await.unwrap();
    printer.has_paper(true).unwrap();
    until("it is taken back", async || job(&address, waits).await.unwrap() == Job::Canceled).await;
    until("it has paper", async || status(&address).await.unwrap().warnings.is_empty()).await;
}

#[tokio::test]
async fn a_printer_that_is_off_took_nothing() {
    use_ring();
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let address = format!("ipp://127.0.0.1:{free}/ipp/print").parse().unwrap();
    match send(&address, &A5, b"%PDF".to_vec()).await {
        Sent::Later(error) => assert_eq!(error.code(), Code::PrinterUnreachable, "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(status(&address).await.unwrap_err().code(), Code::PrinterUnreachable);
    assert_eq!(queues_of(&address).await.unwrap(), [], "a machine without a print server");
}

/// An address at which every request is answered with these bytes.
async fn answering(answer: Vec<u8>) -> PrinterAddress {
    use_ring();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            // All of it, or the answer would break the line: its last chunk is empty.
            while !request.ends_with(b"0\r\n\r\n") && stream.read_buf(&mut request).await.unwrap() > 0 {}
            stream.write_all(&answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    format!("ipp://127.0.0.1:{port}/").parse().unwrap()
}

/// Such an answer: IPP 2.0, this status, request 1, then these attributes.
fn ipp(status: u16, attributes: &[u8]) -> Vec<u8> {
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/ipp\r\n\r\n\x02\x00";
    [head.as_slice(), &status.to_be_bytes(), b"\0\0\0\x01", attributes, b"\x03"].concat()
}

#[tokio::test]
async fn what_was_certainly_not_taken_is_told_from_what_may_come_out() {
    let check = async |answer: Vec<u8>| send(&answering(answer).await, &A5, b"%PDF".to_vec()).await;
    let forbidden = b"HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_vec();
    assert!(matches!(check(forbidden).await, Sent::Refused(error) if error.code() == Code::PrinterRefused));
    let nothing = b"HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_vec();
    assert!(matches!(check(nothing).await, Sent::Refused(error) if error.code() == Code::PrinterAddressUnusable));
    // server-error-busy, server-error-not-accepting-jobs: later by itself.
    assert!(matches!(check(ipp(0x0507, b"")).await, Sent::Later(_)));
    assert!(matches!(check(ipp(0x0506, b"")).await, Sent::Later(_)));
    // client-error-document-format-not-supported: never.
    assert!(matches!(check(ipp(0x040a, b"")).await, Sent::Refused(_)));
    // The document went out, and then the line broke, or half an answer came.
    assert!(matches!(check(Vec::new()).await, Sent::Unknown(_)));
    assert!(matches!(check(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n\x02\x00".to_vec()).await, Sent::Unknown(_)));
    assert!(matches!(check(ipp(0, b"")).await, Sent::Unknown(_)), "taken, and no number to ask by");
}

#[tokio::test]
async fn something_else_at_the_address_is_no_printer() {
    let page = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n<html>sign in</html>".to_vec();
    assert_eq!(status(&answering(page).await).await.unwrap_err().code(), Code::PrinterAddressUnusable);
}

#[tokio::test]
async fn the_queues_of_this_machine_are_listed_by_what_people_call_them() {
    let text = |tag: u8, name: &str, value: &str| {
        let length = |text: &str| u16::try_from(text.len()).unwrap().to_be_bytes();
        [&[tag][..], &length(name), name.as_bytes(), &length(value), value.as_bytes()].concat()
    };
    let queue = |address: &str, name: &str, info: &str| {
        let name = text(0x42, "printer-name", name);
        [vec![0x04], text(0x45, "printer-uri-supported", address), name, text(0x41, "printer-info", info)].concat()
    };
    let two = [queue("ipp://localhost/printers/a5", "a5", "窗口回执"), queue("ipp://localhost/printers/hp", "hp", "")]
        .concat();
    let found = queues_of(&answering(ipp(0, &two)).await).await.unwrap();
    let queue = |name: &str, address: &str| Queue { name: name.into(), address: address.into() };
    assert_eq!(found, [queue("窗口回执", "ipp://localhost/printers/a5"), queue("hp", "ipp://localhost/printers/hp")]);
    // client-error-not-found: CUPS without a queue.
    assert_eq!(queues_of(&answering(ipp(0x0406, b"")).await).await.unwrap(), []);
}
