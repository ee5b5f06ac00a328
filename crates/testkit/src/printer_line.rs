//! A line to a printer that can lose what passes on it: a document on its way, or the answer to it.

use std::io::Result;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::printer::PrivatePrinter;

/// What the line loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Loses {
    /// Nothing.
    Nothing = 0,
    /// Answers to documents: the printer has them, and nobody knows.
    Answers = 1,
    /// Documents: the printer never hears of them, and nobody knows.
    Documents = 2,
}

/// The line. It ends with the runtime it was started on.
pub struct PrinterLine {
    /// The printer's address at this end.
    pub uri: String,
    loses: Arc<AtomicU8>,
    documents: Arc<AtomicUsize>,
}

impl PrinterLine {
    /// A line that loses nothing yet.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn to(printer: &PrivatePrinter) -> Result<Self> {
        let port = printer.port();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let uri = format!("ipp://127.0.0.1:{}/ipp/print", listener.local_addr()?.port());
        let line = Self { uri, loses: Arc::default(), documents: Arc::default() };
        let (loses, documents) = (Arc::clone(&line.loses), Arc::clone(&line.documents));
        tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                let (loses, documents) = (Arc::clone(&loses), Arc::clone(&documents));
                // A connection that breaks is what this is for: nobody is told.
                tokio::spawn(async move { pass(here, port, &loses, &documents).await.unwrap_or_default() });
            }
        });
        Ok(line)
    }

    /// From now on.
    pub fn loses(&self, what: Loses) {
        self.loses.store(what as u8, Ordering::SeqCst);
    }

    /// How many documents have come by.
    pub fn carried(&self) -> usize {
        self.documents.load(Ordering::SeqCst)
    }

    /// Waits until a document has come by.
    pub async fn carries_a_document(&self) {
        while self.carried() == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// One connection: its first request decides what becomes of it.
async fn pass(mut here: TcpStream, port: u16, loses: &AtomicU8, documents: &AtomicUsize) -> Result<()> {
    const PRINT_JOB: u8 = 2;
    let mut begun = Vec::new();
    // After the head of HTTP an IPP request begins: version 1.1, the operation, request 1.
    let operation = loop {
        if here.read_buf(&mut begun).await? == 0 {
            return Ok(());
        }
        let head = begun.windows(8).find(|eight| matches!(eight, [1, 1, 0, _, 0, 0, 0, 1]));
        if let Some([_, _, _, operation, ..]) = head {
            break *operation;
        }
    };
    let lost = if operation == PRINT_JOB { loses.load(Ordering::SeqCst) } else { Loses::Nothing as u8 };
    let mut there = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    if lost != Loses::Documents as u8 {
        there.write_all(&begun).await?;
    }
    if operation == PRINT_JOB {
        documents.fetch_add(1, Ordering::SeqCst);
    }
    if lost == Loses::Nothing as u8 {
        tokio::io::copy_bidirectional(&mut here, &mut there).await?;
    } else if lost == Loses::Answers as u8 {
        tokio::io::copy(&mut here, &mut there).await?;
    }
    // Held open: whoever waits for an answer goes on waiting.
    std::future::pending().await
}
