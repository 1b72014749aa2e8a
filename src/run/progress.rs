//! Progress on the terminal: a bar with rate and remaining time, or plain lines elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// For plain lines: what is counted, the total, and what is done.
    plain: Option<(&'static str, u64, AtomicU64)>,
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
            return Progress { bar: None, plain: Some((stage, total, AtomicU64::new(0))) };
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
        if let Some((stage, total, done)) = &self.plain {
            let before = done.fetch_add(amount, Ordering::Relaxed);
            let after = before + amount;
            let tenth = |count: u64| count * 10 / total;
            if tenth(before) != tenth(after) {
                eprintln!("{stage}: {after} of {total}");
            }
        }
    }

    /// Ends the stage and clears its bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
