//! Disks that are full, stores that cannot be written or read, that are moved, or whose clock is wrong.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use crate::project::{Project, SMALL, soak};

/// Asserts that `project` ends as one that nothing disturbed.
#[track_caller]
fn heals(project: &Project) {
    let undisturbed = Project::small();
    undisturbed.reproduce();
    project.run(["reproduce"]).code(0);
    assert_eq!(project.results(), undisturbed.results());
    assert!(project.contents("reports") == undisturbed.contents("reports"), "other reports");
    assert!(project.contents("store/tmp").is_empty(), "temporary files are left");
    project.run(["verify"]).code(0);
}

fn shell(project: &Project, script: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).env("PROGRAM", env!("CARGO_BIN_EXE_maruyama"));
    shell.current_dir(project.path("")).output().expect("a shell")
}

/// Every write beyond so many half kilobytes fails, wherever in the run that is.
#[test]
fn a_disk_that_takes_no_more_ends_the_run_with_a_message() {
    let mut n_failed = 0;
    for half_kilobytes in [0, 1, 2, 4, 8, 16, 32] {
        let project = Project::small();
        let script =
            format!("trap '' XFSZ; ulimit -f {half_kilobytes}; exec \"$PROGRAM\" reproduce");
        let output = shell(&project, &script);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() != Some(0) {
            assert_eq!(output.status.code(), Some(3), "{stderr}");
            assert!(stderr.contains("error: cannot write "), "{stderr}");
            assert!(stderr.to_lowercase().contains("file too large"), "{stderr}");
            n_failed += 1;
        }
        heals(&project);
    }
    assert!(n_failed >= 3, "only {n_failed} runs failed");
}

/// A file system of its own that is full; making one needs rights that not every machine gives.
#[test]
fn a_full_file_system_ends_the_run_with_a_message() {
    let sizes = soak(&[][..], &[16, 24, 32, 48, 64, 96]);
    let mut n_failed = 0;
    for kilobytes in sizes {
        let project = Project::small();
        fs::create_dir(project.path("store")).expect("a folder");
        let script = format!(
            "mount -t tmpfs -o size={kilobytes}k none store || exit 99; \
             \"$PROGRAM\" reproduce; code=$?; cp -r store kept; exit $code"
        );
        let quoted = script.replace('\'', "'\\''");
        let output = shell(&project, &format!("unshare --mount --map-root-user sh -c '{quoted}'"));
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.code() != Some(0) {
            assert_eq!(output.status.code(), Some(3), "{stderr}");
            assert!(
                stderr.contains("cannot write ") && stderr.contains("No space left"),
                "{stderr}"
            );
            n_failed += 1;
        }
        fs::remove_dir(project.path("store")).expect("the folder below the file system");
        fs::rename(project.path("kept"), project.path("store")).expect("what was stored");
        heals(&project);
    }
    assert!(sizes.is_empty() || n_failed >= 3, "only {n_failed} runs failed");
}

/// Runs the program as a user whom permissions bind.
struct Bound {
    project: Project,
    is_root: bool,
}

impl Bound {
    fn new(project: Project) -> Bound {
        let owner = fs::metadata(project.path("")).expect("the folder").uid();
        let bound = Bound { project, is_root: owner == 0 };
        if bound.is_root {
            // The program may lie where nobody else can go.
            let program = bound.project.path("maruyama");
            fs::copy(env!("CARGO_BIN_EXE_maruyama"), program).expect("a copy");
            let everything = "chown -R 65534:65534 . && chmod 755 . maruyama";
            assert!(shell(&bound.project, everything).status.success());
        }
        bound
    }

    #[track_caller]
    fn run(&self, command: &str, code: i32) -> String {
        let script = if self.is_root {
            format!("exec setpriv --reuid=65534 --regid=65534 --clear-groups ./maruyama {command}")
        } else {
            format!("exec \"$PROGRAM\" {command}")
        };
        let output = shell(&self.project, &script);
        let both = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&both).into_owned();
        assert_eq!(output.status.code(), Some(code), "{command}: {text}");
        text
    }

    fn chmod(&self, arguments: &str) {
        assert!(shell(&self.project, &format!("chmod {arguments}")).status.success());
    }
}

