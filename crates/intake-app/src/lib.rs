//! intake-app
