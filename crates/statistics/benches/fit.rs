//! Time of the fits, one line of JSON each: name, least processor time in seconds, log-likelihood.
//!
//! With a file of numbers, one a line, as argument, that sample is fitted in place of our own.

mod clock;

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_statistics::fit::family;
use maruyama_statistics::law::Law;
use maruyama_statistics::law::inverse_gamma::InverseGamma;
use maruyama_statistics::law::stable::Stable;
use maruyama_statistics::law::student_t::StudentT;

fn drawn(law: &dyn Law, n: usize) -> Vec<f64> {
    let mut stream = Stream::new(StreamKey(1), 0, Purpose::Bootstrap);
    (0..n).map(|_| law.draw(&mut stream)).collect()
}

fn time(name: &str, sample: &[f64]) {
    let Some(family) = family(name) else { return };
    let likelihood = || family.fit(sample).ok().and_then(|fitted| fitted.log_likelihood);
    let (best, checksum) = clock::least(5, || likelihood().unwrap_or(0.0) / sample.len() as f64);
    println!(
        "{{\"name\": \"{name}\", \"n\": {}, \"seconds\": {best:.6}, \"checksum\": {checksum:.12}}}",
        sample.len()
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    if let [names, path] = arguments.as_slice() {
        let text = std::fs::read_to_string(path).expect("a file of numbers");
        let sample: Vec<f64> = text.lines().filter_map(|line| line.parse().ok()).collect();
        names.split(',').for_each(|name| time(name, &sample));
        return;
    }
    let student = StudentT::new(3.5, 0.3, 1.7).expect("valid parameters");
    let stable = Stable::new(1.7, 0.2, 0.1, 1.3).expect("valid parameters");
    let inverse_gamma = InverseGamma::new(3.0, 2.0).expect("valid parameters");
    time("student_t", &drawn(&student, 100_000));
    for name in ["stable_mcculloch", "stable_characteristic", "stable_ml", "stable_skewed_ml"] {
        time(name, &drawn(&stable, 10_000));
    }
    for name in ["skew_t", "pearson_iv", "jones_faddy"] {
        time(name, &drawn(&student, 10_000));
    }
    time("inverse_gamma", &drawn(&inverse_gamma, 100_000));
}
