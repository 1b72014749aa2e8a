//! Adjusted p-values of a table of named tests.
//!
//! With `p_(1) <= ... <= p_(m)` and `c = 1 + 1/2 + ... + 1/m`:
//!
//! ```text
//! Holm:                 max_(j<=i) min(1, (m - j + 1) p_(j))
//! Benjamini-Hochberg:   min_(j>=i) min(1, m p_(j) / j)
//! Benjamini-Yekutieli:  min_(j>=i) min(1, c m p_(j) / j)
//! ```

use thiserror::Error;

/// One test of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedP {
    /// What was tested.
    pub name: String,
    /// Its p-value; `None` where the test could not be done.
    pub p: Option<f64>,
}

impl NamedP {
    /// The test `name` with the result `p`.
    #[must_use]
    pub fn new(name: impl Into<String>, p: f64) -> NamedP {
        NamedP { name: name.into(), p: Some(p) }
    }
}

/// What is controlled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Procedure {
    /// The probability of any false rejection, whatever the dependence of the tests.
    Holm,
    /// The expected share of false ones among the rejections, for independent or positively
    /// dependent tests.
    BenjaminiHochberg,
    /// The same, whatever the dependence.
    BenjaminiYekutieli,
}

/// A test with its adjusted p-value.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjusted {
    /// What was tested.
    pub name: String,
    /// The p-value as it was given.
    pub p: f64,
    /// The smallest level at which the procedure rejects this hypothesis.
    pub adjusted: f64,
}

/// Why a table cannot be adjusted.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MultiplicityError {
    /// The number of tests is part of the answer: a test left out would change it unnoticed.
    #[error("test {name:?} has no p-value")]
    Absent {
        /// The test.
        name: String,
    },
    /// A p-value is NaN or outside `[0, 1]`.
    #[error("p-value of test {name:?} is {p}, expected a number from 0 to 1")]
    NotAProbability {
        /// The test.
        name: String,
        /// Its p-value.
        p: f64,
    },
    /// Two tests have one name, so that one of them may have been counted twice.
    #[error("test {name:?} occurs twice")]
    Repeated {
        /// The name.
        name: String,
    },
}

/// The adjusted p-values of `tests`, in the order given; an empty table has none.
///
/// # Source
/// Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6, 1979;
/// Benjamini & Hochberg, "Controlling the false discovery rate", J. R. Statist. Soc. B 57, 1995;
/// Benjamini & Yekutieli, "The control of the false discovery rate in multiple testing under
/// dependency", Ann. Statist. 29, 2001, theorem 1.3.
///
/// # Errors
/// As [`MultiplicityError`] says.
pub fn adjust(tests: &[NamedP], procedure: Procedure) -> Result<Vec<Adjusted>, MultiplicityError> {
    let p = probabilities(tests)?;
    let m = p.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut adjusted = vec![0.0; m];
    match procedure {
        Procedure::Holm => {
            let mut largest = 0.0_f64;
            for (rank, index) in order.iter().enumerate() {
                largest = largest.max((m - rank) as f64 * p[*index]).min(1.0);
                adjusted[*index] = largest;
            }
        }
        Procedure::BenjaminiHochberg => step_up(&order, &p, 1.0, &mut adjusted),
        Procedure::BenjaminiYekutieli => {
            let harmonic: f64 = (1..=m).rev().map(|j| 1.0 / j as f64).sum();
            step_up(&order, &p, harmonic, &mut adjusted);
        }
    }
    let rows = tests.iter().zip(p).zip(adjusted);
    Ok(rows
        .map(|((test, p), adjusted)| Adjusted { name: test.name.clone(), p, adjusted })
        .collect())
}

/// The p-values, checked.
fn probabilities(tests: &[NamedP]) -> Result<Vec<f64>, MultiplicityError> {
    let mut names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(MultiplicityError::Repeated { name: pair[0].to_owned() });
    }
    let checked = tests.iter().map(|test| match test.p {
        None => Err(MultiplicityError::Absent { name: test.name.clone() }),
        Some(p) if (0.0..=1.0).contains(&p) => Ok(p),
        Some(p) => Err(MultiplicityError::NotAProbability { name: test.name.clone(), p }),
    });
    checked.collect()
}

fn step_up(order: &[usize], p: &[f64], factor: f64, adjusted: &mut [f64]) {
    let m = order.len() as f64;
    let mut smallest = 1.0_f64;
    for (rank, index) in order.iter().enumerate().rev() {
        smallest = smallest.min(factor * m * p[*index] / (rank + 1) as f64);
        adjusted[*index] = smallest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(p: &[f64]) -> Vec<NamedP> {
        p.iter().enumerate().map(|(i, p)| NamedP::new(format!("test {i}"), *p)).collect()
    }

    fn values(p: &[f64], procedure: Procedure) -> Vec<f64> {
        adjust(&table(p), procedure).unwrap().iter().map(|row| row.adjusted).collect()
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-15, "{found:?} against {expected:?}");
        }
    }

    #[test]
    fn four_tests_by_hand() {
        let p = [0.01, 0.04, 0.03, 0.005];
        close(&values(&p, Procedure::Holm), &[0.03, 0.06, 0.06, 0.02]);
        close(&values(&p, Procedure::BenjaminiHochberg), &[0.02, 0.04, 0.04, 0.02]);
        let c = 25.0 / 12.0;
        close(
            &values(&p, Procedure::BenjaminiYekutieli),
            &[0.02 * c, 0.04 * c, 0.04 * c, 0.02 * c],
        );
    }

    #[test]
    fn extremes_stay_probabilities() {
        for procedure in
            [Procedure::Holm, Procedure::BenjaminiHochberg, Procedure::BenjaminiYekutieli]
        {
            assert_eq!(values(&[], procedure), []);
            assert_eq!(values(&[0.3], procedure), [0.3]);
            close(&values(&[0.0, 1.0, 1.0], procedure)[..1], &[0.0]);
            assert_eq!(values(&[0.9, 1.0, 1.0], procedure)[1..], [1.0, 1.0]);
        }
    }

    #[test]
    fn adjusted_values_keep_the_order_and_are_not_smaller() {
        let p: Vec<f64> = (0..50_u32).map(|i| f64::from(i * 37 % 50) / 300.0).collect();
        for procedure in
            [Procedure::Holm, Procedure::BenjaminiHochberg, Procedure::BenjaminiYekutieli]
        {
            let adjusted = values(&p, procedure);
            for i in 0..50 {
                assert!(adjusted[i] >= p[i]);
                for j in 0..50 {
                    assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
                }
            }
        }
    }

    #[test]
    fn broken_tables_are_named() {
        let run = |tests: &[NamedP]| adjust(tests, Procedure::Holm).unwrap_err();
        let absent = NamedP { name: "b".to_owned(), p: None };
        let tests = [NamedP::new("a", 0.1), absent];
        assert_eq!(run(&tests), MultiplicityError::Absent { name: "b".to_owned() });
        for p in [f64::NAN, -0.1, 1.5] {
            let error = run(&[NamedP::new("a", p)]);
            assert!(matches!(error, MultiplicityError::NotAProbability { .. }), "{error}");
        }
        let twice = [NamedP::new("a", 0.1), NamedP::new("a", 0.2)];
        assert_eq!(run(&twice), MultiplicityError::Repeated { name: "a".to_owned() });
    }
}
