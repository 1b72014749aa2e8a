//! What is answered.

use std::io::{self, Write};

use crate::serve::request::Refusal;

/// Headers of every answer: nothing is kept, nothing is loaded from elsewhere or shown in the frame
/// of another site.
const COMMON: &str = "\
Cache-Control: no-store\r\n\
Connection: close\r\n\
Content-Security-Policy: default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
Cross-Origin-Resource-Policy: same-origin\r\n\
Referrer-Policy: no-referrer\r\n\
X-Content-Type-Options: nosniff\r\n";

/// Writes a whole answer; without its body if the head is all that was asked for.
pub(crate) fn write(
    to: &mut impl Write,
    status: &str,
    kind: &str,
    body: &[u8],
    is_head: bool,
) -> io::Result<()> {
    let length = body.len();
    let allow = if status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{allow}{COMMON}\r\n"
    );
    to.write_all(head.as_bytes())?;
    if !is_head {
        to.write_all(body)?;
    }
    to.flush()
}

/// Writes the head of a stream of events.
pub(crate) fn begin_events(to: &mut impl Write) -> io::Result<()> {
    write!(to, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{COMMON}\r\n")?;
    to.flush()
}

/// Writes an answer that says in a sentence why there is no other.
pub(crate) fn refuse(to: &mut impl Write, refusal: Refusal) -> io::Result<()> {
    let (status, reason) = match refusal {
        Refusal::Malformed => ("400 Bad Request", "this is no request for a page\n"),
        Refusal::WrongHost => {
            ("403 Forbidden", "this site answers to 127.0.0.1 and localhost only\n")
        }
        Refusal::Method => ("405 Method Not Allowed", "pages can be read, and nothing else\n"),
    };
    write(to, status, TEXT, reason.as_bytes(), false)
}

/// Plain text.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

/// The type of a file by the end of its name.
pub(crate) fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        _ => TEXT,
    }
}
