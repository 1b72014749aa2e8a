//! Ctrl-C: the first finishes or saves the blocks in flight, the second ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the user has asked to stop.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches for Ctrl-C and for the termination signal.
    ///
    /// # Errors
    /// If the system refuses the handler.
    pub fn watch() -> Result<Interrupt, ctrlc::Error> {
        let interrupt = Interrupt::default();
        let flag = Arc::clone(&interrupt.0);
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                std::process::exit(crate::error::INTERRUPTED.into());
            }
            eprintln!(
                "\ninterrupted: finishing or saving the blocks in flight (once more to abort)"
            );
        })?;
        Ok(interrupt)
    }

    /// Whether the user has asked to stop.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
