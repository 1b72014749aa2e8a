//! Progress on the terminal: a bar with rate and remaining time, or plain lines elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

/// How much a command says while it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// A bar on a terminal, plain lines elsewhere.
    Normal,
    /// Nothing but results and errors.
    Quiet,
}

/// The progress of one stage.
pub struct Progress {
    bar: Option<ProgressBar>,
    plain: Option<Plain>,
}

/// Progress in plain lines: at most one in some seconds.
struct Plain {
    stage: &'static str,
    total: u64,
    done: AtomicU64,
    last_line: Mutex<Instant>,
}

impl Plain {
    const SECONDS_BETWEEN_LINES: u64 = 10;

    fn advance(&self, amount: u64) {
        let done = self.done.fetch_add(amount, Ordering::Relaxed) + amount;
        let Ok(mut last_line) = self.last_line.try_lock() else { return };
        if last_line.elapsed().as_secs() >= Plain::SECONDS_BETWEEN_LINES {
            *last_line = Instant::now();
            eprintln!("{}: {done} of {}", self.stage, self.total);
        }
    }
}

impl Progress {
    /// Starts a stage of `total` units named `unit`, for example `blocks`.
    ///
    /// # Panics
    /// Never: the bar's template is a constant.
    #[must_use]
    pub fn start(
        verbosity: Verbosity,
        stage: &'static str,
        unit: &'static str,
        total: u64,
    ) -> Progress {
        if verbosity == Verbosity::Quiet || total == 0 {
            return Progress { bar: None, plain: None };
        }
        if !stderr().is_terminal() {
            eprintln!("{stage}: {total} {unit}");
            let last_line = Mutex::new(Instant::now());
            let plain = Plain { stage, total, done: AtomicU64::new(0), last_line };
            return Progress { bar: None, plain: Some(plain) };
        }
        let template = format!(
            "{stage:>10} {{bar:32.cyan/dim}} {{pos}}/{{len}} {unit}  {{per_sec}}  {{elapsed}} < {{eta}}"
        );
        let style = ProgressStyle::with_template(&template)
            .expect("the template is a constant of this file")
            .progress_chars("━╸─");
        let bar = ProgressBar::new(total).with_style(style);
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Progress { bar: Some(bar), plain: None }
    }

    /// Counts `amount` units as done.
    pub fn advance(&self, amount: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(amount);
        }
        if let Some(plain) = &self.plain {
            plain.advance(amount);
        }
    }

    /// Says something beside the bar.
    pub fn say(&self, text: &str) {
        match (&self.bar, &self.plain) {
            (Some(bar), _) => bar.println(text),
            (None, Some(plain)) => eprintln!("{}: {text}", plain.stage),
            (None, None) => {}
        }
    }

    /// Ends the stage and clears its bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
