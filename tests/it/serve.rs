//! `serve`: the site on this machine, which follows what it is made from.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::Duration;

use serde_json::Value as Json;

use crate::project::Project;

/// A server in a project; it ends with the test.
struct Served {
    child: Child,
    port: String,
}

/// An answer.
struct Answer {
    head: String,
    body: String,
}

impl Served {
    fn start(project: &Project) -> Served {
        let mut child = project.start(["serve", "--port", "0", "--format", "json"]);
        let mut line = String::new();
        let mut printed = BufReader::new(child.stdout.take().expect("a pipe"));
        printed.read_line(&mut line).expect("a line");
        let told: Json = serde_json::from_str(&line).expect("the address as JSON");
        let url = told["url"].as_str().expect("the address");
        let port = url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix('/'));
        Served { child, port: port.expect("a loopback address").to_owned() }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout");
        stream
    }

    /// What is answered to a request as it is.
    fn send(&self, request: &str) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("a request");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        Answer { head: head.to_owned(), body: body.to_owned() }
    }

    fn ask(&self, method: &str, path: &str, host: &str) -> Answer {
        self.send(&format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "localhost")
    }

    /// The news, one after the other.
    fn news(&self) -> impl Iterator<Item = Json> + use<> {
        let mut stream = self.connect();
        stream.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("a request");
        let lines = BufReader::new(stream).lines().map(|line| line.expect("a line in time"));
        lines.filter_map(|line| {
            let data = line.strip_prefix("data: ")?;
            Some(serde_json::from_str(data).expect("news are JSON"))
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    #[track_caller]
    fn is(self, status: &str) -> Answer {
        assert!(self.head.starts_with(&format!("HTTP/1.1 {status} ")), "{}", self.head);
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Answer {
        assert!(self.body.contains(text), "no `{text}` in {}", self.body);
        self
    }
}

#[test]
fn pages_are_served_from_before_the_first_run_on_and_follow_it() {
    let project = Project::small();
    let served = Served::start(&project);
    served.get("/").is("200").says("No report yet");
    served.get("/small/").is("200").says("No report yet");
    served.get("/progress.html").is("200").says("<strong>0</strong> of 2 cells");
    let mut news = served.news();
    let first = news.next().expect("news");
    assert_eq!(
        (first["status"]["stored"].as_u64(), first["status"]["all"].as_u64()),
        (Some(0), Some(2))
    );
    project.reproduce();
    let version = |news: &Json, page: &str| news["pages"][page].as_str().map(str::to_owned);
    let is_done = |news: &Json| {
        news["status"]["stored"] == 2
            && version(news, "index.html") != version(&first, "index.html")
            && served.get("/small/").body.contains("small-spread")
    };
    let done = news.find(is_done).expect("news of the report");
    served.get("/progress.html").says("<strong>2</strong> of 2 cells");
    let page = served.get("/small/index.html").is("200");
    let version = version(&done, "small/index.html").expect("a version");
    assert!(page.body.contains(&format!("data-version=\"{version}\"")), "{}", page.body);
    let figure = served.get("/small/spread.svg?1").is("200");
    assert!(figure.head.contains("Content-Type: image/svg+xml"), "{}", figure.head);
    let file = fs::read_to_string(project.path("reports/small/spread.svg")).expect("a figure");
    assert_eq!(figure.body, file);
}

#[test]
fn an_edited_figure_or_manifest_is_news_of_its_page() {
    let project = Project::small();
    project.reproduce();
    let served = Served::start(&project);
    let mut news = served.news();
    let first = news.next().expect("news");
    let mut figure =
        fs::read_to_string(project.path("reports/small/spread.svg")).expect("a figure");
    figure.push_str("<!-- -->");
    project.write("reports/small/spread.svg", &figure);
    let second = news.next().expect("news");
    assert_ne!(first["pages"]["small/index.html"], second["pages"]["small/index.html"]);
    assert_eq!(first["pages"]["index.html"], second["pages"]["index.html"]);
    assert_eq!(served.get("/small/spread.svg").body, figure);
    project.edit("small.yaml", "title: A small experiment", "title: Another title");
    let renamed = |news: &Json| news["pages"]["index.html"] != second["pages"]["index.html"];
    news.find(renamed).expect("news of the title");
    served.get("/").says("Another title");
    project.edit("small.yaml", "model: sgd", "model: sdg");
    let is_wrong = |news: &Json| news["status"]["problem"].is_string();
    let wrong = news.find(is_wrong).expect("news of the mistake");
    assert_eq!(wrong["status"]["problem"], "1 mistake in the manifests");
    served.get("/").is("200").says("Another title");
    project.edit("small.yaml", "model: sdg", "model: sgd");
    assert!(news.any(|news| news["status"]["problem"].is_null()));
}

#[test]
fn nothing_but_pages_is_answered_and_to_this_machine_alone() {
    let project = Project::small();
    project.reproduce();
    project.write("secret.txt", "secret");
    project.write("reports/small/secret.txt", "secret");
    let served = Served::start(&project);
    for path in [
        "/../secret.txt",
        "/small/../../secret.txt",
        "/%2e%2e/secret.txt",
        "//secret.txt",
        "/small/secret.txt",
        "/small/..%2f..%2fsecret.txt",
        "/small/../index.html",
        "/experiments/small.yaml",
        "/nothing",
    ] {
        let answer = served.get(path).is("404");
        assert!(!answer.body.contains("secret"), "{path}");
    }
    for host in ["example.org", "localhost.example.org:80", "192.168.0.1"] {
        served.ask("GET", "/", host).is("403").says("127.0.0.1 and localhost only");
    }
    for host in ["127.0.0.1:1", "localhost", "[::1]:8017"] {
        served.ask("GET", "/", host).is("200");
    }
    served.send("GET / HTTP/1.1\r\n\r\n").is("400");
    served.send("nonsense\r\n\r\n").is("400");
    served
        .send(&format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}", "x".repeat(20_000)))
        .is("400");
    for method in ["POST", "PUT", "DELETE"] {
        served.ask(method, "/", "localhost").is("405");
    }
    let whole = served.get("/").is("200");
    assert!(whole.head.contains("Cache-Control: no-store"), "{}", whole.head);
    assert!(whole.head.contains("Content-Security-Policy: default-src 'self'"), "{}", whole.head);
    let head = served.ask("HEAD", "/", "localhost").is("200");
    assert_eq!((head.head, head.body.as_str()), (whole.head, ""));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_a_report_is_not_followed() {
    let project = Project::small();
    project.reproduce();
    project.write("secret.txt", "secret");
    fs::remove_file(project.path("reports/small/spread.svg")).expect("a figure");
    let link = project.path("reports/small/spread.svg");
    std::os::unix::fs::symlink(project.path("secret.txt"), link).expect("a link");
    project.run(["serve", "--port", "0"]).code(3).complains("a link to something outside");
}

#[test]
fn a_port_in_use_is_named_with_the_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let run = Project::small().run(["serve", "--port", &port.to_string()]).code(2);
    run.complains(&format!(
        "port {port} of this machine is in use; `--port 0` takes one that is free"
    ));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_while_a_page_listens() {
    let project = Project::small();
    let mut served = Served::start(&project);
    let mut news = served.news();
    assert!(news.next().is_some());
    let pid = served.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
    assert_eq!(served.child.wait().expect("an end").code(), Some(0));
}
