//! The description of a cluster: what its users write once.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::cluster::error::ClusterError;

/// What is asked of the cluster for each pilot task.
///
/// ```yaml
/// partition: short
/// account: physics
/// time: "02:00:00"     # of one task; what is missing after it goes into another job
/// memory: 4G           # of one task
/// cpus: 8              # of one task
/// tasks: 16            # at most
/// modules: [gcc/13]
/// options: ["--qos=low"]
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// Partition; the cluster's own default without one.
    pub partition: Option<String>,
    /// Account that is charged.
    pub account: Option<String>,
    /// Time limit of a task, as `sbatch --time` takes it.
    pub time: Option<String>,
    /// Memory of a task, as `sbatch --mem` takes it.
    pub memory: Option<String>,
    /// Processors, and threads, of a task.
    pub cpus: u16,
    /// Pilot tasks, at most.
    pub tasks: u16,
    /// Environment modules to load.
    pub modules: Vec<String>,
    /// Further options of `sbatch`.
    pub options: Vec<String>,
}

impl Default for Cluster {
    fn default() -> Cluster {
        Cluster {
            partition: None,
            account: None,
            time: None,
            memory: None,
            cpus: 1,
            tasks: 4,
            modules: Vec::new(),
            options: Vec::new(),
        }
    }
}

impl Cluster {
    /// Reads a description.
    ///
    /// # Errors
    /// If the file cannot be read, is no description, or names what cannot be asked for.
    pub fn read(path: &Path) -> Result<Cluster, ClusterError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ClusterError::Read { path: path.to_owned(), source })?;
        let wrong = |reason| ClusterError::Description { path: path.to_owned(), reason };
        let cluster: Cluster =
            serde_yaml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        cluster.mistake().map_or(Ok(cluster), |reason| Err(wrong(reason)))
    }

    fn mistake(&self) -> Option<String> {
        if self.cpus == 0 || self.tasks == 0 {
            return Some("`cpus` and `tasks` are at least 1".to_owned());
        }
        let word = |name: &str, text: &str| {
            let is_word = !text.is_empty() && !text.contains(|c: char| c.is_control() || c == ' ');
            (!is_word).then(|| format!("`{name}` is one word, and not `{}`", text.escape_debug()))
        };
        let named = [
            ("partition", &self.partition),
            ("account", &self.account),
            ("time", &self.time),
            ("memory", &self.memory),
        ];
        let mut mistakes = named.iter().filter_map(|(name, text)| word(name, text.as_deref()?));
        let mut modules = self.modules.iter().filter_map(|module| word("modules", module));
        let is_option = |text: &&String| text.starts_with("--") && text.len() > 2;
        let mut options = self.options.iter().filter(|text| !is_option(text));
        mistakes.next().or_else(|| modules.next()).or_else(|| {
            options.next().map(|text| {
                format!("`options` are those of sbatch, such as `--qos=low`, and not `{text}`")
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Cluster, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cluster.yaml");
        fs::write(&path, text).unwrap();
        Cluster::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_description_has_words_and_defaults() {
        let cluster = read("partition: short\ntime: 02:00:00\nmemory: 4096\ncpus: 8\n").unwrap();
        assert_eq!(cluster.time.as_deref(), Some("02:00:00"));
        assert_eq!(cluster.memory.as_deref(), Some("4096"));
        assert_eq!((cluster.cpus, cluster.tasks), (8, 4));
        assert_eq!(read("{}").unwrap(), Cluster::default());
    }

    #[test]
    fn mistakes_are_named() {
        for (text, message) in [
            ("partitoin: short", "partitoin"),
            ("cpus: 0", "at least 1"),
            ("cpus: many", "line 1"),
            ("tasks: 100000", "line 1"),
            ("account: a b", "`account` is one word"),
            ("modules: [\"gcc\\nrm\"]", "`modules` is one word"),
            ("options: [qos]", "such as `--qos=low`, and not `qos`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
