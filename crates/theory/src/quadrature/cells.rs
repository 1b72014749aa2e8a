//! Gauss–Legendre quadrature with eight nodes, of order 16, on the cells of an interval.

/// Positive nodes and weights of the rule with eight nodes on `[−1, 1]`.
const RULE: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_3),
];

/// The eight nodes and weights on `[a, b]`, in ascending order for `a < b`.
#[must_use]
pub fn nodes(a: f64, b: f64) -> [(f64, f64); 8] {
    let (centre, half) = (f64::midpoint(a, b), 0.5 * (b - a));
    let mut found = [(0.0, 0.0); 8];
    for (i, (node, weight)) in RULE.iter().enumerate() {
        found[4 + i] = (centre + half * node, half * weight);
        found[3 - i] = (centre - half * node, half * weight);
    }
    found
}

/// Nodes and weights on `n_cells` equal cells of `[a, b]`, `[8 n_cells]`.
#[must_use]
pub fn composite_nodes(a: f64, b: f64, n_cells: usize) -> Vec<(f64, f64)> {
    let width = (b - a) / n_cells as f64;
    let edge = |cell: usize| a + width * cell as f64;
    (0..n_cells).flat_map(|cell| nodes(edge(cell), edge(cell + 1))).collect()
}

/// `∫_a^b f` by the rule on one cell.
pub fn integrate(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    nodes(a, b).into_iter().map(|(x, weight)| weight * f(x)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quadrature::gauss_legendre;
    use maruyama_dynamics::real;

    #[test]
    fn the_table_is_the_rule_of_eight_nodes() {
        let rule = gauss_legendre(8, -1.0, 1.0);
        for ((x, weight), (k, node)) in nodes(-1.0, 1.0).iter().zip(rule.nodes.iter().enumerate()) {
            assert!((x - node).abs() < 1e-15 && (weight - rule.weights[k]).abs() < 1e-15);
        }
    }

    #[test]
    fn polynomials_of_degree_fifteen_are_integrated_exactly() {
        let power = |x: f64, n: u32| (0..n).fold(1.0, |product, _| product * x);
        for n in 0..16 {
            let found = integrate(0.0, 2.0, |x| power(x, n));
            let exact = power(2.0, n + 1) / f64::from(n + 1);
            assert!((found / exact - 1.0).abs() < 1e-14, "{n}: {found} vs {exact}");
        }
        let total: f64 = composite_nodes(0.0, 3.0, 6).iter().map(|(x, w)| w * real::exp(*x)).sum();
        assert!((total - real::expm1(3.0)).abs() < 1e-13);
    }
}
