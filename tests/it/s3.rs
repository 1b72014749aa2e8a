//! A store that machines share through S3: a real server (s3s-fs, which checks signatures), and a proxy
//! before it that cuts and stalls connections. `make test-s3` starts these tests.
#![cfg(unix)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::cluster::sweep;
use crate::project::{Project, Run};

const URL: &str = "s3://lab/sgd/shared";
const KEYS: (&str, &str) = ("maruyama", "a secret of these tests");

/// A server with a bucket `lab`, whose objects are files of a folder.
struct Server {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Server {
    fn start() -> Server {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("lab")).expect("a bucket");
        let mut server = Server { folder, port: free_port(), process: None };
        server.up();
        server
    }

    fn up(&mut self) {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin/s3s-fs");
        let mut command = Command::new(program);
        command.args(["--host", "127.0.0.1", "--port", &self.port.to_string()]);
        command.args(["--access-key", KEYS.0, "--secret-key", KEYS.1]).arg(self.folder.path());
        let process = command.stdout(Stdio::null()).spawn();
        self.process = Some(process.expect("s3s-fs starts, which `make test-s3` installs"));
        wait_until("the server answers", || TcpStream::connect(("127.0.0.1", self.port)).is_ok());
    }

    fn down(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn objects(&self, folder: &str) -> PathBuf {
        self.folder.path().join("lab/sgd/shared").join(folder)
    }

    /// Paths of the objects of `folder` with this extension.
    fn list(&self, folder: &str, extension: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.objects(folder)) else { return Vec::new() };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|it| it == extension)).collect();
        paths.sort();
        paths
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.down();
    }
}

/// A machine: a project with a cache of its own.
struct Machine {
    project: Project,
    port: u16,
}

impl Machine {
    fn new(project: Project, port: u16) -> Machine {
        Machine { project, port }
    }

    fn variables(&self) -> [(&'static str, String); 6] {
        [
            ("AWS_ACCESS_KEY_ID", KEYS.0.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", KEYS.1.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("XDG_CACHE_HOME", self.project.path("caches").display().to_string()),
        ]
    }

    /// Runs a command on the shared store.
    fn run(&self, arguments: &[&str]) -> Run {
        let arguments = [arguments, &["--store", URL]].concat();
        self.project.run_list(self.variables(), &arguments)
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let arguments = [arguments, &["--store", URL]].concat();
        self.project.start_list(self.variables(), &arguments)
    }

    #[track_caller]
    fn results(&self) -> String {
        let status = self.run(&["status", "--format=json"]).code(0).json();
        status["results"].as_str().expect("every result is stored").to_owned()
    }

    /// Results files in the cache.
    fn fetched(&self) -> usize {
        self.project.list("caches", "parquet").len()
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_mins(1), "waited in vain until {what}");
        sleep(Duration::from_millis(10));
    }
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// What happens to a connection after some more bytes.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Cut,
    Stall,
}

/// A proxy before the server, which does something to connections.
struct Proxy {
    port: u16,
    faults: Arc<Mutex<Vec<(Way, u64, Fault)>>>,
    n_done: Arc<AtomicUsize>,
}

impl Proxy {
    /// Passes connections on to `server`, and does `faults` one after the other.
    fn start(server: u16, faults: &[(Way, u64, Fault)]) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let faults = Arc::new(Mutex::new(faults.iter().rev().copied().collect()));
        let proxy = Proxy { port, faults, n_done: Arc::default() };
        let (faults, n_done) = (Arc::clone(&proxy.faults), Arc::clone(&proxy.n_done));
        spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                for way in [Way::Up, Way::Down] {
                    let ends = [&client, &server].map(|end| end.try_clone().expect("a socket"));
                    let (faults, n_done) = (Arc::clone(&faults), Arc::clone(&n_done));
                    spawn(move || pass(ends, way, &faults, &n_done));
                }
            }
        });
        proxy
    }

    fn n_done(&self) -> usize {
        self.n_done.load(Ordering::SeqCst)
    }
}

