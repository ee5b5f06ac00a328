//! Passwords of staff: kept as Argon2id, and compared without telling by the time how much of it fits.

use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Argon2id: 64 MiB, 3 passes, 1 lane: about 0.3 s on a slow core. OWASP asks for 19 MiB and 2 at least.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;
/// Characters that a new password has at least (OWASP ASVS 2.1.1), and at most: longer ones only cost time.
const LEAST: usize = 12;
const MOST: usize = 128;

/// A password as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) salt: Vec<u8>,
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) hash: Vec<u8>,
}

/// A new password as it is to be kept. Takes a third of a second on purpose.
pub(crate) fn keep(password: &str) -> Result<Kept> {
    if !(LEAST..=MOST).contains(&password.chars().count()) {
        return Err(Error::Staff(format!("a password has {LEAST} to {MOST} characters")));
    }
    let salt: [u8; 16] = intake_wire::random()?;
    let hash = digest(password, &salt, MEMORY_KIB, PASSES)?.to_vec();
    Ok(Kept { salt: salt.to_vec(), memory_kib: MEMORY_KIB, passes: PASSES, hash })
}

/// Whether a password is the kept one. Where there is none it takes as long and is not.
pub(crate) fn fits(password: &str, kept: Option<&Kept>) -> Result<bool> {
    let Some(kept) = kept else {
        digest(password, &[0; 16], MEMORY_KIB, PASSES)?;
        return Ok(false);
    };
    let told = digest(password, &kept.salt, kept.memory_kib, kept.passes)?;
    Ok(told.as_slice().ct_eq(&kept.hash).into())
}

fn digest(password: &str, salt: &[u8], memory_kib: u32, passes: u32) -> Result<Zeroizing<[u8; 32]>> {
    let failed = |error: argon2::Error| Error::Internal(error.to_string());
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(failed)?;
    let mut hash = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, hash.as_mut_slice())
        .map_err(failed)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_itself_alone_and_is_kept_differently_each_time() {
        let kept = keep("来访登记台的口令一二三四").unwrap();
        assert!(fits("来访登记台的口令一二三四", Some(&kept)).unwrap());
        assert!(!fits("来访登记台的口令一二三五", Some(&kept)).unwrap());
        assert!(!fits("来访登记台的口令一二三四", None).unwrap());
        assert_ne!(keep("来访登记台的口令一二三四").unwrap(), kept);
        assert!(matches!(keep("太短"), Err(Error::Staff(_))));
    }
}
