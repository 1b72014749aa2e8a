//! What a browser asks for.

/// Most headers of a request.
const MOST_HEADERS: usize = 64;
/// Names by which a browser may call this machine. Any port will do: it may be forwarded.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// A request for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The page, without a slash in front; the first one of a folder if it ends with one.
    pub path: String,
    /// Whether its head is all that is wanted.
    pub is_head: bool,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no request, or says twice or not at all for whom it is.
    Malformed,
    /// It is for another host.
    WrongHost,
    /// It does not only ask for a page.
    Method,
}

/// Reads a request from its first bytes; nothing yet if it goes on.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Request>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    if request.parse(bytes).map_err(|_| Refusal::Malformed)?.is_partial() {
        return Ok(None);
    }
    let mut hosts = request.headers.iter().filter(|one| one.name.eq_ignore_ascii_case("host"));
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(Refusal::Malformed) };
    if !is_this_machine(host.value) {
        return Err(Refusal::WrongHost);
    }
    let is_head = match request.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err(Refusal::Method),
    };
    let target = request.path.unwrap_or_default();
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix('/').ok_or(Refusal::Malformed)?;
    let index = if path.is_empty() || path.ends_with('/') { "index.html" } else { "" };
    Ok(Some(Request { path: format!("{path}{index}"), is_head }))
}

fn is_this_machine(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    NAMES.iter().any(|name| {
        let Some((found, rest)) = host.split_at_checked(name.len()) else { return false };
        let is_port =
            |rest: &str| rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
        found.eq_ignore_ascii_case(name) && (rest.is_empty() || is_port(rest))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, host: &str) -> Result<Option<Request>, Refusal> {
        parse(format!("{line} HTTP/1.1\r\nAccept: */*\r\n{host}\r\n").as_bytes())
    }

    #[test]
    fn a_page_is_asked_for_by_a_path_and_a_folder_means_its_first_page() {
        let path = |target: &str| {
            let request = of(&format!("GET {target}"), "Host: localhost:80\r\n");
            request.unwrap().unwrap().path
        };
        assert_eq!(path("/"), "index.html");
        assert_eq!(path("/small/?a=b#c"), "small/index.html");
        assert_eq!(path("/site.css?1"), "site.css");
        assert_eq!(path("/../x"), "../x");
        assert!(of("HEAD /", "Host: localhost\r\n").unwrap().unwrap().is_head);
        assert_eq!(parse(b"GET / HTTP/1.1\r\nHost: local"), Ok(None));
    }

    #[test]
    fn only_requests_for_this_machine_are_read() {
        for host in ["127.0.0.1", "127.0.0.1:8017", "LocalHost:1", "[::1]:8017"] {
            assert!(of("GET /", &format!("Host: {host}\r\n")).is_ok(), "{host}");
        }
        let others = ["example.org", "localhost.example.org", "127.0.0.1.nip.io", "10.0.0.1:8017"];
        for host in others.into_iter().chain(["", "localhost:", "localhost:x", "localhost:99999"]) {
            let found = of("GET /", &format!("Host: {host}\r\n"));
            assert_eq!(found, Err(Refusal::WrongHost), "{host}");
        }
        for hosts in ["", "Host: localhost\r\nHost: example.org\r\n"] {
            assert_eq!(of("GET /", hosts), Err(Refusal::Malformed));
        }
    }

    #[test]
    fn what_is_no_question_is_refused() {
        let host = "Host: localhost\r\n";
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
            assert_eq!(of(&format!("{method} /"), host), Err(Refusal::Method));
        }
        assert_eq!(of("GET http://localhost/", host), Err(Refusal::Malformed));
        assert_eq!(parse(b"\x16\x03\x01\x02\x00"), Err(Refusal::Malformed));
    }
}
