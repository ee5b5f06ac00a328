//! intake-paper
