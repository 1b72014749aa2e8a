//! What is recorded of a chain: observables as they are, and what is known of their past.

use crate::noise::{LANES, Lanes};
use crate::observable::{MEAN_OF, PASSAGE, Reading, States};
use crate::problem::Problem;

/// One recorded number of a chain.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// An observable at the recorded step.
    Now(Reading),
    /// The mean of an observable over the watched steps up to the recorded one.
    Mean(Reading, Watch),
    /// The first watched step at which an observable is at a bound or beyond it.
    Passage(Reading, Watch, Bound),
}

/// The steps `from`, `from + every`, ... at which an observable is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The first.
    pub from: u64,
    /// Their distance, positive.
    pub every: u64,
}

/// What a passage leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// The numbers from this on.
    Above(f64),
    /// The numbers up to this.
    Below(f64),
}

impl Column {
    /// The name in manifests and results.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Column::Now(reading) => reading.name(),
            Column::Mean(reading, _) => format!("{MEAN_OF}{}", reading.name()),
            Column::Passage(..) => PASSAGE.to_owned(),
        }
    }
}

/// A column that remembers, for the chains of a bundle.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    of: Reading,
    every: u64,
    bound: Option<Bound>,
    n_seen: u64,
    /// The next step to look at.
    pub next: u64,
    /// What is recorded; NaN for what does not exist yet.
    pub values: Lanes,
}

impl Watched {
    /// The memory that `column` needs, if it needs any.
    ///
    /// # Panics
    /// If the steps to look at are not apart.
    pub(crate) fn new(column: &Column) -> Option<Watched> {
        let (of, watch, bound) = match *column {
            Column::Now(_) => return None,
            Column::Mean(of, watch) => (of, watch, None),
            Column::Passage(of, watch, bound) => (of, watch, Some(bound)),
        };
        let Watch { from, every } = watch;
        assert!(every > 0, "steps to look at are apart");
        Some(Watched { of, every, bound, n_seen: 0, next: from, values: [f64::NAN; LANES] })
    }

    /// Appends to `words` what it remembers.
    pub(crate) fn save(&self, words: &mut Vec<u64>) {
        words.extend([self.n_seen, self.next]);
        words.extend(self.values.map(f64::to_bits));
    }

    /// Takes back what [`Watched::save`] wrote of the same column; `None` if `words` end before.
    pub(crate) fn restore(&mut self, words: &mut impl Iterator<Item = u64>) -> Option<()> {
        (self.n_seen, self.next) = (words.next()?, words.next()?);
        for value in &mut self.values {
            *value = f64::from_bits(words.next()?);
        }
        Some(())
    }

    /// Looks at the chains, which are at the step `self.next`; says where the observable is a finite
    /// number.
    pub(crate) fn look(&mut self, problem: &dyn Problem, states: States<'_>) -> [bool; LANES] {
        let observed = self.of.evaluate(problem, states);
        self.n_seen += 1;
        for (value, observed) in self.values.iter_mut().zip(observed) {
            match self.bound {
                None if self.n_seen == 1 => *value = observed,
                None => *value += (observed - *value) / self.n_seen as f64,
                Some(bound) if value.is_nan() && bound.is_reached(observed) => {
                    *value = self.next as f64;
                }
                Some(_) => {}
            }
        }
        self.next = self.next.saturating_add(self.every);
        observed.map(f64::is_finite)
    }
}

impl Bound {
    fn is_reached(self, observed: f64) -> bool {
        match self {
            Bound::Above(level) => observed >= level,
            Bound::Below(level) => observed <= level,
        }
    }
}
