//! A site on this machine over HTTP: pages from memory, on loopback, with news of what has changed.
//!
//! A request names a page, and no file: what is answered was made before, so that no path leads to
//! the disk. Requests must name this machine as their host, so that a page of another site, whose name
//! was made to mean this machine, cannot read ours.

mod error;
mod pages;
mod request;
mod response;
mod server;

pub use error::ServeError;
pub use pages::Pages;
pub use server::Server;
