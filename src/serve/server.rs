//! The server: one short answer a connection, or a stream of news.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::serve::error::ServeError;
use crate::serve::pages::Pages;
use crate::serve::request::{Refusal, Request, parse};
use crate::serve::response;

/// The page that tells news.
const EVENTS: &str = "events";
/// Most connections at a time.
const MOST_CONNECTIONS: usize = 128;
/// Most bytes of a request.
const MOST_BYTES: usize = 16 << 10;
/// How long is waited for a slow browser.
const PATIENCE: Duration = Duration::from_secs(10);
/// After so long without news a sign of life is sent, which finds out whether somebody listens.
const BEAT: Duration = Duration::from_secs(15);

/// A port of this machine that nobody else can reach.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes `port` of the loopback address 127.0.0.1; any that is free if it is 0.
    ///
    /// # Errors
    /// If it is in use, or the system refuses it.
    pub fn bind(port: u16) -> Result<Server, ServeError> {
        let failed = |source: io::Error| match source.kind() {
            ErrorKind::AddrInUse => ServeError::PortInUse { port },
            _ => ServeError::Listen { port, source },
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Server { listener, address })
    }

    /// The address of its first page, `http://127.0.0.1:8017/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Answers from `pages`, in threads of its own, until the process ends.
    pub fn start(self, pages: Arc<Pages>) {
        let n_open = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in self.listener.incoming() {
                let Ok(stream) = stream else {
                    // Out of descriptors, for example: some will be closed.
                    thread::sleep(Duration::from_millis(50));
                    continue;
                };
                let (pages, n_open) = (Arc::clone(&pages), Arc::clone(&n_open));
                if n_open.fetch_add(1, Ordering::SeqCst) < MOST_CONNECTIONS {
                    thread::spawn(move || {
                        // A browser that has gone away is no error.
                        let _ = answer(stream, &pages);
                        n_open.fetch_sub(1, Ordering::SeqCst);
                    });
                } else {
                    n_open.fetch_sub(1, Ordering::SeqCst);
                }
            }
        });
    }
}

/// Reads a request and answers it.
fn answer(mut stream: TcpStream, pages: &Pages) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match read(&mut stream)? {
        Err(refusal) => response::refuse(&mut stream, refusal)?,
        Ok(Request { path, is_head: false }) if path == EVENTS => tell(&mut stream, pages)?,
        Ok(Request { path, is_head }) => {
            let found = pages.get(&path);
            let (status, kind, body) = match &found {
                Some(body) => ("200 OK", response::kind(&path), &body[..]),
                None => ("404 Not Found", response::TEXT, &b"there is no such page\n"[..]),
            };
            response::write(&mut stream, status, kind, body, is_head)?;
        }
    }
    end(&mut stream)
}

/// Ends a connection so that what was answered arrives: bytes that nobody has read would undo it.
fn end(stream: &mut TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    let mut rest = stream.take(MOST_BYTES as u64);
    io::copy(&mut rest, &mut io::sink()).map(drop)
}

fn read(stream: &mut TcpStream) -> io::Result<Result<Request, Refusal>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 2048];
    loop {
        let n = stream.read(&mut chunk)?;
        if n == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&chunk[..n]);
        match parse(&bytes) {
            Ok(None) if bytes.len() > MOST_BYTES => return Ok(Err(Refusal::Malformed)),
            Ok(None) => {}
            Ok(Some(request)) => return Ok(Ok(request)),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
}

/// Tells the news, and then each change, until nobody listens.
fn tell(stream: &mut TcpStream, pages: &Pages) -> io::Result<()> {
    response::begin_events(stream)?;
    let mut known = 0;
    loop {
        let (number, news) = pages.news(known, BEAT);
        if number == known {
            stream.write_all(b":\n\n")?;
        } else {
            known = number;
            stream.write_all(format!("data: {news}\n\n").as_bytes())?;
        }
        stream.flush()?;
    }
}
