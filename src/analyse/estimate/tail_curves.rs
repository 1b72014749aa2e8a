//! Curves of a tail: Hill's estimates over the number of extremes, and the survival function.

use std::collections::BTreeMap;

use maruyama_dynamics::real;
use maruyama_statistics::tail::ccdf::{Exceedance, survival};
use maruyama_statistics::tail::hill::Magnitudes;
use maruyama_statistics::tail::hill_plot::HillPlot;
use maruyama_statistics::tail::power_law::PowerLaw;

use crate::analyse::estimator::AnalysisError;
use crate::analyse::outcome::Curve;

/// Curves by their names.
type Curves = BTreeMap<String, Curve>;

/// Points of a curve, about.
const POINTS: usize = 300;

/// `hill`, `hill low` and `hill high` over k up to half the sample; `survival`, `survival low` and
/// `survival high` of the magnitudes `z`; and `power law`, where there is one.
///
/// # Errors
/// If the magnitudes have no Hill plot.
pub(crate) fn curves(
    z: &[f64],
    magnitudes: &Magnitudes,
    law: Option<&PowerLaw>,
    level: f64,
) -> Result<Curves, AnalysisError> {
    let mut curves = hill(magnitudes, level)?;
    curves.extend(survivals(z, level)?);
    if let Some(law) = law {
        let largest = magnitudes.decreasing()[0];
        curves.insert("power law".to_owned(), straight(law, largest));
    }
    Ok(curves)
}

fn hill(magnitudes: &Magnitudes, level: f64) -> Result<Curves, AnalysisError> {
    let last = (magnitudes.n() / 2).max(1);
    let plot = HillPlot::new(magnitudes, last, level).map_err(AnalysisError::statistic)?;
    let kept = spaced(plot.alpha.len());
    let k: Vec<f64> = kept.iter().map(|idx| (plot.first_k + idx) as f64).collect();
    let curve =
        |values: &[f64]| Curve { x: k.clone(), y: kept.iter().map(|idx| values[*idx]).collect() };
    Ok(Curves::from([
        ("hill".to_owned(), curve(&plot.alpha)),
        ("hill low".to_owned(), curve(&plot.low)),
        ("hill high".to_owned(), curve(&plot.high)),
    ]))
}

/// `survival`, `survival low` and `survival high` of the magnitudes `z`.
///
/// # Errors
/// If there are none.
pub(crate) fn survivals(z: &[f64], level: f64) -> Result<Curves, AnalysisError> {
    let mut points = survival(z).map_err(AnalysisError::statistic)?;
    // From the largest value down, so that spacing is by rank in the tail.
    points.reverse();
    let kept: Vec<Exceedance> =
        spaced(points.len()).into_iter().rev().map(|idx| points[idx]).collect();
    let x: Vec<f64> = kept.iter().map(|point| point.x).collect();
    let y = kept.iter().map(Exceedance::probability).collect();
    let intervals: Vec<_> = kept.iter().map(|point| point.interval(level)).collect();
    let low = intervals.iter().map(|interval| interval.low).collect();
    let high = intervals.iter().map(|interval| interval.high).collect();
    Ok(Curves::from([
        ("survival".to_owned(), Curve { x: x.clone(), y }),
        ("survival low".to_owned(), Curve { x: x.clone(), y: low }),
        ("survival high".to_owned(), Curve { x, y: high }),
    ]))
}

/// The power law between its threshold and the largest value.
fn straight(law: &PowerLaw, largest: f64) -> Curve {
    let share = law.n_tail as f64 / law.n as f64;
    let end = share * real::exp(-law.alpha * real::ln(largest / law.x_min));
    Curve { x: vec![law.x_min, largest], y: vec![share, end] }
}

/// Places from 0 to `n - 1`, about equally spaced in the logarithm of their number.
fn spaced(n: usize) -> Vec<usize> {
    if n <= POINTS {
        return (0..n).collect();
    }
    let step = real::ln(n as f64) / (POINTS - 1) as f64;
    let mut places: Vec<usize> = (0..POINTS)
        .map(|i| (real::exp(step * i as f64) as usize).clamp(1, n) - 1)
        .chain([n - 1])
        .collect();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use maruyama_statistics::tail::power_law::{Distance, power_law};

    use super::*;

    #[test]
    fn places_cover_all_and_grow() {
        assert_eq!(spaced(3), [0, 1, 2]);
        let places = spaced(100_000);
        assert_eq!((places[0], places[places.len() - 1]), (0, 99_999));
        assert!(places.windows(2).all(|pair| pair[0] < pair[1]) && places.len() <= POINTS + 1);
    }

    #[test]
    fn a_pareto_grid_is_straight_and_of_its_index() {
        let n = 2000.0;
        let z: Vec<f64> =
            (0..2000).map(|i| real::pow((f64::from(i) + 0.5) / n, -1.0 / 3.0)).collect();
        let magnitudes = Magnitudes::new(&z).unwrap();
        let law = power_law(&z, Distance::Supremum, 50).unwrap();
        let curves = curves(&z, &magnitudes, Some(&law), 0.95).unwrap();
        assert_eq!(curves.len(), 7);
        let hill = &curves["hill"];
        let last = hill.y.len() - 1;
        assert_eq!(hill.x[last], 1000.0);
        // Standard error 3 / sqrt(1000) of a sample; a grid is nearer.
        assert!((hill.y[last] - 3.0).abs() < 0.1, "{}", hill.y[last]);
        assert!(curves["hill low"].y[last] < 3.0 && 3.0 < curves["hill high"].y[last]);
        let survival = &curves["survival"];
        for (x, y) in survival.x.iter().zip(&survival.y) {
            // P(Z > z) = z^-3 on the grid, within half a step.
            assert!((y - 1.0 / (x * x * x)).abs() < 1.0 / n, "{x} {y}");
        }
        let line = &curves["power law"];
        assert!((line.y[0] - 1.0 / (line.x[0] * line.x[0] * line.x[0])).abs() < 2.0 / n);
    }
}