/// Passes bytes on until the end, or until the next fault says otherwise.
fn pass(
    [client, server]: [TcpStream; 2],
    way: Way,
    faults: &Mutex<Vec<(Way, u64, Fault)>>,
    n_done: &AtomicUsize,
) {
    let (mut from, mut to) = if way == Way::Up { (&client, &server) } else { (&server, &client) };
    let mut buffer = [0; 1 << 12];
    while let Ok(n) = from.read(&mut buffer) {
        if n == 0 || to.write_all(&buffer[..n]).is_err() {
            break;
        }
        let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((next_way, left, fault)) = faults.last_mut() else { continue };
        if *next_way != way {
            continue;
        }
        *left = left.saturating_sub(n as u64);
        if *left == 0 {
            let fault = *fault;
            faults.pop();
            drop(faults);
            n_done.fetch_add(1, Ordering::SeqCst);
            match fault {
                Fault::Cut => break,
                Fault::Stall => sleep(Duration::from_mins(5)),
            }
        }
    }
    let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
}

/// The small experiment with results files of several hundred kilobytes.
fn larger() -> Project {
    let project = Project::small();
    project.edit("small.yaml", "chains: 40", "chains: 60000");
    project
}

#[test]
fn addresses_that_cannot_be_used_are_refused() {
    let project = Project::small();
    for command in ["status", "run", "reproduce"] {
        if cfg!(not(feature = "s3")) {
            let refused = project.run([command, "--store=s3://lab/sgd"]).code(2);
            refused.complains("without `--no-default-features`");
        }
    }
    project.run(["status", "--store=s3://"]).code(2).complains("the name of a bucket");
    project.run(["gc", "--store=s3://lab/sgd"]).code(2).complains("removes from folders alone");
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn a_ci_job_and_a_laptop_share_results() {
    let server = Server::start();
    let here = Project::small();
    here.reproduce();
    let ci = Machine::new(Project::small(), server.port);
    ci.run(&["reproduce"]).code(0).prints("2 blocks computed");
    assert_eq!(ci.results(), here.results());
    let laptop = Machine::new(Project::small(), server.port);
    assert_eq!(laptop.results(), here.results());
    laptop.run(&["plan"]).code(0);
    laptop.run(&["ls"]).code(0).prints("stored");
    assert_eq!(laptop.fetched(), 0, "a status fetches results");
    let done = laptop.run(&["reproduce", "--format=json"]).code(0).json();
    assert_eq!((&done["simulated"], &done["analysed"]), (&0.into(), &0.into()), "{done:#}");
    assert_eq!(laptop.fetched(), 0, "outcomes were shared, and results fetched");
    assert!(laptop.project.contents("reports") == here.contents("reports"), "other reports");
    let csv = here.run(["export", "small"]).code(0).stdout;
    assert_eq!(laptop.run(&["export", "small"]).code(0).stdout, csv);
    assert_eq!(laptop.fetched(), server.list("results", "parquet").len());
    laptop.run(&["verify", "--recompute"]).code(0).prints("2 equal bit for bit");
    laptop.run(&["explain", "small"]).code(0);
    laptop.run(&["gc"]).code(2).complains("removes from folders alone");
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn a_sweep_of_a_thousand_cells_has_the_digests_of_a_local_run() {
    let server = Server::start();
    let here = sweep(1000);
    here.run(["run", "--quiet"]).code(0);
    let start = Instant::now();
    let ci = Machine::new(sweep(1000), server.port);
    ci.run(&["run", "--quiet"]).code(0);
    println!("1000 cells through S3: {:.1} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let laptop = Machine::new(sweep(1000), server.port);
    assert_eq!(laptop.results(), here.results());
    println!("status of them: {:.1} s", start.elapsed().as_secs_f64());
    laptop.run(&["run"]).code(0).prints("0 blocks computed");
    assert_eq!(laptop.fetched(), 0);
    laptop.run(&["verify"]).code(0);
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn dropped_connections_are_taken_up_again() {
    let server = Server::start();
    let here = larger();
    here.reproduce();
    let up: Vec<_> = [30_000, 100_000, 5000].map(|n| (Way::Up, n, Fault::Cut)).into();
    let proxy = Proxy::start(server.port, &up);
    let ci = Machine::new(larger(), proxy.port);
    ci.run(&["reproduce"]).code(0);
    assert_eq!(proxy.n_done(), 3, "no upload was cut");
    assert_eq!(ci.results(), here.results());
    let down: Vec<_> = [500, 100_000, 60_000].map(|n| (Way::Down, n, Fault::Cut)).into();
    let proxy = Proxy::start(server.port, &down);
    let laptop = Machine::new(larger(), proxy.port);
    let csv = here.run(["export", "small"]).code(0).stdout;
    assert!(laptop.run(&["export", "small"]).code(0).stdout == csv, "other numbers");
    assert_eq!(proxy.n_done(), 3, "no download was cut");
    laptop.run(&["verify"]).code(0);
}

/// More than is uploaded in one part, cut in the second.
#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn large_objects_go_up_in_parts() {
    let server = Server::start();
    let large = || {
        let project = Project::small();
        // A long record is one file.
        project.edit("small.yaml", "steps: 50", "steps: 250000\n    record_every: 1");
        project.edit("small.yaml", "chains: 40", "chains: 16");
        project
    };
    let proxy = Proxy::start(server.port, &[(Way::Up, 20 << 20, Fault::Cut)]);
    let ci = Machine::new(large(), proxy.port);
    ci.run(&["run"]).code(0);
    let sizes = server.list("results", "parquet");
    let sizes = sizes.iter().map(|path| fs::metadata(path).expect("a file").len());
    assert!(sizes.max() > Some(17 << 20), "no object is large");
    assert_eq!(proxy.n_done(), 1);
    Machine::new(large(), server.port).run(&["verify"]).code(0);
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn a_server_that_is_down_costs_no_result() {
    let mut server = Server::start();
    let laptop = Machine::new(Project::small(), server.port);
    laptop.run(&["status"]).code(0);
    server.down();
    laptop.run(&["run"]).code(3).complains("the server cannot be reached");
    server.up();
    // It goes down when the first results come.
    let proxy = Proxy::start(server.port, &[]);
    let laptop = Machine::new(sweep(30_000), proxy.port);
    let run = laptop.start(&["run"]);
    wait_until("something is uploaded", || !server.list("results", "json").is_empty());
    server.down();
    let output = run.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("they are safe in "), "{stderr}");
    server.up();
    laptop.run(&["run"]).code(0).prints("0 blocks computed");
    let here = sweep(30_000);
    here.run(["run", "--quiet"]).code(0);
    assert_eq!(Machine::new(sweep(30_000), server.port).results(), here.results());
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn a_poisoned_object_is_noticed_never_used_and_healed() {
    for what in ["changed", "cut", "empty", "another"] {
        let server = Server::start();
        Machine::new(larger(), server.port).run(&["reproduce"]).code(0);
        let results = server.list("results", "parquet");
        let poisoned = &results[0];
        let good = fs::read(poisoned).expect("an object");
        let mut bytes = good.clone();
        match what {
            "changed" => bytes[5000] ^= 1,
            "cut" => bytes.truncate(bytes.len() / 2),
            "empty" => bytes.clear(),
            _ => bytes = fs::read(&results[1]).expect("an object"),
        }
        fs::write(poisoned, bytes).expect("an object");
        let laptop = Machine::new(larger(), server.port);
        laptop.run(&["verify"]).code(1).prints("damaged: s3://lab/sgd/shared/results/");
        // Another analysis, which has to read the results.
        let other = Machine::new(larger(), server.port);
        let here = larger();
        for project in [&other.project, &here] {
            let more = "analyse:\n  more: { estimate: moments, of: runs }";
            project.edit("small.yaml", "analyse:", more);
        }
        here.reproduce();
        let healed = other.run(&["reproduce"]).code(0);
        // Of another object's bytes nothing is read: their blocks are those of that object.
        let healed = if what == "another" {
            healed
                .complains("damaged, moved to damaged/ and replaced: s3://lab/sgd/shared/results/")
        } else {
            healed.prints("damaged, moved to s3://lab/sgd/shared/damaged: ")
        };
        assert!(!healed.stdout.contains("0 blocks computed"), "{what}: {healed:#?}");
        assert!(
            other.project.contents("reports") == here.contents("reports"),
            "{what}: other reports"
        );
        assert!(fs::read(poisoned).expect("an object") == good, "{what}: not replaced");
        assert_eq!(server.list("damaged", "parquet").len(), 1, "{what}");
        let third = Machine::new(larger(), server.port);
        third.run(&["verify"]).code(0);
    }
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn poisoned_outcomes_are_computed_again() {
    let server = Server::start();
    let ci = Machine::new(Project::small(), server.port);
    ci.run(&["reproduce"]).code(0);
    let outcomes = server.list("analyses", "jsonl").remove(0);
    let good = fs::read(&outcomes).expect("an object");
    let text = String::from_utf8_lossy(&good).replacen("0.", "9.", 1);
    fs::write(&outcomes, text).expect("an object");
    let laptop = Machine::new(Project::small(), server.port);
    laptop.run(&["reproduce"]).code(0).prints("damaged, moved to s3://");
    assert!(laptop.project.contents("reports") == ci.project.contents("reports"), "other reports");
    assert!(fs::read(&outcomes).expect("an object") == good, "not replaced");
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn a_run_that_is_killed_while_it_uploads_is_gone_on_with() {
    let server = Server::start();
    let here = larger();
    here.reproduce();
    for bytes in [1000, 20_000, 200_000] {
        let proxy = Proxy::start(server.port, &[(Way::Up, bytes, Fault::Stall)]);
        let mut laptop = Machine::new(larger(), proxy.port);
        let mut run = laptop.start(&["reproduce"]);
        wait_until("an upload stalls", || proxy.n_done() == 1);
        sleep(Duration::from_millis(200));
        run.kill().expect("a process");
        run.wait().expect("its end");
        laptop.port = server.port;
        // Nothing is there in part.
        laptop.run(&["verify"]).code(0);
        laptop.run(&["reproduce"]).code(0);
        assert_eq!(laptop.results(), here.results());
        assert!(laptop.project.contents("reports") == here.contents("reports"), "other reports");
        Machine::new(larger(), server.port).run(&["verify"]).code(0);
        fs::remove_dir_all(server.objects("")).expect("a folder");
    }
}

#[test]
#[ignore = "needs an S3 server: make test-s3"]
fn wrong_credentials_and_wrong_buckets_have_a_message() {
    let server = Server::start();
    let laptop = Machine::new(Project::small(), server.port);
    for wrong in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        let mut variables = laptop.variables().to_vec();
        variables.push((wrong, "wrong".to_owned()));
        let refused = laptop.project.run_list(variables, &["status", "--store", URL]).code(3);
        refused.complains("access was refused");
    }
    let run = |url: &str| laptop.project.run_list(laptop.variables(), &["run", "--store", url]);
    run("s3://nobody/sgd").code(3).complains("there is no such bucket");
    run("s3://").code(2).complains("the name of a bucket");
    fs::create_dir_all(server.folder.path().join("lab/photos")).expect("a folder");
    fs::write(server.folder.path().join("lab/photos/1.jpg"), "1").expect("an object");
    run("s3://lab/photos").code(3).complains("is not empty and not a store");
    let cache = ["--store-cache", "cache"];
    laptop.run(&["run", cache[0], cache[1]]).code(0);
    let other = ["run", "--store", "s3://lab/other", cache[0], cache[1]];
    let refused = laptop.project.run_list(laptop.variables(), &other).code(2);
    refused.complains("is the cache of s3://lab/sgd/shared");
}
