//! intake-sync
