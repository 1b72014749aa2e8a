//! Calibration of the tests and intervals: `calibrate` replicates each under its hypothesis and
//! prints how often it rejected or covered; the exit status is 1 where the share lies outside the
//! bounds of [`Kind::bounds`]. An argument is a part of the names of the checks to make.
//!
//! Seeds and numbers were chosen before any result was known. A topic is a module with a list of
//! [`Check`]s, and a line in [`checks`].

mod check;
mod distance;
mod fit;
mod goodness;
mod tail;

use std::process::ExitCode;

use crate::check::{Check, Row};

/// Replicates of every check.
const REPLICATES: u64 = 4000;

/// All checks, in the order of the table.
fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    checks.extend(goodness::checks());
    checks.extend(tail::checks());
    checks.extend(fit::checks());
    checks.extend(distance::checks());
    checks
}

fn main() -> ExitCode {
    println!("| test or interval | nominal | share of {REPLICATES} | allowed |");
    println!("| :-- | --: | --: | :-- |");
    let mut all_pass = true;
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for check in checks().into_iter().filter(|check| check.name.contains(&wanted)) {
        let row = Row::new(&check, REPLICATES);
        all_pass &= row.passes(check.kind.bounds());
        println!("{}", row.line(check.kind.bounds()));
    }
    ExitCode::from(u8::from(!all_pass))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_few_replicates_are_near_their_nominal_values() {
        for check in checks() {
            let row = Row::new(&check, 200);
            let bounds = check.kind.bounds_of(200);
            assert!(row.passes(bounds), "{}", row.line(bounds));
        }
    }

    #[test]
    fn names_differ_and_so_do_the_seeds() {
        let checks = checks();
        for (i, check) in checks.iter().enumerate() {
            assert!(checks[..i].iter().all(|other| other.name != check.name));
        }
    }
}
