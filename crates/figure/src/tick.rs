//! Ticks of linear and logarithmic axes, and their labels.

use crate::markup;
use crate::scale::{Axis, Scale, Window};
use crate::text;

/// Font size of tick labels in pixels of 1/96 inch: 7.1 points.
pub(crate) const SIZE: f64 = 9.5;
/// Least distance of two labels side by side, and of two lines above each other.
const GAP_BESIDE: f64 = 7.0;
const LINE_HEIGHT: f64 = 14.0;

/// Direction of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Along {
    Horizontal,
    Vertical,
}

/// A place along an axis (0 at its start, 1 at its end) with a label, or without if minor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    pub at: f64,
    pub label: Option<String>,
}

/// Ticks of an axis whose labels are to be multiplied by `10^exponent`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticks {
    pub ticks: Vec<Tick>,
    pub exponent: i32,
}

/// Ticks of `axis` on `length` pixels, as many as fit without touching.
pub(crate) fn ticks(axis: &Axis, window: &Window, along: Along, length: f64) -> Ticks {
    if !axis.ticks.is_empty() {
        return named(axis, window, along, length);
    }
    match window.scale {
        Scale::Linear => linear(window, along, length),
        Scale::Log => Ticks { ticks: logarithmic(window, along, length), exponent: 0 },
    }
}

/// Named ticks; if they do not all fit, every second, third, ... keeps its name.
fn named(axis: &Axis, window: &Window, along: Along, length: f64) -> Ticks {
    let mut ticks: Vec<Tick> = axis
        .ticks
        .iter()
        .filter_map(|(value, name)| Some((window.fraction(*value)?, name)))
        .filter(|(at, _)| (0.0..=1.0).contains(at))
        .map(|(at, name)| Tick { at, label: Some(name.clone()) })
        .collect();
    ticks.sort_by(|a, b| a.at.total_cmp(&b.at));
    for stride in 1..=ticks.len() {
        let kept: Vec<Tick> = ticks.iter().step_by(stride).cloned().collect();
        if fits(&kept, along, length) {
            return Ticks { ticks: kept, exponent: 0 };
        }
    }
    Ticks::default()
}

/// Whether no two neighbouring labels touch.
pub(crate) fn fits(ticks: &[Tick], along: Along, length: f64) -> bool {
    let half = |tick: &Tick| match (&tick.label, along) {
        (None, _) => 0.0,
        (Some(_), Along::Vertical) => 0.5 * LINE_HEIGHT,
        (Some(label), Along::Horizontal) => {
            0.5 * (text::width(&markup::parse(label), SIZE, false) + GAP_BESIDE)
        }
    };
    ticks
        .windows(2)
        .all(|pair| (pair[1].at - pair[0].at) * length >= half(&pair[0]) + half(&pair[1]))
}

/// Multiples of 1, 2 or 5 times a power of ten: the finest that leave some room between labels,
/// but three if they fit at all, and at least one.
fn linear(window: &Window, along: Along, length: f64) -> Ticks {
    let spacing = match along {
        Along::Horizontal => 44.0,
        Along::Vertical => 26.0,
    };
    let roomy = (window.hi - window.lo) / (length / spacing).max(1.0);
    let start = libm::floor(libm::log10(roomy)) as i32;
    let coarser = (start..).flat_map(|exponent| [1, 2, 5].map(|digit| (digit, exponent)));
    let fits = |ticks: &Ticks| fits(&ticks.ticks, along, length);
    let mut found = coarser
        .filter(|(digit, exponent)| step(*digit, *exponent) >= roomy * (1.0 - 1e-9))
        .map(|(digit, exponent)| multiples(window, digit, exponent))
        .find(|ticks| ticks.ticks.len() <= 2 || fits(ticks))
        .unwrap_or_default();
    if found.ticks.len() > 2 {
        return found;
    }
    let finer = (start - 2..=start).rev().flat_map(|exponent| [5, 2, 1].map(|d| (d, exponent)));
    let candidates = finer
        .filter(|(digit, exponent)| step(*digit, *exponent) < roomy * (1.0 - 1e-9))
        .map(|(digit, exponent)| multiples(window, digit, exponent));
    for candidate in candidates.take_while(|ticks| ticks.ticks.len() <= 8) {
        if candidate.ticks.len() > 2 && fits(&candidate) {
            return candidate;
        }
        if found.ticks.is_empty() {
            found = candidate;
        }
    }
    if !fits(&found) {
        found.ticks.truncate(1);
    }
    found
}

