//! `sign-in`: what a clerk waits for and whoever guesses pays for, against the key derivation by itself.

use std::path::Path;
use std::time::Instant;

use intake_store::{DataKey, Keyring, Role};
use testkit::desk::{CLERK_ID, PASSWORD};

use crate::Figure;

const TURNS: usize = 12;

/// Argon2id with 64 MiB and 3 passes is the whole of it: meant to take about 0.3 s on two slow cores. `other` is one opening of
/// a keyring in memory, so the ratio says what signing in costs besides.
pub(crate) fn figure(folder: &Path) -> Figure {
    let home = tempfile::tempdir_in(folder).unwrap();
    let desk = crate::register::desk(home.path(), false);
    let key = DataKey::generate().unwrap();
    let mut ring = Keyring::new(&key);
    let clerk = ring.add_clerk(&key, "王芳", Role::Clerk, PASSWORD).unwrap();
    let mut pairs = Vec::new();
    for _ in 0..TURNS {
        desk.sign_out().unwrap();
        let start = Instant::now();
        desk.sign_in(CLERK_ID, PASSWORD).unwrap();
        let ours = start.elapsed();
        let start = Instant::now();
        ring.unlock(clerk, PASSWORD).unwrap();
        pairs.push((ours, start.elapsed()));
    }
    Figure::of("sign-in", "a clerk signed in, the database opened", "Argon2id, 64 MiB, 3 passes, by itself", pairs)
}
