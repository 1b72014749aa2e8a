//! Seconds of the estimators of tails on a million magnitudes of a Student-t law with three degrees
//! of freedom; one JSON object a line: name, processor time (Linux only), a number that depends on
//! the result.

mod clock;

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_statistics::fit::generalised_pareto::fit;
use maruyama_statistics::fit::generalised_pareto_interval::xi_interval;
use maruyama_statistics::law::interface::Law;
use maruyama_statistics::law::student_t::StudentT;
use maruyama_statistics::tail::hill::Magnitudes;
use maruyama_statistics::tail::hill_plot::HillPlot;
use maruyama_statistics::tail::moment::{moment, pickands};
use maruyama_statistics::tail::power_law::{Distance, power_law};
use maruyama_statistics::tail::report::TailReport;

const N: usize = 1_000_000;
const K: usize = 10_000;

fn main() {
    let law = StudentT::new(3.0, 0.0, 1.0).expect("three degrees of freedom are a law");
    let mut stream = Stream::new(StreamKey(7), 0, Purpose::Bootstrap);
    let x: Vec<f64> = (0..N).map(|_| law.draw(&mut stream).abs()).collect();
    let top = |k: usize| Magnitudes::top(&x, k).expect("finite values");
    let excesses = |k: usize| -> Vec<f64> {
        let kept = top(k);
        let kept = kept.decreasing();
        kept[..k].iter().map(|x| x - kept[k]).collect()
    };
    report("hill_one_k", || {
        let hill = top(K).hill(K).expect("a tail");
        hill.alpha + hill.interval(0.95).high
    });
    report("hill_all_k", || {
        let plot = HillPlot::new(&top(100_000), 100_000, 0.95).expect("a tail");
        plot.alpha[K - 1] + plot.high[K - 1]
    });
    report("moment", || moment(&top(K), K).expect("a tail").xi);
    report("pickands", || pickands(&top(K), K).expect("a tail").xi);
    report("generalised_pareto", || fit(&excesses(K)).expect("a tail").xi);
    report("generalised_pareto_1e5", || fit(&excesses(100_000)).expect("a tail").xi);
    report("generalised_pareto_interval", || {
        let excesses = excesses(K);
        let fit = fit(&excesses).expect("a tail");
        xi_interval(&fit, &excesses, 0.95).expect("a tail").high
    });
    report("power_law_1e4", || {
        power_law(&x[..10_000], Distance::AtValues, 2).expect("a tail").alpha
    });
    report("power_law_1e6", || power_law(&x, Distance::AtValues, 2).expect("a tail").alpha);
    report("tail_report", || TailReport::new(&x, K).expect("a tail").threshold);
}

/// Prints the least processor time of `run`, and what it returns.
fn report(name: &str, run: impl FnMut() -> f64) {
    let (seconds, checksum) = clock::least(5, run);
    println!("{{\"name\": \"{name}\", \"seconds\": {seconds:.6}, \"checksum\": {checksum:?}}}");
}
