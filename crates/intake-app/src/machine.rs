//! What the machine says of itself: who it is, and how much room its disks have.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use intake_wire::sha256;

/// The machine's id, as the system keeps it; empty where it keeps none.
pub fn machine_id() -> String {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
        .map(|id| id.trim().to_owned())
        .unwrap_or_default()
}

/// Where the markers of this person's desks lie, from the environment: outside every data folder, and on the disk of the
/// system.
pub fn markers(environment: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let given = |name| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = given("XDG_STATE_HOME").or_else(|| Some(given("HOME")?.join(".local/state")))?;
    Some(state.join("intake-desk"))
}

/// As the desk keeps it: not the id itself, which other programs use as a secret. Empty for an unknown machine.
pub(crate) fn hashed(id: &str) -> Vec<u8> {
    if id.is_empty() { Vec::new() } else { sha256(&[b"intake machine 1\0", id.as_bytes()]).0.to_vec() }
}

/// Bytes that can still be written where a path is; `None` where the system does not say.
pub(crate) fn free_bytes(path: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let told = rustix::fs::statvfs(path).ok()?;
        Some(told.f_bavail.saturating_mul(told.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Whether two places lie on one disk; where the system does not say, they are taken to.
pub(crate) fn on_one_disk(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let device = |path: &Path| path.metadata().map(|file| file.dev()).ok();
        device(one).zip(device(other)).is_none_or(|(one, other)| one == other)
    }
    #[cfg(not(unix))]
    {
        let _ = (one, other);
        true
    }
}
