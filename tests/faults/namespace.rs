//! A test inside a mount namespace of its own, where it may mount small file systems that no other program sees.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
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
    command.arg("--mount");
    // Who is root already stays it, with all other users: a database runs as one of them.
    if !is_root() {
        command.arg("--map-root-user");
    }
    command.arg(std::env::current_exe().unwrap());
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

pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
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

/// Takes all of the disk but so many kilobytes.
pub(crate) fn fill(ballast: &Path, kilobytes: u64) {
    let mut file = std::fs::File::create(ballast).unwrap();
    // Until nothing fits: the last write is refused.
    while file.write_all(&[0; 4096]).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(kilobytes * 1024)).unwrap();
}

pub(crate) fn free_kilobytes(place: &Path) -> u64 {
    let told = Command::new("df").args(["-k", "--output=avail"]).arg(place).output().unwrap();
    String::from_utf8(told.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap()
}
