//! Maxima of likelihoods of two to four parameters in a box, and their curvature.
//!
//! ```text
//! u += c H grad ln L(u),   c = 1, 1/2, 1/4, ...
//! ```
//!
//! `H` starts as the inverse of the observed information, raised where that is not positive definite,
//! and follows the curvature by BFGS. A coordinate that is pushed against a
//! bound stays there until the slope turns.

use crate::fit::family::FitError;

/// Number of coordinates; likelihoods with fewer hold the rest between equal bounds.
pub(crate) const SIZE: usize = 4;

/// A point or a gradient.
pub(crate) type Point = [f64; SIZE];

/// A symmetric matrix over the coordinates.
pub(crate) type Matrix = [[f64; SIZE]; SIZE];

/// Which coordinates may move.
pub(crate) type Active = [bool; SIZE];

/// Step of the numerical gradient in coordinates of order one: the error of a central difference is
/// then `1e-10` by truncation and `1e-11` of the value by rounding.
const GRADIENT_STEP: f64 = 1e-5;

/// Step of the differences of gradients that give the observed information; relative error 1e-6.
const CURVATURE_STEP: f64 = 1e-3;

const MAX_ITERATIONS: usize = 200;

/// A log-likelihood in coordinates in which a change by one matters.
pub(crate) trait Likelihood {
    /// The log-likelihood; negative infinity or NaN where there is none.
    fn value(&self, at: &Point) -> f64;

    /// Its gradient, in inactive coordinates anything; by central differences unless overridden.
    fn gradient(&self, at: &Point, active: Active) -> Point {
        numerical_gradient(self, at, active)
    }
}

/// The gradient in the `active` coordinates by central differences of step 1e-5.
pub(crate) fn numerical_gradient<L: Likelihood + ?Sized>(
    likelihood: &L,
    at: &Point,
    active: Active,
) -> Point {
    let mut gradient = [0.0; SIZE];
    for i in (0..SIZE).filter(|i| active[*i]) {
        let (mut up, mut down) = (*at, *at);
        up[i] += GRADIENT_STEP;
        down[i] -= GRADIENT_STEP;
        gradient[i] = (likelihood.value(&up) - likelihood.value(&down)) / (2.0 * GRADIENT_STEP);
    }
    gradient
}

/// A maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Maximum {
    /// Where it is.
    pub(crate) at: Point,
    /// The log-likelihood there.
    pub(crate) value: f64,
    /// The coordinates that lie at no bound.
    pub(crate) inside: Active,
}

/// The box of the coordinates; those with equal ends are held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bounds(pub(crate) [(f64, f64); SIZE]);

impl Bounds {
    fn moved(&self, at: Point) -> Point {
        std::array::from_fn(|i| at[i].clamp(self.0[i].0, self.0[i].1))
    }

    /// The coordinates strictly between their bounds.
    fn inside(&self, at: &Point) -> Active {
        std::array::from_fn(|i| self.0[i].0 < at[i] && at[i] < self.0[i].1)
    }

    /// The coordinates that `gradient` does not push against a bound.
    fn active(&self, at: &Point, gradient: &Point) -> Active {
        std::array::from_fn(|i| {
            let (low, high) = self.0[i];
            if gradient[i] > 0.0 { at[i] < high } else { at[i] > low }
        })
    }

    /// The coordinates that have any room.
    fn free(&self) -> Active {
        self.0.map(|(low, high)| low < high)
    }
}

/// The local maximum uphill of `start`, where the quadratic model promises less than 1e-10.
///
/// # Source
/// Nocedal & Wright, Numerical Optimization, 2nd edition, Springer 2006, chapter 6 and section 16.7
/// for the projection on bounds.
///
/// # Errors
/// [`FitError::NotConverged`] after 200 steps, or if the likelihood has no value at the start.
pub(crate) fn maximise(
    likelihood: &(impl Likelihood + ?Sized),
    bounds: &Bounds,
    start: Point,
    family: &'static str,
) -> Result<Maximum, FitError> {
    let not_converged = FitError::NotConverged { family, iterations: MAX_ITERATIONS };
    let free = bounds.free();
    let mut at = bounds.moved(start);
    let mut value = likelihood.value(&at);
    if !value.is_finite() {
        return Err(not_converged);
    }
    let mut gradient = likelihood.gradient(&at, free);
    let mut active = bounds.active(&at, &gradient);
    let mut model: Option<Matrix> = None;
    for _ in 0..MAX_ITERATIONS {
        let is_fresh = model.is_none();
        let inverse = model.unwrap_or_else(|| first_model(likelihood, &at, active));
        let slope = masked(gradient, active);
        let direction = times(&inverse, &slope);
        let promise = inner(&direction, &slope);
        if promise < 1e-10 && (is_fresh || promise >= 0.0) {
            return Ok(Maximum { at, value, inside: bounds.inside(&at) });
        }
        let Some((next, next_value)) = ascend(likelihood, bounds, (&at, value), &direction) else {
            if is_fresh {
                // No step rises above the rounding error of the sum: this is the maximum.
                return Ok(Maximum { at, value, inside: bounds.inside(&at) });
            }
            model = None;
            continue;
        };
        let next_gradient = likelihood.gradient(&next, free);
        let next_active = bounds.active(&next, &next_gradient);
        let step = difference(&next, &at);
        let fall = masked(difference(&gradient, &next_gradient), active);
        model = (next_active == active).then(|| bfgs(&inverse, &step, &fall)).flatten();
        (at, value, gradient, active) = (next, next_value, next_gradient, next_active);
    }
    Err(not_converged)
}

