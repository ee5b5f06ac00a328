//! What tests need of the world: people's visits, a desk, a clock that stands still, a private PostgreSQL, a district in process,
//! a printer without paper, a screen nobody sees. For tests and practice only; nothing here ships.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod clock;
pub mod desk;
pub mod district;
pub mod line_desk;
pub mod postgres;
pub mod printer;
pub mod printer_line;
pub mod screen;
pub mod visits;

pub use clock::FixedMoments;
pub use district::LocalDistrict;
pub use line_desk::LineDesk;
pub use postgres::PrivatePostgres;

/// Says which cryptography TLS uses, as a program does at its start. Again and again is as good as once.
pub fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
