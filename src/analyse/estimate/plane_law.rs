//! The estimator `plane_law`: simulated Langevin dynamics in the plane beside the Fokker–Planck
//! equation and the Gibbs law.
//!
//! ```text
//! X² = sum_i (n_i − n p_i)²/(n p_i),   z = [(X²/k)^(1/3) − (1 − 2/(9k))]/√(2/(9k))
//! total variation = ½ sum_i |n_i/n − p_i|,   E of it for a sample of p: ½ sum_i √(2 p_i (1 − p_i)/(π n))
//! ```

mod plane_potential;

use maruyama_dynamics::parameter::{
    Default, Kind, Lookup as _, Parameter, Parameters, Part, Violation,
};
use maruyama_dynamics::real;
use maruyama_theory::langevin::fokker_planck::{Grid, PlaneEquation};

use crate::analyse::cell::start::start;
use crate::analyse::estimate::plane_law::plane_potential::{PlanePotential, grid, start_density};
use crate::analyse::estimator::{AnalysisError, Estimator, Input};
use crate::analyse::outcome::{CellOutcome, Row, Scalar};

/// Fewest chains.
const FEWEST: usize = 8;
/// Least expected number in a cell of the test; others are taken together.
const LEAST_EXPECTED: f64 = 5.0;

const PART: Part = Part {
    name: "plane_law",
    doc: "The last recorded points of Langevin dynamics with two parameters (observable `x`) beside the \
          Fokker–Planck equation at that time, solved by finite volumes from the start of the cell, and beside the Gibbs law e^{−f/T}/Z. Points are counted in equal \
          rectangles. One row a cell; with `rows: rectangles` one row a rectangle, for the plot \
          `heat_map`.",
    parameters: &[
        Parameter {
            name: "rows",
            doc: "`law` is one row a cell, `rectangles` one a rectangle.",
            unit: "",
            kind: Kind::Choice(&["law", "rectangles"]),
            default: Default::Text("law"),
        },
        Parameter {
            name: "side",
            doc: "Rectangles along a side of the region; a divisor of `cells`.",
            unit: "",
            kind: Kind::Integer { min: 2, max: 100 },
            default: Default::Integer(15),
        },
        Parameter {
            name: "cells",
            doc: "Finite volumes along a side: their fourth power is the number of operations, and \
                  16 times their cube that of bytes.",
            unit: "",
            kind: Kind::Integer { min: 2, max: 400 },
            default: Default::Integer(120),
        },
        Parameter {
            name: "time_steps",
            doc: "Implicit steps of the equation, whose error is of first order in their length.",
            unit: "",
            kind: Kind::Integer { min: 1, max: 1_000_000 },
            default: Default::Integer(400),
        },
    ],
    source: file!(),
};

/// Laws in the plane beside simulations.
pub(crate) struct PlaneLaw;

impl Estimator for PlaneLaw {
    fn part(&self) -> &'static Part {
        &PART
    }

    fn columns(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("time", "t = dt · step"),
            ("n", "size of the sample"),
            ("n_diverged", "chains that diverged and are not in it"),
            (
                "tv_equation",
                "total variation between the sample and the equation, on the rectangles",
            ),
            ("tv_gibbs", "the same with the Gibbs law"),
            ("tv_laws", "the same between the equation and the Gibbs law"),
            ("tv_noise", "expected total variation between a sample of that size and its law"),
            (
                "z_equation",
                "score of Pearson's X² of the sample against the equation, standard normal if it holds",
            ),
            ("z_gibbs", "the same against the Gibbs law"),
            ("x", "middle of the rectangle along the first parameter"),
            ("y", "the same along the second"),
            ("simulated", "simulated density in the rectangle"),
            ("equation", "density of the Fokker–Planck equation"),
            ("gibbs", "density of the Gibbs law"),
        ]
    }

    fn observables(&self, _: &Parameters) -> Vec<String> {
        vec!["x".to_owned()]
    }

    fn check(&self, parameters: &Parameters) -> Option<Violation> {
        let (side, cells) = (parameters.count("side"), parameters.count("cells"));
        (cells % side != 0).then(|| Violation {
            parameter: "side",
            message: format!("{side} does not divide `cells`, {cells}"),
            remedy: "take a divisor of it".to_owned(),
        })
    }

    fn estimate(
        &self,
        input: &Input<'_>,
        parameters: &Parameters,
    ) -> Result<CellOutcome, AnalysisError> {
        let potential = PlanePotential::of(input)?;
        let temperature = input.parameters.real("temperature");
        let sample = input.vectors("x", FEWEST)?;
        let time = input.parameters.real("dt") * input.sample("x_0", FEWEST)?.step as f64;
        let from = start(input.parameters)?;
        let [x, y] = potential.range(temperature, from)?;
        let n_cells = parameters.count("cells") as usize;
        let laws = Laws::new(&potential, temperature, [grid(x, n_cells)?, grid(y, n_cells)?]);
        let n_steps = parameters.count("time_steps") as usize;
        let density = laws.evolved(&potential, temperature, (time, n_steps), from)?;
        let side = parameters.count("side") as usize;
        let (equation, gibbs) = (laws.gathered(&density, side), laws.gathered(&laws.gibbs, side));
        let counts = laws.counts(&sample.values, side);
        let mut rows = if parameters.text("rows") == "rectangles" {
            laws.rectangles(&counts, sample.values.len(), (&equation, &gibbs))
        } else {
            let n = sample.values.len();
            let mut row = law_row(&counts, n, (&equation, &gibbs));
            row.insert("n".to_owned(), Scalar::count(n));
            row.insert("n_diverged".to_owned(), Scalar::count(sample.n_diverged));
            vec![row]
        };
        for row in &mut rows {
            row.insert("time".to_owned(), Scalar::number(time));
        }
        Ok(CellOutcome { rows, ..CellOutcome::default() })
    }
}