/// The first of the steps 1, 1/2, 1/4, ... along `direction` that raises the likelihood.
fn ascend(
    likelihood: &(impl Likelihood + ?Sized),
    bounds: &Bounds,
    (at, value): (&Point, f64),
    direction: &Point,
) -> Option<(Point, f64)> {
    // A step of more than two in one coordinate leaves every quadratic model.
    let longest = direction.iter().fold(0.0_f64, |longest, d| longest.max(d.abs()));
    let mut length = if longest > 2.0 { 2.0 / longest } else { 1.0 };
    while length > 1e-9 {
        let next = bounds.moved(std::array::from_fn(|i| at[i] + length * direction[i]));
        let next_value = likelihood.value(&next);
        if next_value.is_finite() && next_value > value {
            return Some((next, next_value));
        }
        length *= 0.5;
    }
    None
}

/// The inverse of the observed information among the active coordinates, with as much added to its
/// diagonal as makes it positive definite.
///
/// # Source
/// Nocedal & Wright, algorithm 3.3.
fn first_model(likelihood: &(impl Likelihood + ?Sized), at: &Point, active: Active) -> Matrix {
    let information = information(likelihood, at, active);
    let largest = (0..SIZE).fold(1e-3_f64, |largest, i| largest.max(information[i][i].abs()));
    let mut ridge = 0.0;
    for _ in 0..12 {
        let mut raised = information;
        for (i, row) in raised.iter_mut().enumerate() {
            row[i] += ridge;
        }
        if let Some(inverse) = inverse(&raised, active) {
            return inverse;
        }
        ridge = (10.0 * ridge).max(1e-6 * largest);
    }
    // Not a number: a step that no likelihood rises along ends the ascent.
    [[0.0; SIZE]; SIZE]
}

/// The observed information `-d^2 ln L / du^2` among the `active` coordinates, zero elsewhere, by
/// central differences of the gradient with step 1e-3.
pub(crate) fn information(
    likelihood: &(impl Likelihood + ?Sized),
    at: &Point,
    active: Active,
) -> Matrix {
    let mut rows = [[0.0; SIZE]; SIZE];
    for i in (0..SIZE).filter(|i| active[*i]) {
        let (mut up, mut down) = (*at, *at);
        up[i] += CURVATURE_STEP;
        down[i] -= CURVATURE_STEP;
        let (above, below) = (likelihood.gradient(&up, active), likelihood.gradient(&down, active));
        for j in (0..SIZE).filter(|j| active[*j]) {
            rows[i][j] = (below[j] - above[j]) / (2.0 * CURVATURE_STEP);
        }
    }
    std::array::from_fn(|i| std::array::from_fn(|j| 0.5 * (rows[i][j] + rows[j][i])))
}

/// The inverse of `matrix` among the `active` coordinates, zero elsewhere; `None` unless it is
/// positive definite there.
pub(crate) fn inverse(matrix: &Matrix, active: Active) -> Option<Matrix> {
    let factor = cholesky(matrix, active)?;
    let mut inverse = [[0.0; SIZE]; SIZE];
    for column in (0..SIZE).filter(|i| active[*i]) {
        let mut x = [0.0; SIZE];
        x[column] = 1.0;
        for i in 0..SIZE {
            let known: f64 = (0..i).map(|k| factor[i][k] * x[k]).sum();
            x[i] = (x[i] - known) / factor[i][i];
        }
        for i in (0..SIZE).rev() {
            let known: f64 = (i + 1..SIZE).map(|k| factor[k][i] * x[k]).sum();
            x[i] = (x[i] - known) / factor[i][i];
        }
        inverse[column] = x;
    }
    Some(inverse)
}

