//! A check, and its line of the table.

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

/// What a check counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rejections by a test at 5 % whose hypothesis is true.
    Test,
    /// Intervals of level 95 % that cover.
    Interval,
}

impl Kind {
    /// The share that is promised.
    pub fn nominal(self) -> f64 {
        match self {
            Kind::Test => 0.05,
            Kind::Interval => 0.95,
        }
    }

    /// Shares outside are failures of the whole table.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Kind::Test => (0.035, 0.065),
            Kind::Interval => (0.92, 0.98),
        }
    }

    /// The bounds widened by four binomial standard errors of `replicates`.
    #[cfg_attr(not(test), expect(dead_code, reason = "the short version alone needs them"))]
    pub fn bounds_of(self, replicates: u64) -> (f64, f64) {
        let (low, high) = self.bounds();
        let error = (self.nominal() * (1.0 - self.nominal()) / replicates as f64).sqrt();
        (low - 4.0 * error, high + 4.0 * error)
    }
}

/// One test or interval, replicated with a stream of its own for every replicate.
pub struct Check {
    /// Name in the table.
    pub name: &'static str,
    /// What is counted.
    pub kind: Kind,
    /// Whether this replicate rejects or covers.
    pub happens: fn(&mut Stream) -> bool,
}

/// The result of a check.
pub struct Row {
    name: &'static str,
    nominal: f64,
    share: f64,
}

impl Row {
    /// The share over `replicates`.
    pub fn new(check: &Check, replicates: u64) -> Row {
        // The name is the seed: a check that is added changes no other.
        let seed = check.name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let count = (0..replicates)
            .filter(|chain| {
                let mut stream = Stream::new(StreamKey(seed), *chain, Purpose::Bootstrap);
                (check.happens)(&mut stream)
            })
            .count();
        let share = count as f64 / replicates as f64;
        Row { name: check.name, nominal: check.kind.nominal(), share }
    }

    /// Whether the share lies within `bounds`.
    pub fn passes(&self, (low, high): (f64, f64)) -> bool {
        (low..=high).contains(&self.share)
    }

    /// The line in Markdown.
    pub fn line(&self, (low, high): (f64, f64)) -> String {
        let Row { name, nominal, share } = self;
        let percent = |x: f64| format!("{:.2} %", 100.0 * x);
        let allowed = format!("{:.1} to {:.1} %", 100.0 * low, 100.0 * high);
        format!("| {name} | {} | {} | {allowed} |", percent(*nominal), percent(*share))
    }
}