/// Two grids, and the Gibbs law on them.
struct Laws {
    grids: [Grid; 2],
    /// Density at the nodes, `[n_x n_y]`.
    gibbs: Vec<f64>,
}

impl Laws {
    fn new(potential: &PlanePotential, temperature: f64, grids: [Grid; 2]) -> Laws {
        let nodes = |axis: usize| grids[axis].nodes();
        let energies: Vec<f64> = nodes(0)
            .iter()
            .flat_map(|x| nodes(1).iter().map(|y| potential.at(*x, *y) / temperature))
            .collect();
        let floor = energies.iter().copied().fold(f64::INFINITY, f64::min);
        let weights: Vec<f64> = energies.iter().map(|energy| real::exp(floor - energy)).collect();
        let laws = Laws { grids, gibbs: weights };
        let total = laws.area() * real::sum(&laws.gibbs);
        Laws { gibbs: laws.gibbs.iter().map(|weight| weight / total).collect(), ..laws }
    }

    /// Area of a cell.
    fn area(&self) -> f64 {
        self.grids[0].widths()[0] * self.grids[1].widths()[0]
    }

    /// The density of the equation after `time`, `[n_x n_y]`.
    fn evolved(
        &self,
        potential: &PlanePotential,
        temperature: f64,
        (time, n_steps): (f64, usize),
        from: (f64, f64),
    ) -> Result<Vec<f64>, AnalysisError> {
        let [x, y] = &self.grids;
        let density = start_density([x, y], from)?;
        let step = time / n_steps as f64;
        PlaneEquation::langevin(x, y, |x, y| potential.at(x, y), temperature, step)
            .and_then(|equation| equation.advance(&density, n_steps))
            .map_err(AnalysisError::statistic)
    }

    /// Masses of `side²` rectangles of a density at the nodes.
    fn gathered(&self, density: &[f64], side: usize) -> Vec<f64> {
        let (n_cells, area) = (self.grids[1].n_cells(), self.area());
        let per = n_cells / side;
        let mut masses = vec![0.0; side * side];
        for (place, p) in density.iter().enumerate() {
            masses[place / n_cells / per * side + place % n_cells / per] += area * p;
        }
        masses
    }

    /// Points in each of `side²` rectangles.
    fn counts(&self, points: &[Vec<f64>], side: usize) -> Vec<usize> {
        let place = |axis: usize, value: f64| {
            let edges = self.grids[axis].edges();
            let above = edges.partition_point(|edge| *edge <= value);
            (above > 0 && above < edges.len()).then(|| (above - 1) / (edges.len() / side))
        };
        let mut counts = vec![0; side * side];
        for point in points {
            if let Some((i, j)) = place(0, point[0]).zip(place(1, point[1])) {
                counts[i * side + j] += 1;
            }
        }
        counts
    }

    /// Densities in the rectangles.
    fn rectangles(
        &self,
        counts: &[usize],
        n: usize,
        (equation, gibbs): (&[f64], &[f64]),
    ) -> Vec<Row> {
        let side = (counts.len() as f64).sqrt() as usize;
        let per = self.grids[0].n_cells() / side;
        let area = self.area() * (per * per) as f64;
        let middle = |axis: usize, i: usize| {
            let edges = self.grids[axis].edges();
            Scalar::number(f64::midpoint(edges[i * per], edges[(i + 1) * per]))
        };
        let row = |place: usize| {
            Row::from(
                [
                    ("x", middle(0, place / side)),
                    ("y", middle(1, place % side)),
                    ("simulated", Scalar::number(counts[place] as f64 / (n as f64 * area))),
                    ("equation", Scalar::number(equation[place] / area)),
                    ("gibbs", Scalar::number(gibbs[place] / area)),
                ]
                .map(|(name, value)| (name.to_owned(), value)),
            )
        };
        (0..counts.len()).map(row).collect()
    }
}