/// Lower Cholesky factor, with unit rows for inactive coordinates.
fn cholesky(matrix: &Matrix, active: Active) -> Option<Matrix> {
    let mut factor = [[0.0; SIZE]; SIZE];
    for i in 0..SIZE {
        if !active[i] {
            factor[i][i] = 1.0;
            continue;
        }
        for j in (0..=i).filter(|j| active[*j]) {
            let known: f64 = (0..j).map(|k| factor[i][k] * factor[j][k]).sum();
            let rest = matrix[i][j] - known;
            if j < i {
                factor[i][j] = rest / factor[j][j];
            } else if rest > 1e-12 * matrix[i][i].abs() {
                factor[i][i] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(factor)
}

/// The update of Broyden, Fletcher, Goldfarb and Shanno of an inverse information by a step and the
/// fall of the gradient along it; `None` where the likelihood is not concave along the step.
///
/// # Source
/// Nocedal & Wright, equation (6.17).
fn bfgs(inverse: &Matrix, step: &Point, fall: &Point) -> Option<Matrix> {
    let curvature = inner(step, fall);
    if curvature <= 1e-12 * (inner(step, step) * inner(fall, fall)).sqrt() {
        return None;
    }
    let turned = times(inverse, fall);
    let square = inner(&turned, fall);
    Some(std::array::from_fn(|i| {
        std::array::from_fn(|j| {
            let mixed = step[i] * turned[j] + turned[i] * step[j];
            let along = (1.0 + square / curvature) * step[i] * step[j];
            inverse[i][j] + (along - mixed) / curvature
        })
    }))
}

fn masked(vector: Point, active: Active) -> Point {
    std::array::from_fn(|i| if active[i] { vector[i] } else { 0.0 })
}

fn difference(a: &Point, b: &Point) -> Point {
    std::array::from_fn(|i| a[i] - b[i])
}

fn inner(a: &Point, b: &Point) -> f64 {
    (0..SIZE).map(|i| a[i] * b[i]).sum()
}

fn times(matrix: &Matrix, vector: &Point) -> Point {
    std::array::from_fn(|i| inner(&matrix[i], vector))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley, upside down, in the first two coordinates, a parabola in the third.
    struct Valley;

    impl Likelihood for Valley {
        fn value(&self, at: &Point) -> f64 {
            let (a, b) = (1.0 - at[0], at[1] - at[0] * at[0]);
            -a * a - 100.0 * b * b - (at[2] - 0.5) * (at[2] - 0.5)
        }
    }

    const WIDE: Bounds = Bounds([(-5.0, 5.0), (-5.0, 5.0), (-5.0, 5.0), (0.0, 0.0)]);

    #[test]
    fn a_curved_valley_is_climbed() {
        let best = maximise(&Valley, &WIDE, [-1.2, 1.0, 4.0, 0.0], "valley").unwrap();
        for (value, exact) in best.at.iter().zip([1.0, 1.0, 0.5]) {
            assert!((value - exact).abs() < 1e-4, "{best:?}");
        }
        assert!(best.value > -1e-9 && best.inside == [true, true, true, false]);
    }

    #[test]
    fn a_bound_holds_its_coordinate() {
        let bounds = Bounds([(-5.0, 0.5), (-5.0, 5.0), (1.0, 5.0), (0.0, 0.0)]);
        let best = maximise(&Valley, &bounds, [-1.0, 2.0, 3.0, 0.0], "valley").unwrap();
        assert_eq!((best.at[0], best.at[2]), (0.5, 1.0));
        assert!((best.at[1] - 0.25).abs() < 1e-6, "{best:?}");
        assert_eq!(best.inside, [false, true, false, false]);
    }

    #[test]
    fn information_is_the_hessian() {
        let active = [true, true, true, false];
        let information = information(&Valley, &[1.0, 1.0, 0.5, 0.0], active);
        let exact = [[802.0, -400.0, 0.0], [-400.0, 200.0, 0.0], [0.0, 0.0, 2.0]];
        for (row, exact) in information.iter().zip(exact) {
            for (value, exact) in row.iter().zip(exact) {
                assert!((value - exact).abs() < 2e-3, "{information:?}");
            }
        }
        let inverse = inverse(&information, active).unwrap();
        assert!((inverse[0][0] - 0.5).abs() < 1e-4 && (inverse[2][2] - 0.5).abs() < 1e-5);
    }

    #[test]
    fn no_value_at_the_start_is_an_error() {
        struct Nowhere;
        impl Likelihood for Nowhere {
            fn value(&self, _: &Point) -> f64 {
                f64::NAN
            }
        }
        assert!(maximise(&Nowhere, &WIDE, [0.0; 4], "nowhere").is_err());
    }
}
