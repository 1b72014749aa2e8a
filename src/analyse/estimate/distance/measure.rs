//! Distances between two samples of points.

use maruyama_dynamics::linear_algebra::Matrix;
use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::real;
use maruyama_statistics::distance::energy::{energy, energy_on_line};
use maruyama_statistics::distance::error::DistanceError;
use maruyama_statistics::distance::gaussian::gelbrich_squared;
use maruyama_statistics::distance::line::wasserstein;
use maruyama_statistics::distance::mmd::{median_bandwidth, mmd};
use maruyama_statistics::distance::points::Points;
use maruyama_statistics::distance::sliced::{draw_directions, sliced_wasserstein};
use maruyama_statistics::distance::transport::cost::{Cost, Ground};
use maruyama_statistics::distance::transport::exact::wasserstein_in_space;
use maruyama_statistics::distance::transport::sinkhorn::{SinkhornSettings, sinkhorn_divergence};

/// Names of the measures, in the order of documentation; their places number random streams.
pub(crate) const MEASURES: &[&str] = &[
    "wasserstein_1",
    "wasserstein_2",
    "wasserstein_p",
    "energy",
    "sliced",
    "gelbrich",
    "transport",
    "sinkhorn",
    "mmd",
];

/// Measures of one observable alone.
pub(crate) const ON_THE_LINE: &[&str] = &["wasserstein_1", "wasserstein_2", "wasserstein_p"];

/// A way to measure how far two samples are apart.
pub(crate) enum Measure {
    /// `W_p` on the line.
    Line {
        /// The order `p`.
        order: f64,
    },
    /// The energy distance.
    Energy,
    /// The sliced `SW_p`.
    Sliced {
        /// The order `p`.
        order: f64,
        /// Directions, `[k, d]`.
        directions: Vec<f64>,
    },
    /// The Gelbrich distance: `W_2` of the normal laws with the same means and covariances.
    Gelbrich,
    /// Exact `W_2` in space.
    Transport,
    /// The root of the Sinkhorn divergence of squared distances.
    Sinkhorn {
        /// Regularisation, in units of the squared distance.
        epsilon: f64,
    },
    /// The root of the biased squared mean discrepancy with a Gaussian kernel.
    Discrepancy {
        /// Width of the kernel, in units of the observables.
        bandwidth: f64,
    },
}

/// What a manifest says of measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Order of `wasserstein_p` and `sliced`.
    pub(crate) order: f64,
    /// Number of directions of `sliced`.
    pub(crate) directions: usize,
    /// Regularisation over the mean squared distance between the samples.
    pub(crate) epsilon: f64,
}

/// A distance, and what is known of the error of its computation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measured {
    /// The distance, in units of the observables; in the root of them for the energy distance, and
    /// without unit for the mean discrepancy.
    pub(crate) distance: f64,
    /// Standard error over directions, of `sliced`.
    pub(crate) direction_error: Option<f64>,
    /// Largest marginal error of the plans, of `sinkhorn`.
    pub(crate) marginal_error: Option<f64>,
    /// Width of the kernel, of `mmd`.
    pub(crate) bandwidth: Option<f64>,
}

impl Measure {
    /// The measure called `name` for the samples `x` and `y`.
    ///
    /// # Errors
    /// If a cost between the points overflows, which `sinkhorn` needs, or more than half of the points
    /// are one, so that `mmd` has no width.
    pub(crate) fn new(
        name: &str,
        settings: Settings,
        (x, y): (&Points, &Points),
        key: StreamKey,
    ) -> Result<Measure, DistanceError> {
        let order = settings.order;
        Ok(match name {
            "wasserstein_1" => Measure::Line { order: 1.0 },
            "wasserstein_2" => Measure::Line { order: 2.0 },
            "wasserstein_p" => Measure::Line { order },
            "energy" => Measure::Energy,
            "sliced" => {
                let stream = &mut Stream::new(key.derive(DIRECTIONS), 0, Purpose::Bootstrap);
                let directions = draw_directions(settings.directions, x.dim(), stream);
                Measure::Sliced { order, directions }
            }
            "gelbrich" => Measure::Gelbrich,
            "transport" => Measure::Transport,
            "mmd" => Measure::Discrepancy { bandwidth: median_bandwidth(x, y)? },
            _ => {
                let mean = Cost::between(x, y, Ground::SquaredEuclidean)?.mean();
                // Where all points are one, any regularisation gives zero.
                let unit = if mean > 0.0 { mean } else { 1.0 };
                Measure::Sinkhorn { epsilon: settings.epsilon * unit }
            }
        })
    }

