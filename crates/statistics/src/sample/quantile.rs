//! Sample quantiles by linear interpolation: `q(p) = x_(j) + (h - j)(x_(j+1) - x_(j))`,
//! `h = (n - 1) p`, `j = floor(h)`, order statistics counted from zero.

/// The `p`-quantile of values in increasing order.
///
/// # Arguments
/// * `sorted`: increasing finite values, `[n]`, `n >= 1`
/// * `p`: probability in `[0, 1]`
///
/// # Source
/// Hyndman & Fan, "Sample quantiles in statistical packages", The American Statistician 50(4),
/// 1996, definition 7 (the default of NumPy and R).
///
/// # Panics
/// If `sorted` is empty or `p` lies outside `[0, 1]`.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    assert!(!sorted.is_empty(), "a quantile needs at least one value");
    assert!((0.0..=1.0).contains(&p), "a quantile of probability {p}");
    let position = (sorted.len() - 1) as f64 * p;
    let below = position.floor();
    let j = below as usize;
    match sorted.get(j + 1) {
        Some(next) => sorted[j] + (position - below) * (next - sorted[j]),
        None => sorted[j],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_order_statistics() {
        let x = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&x, 0.0), 1.0);
        assert_eq!(quantile(&x, 1.0), 8.0);
        assert_eq!(quantile(&x, 0.5), 3.0);
        assert_eq!(quantile(&x, 0.25), 1.75);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }
}