/// Distances and tests of a sample of size `n`.
fn law_row(counts: &[usize], n: usize, (equation, gibbs): (&[f64], &[f64])) -> Row {
    let shares: Vec<f64> = counts.iter().map(|count| *count as f64 / n as f64).collect();
    Row::from(
        [
            ("tv_equation", Scalar::number(total_variation(&shares, equation))),
            ("tv_gibbs", Scalar::number(total_variation(&shares, gibbs))),
            ("tv_laws", Scalar::number(total_variation(equation, gibbs))),
            ("tv_noise", Scalar::number(sampling_distance(equation, n))),
            ("z_equation", Scalar::optional(score(counts, n, equation))),
            ("z_gibbs", Scalar::optional(score(counts, n, gibbs))),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// Half the sum of differences, with that of the mass outside.
fn total_variation(p: &[f64], q: &[f64]) -> f64 {
    let terms: Vec<f64> = p.iter().zip(q).map(|(p, q)| (p - q).abs()).collect();
    0.5 * (real::sum(&terms) + (real::sum(p) - real::sum(q)).abs())
}

/// Expected total variation between `p` and a sample of size `n` of it.
fn sampling_distance(p: &[f64], n: usize) -> f64 {
    let term = |p: &f64| (2.0 * p * (1.0 - p).max(0.0) / (std::f64::consts::PI * n as f64)).sqrt();
    0.5 * real::sum(&p.iter().map(term).collect::<Vec<f64>>())
}

/// The score of Pearson's X², nearly standard normal if the points have the law `p`; what is expected
/// to hold fewer than five points counts as one rectangle, with all that is outside.
///
/// # Source
/// Wilson & Hilferty, Proc. Natl. Acad. Sci. 17, 1931.
fn score(counts: &[usize], n: usize, p: &[f64]) -> Option<f64> {
    let total = n as f64;
    let (mut square, mut n_groups) = (Vec::new(), 0.0);
    let (mut rest, mut rest_expected) = (total, total);
    for (count, p) in counts.iter().zip(p) {
        let (found, expected) = (*count as f64, total * p);
        if expected >= LEAST_EXPECTED {
            square.push((found - expected) * (found - expected) / expected);
            n_groups += 1.0;
            rest -= found;
            rest_expected -= expected;
        }
    }
    if rest_expected >= LEAST_EXPECTED {
        square.push((rest - rest_expected) * (rest - rest_expected) / rest_expected);
        n_groups += 1.0;
    }
    let freedom = n_groups - 1.0;
    if freedom < 1.0 {
        return None;
    }
    let spread = 2.0 / (9.0 * freedom);
    Some((real::cbrt(real::sum(&square) / freedom) - (1.0 - spread)) / spread.sqrt())
}

#[cfg(test)]
mod tests {
    use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};

    use super::*;

    #[test]
    fn distances_count_what_is_outside() {
        assert!((total_variation(&[0.5, 0.3], &[0.5, 0.5]) - 0.2).abs() < 1e-15);
        assert_eq!(total_variation(&[0.25; 4], &[0.25; 4]), 0.0);
        // Two cells of one half: ½ · 2 √(2/4/(π n)).
        let expected = (0.5 / (std::f64::consts::PI * 100.0)).sqrt();
        assert!((sampling_distance(&[0.5, 0.5], 100) - expected).abs() < 1e-15);
    }

    /// Scores of samples of the law have the mean 0 and the variance 1, of another law they are large.
    #[test]
    fn scores_are_standard_normal() {
        let p = [0.3, 0.25, 0.2, 0.15, 0.07, 0.02, 0.009, 0.001];
        let mut stream = Stream::new(StreamKey(3), 0, Purpose::Bootstrap);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..400 {
            let mut counts = [0; 8];
            for _ in 0..1000 {
                let u = stream.uniform();
                let mut below = 0.0;
                let place = p.iter().position(|p| {
                    below += p;
                    u < below
                });
                counts[place.unwrap_or(7)] += 1;
            }
            let z = score(&counts, 1000, &p).unwrap();
            sum += z;
            squares += z * z;
            assert!(score(&counts, 1000, &[0.125; 8]).unwrap() > 5.0);
        }
        assert!((sum / 400.0).abs() < 4.5 / 20.0, "{}", sum / 400.0);
        assert!((squares / 400.0 - 1.0).abs() < 4.5 * f64::sqrt(2.0 / 400.0), "{squares}");
        assert_eq!(score(&[3, 1], 4, &[0.5, 0.5]), None);
    }
}