    /// The distance between two samples.
    ///
    /// # Errors
    /// If it overflows, or a method does not settle.
    pub(crate) fn between(&self, x: &Points, y: &Points) -> Result<Measured, DistanceError> {
        let plain = |distance: f64| Measured {
            distance,
            direction_error: None,
            marginal_error: None,
            bandwidth: None,
        };
        Ok(match self {
            Measure::Line { order } => {
                plain(wasserstein(x.coordinates(), y.coordinates(), *order)?)
            }
            Measure::Energy if x.dim() == 1 => {
                plain(energy_on_line(x.coordinates(), y.coordinates())?)
            }
            Measure::Energy => plain(energy(x, y)?),
            Measure::Sliced { order, directions } => {
                let sliced = sliced_wasserstein(x, y, directions, *order)?;
                let direction_error = Some(sliced.standard_error);
                Measured { direction_error, ..plain(sliced.distance) }
            }
            Measure::Gelbrich => {
                let ((a, s), (b, t)) = (moments(x), moments(y));
                plain(gelbrich_squared([&a, &b], [&s, &t])?.max(0.0).sqrt())
            }
            Measure::Transport => plain(wasserstein_in_space(x, y, Ground::SquaredEuclidean)?),
            Measure::Sinkhorn { epsilon } => {
                let settings =
                    SinkhornSettings { epsilon: *epsilon, max_iterations: 1000, tolerance: 1e-6 };
                let (divergence, error) =
                    sinkhorn_divergence(x, y, Ground::SquaredEuclidean, settings)?;
                Measured { marginal_error: Some(error), ..plain(divergence.max(0.0).sqrt()) }
            }
            Measure::Discrepancy { bandwidth } => Measured {
                bandwidth: Some(*bandwidth),
                ..plain(mmd(x, y, *bandwidth)?.biased.sqrt())
            },
        })
    }
}

/// Part of the key that draws directions.
const DIRECTIONS: u64 = 2;

/// The points that the measure called `name` looks at: the first `most` if it compares all pairs, and
/// all otherwise. Chains are exchangeable.
///
/// # Errors
/// If there is no point.
pub(crate) fn looked_at<'a>(
    name: &str,
    points: Points<'a>,
    most: usize,
) -> Result<Points<'a>, DistanceError> {
    let compares_pairs = match name {
        "energy" => points.dim() > 1,
        name => ["transport", "sinkhorn", "mmd"].contains(&name),
    };
    let n = if compares_pairs { points.n().min(most) } else { points.n() };
    Points::new(&points.coordinates()[..n * points.dim()], points.dim())
}

