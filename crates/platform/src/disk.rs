//! How much room is left where this process writes.

use std::path::Path;

/// The number of bytes that this process may still write in a folder; `None` if the system does not say.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder).ok()?;
    // A file system that counts no blocks at all is not a disk.
    (found.f_blocks > 0).then(|| found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_says_and_a_place_without_one_does_not() {
        assert!(free_bytes(&std::env::temp_dir()).is_some_and(|bytes| bytes > 0));
        assert_eq!(free_bytes(Path::new("/proc")), None);
        assert_eq!(free_bytes(Path::new("/no/such/folder")), None);
    }
}