fn step(digit: i64, exponent: i32) -> f64 {
    digit as f64 * libm::pow(10.0, f64::from(exponent))
}

/// The multiples of `digit * 10^exponent` in the window.
///
/// Each is kept as an integer times a power of ten, so its label is exact.
fn multiples(window: &Window, digit: i64, exponent: i32) -> Ticks {
    let step = step(digit, exponent);
    let first = libm::ceil(window.lo / step - 1e-6) as i64;
    let last = libm::floor(window.hi / step + 1e-6) as i64;
    let largest = digit * first.abs().max(last.abs());
    let magnitude = exponent + digits(largest) - 1;
    let factor = if largest != 0 && !(-3..5).contains(&magnitude) { magnitude } else { 0 };
    let ticks = (first..=last)
        .map(|i| Tick {
            at: window.place(i as f64 * step).clamp(0.0, 1.0),
            label: Some(decimal(i * digit, exponent - factor)),
        })
        .collect();
    Ticks { ticks, exponent: factor }
}

fn digits(value: i64) -> i32 {
    value.unsigned_abs().checked_ilog10().unwrap_or(0) as i32 + 1
}

/// `mantissa * 10^exponent` in positional notation, with a true minus sign.
fn decimal(mantissa: i64, exponent: i32) -> String {
    let sign = if mantissa < 0 { "−" } else { "" };
    let mut body = mantissa.unsigned_abs().to_string();
    if exponent >= 0 && mantissa != 0 {
        body.push_str(&"0".repeat(exponent as usize));
    } else if exponent < 0 {
        let places = exponent.unsigned_abs() as usize;
        let body_padded = format!("{body:0>width$}", width = places + 1);
        let (whole, fraction) = body_padded.split_at(body_padded.len() - places);
        body = format!("{whole}.{fraction}");
    }
    format!("{sign}{body}")
}

/// Powers of ten over three decades or more, finer multiples below.
fn logarithmic(window: &Window, along: Along, length: f64) -> Vec<Tick> {
    let first = libm::ceil(window.lo - 1e-9) as i32;
    let last = libm::floor(window.hi + 1e-9) as i32;
    if last - first >= 2 {
        return decades(window, along, length, first, last);
    }
    let sets: [&[i64]; 3] = [&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[1, 2, 5], &[1, 3]];
    for set in sets {
        let candidate = mantissas(window, set);
        if (3..=7).contains(&candidate.len()) && fits(&candidate, along, length) {
            return with_minor(window, candidate, length);
        }
    }
    let whole = mantissas(window, &[1]);
    if whole.len() >= 2 && fits(&whole, along, length) {
        return with_minor(window, whole, length);
    }
    with_minor(window, between_decades(window, along, length), length)
}

/// Every power of ten, or every second, third, ... so that labels do not touch.
fn decades(window: &Window, along: Along, length: f64, first: i32, last: i32) -> Vec<Tick> {
    let tick = |k: i32, stride: i32| Tick {
        at: window.place(f64::from(k)).clamp(0.0, 1.0),
        label: (k.rem_euclid(stride) == 0).then(|| format!("10^{{{}}}", decimal(i64::from(k), 0))),
    };
    let mut stride = 1;
    loop {
        let ticks: Vec<Tick> = (first..=last).map(|k| tick(k, stride)).collect();
        let labelled: Vec<Tick> = ticks.iter().filter(|t| t.label.is_some()).cloned().collect();
        if fits(&labelled, along, length) {
            let room = length / (window.hi - window.lo);
            return match stride {
                1 => with_minor(window, ticks, length),
                _ if room >= 3.0 => ticks,
                _ => labelled,
            };
        }
        stride += 1;
    }
}

