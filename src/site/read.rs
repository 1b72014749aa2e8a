//! Reading files of reports, which must lie where they seem to.

use std::fs;
use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::site::error::SiteError;

/// The text of the file `name` of a report in `folder`.
///
/// # Errors
/// If it cannot be read, or is a link to something outside the folder.
pub(crate) fn read(folder: &Path, name: &str) -> Result<String, SiteError> {
    let path = folder.join(name);
    let failed = |source| SiteError::Read { path: path.clone(), source };
    let (root, real) = fs::canonicalize(folder)
        .and_then(|root| fs::canonicalize(&path).map(|real| (root, real)))
        .map_err(failed)?;
    if !real.starts_with(&root) {
        let reason = "it is a link to something outside the report";
        return Err(failed(Error::new(ErrorKind::PermissionDenied, reason)));
    }
    fs::read_to_string(&real).map_err(failed)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_inside_a_report_only() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report");
        fs::create_dir(&report).unwrap();
        fs::write(folder.path().join("secret"), "s").unwrap();
        fs::write(report.join("own"), "o").unwrap();
        symlink("own", report.join("inside")).unwrap();
        symlink("../secret", report.join("outside")).unwrap();
        assert_eq!(read(&report, "inside").unwrap(), "o");
        for name in ["outside", "../secret", "absent"] {
            assert!(read(&report, name).is_err(), "{name}");
        }
    }
}
