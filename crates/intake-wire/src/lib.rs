//! intake-wire
