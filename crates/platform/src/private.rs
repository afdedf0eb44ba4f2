//! Files and folders for their owner alone: a database, its log, keys and exports hold data that nobody else on the
//! machine may read. New files are made with these rights, and files that are found with wider rights are narrowed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// A folder's rights: its owner's.
const FOLDER: u32 = 0o700;
/// A file's rights: its owner's.
const FILE: u32 = 0o600;

/// Makes a folder, and those above it that are missing, for their owner alone; narrows the folder where it is there
/// with wider rights.
///
/// # Errors
/// The folder cannot be made. One that cannot be narrowed (it is somebody else's) is named in the log.
pub fn folder(path: &Path) -> io::Result<()> {
    make(path)?;
    narrow(path, FOLDER)
}

/// Makes a folder that may be shared with others, and the folders above it, if they are missing. A folder that is
/// already there stays as it is.
///
/// # Errors
/// The folder cannot be made.
#[cfg(unix)]
pub fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(FOLDER).create(path)
}

/// Makes a folder, and those above it, where they are missing.
///
/// # Errors
/// The folder cannot be made.
#[cfg(not(unix))]
pub fn make(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// The rights of a folder which others may look into or change; `None` where they may not, or there is none.
#[cfg(unix)]
pub fn wider(folder: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::metadata(folder).ok()?.permissions().mode() & 0o777;
    (found & !FOLDER != 0).then(|| format!("{found:03o}"))
}

/// This system has no such rights.
#[cfg(not(unix))]
pub fn wider(_folder: &Path) -> Option<String> {
    None
}

/// Opens a file to append to. If it is not there, it is made for its owner alone; if it is, its rights are narrowed.
///
/// # Errors
/// The file cannot be opened.
pub fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    let file = with_rights(&mut options).open(path)?;
    narrow(path, FILE)?;
    Ok(file)
}

/// Makes an empty file for its owner alone, unless it is there.
///
/// # Errors
/// The file cannot be made.
pub fn touch(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    match with_rights(&mut options).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

/// Narrows a file to its owner, if it is there.
///
/// # Errors
/// Its rights cannot be read.
pub fn file(path: &Path) -> io::Result<()> {
    match narrow(path, FILE) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(unix)]
fn with_rights(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, FILE)
}

#[cfg(not(unix))]
fn with_rights(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn narrow(path: &Path, rights: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::metadata(path)?.permissions().mode() & 0o777;
    if found & !rights == 0 {
        return Ok(());
    }
    let shown = path.display();
    match fs::set_permissions(path, fs::Permissions::from_mode(found & rights)) {
        Ok(()) => tracing::warn!(path = %shown, found = format!("{found:03o}"), "private.narrowed"),
        Err(error) => tracing::warn!(path = %shown, found = format!("{found:03o}"), %error, "private.not_narrowed"),
    }
    Ok(())
}

#[cfg(not(unix))]
fn narrow(_path: &Path, _rights: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn rights(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_and_what_is_found_is_its_owners() {
        let home = std::env::temp_dir().join(format!("renshe-private-{}", std::process::id()));
        drop(fs::remove_dir_all(&home));
        let data = home.join("data");
        folder(&data).unwrap();
        assert_eq!((rights(&home), rights(&data)), (0o700, 0o700));
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
        folder(&data).unwrap();
        assert_eq!(rights(&data), 0o700);

        let (made, found) = (data.join("made"), data.join("found"));
        touch(&made).unwrap();
        touch(&made).unwrap();
        append(&data.join("log")).unwrap();
        assert_eq!((rights(&made), rights(&data.join("log"))), (0o600, 0o600));
        fs::write(&found, "x").unwrap();
        fs::set_permissions(&found, fs::Permissions::from_mode(0o664)).unwrap();
        file(&found).unwrap();
        assert_eq!((rights(&found), fs::read(&found).unwrap().as_slice()), (0o600, &b"x"[..]));
        file(&data.join("none")).unwrap();
        fs::remove_dir_all(&home).unwrap();
    }
}