#[test]
fn a_store_that_can_only_be_read_is_read() {
    let project = Project::small();
    project.reproduce();
    let before = project.contents("store");
    let bound = Bound::new(project);
    bound.chmod("-R a-w store");
    for command in ["status", "ls", "plan", "verify", "explain small", "export small", "gc"] {
        bound.run(command, 0);
    }
    let text = bound.run("reproduce", 3);
    assert!(text.contains("cannot write store/") && text.contains("Permission denied"), "{text}");
    assert!(bound.run("gc --delete", 3).contains("cannot write store/"));
    assert!(bound.project.contents("store") == before, "something was changed");
    bound.chmod("-R u+w store");
    assert!(bound.run("reproduce", 0).contains("0 blocks computed"));
}

#[test]
fn a_result_that_may_not_be_read_is_named_and_not_taken_for_damaged() {
    let project = Project::small();
    project.reproduce();
    let file = project.list("store/results", "parquet").remove(0);
    let bound = Bound::new(project);
    bound.chmod(&format!("000 {file}"));
    let text = bound.run("reproduce", 3);
    assert!(text.contains(&format!("cannot read {file}: Permission denied")), "{text}");
    bound.chmod(&format!("644 {file}"));
    assert!(bound.run("reproduce", 0).contains("0 blocks computed"));
}

#[test]
fn a_store_can_be_moved_and_copied_to_another_file_system() {
    let project = Project::small();
    project.reproduce();
    let results = project.results();
    fs::create_dir(project.path("else")).expect("a folder");
    fs::rename(project.path("store"), project.path("else/where")).expect("a move");
    let moved = project.run(["reproduce", "--store", "else/where", "--format=json"]).code(0).json();
    assert_eq!((&moved["simulated"], &moved["analysed"]), (&0.into(), &0.into()));
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        let folder = tempfile::TempDir::new_in(memory).expect("a folder in memory");
        let there = folder.path().join("store").to_string_lossy().into_owned();
        assert!(shell(&project, &format!("cp -r else/where {there}")).status.success());
        let copied = project.run(["reproduce", "--store", &there, "--format=json"]).code(0).json();
        assert_eq!((&copied["simulated"], &copied["results"]), (&0.into(), &results.into()));
    }
}

/// No decision rests on a time: neither of a file nor in the provenance beside it.
#[test]
fn a_clock_that_is_wrong_changes_nothing() {
    let project = Project::small();
    project.reproduce();
    let results = project.results();
    let second = Duration::from_secs(1);
    for (time, unix_time, new) in [
        (SystemTime::UNIX_EPOCH + second, 0, "0.25"),
        (SystemTime::now() + Duration::from_hours(24 * 365 * 50), u64::MAX, "0.3"),
    ] {
        for file in project.contents("").into_keys() {
            let path = project.path(&file);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
            let opened = fs::File::options().write(true).open(&path).expect("a file");
            opened.set_modified(time).expect("another time");
        }
        for file in project.list("store/results", "json") {
            let text = fs::read_to_string(project.path(&file)).expect("provenance");
            let mut beside: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            beside["provenance"]["unix_time"] = unix_time.into();
            project.write(&file, beside.to_string());
        }
        let done = project.reproduce();
        assert_eq!((&done["simulated"], &done["analysed"]), (&0.into(), &0.into()), "{done:#}");
        assert_eq!(done["reports_written"], 0);
        assert_eq!(project.results(), results);
        project.edit("small.yaml", "[0.1, 0.2]", &format!("[0.1, 0.2, {new}]"));
        assert_eq!(project.reproduce()["simulated"], 1);
        project.write("experiments/small.yaml", SMALL);
        project.reproduce();
    }
}
