//! Tells Tauri where this repository keeps its capabilities.

fn main() {
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo:warning={error:#}");
        #[allow(clippy::disallowed_methods, reason = "a build script holds nothing, and cargo wants its number")]
        std::process::exit(1);
    }
}
