//! Paper sent to a real IPP printer, and to printers that are not there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use intake_model::Code;
use intake_paper::printer::{PrinterAddress, send};
use testkit::printer::PrivatePrinter;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn use_ring() {
    // The app does this once at its start. A second test finds it done.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[tokio::test]
async fn a_printer_receives_the_very_bytes_of_each_job() {
    use_ring();
    let printer = PrivatePrinter::start().unwrap();
    let address: PrinterAddress = printer.uri.parse().unwrap();
    let pdfs = [b"%PDF-1.7\nfirst\n%%EOF\n".to_vec(), vec![b'%'; 200_000]];
    for pdf in &pdfs {
        send(&address, "120110005-20261124-01A-0007-K", pdf.clone()).await.unwrap();
    }
    let patience = Instant::now();
    while printer.received().unwrap() != pdfs {
        assert!(patience.elapsed() < Duration::from_secs(10), "{:?}", std::fs::read_dir(&printer.dir).unwrap());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let wrong_queue: PrinterAddress = printer.uri.replace("/ipp/print", "/ipp/elsewhere").parse().unwrap();
    let error = send(&wrong_queue, "job", pdfs[0].clone()).await.unwrap_err();
    assert_eq!(error.code(), Code::PrinterAddressUnusable, "{error}");
}

#[tokio::test]
async fn a_printer_that_is_off_does_not_answer() {
    use_ring();
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let address = format!("ipp://127.0.0.1:{free}/ipp/print").parse().unwrap();
    let error = send(&address, "job", b"%PDF".to_vec()).await.unwrap_err();
    assert_eq!(error.code(), Code::PrinterUnreachable, "{error}");
}

/// Sends one job to something that answers every request with these bytes.
async fn answered_by(answer: &'static [u8]) -> Code {
    use_ring();
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.windows(4).any(|end| end == b"%PDF") {
            stream.read_buf(&mut request).await.unwrap();
        }
        stream.write_all(answer).await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let address = format!("ipp://127.0.0.1:{port}/").parse().unwrap();
    let error = send(&address, "job", b"%PDF".to_vec()).await.unwrap_err();
    server.await.unwrap();
    error.code()
}

#[tokio::test]
async fn something_else_at_the_address_is_told_from_a_printer_that_refuses() {
    let page = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n<html>sign in</html>";
    assert_eq!(answered_by(page).await, Code::PrinterAddressUnusable);
    let nothing = b"HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(answered_by(nothing).await, Code::PrinterAddressUnusable);
    let forbidden = b"HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(answered_by(forbidden).await, Code::PrinterRefused);
    // IPP 2.0, server-error-not-accepting-jobs, request 1, end of attributes.
    let full =
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/ipp\r\n\r\n\x02\x00\x05\x06\0\0\0\x01\x03";
    assert_eq!(answered_by(full).await, Code::PrinterRefused);
}
