//! Stored observations as a polars frame: the only place that knows polars.

use polars::prelude::{
    BooleanChunked, ChunkCompareEq as _, ChunkFilter as _, Column, DataFrame, NamedFrom as _,
    PolarsError, Series,
};

use crate::analyse::estimator::AnalysisError;
use crate::store::Observations;

/// The observations of one cell: columns `chain`, `step`, `observable`, `value`, `diverged_at`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame {
    observables: Vec<String>,
    rows: DataFrame,
}

/// A sample of independent chains.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// One value a chain, in the order of the chains; finite.
    pub values: Vec<f64>,
    /// The step at which they were observed.
    pub step: u64,
    /// Chains that diverged before, which have no value.
    pub n_diverged: usize,
}

impl Frame {
    /// The rows of `blocks`, which are consecutive and of one ensemble.
    pub(crate) fn new(blocks: &[&Observations]) -> Result<Frame, AnalysisError> {
        let Some(first) = blocks.first() else { return Ok(Frame::default()) };
        let observables = first.observables.clone();
        let mut columns = Columns::default();
        for block in blocks {
            columns.append(block);
        }
        let rows = columns.into_frame().map_err(internal)?;
        Ok(Frame { observables, rows })
    }

    /// The values of `observable` at the last recorded step, without those of diverged chains.
    pub(crate) fn last_values(&self, observable: &str) -> Result<Sample, AnalysisError> {
        let idx = self.observables.iter().position(|name| name == observable);
        let idx = idx.ok_or_else(|| AnalysisError::NotRecorded(observable.to_owned()))?;
        let step =
            self.rows.column("step").and_then(|column| column.u64().cloned()).map_err(internal)?;
        let step = step.iter().flatten().max().unwrap_or(0);
        let is_wanted: BooleanChunked = self
            .rows
            .column("observable")
            .and_then(|column| Ok(column.u32()?.equal(idx as u32)))
            .map_err(internal)?;
        let is_last = self.rows.column("step").and_then(|column| Ok(column.u64()?.equal(step)));
        let is_wanted = is_wanted & is_last.map_err(internal)?;
        // A column is filtered in this thread, a frame in polars' own pool; a worker of ours that
        // waits for another pool takes up the next cell meanwhile, nested without bound.
        let values = self.rows.column("value").and_then(|column| column.f64()?.filter(&is_wanted));
        let all: Vec<f64> = values.map_err(internal)?.iter().flatten().collect();
        let n_chains = all.len();
        let values: Vec<f64> = all.into_iter().filter(|value| !value.is_nan()).collect();
        Ok(Sample { n_diverged: n_chains - values.len(), values, step })
    }
}

#[derive(Default)]
struct Columns {
    chain: Vec<u64>,
    step: Vec<u64>,
    observable: Vec<u32>,
    value: Vec<f64>,
}

impl Columns {
    fn append(&mut self, block: &Observations) {
        for chain in 0..block.n_chains() {
            for step in &block.steps {
                for observable in 0..block.observables.len() {
                    self.chain.push(block.first_chain + chain as u64);
                    self.step.push(*step);
                    self.observable.push(observable as u32);
                }
            }
        }
        self.value.extend_from_slice(&block.values);
    }

    fn into_frame(self) -> Result<DataFrame, PolarsError> {
        let height = self.value.len();
        DataFrame::new(
            height,
            vec![
                Column::from(Series::new("chain".into(), self.chain)),
                Column::from(Series::new("step".into(), self.step)),
                Column::from(Series::new("observable".into(), self.observable)),
                Column::from(Series::new("value".into(), self.value)),
            ],
        )
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to `map_err` as it is")]
fn internal(error: PolarsError) -> AnalysisError {
    AnalysisError::Statistic(format!("internal error in polars: {error}"))
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[test]
    fn the_last_step_is_taken_and_diverged_chains_are_counted() {
        let block = Observations {
            first_chain: 0,
            observables: vec!["q1".to_owned(), "risk".to_owned()],
            steps: vec![10, 20],
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, f64::NAN, f64::NAN, 7.0, 8.0, 9.0, 10.0],
            diverged_at: vec![None, Some(15), None],
        };
        let frame = Frame::new(&[&block]).unwrap();
        let sample = frame.last_values("risk").unwrap();
        assert_eq!(sample, Sample { values: vec![4.0, 10.0], step: 20, n_diverged: 1 });
        assert_eq!(frame.last_values("bulk"), Err(AnalysisError::NotRecorded("bulk".to_owned())));
    }

    #[test]
    fn many_cells_in_parallel_do_not_nest_on_the_stack() {
        let block = Observations {
            first_chain: 0,
            observables: vec!["q1".to_owned()],
            steps: vec![1],
            values: vec![1.0; 8],
            diverged_at: vec![None; 8],
        };
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(2).stack_size(1 << 18).build().unwrap();
        let read = |_| Frame::new(&[&block]).unwrap().last_values("q1").unwrap().values.len();
        let n_values: usize = pool.install(|| (0..20_000).into_par_iter().map(read).sum());
        assert_eq!(n_values, 8 * 20_000);
    }
}
