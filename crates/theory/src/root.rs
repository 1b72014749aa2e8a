//! Where an increasing crossing of zero lies.

/// Steps after which the search stops in any case; every third halves the interval.
const MAX_STEPS: usize = 400;

/// The crossing of `f` from negative to non-negative between `low` and `high`.
///
/// # Arguments
/// * `low`, `high`: `f(low) < 0 <= f(high)`; what `f` is at the ends is not checked
/// * `width`: length of the interval at which to stop, absolute; 0 for the last bit
///
/// # Accuracy
/// The upper end of an interval no longer than `width`, or of two neighbouring numbers.
///
/// # Source
/// False position with the Illinois modification, Dowell & Jarratt, BIT 11, 1971, and bisection.
pub fn crossing(mut low: f64, mut high: f64, width: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (mut at_low, mut at_high) = (f(low), f(high));
    for step in 0..MAX_STEPS {
        let middle = f64::midpoint(low, high);
        if high - low <= width || middle <= low || high <= middle {
            break;
        }
        let secant = high - at_high * (high - low) / (at_high - at_low);
        let is_inside = low < secant && secant < high;
        let x = if step % 3 == 2 || !is_inside { middle } else { secant };
        let value = f(x);
        if value < 0.0 {
            (low, at_low) = (x, value);
            at_high /= 2.0;
        } else {
            (high, at_high) = (x, value);
            at_low /= 2.0;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_found_to_the_last_bit() {
        let root = crossing(0.0, 3.0, 0.0, |x| x * x * x - 2.0);
        assert!((root - 1.259_921_049_894_873_2).abs() < 3e-16, "{root}");
        // Flat, then a kink.
        let kink = crossing(0.0, 1e3, 0.0, |x| if x < 7.0 { -1e-9 } else { x - 7.0 });
        assert_eq!(kink, 7.0);
    }
}
