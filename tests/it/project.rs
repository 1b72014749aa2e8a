//! A folder with manifests, and the program run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use serde_json::Value as Json;
use tempfile::TempDir;

/// Two cells, an analysis, a table, a figure and a claim: everything that an item can have.
pub const SMALL: &str = include_str!("small.yaml");

/// A number for every run of the tests, or a larger one for `make soak`.
pub fn soak<T>(short: T, long: T) -> T {
    if std::env::var_os("MARUYAMA_SOAK").is_some() { long } else { short }
}

/// A folder to run the program in; removed at the end of the test.
pub struct Project(TempDir);

/// What a run of the program gave.
#[derive(Debug)]
pub struct Run {
    code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Content and time of last change of files, by their paths.
pub type Files = BTreeMap<String, (Vec<u8>, SystemTime)>;

impl Project {
    pub fn new() -> Project {
        Project(TempDir::new().expect("a temporary folder"))
    }

    /// A project whose only manifest is [`SMALL`].
    pub fn small() -> Project {
        Project::new().manifest("small.yaml", SMALL)
    }

    pub fn manifest(self, name: &str, text: &str) -> Project {
        self.write(&format!("experiments/{name}"), text);
        self
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file in the project")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// Replaces `old`, which the manifest must contain, by `new`.
    #[track_caller]
    pub fn edit(&self, name: &str, old: &str, new: &str) {
        let path = format!("experiments/{name}");
        let text = fs::read_to_string(self.path(&path)).expect("a manifest");
        assert!(text.contains(old), "{path} has no `{old}`");
        self.write(&path, text.replace(old, new));
    }

    /// Another folder with the same files, all of them just written.
    pub fn copy(&self) -> Project {
        let copy = Project::new();
        for (path, (content, _)) in self.files("") {
            copy.write(&path, content);
        }
        copy
    }

    /// Runs the program, and waits for its end.
    pub fn run<const N: usize>(&self, arguments: [&str; N]) -> Run {
        self.run_with([], arguments)
    }

    /// The same with environment variables.
    pub fn run_with<const V: usize, const N: usize>(
        &self,
        variables: [(&str, String); V],
        arguments: [&str; N],
    ) -> Run {
        self.run_list(variables, &arguments)
    }

    /// The same with lists.
    pub fn run_list<'a>(
        &self,
        variables: impl IntoIterator<Item = (&'a str, String)>,
        arguments: &[&str],
    ) -> Run {
        let output = self.command(arguments).envs(variables).output();
        let output = output.expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Starts the program, and does not wait.
    pub fn start<const N: usize>(&self, arguments: [&str; N]) -> Child {
        self.start_with([], arguments)
    }

    /// The same with environment variables.
    pub fn start_with<const V: usize, const N: usize>(
        &self,
        variables: [(&str, String); V],
        arguments: [&str; N],
    ) -> Child {
        self.start_list(variables, &arguments)
    }

    /// The same with lists.
    pub fn start_list<'a>(
        &self,
        variables: impl IntoIterator<Item = (&'a str, String)>,
        arguments: &[&str],
    ) -> Child {
        let mut command = self.command(arguments);
        command.envs(variables).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maruyama"));
        command.args(arguments).current_dir(self.0.path());
        command
    }

    /// Reproduces everything, successfully, and returns what was done.
    #[track_caller]
    pub fn reproduce(&self) -> Json {
        self.run(["reproduce", "--format", "json"]).code(0).json()
    }

    /// Digest of all results, which must be stored.
    #[track_caller]
    pub fn results(&self) -> String {
        let status = self.run(["status", "--format", "json"]).code(0).json();
        status["results"].as_str().expect("every result is stored").to_owned()
    }

    /// The files below `folder`; empty if there is no such folder.
    pub fn files(&self, folder: &str) -> Files {
        let mut files = Files::new();
        collect(self.0.path(), &self.path(folder), &mut files);
        files
    }

    /// The files below `folder` with their content only.
    pub fn contents(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        self.files(folder).into_iter().map(|(path, (content, _))| (path, content)).collect()
    }

    /// Paths of the files of `folder` with this extension.
    pub fn list(&self, folder: &str, extension: &str) -> Vec<String> {
        let end = format!(".{extension}");
        self.files(folder).into_keys().filter(|path| path.ends_with(&end)).collect()
    }
}

impl Run {
    #[track_caller]
    pub fn code(self, expected: i32) -> Run {
        assert_eq!(self.code, Some(expected), "{self:#?}");
        self
    }

    #[track_caller]
    pub fn prints(self, text: &str) -> Run {
        assert!(self.stdout.contains(text), "no `{text}` in {self:#?}");
        self
    }

    #[track_caller]
    pub fn prints_no(self, text: &str) -> Run {
        assert!(!self.stdout.contains(text), "`{text}` in {self:#?}");
        self
    }

    #[track_caller]
    pub fn complains(self, text: &str) -> Run {
        assert!(self.stderr.contains(text), "no `{text}` in {self:#?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in the output of {self:#?}"))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let changed = fs::metadata(&path).and_then(|metadata| metadata.modified());
            let name = path.strip_prefix(root).expect("a path in the project");
            let content = fs::read(&path).expect("a file");
            files.insert(
                name.to_string_lossy().into_owned(),
                (content, changed.expect("a time of last change")),
            );
        }
    }
}
