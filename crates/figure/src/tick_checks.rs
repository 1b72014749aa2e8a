//! Properties of ticks over many ranges.

use crate::Axis;
use crate::checks::Sequence;
use crate::scale::Window;
use crate::tick::{self, Along};

/// The number that a tick label stands for.
fn value(label: &str) -> f64 {
    let text = label.replace('−', "-").replace("10^{", "1e").replace('}', "");
    match text.split_once('×') {
        Some((mantissa, power)) => mantissa.parse::<f64>().unwrap() * power.parse::<f64>().unwrap(),
        None => text.parse().unwrap(),
    }
}

#[test]
fn ticks_stand_where_their_labels_say_and_do_not_touch() {
    let mut sequence = Sequence(1);
    for _ in 0..20_000 {
        let axis = sequence.axis("");
        let window = Window::new(&axis, None, (0.0, 0.0));
        let along = [Along::Horizontal, Along::Vertical][sequence.below(2)];
        let length = 60.0 + 400.0 * sequence.next();
        let ticks = tick::ticks(&axis, &window, along, length);
        let context = format!("{axis:?} {along:?} {length} {ticks:?}");
        assert!(ticks.ticks.windows(2).all(|pair| pair[0].at < pair[1].at), "{context}");
        assert!(ticks.ticks.iter().all(|t| (0.0..=1.0).contains(&t.at)), "{context}");
        let labelled: Vec<_> = ticks.ticks.iter().filter(|t| t.label.is_some()).cloned().collect();
        assert!(tick::fits(&labelled, along, length), "{context}");
        assert!(!labelled.is_empty(), "{context}");
        for tick in &labelled {
            let label = tick.label.as_deref().unwrap();
            let shown = value(label) * libm::pow(10.0, f64::from(ticks.exponent));
            let place = window.fraction(shown).unwrap();
            assert!((place - tick.at).abs() < 1e-5, "{label} at {place}: {context}");
        }
    }
}

#[test]
fn ordinary_axes_have_ordinary_ticks() {
    let labels = |axis: Axis, along, length| -> Vec<String> {
        let window = Window::new(&axis, None, (0.0, 0.0));
        let ticks = tick::ticks(&axis, &window, along, length).ticks;
        ticks.into_iter().filter_map(|t| t.label).collect()
    };
    let (across, up) = (Along::Horizontal, Along::Vertical);
    let linear = |a, b| Axis::linear("").between(a, b);
    let log = |a, b| Axis::log("").between(a, b);
    assert_eq!(labels(linear(0.0, 1.0), across, 260.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    assert_eq!(labels(linear(-9.6, 9.6), across, 169.0), ["−5", "0", "5"]);
    assert_eq!(labels(linear(-7.0, 7.0), up, 80.0), ["−5", "0", "5"]);
    assert_eq!(labels(linear(0.0, 4e-5), up, 80.0), ["0", "2", "4"]);
    assert_eq!(labels(log(1.0, 1e4), across, 300.0)[4], "10^{4}");
    assert_eq!(
        labels(log(1e-12, 1e4), up, 70.0),
        ["10^{−12}", "10^{−8}", "10^{−4}", "10^{0}", "10^{4}"]
    );
    assert_eq!(labels(log(6e-3, 0.3), across, 250.0), ["0.01", "0.02", "0.05", "0.1", "0.2"]);
    assert_eq!(labels(log(3e-8, 3e-7), across, 250.0), ["5×10^{−8}", "10^{−7}", "2×10^{−7}"]);
    assert_eq!(labels(log(3.0, 8.5), across, 300.0), ["3", "4", "5", "6", "7", "8"]);
    assert_eq!(labels(log(1.0, 1.05), across, 200.0), ["1.00", "1.02", "1.04"]);
}
