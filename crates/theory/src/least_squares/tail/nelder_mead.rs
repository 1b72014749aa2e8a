//! Minimisation of a function of a few variables without derivatives.

/// The point that the simplex of Nelder and Mead has come to after `n_rounds` rounds from `start`,
/// `[k]` with `k ≥ 1`, with edges of length `size`; and its value.
///
/// # Source
/// Nelder & Mead, Computer J. 7(4), 1965, with the usual coefficients 1, 2, ½, ½.
pub fn nelder_mead(
    f: impl Fn(&[f64]) -> f64,
    start: &[f64],
    size: f64,
    n_rounds: usize,
) -> (Vec<f64>, f64) {
    let k = start.len();
    let mut simplex: Vec<(Vec<f64>, f64)> = vec![(start.to_vec(), f(start))];
    for i in 0..k {
        let mut corner = start.to_vec();
        corner[i] += size;
        let value = f(&corner);
        simplex.push((corner, value));
    }
    for _ in 0..n_rounds {
        simplex.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        if let Some(corner) = replacement(&f, &simplex) {
            simplex[k] = corner;
        } else {
            shrink(&f, &mut simplex);
        }
    }
    simplex.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    simplex.swap_remove(0)
}

/// The reflected, expanded or contracted corner that replaces the worst of a sorted simplex.
fn replacement(f: &impl Fn(&[f64]) -> f64, simplex: &[(Vec<f64>, f64)]) -> Option<(Vec<f64>, f64)> {
    let k = simplex.len() - 1;
    let mean = |i: usize| simplex[..k].iter().map(|(corner, _)| corner[i]).sum::<f64>() / k as f64;
    let centre: Vec<f64> = (0..k).map(mean).collect();
    let at = |weight: f64| {
        let pairs = centre.iter().zip(&simplex[k].0);
        let point: Vec<f64> = pairs.map(|(c, w)| c + weight * (w - c)).collect();
        let value = f(&point);
        (point, value)
    };
    let (best, second, worst) = (simplex[0].1, simplex[k - 1].1, simplex[k].1);
    let reflected = at(-1.0);
    if reflected.1 < best {
        let expanded = at(-2.0);
        return Some(if expanded.1 < reflected.1 { expanded } else { reflected });
    }
    if reflected.1 < second {
        return Some(reflected);
    }
    let contracted = at(if reflected.1 < worst { -0.5 } else { 0.5 });
    (contracted.1 < reflected.1.min(worst)).then_some(contracted)
}

/// Moves all corners half of the way to the first.
fn shrink(f: &impl Fn(&[f64]) -> f64, simplex: &mut [(Vec<f64>, f64)]) {
    let Some(((best, _), rest)) = simplex.split_first_mut() else { return };
    for (corner, value) in rest {
        for (entry, centre) in corner.iter_mut().zip(&*best) {
            *entry = f64::midpoint(*entry, *centre);
        }
        *value = f(corner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curved_valley_is_followed_to_its_end() {
        let f = |x: &[f64]| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            a * a + 100.0 * b * b
        };
        let (point, value) = nelder_mead(f, &[-1.2, 1.0], 0.5, 200);
        assert!(value < 1e-12 && (point[0] - 1.0).abs() < 1e-5, "{point:?}");
    }
}
