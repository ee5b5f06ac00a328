//! What the bench compares the window's start with: Tauri with one window of the same size and one field, nothing else.
#![allow(missing_docs, clippy::expect_used, clippy::disallowed_methods)]

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &[u8] = b"<!doctype html><meta charset=utf-8><title>bare</title><input type=password autofocus>";

fn main() {
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", |_, _| {
            Response::builder().header("Content-Type", "text/html").body(PAGE).expect("a fixed answer")
        })
        .setup(|app| {
            let page = "bare://localhost/".parse().expect("a fixed address");
            let window = WebviewWindowBuilder::new(app, "bare", WebviewUrl::CustomProtocol(page));
            window.inner_size(1366.0, 768.0).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .expect("a window");
}
