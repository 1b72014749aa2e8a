use super::*;

const LAWS: [GradientNoise; 3] =
    [GradientNoise::Gaussian, GradientNoise::StudentT { nu: 1.5 }, GradientNoise::Rademacher];

fn chain(noise: GradientNoise) -> SignChain {
    SignChain::new(1.5, noise, 0.8, 0.1).unwrap()
}

#[test]
fn two_steps_are_those_of_a_hand_calculation() {
    let chain = chain(GradientNoise::Gaussian);
    let law = chain.law_after(0.3, 2).unwrap();
    let up = |x| chain.sign_at(x).negative;
    let expected = [
        (1.0 - up(0.3)) * (1.0 - up(0.2)),
        0.0,
        up(0.3) * (1.0 - up(0.4)) + (1.0 - up(0.3)) * up(0.2),
        0.0,
        up(0.3) * up(0.4),
    ];
    for (found, expected) in law.probabilities.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15);
    }
    assert!((law.points[0] - 0.1).abs() < 1e-15 && (law.points[4] - 0.5).abs() < 1e-15);
}

/// `p P` with the transition matrix is the next law.
#[test]
fn the_transition_matrix_moves_laws_and_keeps_the_stationary_one() {
    for noise in LAWS {
        let chain = chain(noise);
        let now = chain.law_after(0.33, 7).unwrap();
        let next = chain.law_after(0.33, 8).unwrap();
        let moved = chain
            .transition(&next.points)
            .transpose_times(&[&[0.0], now.probabilities.as_slice(), &[0.0]].concat());
        for (found, expected) in moved.iter().zip(&next.probabilities) {
            assert!((found - expected).abs() < 1e-15, "{noise:?}");
        }
        let law = chain.stationary(0.33).unwrap();
        let moved = chain.transition(&law.points).transpose_times(&law.probabilities);
        for (found, expected) in moved.iter().zip(&law.probabilities) {
            assert!((found - expected).abs() < 1e-15, "{noise:?}");
        }
        assert!((real::sum(&law.probabilities) - 1.0).abs() < 1e-14);
    }
}

/// `2 E[x mean(x)] = eta E|move|²/eta²`: the second moment stays.
#[test]
fn the_stationary_law_meets_its_moment_identity() {
    for noise in LAWS {
        let chain = chain(noise);
        let law = chain.stationary(0.02).unwrap();
        let pull = law.expectation(|x| 2.0 * x * chain.sign_at(x).mean());
        let moves = law.expectation(|x| 1.0 - chain.sign_at(x).zero);
        assert!((pull - 0.1 * moves).abs() < 1e-14, "{noise:?}");
    }
}

/// After many steps, the mean over two steps is the stationary law.
#[test]
fn the_chain_tends_to_its_stationary_law() {
    let chain = chain(GradientNoise::Gaussian);
    let moments = chain.moments(0.6, 400).unwrap();
    let law = chain.stationary(0.6).unwrap().moments(1.5);
    let mean = f64::midpoint(moments[399].loss, moments[400].loss);
    assert!((mean - law.loss).abs() < 1e-13, "{mean} {}", law.loss);
    assert_eq!(moments[0], Moments { mean: 0.6, variance: 0.0, loss: 0.5 * 1.5 * 0.36 });
}

#[test]
fn without_noise_the_chain_ends_at_the_minimum_or_beside_it() {
    let chain = SignChain::new(1.0, GradientNoise::Gaussian, 0.0, 0.5).unwrap();
    let at = chain.stationary(2.0).unwrap();
    assert_eq!((at.points, at.probabilities), (vec![0.0], vec![1.0]));
    let beside = chain.stationary(0.2).unwrap().moments(1.0);
    assert!((beside.variance - 0.0625).abs() < 1e-15 && (beside.mean + 0.05).abs() < 1e-15);
}

/// The law of Rademacher noise is uniform where `lambda |x| < sigma`, but for its ends.
#[test]
fn rademacher_noise_spreads_the_chain_over_its_dead_zone() {
    let chain = SignChain::new(1.0, GradientNoise::Rademacher, 1.05, 0.1).unwrap();
    let law = chain.stationary(0.0).unwrap();
    assert_eq!(law.points.len(), 23);
    for (x, p) in law.points.iter().zip(&law.probabilities) {
        let expected = if x.abs() < 1.05 { 1.0 / 22.0 } else { 0.5 / 22.0 };
        assert!((p - expected).abs() < 1e-15, "{x} {p}");
    }
}

#[test]
fn numbers_outside_their_ranges_are_refused() {
    let gaussian = GradientNoise::Gaussian;
    assert!(SignChain::new(0.0, gaussian, 1.0, 0.1).is_err());
    assert!(SignChain::new(1.0, gaussian, f64::NAN, 0.1).is_err());
    assert!(SignChain::new(1.0, GradientNoise::StudentT { nu: 0.0 }, 1.0, 0.1).is_err());
    assert!(chain(gaussian).law_after(f64::INFINITY, 3).is_err());
    assert!(chain(gaussian).stationary(1e308).is_err());
    let fine = SignChain::new(1.0, GradientNoise::Rademacher, 1.0, 1e-12).unwrap();
    assert_eq!(fine.stationary(0.0), Err(AdaptiveError::TooManyPoints { limit: MAX_POINTS }));
}
