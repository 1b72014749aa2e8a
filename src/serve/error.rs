//! What can go wrong with serving a site.

use thiserror::Error;

/// A failure to serve a site.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Somebody listens on the port.
    #[error(
        "port {port} of this machine is in use; `--port 0` takes one that is free, `--port {}` this one",
        if *.port < u16::MAX { port + 1 } else { port - 1 }
    )]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The system refuses the port.
    #[error("cannot listen on port {port} of this machine")]
    Listen {
        /// The port.
        port: u16,
        /// Why not.
        source: std::io::Error,
    },
}