/// The given digits times powers of ten in the window.
fn mantissas(window: &Window, set: &[i64]) -> Vec<Tick> {
    let decades = libm::floor(window.lo - 1e-9) as i32..=libm::floor(window.hi + 1e-9) as i32;
    let plain = decades.clone().all(|k| (-4..=4).contains(&k));
    let mut ticks = Vec::new();
    for k in decades {
        for &digit in set {
            let at = window.place(f64::from(k) + libm::log10(digit as f64));
            if (-1e-9..=1.0 + 1e-9).contains(&at) {
                ticks.push(Tick { at: at.clamp(0.0, 1.0), label: Some(power(digit, k, plain)) });
            }
        }
    }
    ticks
}

fn power(digit: i64, exponent: i32, plain: bool) -> String {
    let raised = format!("10^{{{}}}", decimal(i64::from(exponent), 0));
    match (plain, digit) {
        (true, _) => decimal(digit, exponent),
        (false, 1) => raised,
        (false, _) => format!("{digit}×{raised}"),
    }
}

/// Multiples of a step on a logarithmic axis too short for powers of ten.
fn between_decades(window: &Window, along: Along, length: f64) -> Vec<Tick> {
    // Shifting the window by its decade keeps values near one where they would be unreadable.
    let readable = window.lo >= -3.0 && window.hi < 5.0;
    let shift = if readable { 0.0 } else { libm::floor(window.lo) };
    let value = |coordinate: f64| libm::pow(10.0, coordinate - shift);
    let (lo, hi) = (value(window.lo), value(window.hi));
    let straight = Window { scale: Scale::Linear, lo, hi };
    let mut ticks = linear(&straight, along, length).ticks;
    for tick in &mut ticks {
        let coordinate = libm::log10(lo + tick.at * (hi - lo)) + shift;
        tick.at = window.place(coordinate).clamp(0.0, 1.0);
        if shift != 0.0 {
            let raised = decimal(shift as i64, 0);
            tick.label = tick.label.take().map(|label| format!("{label}×10^{{{raised}}}"));
        }
    }
    while ticks.len() > 1 && !fits(&ticks, along, length) {
        ticks = ticks.into_iter().step_by(2).collect();
    }
    ticks
}

/// Adds unlabelled ticks at 2, 3, ..., 9 times powers of ten where there is room for them.
fn with_minor(window: &Window, labelled: Vec<Tick>, length: f64) -> Vec<Tick> {
    let room = length / (window.hi - window.lo);
    let mut ticks = labelled;
    if (16.0..2000.0).contains(&room) {
        for minor in mantissas(window, &[2, 3, 4, 5, 6, 7, 8, 9]) {
            if ticks.iter().all(|tick| (tick.at - minor.at).abs() * length > 0.5) {
                ticks.push(Tick { at: minor.at, label: None });
            }
        }
        ticks.sort_by(|a, b| a.at.total_cmp(&b.at));
    }
    ticks
}

impl Ticks {
    /// Width in pixels of the widest label.
    pub fn widest(&self) -> f64 {
        let labels = self.ticks.iter().filter_map(|tick| tick.label.as_deref());
        labels.map(|label| text::width(&markup::parse(label), SIZE, false)).fold(0.0, f64::max)
    }
}

/// An axis label that states by which power of ten its tick labels are to be multiplied.
pub(crate) fn scaled(label: &str, exponent: i32) -> String {
    let factor = format!("×10^{{{}}}", decimal(i64::from(exponent), 0));
    match (exponent, label) {
        (0, _) => label.to_owned(),
        (_, "") => factor,
        _ => format!("{label} ({factor})"),
    }
}
