//! intake-store
