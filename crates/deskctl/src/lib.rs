//! deskctl
