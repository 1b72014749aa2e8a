//! Processor time, which other work on the machine does not lengthen.

use std::fs;
use std::hint::black_box;

/// The least processor time in seconds of a run, among `batches` batches of at least 20 ms, and what
/// the last run returned.
pub fn least(batches: u32, mut run: impl FnMut() -> f64) -> (f64, f64) {
    let (mut best, mut checksum) = (f64::INFINITY, black_box(run()));
    for _ in 0..batches {
        let (start, mut seconds, mut count) = (cpu_seconds(), 0.0, 0.0);
        while seconds < 0.02 {
            checksum = black_box(run());
            count += 1.0;
            seconds = cpu_seconds() - start;
        }
        best = best.min(seconds / count);
    }
    (best, checksum)
}

/// Processor time of the process so far, on Linux; yielding brings its account up to date.
fn cpu_seconds() -> f64 {
    std::thread::yield_now();
    let text = fs::read_to_string("/proc/self/schedstat").expect("Linux counts processor time");
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.expect("the first number is processor time") * 1e-9
}
