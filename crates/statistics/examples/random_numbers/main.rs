//! Quality of the random numbers: `random_numbers` prints a table of tests of 10⁹ normals and of
//! 10⁸ of whatever else is drawn; `--normals KEY` tests 10⁹ normals under other keys, and
//! `--words ORDER [KEY]` writes raw words for other programs.
//!
//! Seeds and tests were chosen before any result was known. With m p-values, all correct, the
//! probability that one is below [`SMALLEST`] is at most m times that, whatever their dependence:
//! below 1 % for the table. Such a p-value makes the exit status 1.

mod batch;
mod discrete;
mod draw;
mod finding;
mod law;
mod marginal;
mod pairs;
mod words;

use std::io::ErrorKind;
use std::process::ExitCode;

use crate::finding::Finding;
use crate::words::Order;

/// A p-value below it is a failure.
const SMALLEST: f64 = 1e-4;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let findings = match arguments.as_slice() {
        [] => findings(1000),
        ["--normals", key] => match key.parse() {
            Ok(key) => marginal::findings(key, 1000),
            Err(_) => return usage(),
        },
        ["--words", order] => return words(order, "1"),
        ["--words", order, key] => return words(order, key),
        _ => return usage(),
    };
    println!("| draws | number | statistic | law | p |\n| :-- | --: | :-- | :-- | --: |");
    for finding in &findings {
        println!("{}", finding.line());
    }
    let smallest = findings.iter().map(|finding| finding.p).fold(1.0, f64::min);
    let n = findings.len();
    println!("\n{n} p-values; the smallest is {smallest:.2e}, and below {SMALLEST:e} would fail.");
    let all_pass = findings.iter().all(|finding| finding.p >= SMALLEST);
    ExitCode::from(u8::from(!all_pass))
}

fn usage() -> ExitCode {
    eprintln!("expected nothing, --normals KEY, or --words chain|chains|keys|first [KEY]");
    ExitCode::from(2)
}

fn words(order: &str, key: &str) -> ExitCode {
    let (Some(order), Ok(key)) = (Order::new(order), key.parse()) else { return usage() };
    match words::write(order, key) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("words cannot be written: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Tests of `scale` times 10⁶ normals, and a tenth of it of whatever else.
fn findings(scale: u64) -> Vec<Finding> {
    let mut findings = marginal::findings(0, scale);
    findings.extend(pairs::findings(scale.div_ceil(10)));
    findings.extend(discrete::findings(scale.div_ceil(10)));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_million_draws_are_what_they_claim_to_be() {
        for finding in findings(10) {
            assert!(finding.p >= SMALLEST, "{}", finding.line());
        }
    }
}
