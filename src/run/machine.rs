//! Where a run takes place, for the provenance beside its results.

use std::time::SystemTime;

use crate::store::Provenance;

/// Where a run takes place.
pub(crate) struct Machine {
    pub host: String,
    git_commit: Option<String>,
    threads: usize,
}

impl Machine {
    pub(crate) fn here() -> Machine {
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname")
            .or_else(|_| std::env::var("HOSTNAME").map_err(std::io::Error::other))
            .unwrap_or_default();
        let commit = std::process::Command::new("git")
            .args(["rev-parse", "HEAD"])
            .stderr(std::process::Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())
            .and_then(|output| String::from_utf8(output.stdout).ok());
        Machine {
            host: host.trim().to_owned(),
            git_commit: commit.map(|commit| commit.trim().to_owned()),
            threads: rayon::current_num_threads(),
        }
    }

    pub(crate) fn provenance(&self, wall_seconds: f64) -> Provenance {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Provenance {
            wall_seconds,
            host: self.host.clone(),
            threads: self.threads,
            git_commit: self.git_commit.clone(),
            version: env!("CARGO_PKG_VERSION"),
            unix_time: since_epoch.map_or(0, |duration| duration.as_secs()),
        }
    }
}