/// Mean `[d]` and covariance `[d, d]`, with divisor `n - 1`.
fn moments(points: &Points) -> (Vec<f64>, Matrix) {
    let (n, dim) = (points.n() as f64, points.dim());
    let columns: Vec<Vec<f64>> = (0..dim)
        .map(|k| points.coordinates().iter().skip(k).step_by(dim).copied().collect())
        .collect();
    let means: Vec<f64> = columns.iter().map(|column| real::sum(column) / n).collect();
    let centred: Vec<Vec<f64>> = columns
        .iter()
        .zip(&means)
        .map(|(column, mean)| column.iter().map(|x| x - mean).collect())
        .collect();
    let entry = |(a, b): (&Vec<f64>, &Vec<f64>)| real::dot(a, b) / (n - 1.0);
    let entries = centred.iter().flat_map(|a| centred.iter().map(move |b| (a, b))).map(entry);
    (means, Matrix::new(dim, dim, entries.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings { order: 3.0, directions: 64, epsilon: 0.01 };

    fn normals(chain: u64, n: usize, shift: [f64; 2]) -> Vec<f64> {
        let mut values = vec![0.0; 2 * n];
        Stream::new(StreamKey(7), chain, Purpose::Start).fill_normals(&mut values);
        values.iter_mut().enumerate().for_each(|(i, x)| *x += shift[i % 2]);
        values
    }

    fn measured(name: &str, x: &Points, y: &Points) -> Measured {
        let measure = Measure::new(name, SETTINGS, (x, y), StreamKey(1)).unwrap();
        measure.between(x, y).unwrap()
    }

    #[test]
    fn a_shift_of_a_sample_is_its_distance() {
        let x = normals(0, 40, [0.0; 2]);
        let y: Vec<f64> = x.chunks(2).flat_map(|p| [p[0] + 3.0, p[1] - 4.0]).collect();
        let (px, py) = (Points::new(&x, 2).unwrap(), Points::new(&y, 2).unwrap());
        for name in ["gelbrich", "transport"] {
            let found = measured(name, &px, &py).distance;
            assert!((found - 5.0).abs() < 1e-12, "{name}: {found}");
        }
        let sinkhorn = measured("sinkhorn", &px, &py);
        assert!((sinkhorn.distance - 5.0).abs() < 1e-6, "{sinkhorn:?}");
        assert!(sinkhorn.marginal_error.unwrap() < 1e-6);
        // A shift s moves projections by |theta . s|: E|cos|^3 = 4 / (3 pi) in the plane.
        let sliced = measured("sliced", &px, &py);
        let expected = 5.0 * real::pow(4.0 / (3.0 * std::f64::consts::PI), 1.0 / 3.0);
        assert!((sliced.distance - expected).abs() < 4.0 * sliced.direction_error.unwrap());
        let (lx, ly) = (Points::new(&[0.0, 1.0], 1).unwrap(), Points::new(&[2.0, 3.0], 1).unwrap());
        for name in ON_THE_LINE {
            assert!((measured(name, &lx, &ly).distance - 2.0).abs() < 1e-15, "{name}");
        }
        // 2 int (F - G)^2 = 2 (1/4 + 1 + 1/4).
        assert!((measured("energy", &lx, &ly).distance - 3.0_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn every_measure_is_zero_between_equal_samples_and_not_otherwise() {
        let (x, y) = (normals(1, 30, [0.0; 2]), normals(2, 35, [1.0, 0.0]));
        let (px, py) = (Points::new(&x, 2).unwrap(), Points::new(&y, 2).unwrap());
        for name in MEASURES.iter().filter(|name| !ON_THE_LINE.contains(name)) {
            assert!(measured(name, &px, &px).distance < 1e-4, "{name}");
            assert!(measured(name, &px, &py).distance > 0.1, "{name}");
        }
    }

    /// Distances 1, 2, 3 and 1, 2, 1 between the four values, with the median 1.5.
    #[test]
    fn the_width_of_the_kernel_is_the_median_distance() {
        let (x, y) = (Points::new(&[0.0, 1.0], 1).unwrap(), Points::new(&[2.0, 3.0], 1).unwrap());
        let found = measured("mmd", &x, &y);
        assert_eq!(found.bandwidth, Some(1.5));
        let kernel = |d: f64| real::exp(-0.5 * d * d / 2.25);
        let squared = 1.0 + kernel(1.0) - 0.5 * (2.0 * kernel(2.0) + kernel(3.0) + kernel(1.0));
        assert!((found.distance - squared.sqrt()).abs() < 1e-13, "{found:?}");
        let one = Points::new(&[1.0, 1.0], 1).unwrap();
        assert!(Measure::new("mmd", SETTINGS, (&one, &one), StreamKey(1)).is_err());
    }
}
