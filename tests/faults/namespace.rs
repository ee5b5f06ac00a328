//! A test inside a mount namespace of its own, where it may mount small file systems that no other program sees.

use std::path::Path;
use std::process::Command;

const INSIDE: &str = "INTAKE_FAULTS_INSIDE";

/// Runs `body` in a mount namespace: the test starts itself there once more. `test` is its own name, with its module.
///
/// Where that is not possible the test fails and says what is missing.
pub(crate) fn inside(test: &str, body: impl FnOnce()) {
    if std::env::var_os(INSIDE).is_some_and(|name| name == test) {
        return body();
    }
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user"]).arg(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(INSIDE, test);
    let ended = command.output().expect("unshare (util-linux) is missing");
    let (out, error) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(
        !error.starts_with("unshare:"),
        "no mount namespace can be made here ({error}): run as root, or let users make namespaces"
    );
    assert!(ended.status.success() && out.contains("1 passed"), "{out}{error}");
    println!("{out}");
}

/// A file system in memory of this size, such as `2m`, for as long as the namespace lives.
pub(crate) fn small_disk(at: &Path, size: &str) {
    std::fs::create_dir_all(at).unwrap();
    run("mount", &["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs", &at.display().to_string()]);
}

pub(crate) fn run(program: &str, arguments: &[&str]) {
    let ended = Command::new(program).args(arguments).output().unwrap();
    assert!(ended.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
}
