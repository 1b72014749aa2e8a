//! Seconds of the two-sample statistics, as lines of JSON: name, least processor time, and a checksum.

mod clock;

use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_statistics::goodness::kolmogorov;
use maruyama_statistics::goodness::pair::Pair;
use maruyama_statistics::goodness::pair_test::{Method, Side};
use maruyama_statistics::law::Law;
use maruyama_statistics::law::student_t::StudentT;
use maruyama_statistics::series::correlation_time::{Window, correlation_time};

fn main() {
    let draw = |nu: f64, chain| -> Vec<f64> {
        let law = StudentT::new(nu, 0.0, 1.0).expect("a Student-t law");
        let mut stream = Stream::new(StreamKey(4), chain, Purpose::Start);
        (0..1_000_000).map(|_| law.draw(&mut stream)).collect()
    };
    let (x, y) = (draw(4.0, 0), draw(4.05, 1));
    let new = || Pair::new(&x, &y).expect("finite values");
    let pair = new();
    line("ks2_million", || new().kolmogorov_smirnov(Side::Both).statistic);
    line("ks2_million_sort", || new().sizes().0 as f64);
    line("ks2_million_merge", || pair.gaps().plus as f64);
    line("cvm2_million_merge", || pair.cramer_von_mises_statistic());
    let small = Pair::new(&x[..10_000], &y[..10_000]).expect("finite values");
    line("ks2_exact_1e8", || small.kolmogorov_smirnov_by(Side::Both, Method::Exact).p);
    line("ks2_exact_1e8_one_side", || small.kolmogorov_smirnov_by(Side::Above, Method::Exact).p);
    line("ks1_p_1e3", || kolmogorov::p_value(1000, 0.03));
    line("ks1_p_2e4", || kolmogorov::p_value(20_000, 0.008));
    line("ks1_p_1e5", || kolmogorov::p_value(100_000, 0.003));
    line("ks1_p_1e5_tail", || kolmogorov::p_value(100_000, 0.03));
    line("correlation_time_million", || {
        correlation_time(&x, Window::Geyer).map_or(0.0, |found| found.tau)
    });
}

fn line(name: &str, f: impl Fn() -> f64) {
    let (seconds, checksum) = clock::least(5, f);
    println!("{{\"name\": \"{name}\", \"seconds\": {seconds:e}, \"checksum\": {checksum:e}}}");
}
