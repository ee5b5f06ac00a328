//! district-server
