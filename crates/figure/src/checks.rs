//! Properties of whole figures over many ranges: nothing is cut off, nothing touches, same bytes.

use crate::layout;
use crate::markup::Shift;
use crate::scene::{Anchor, Item, Rect, Scene, Text};
use crate::text;
use crate::{
    Axis, Colour, Corner, Dash, Estimate, Figure, HeatMap, Legend, Mark, Marker, ONE_COLUMN, Panel,
    Place, Scale, Shape, TWO_COLUMNS,
};

/// A reproducible sequence of numbers in 0..1 (Knuth's MMIX multiplier).
pub(crate) struct Sequence(pub u64);

impl Sequence {
    pub fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / 9_007_199_254_740_992.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() * n as f64) as usize
    }

    /// Ends of an axis: any magnitude, any ratio.
    fn range(&mut self, scale: Scale) -> (f64, f64) {
        let power = |exponent: f64| libm::pow(10.0, exponent);
        match scale {
            Scale::Linear => {
                let size = power(24.0 * self.next() - 12.0);
                let centre = [0.0, 1.0, -30.0, 1e4][self.below(4)] * size * self.next();
                (centre - size * self.next(), centre + size * (0.01 + self.next()))
            }
            Scale::Log => {
                let from = 40.0 * self.next() - 20.0;
                (power(from), power(from + power(3.0 * self.next() - 1.5)))
            }
        }
    }

    pub fn axis(&mut self, label: &str) -> Axis {
        let scale = [Scale::Linear, Scale::Log][self.below(2)];
        let (from, to) = self.range(scale);
        Axis { scale, ..Axis::linear(label) }.between(from, to)
    }
}

fn panel(sequence: &mut Sequence) -> Panel {
    let words = [
        "",
        "step",
        "excess risk *R*(*x*_{*k*}) − *R*^{*}",
        "a label that is much longer than any panel is wide or high, so it must break",
    ];
    let [title, x, y] = [(); 3].map(|()| words[sequence.below(4)]);
    let mut panel = Panel::new(title, sequence.axis(x), sequence.axis(y));
    let ((x0, x1), (y0, y1)) = (panel.x.range.unwrap(), panel.y.range.unwrap());
    for i in 0..sequence.below(7) {
        let end = if sequence.below(3) == 0 { 0.5 } else { 1.0 };
        let points: Vec<(f64, f64)> = (0..=20)
            .map(|j| (x0 + (x1 - x0) * end * f64::from(j) / 20.0, y0 + (y1 - y0) * sequence.next()))
            .collect();
        let mark = match sequence.below(4) {
            0 => Mark::points(points).marked(Marker::series(i), 3.0),
            1 => Mark::new(Shape::Horizontal(points[0].1)),
            2 => Mark::new(Shape::Vertical(points[9].0)),
            _ => Mark::line(points).dashed(Dash::series(i)),
        };
        panel = panel.with(mark.coloured(Colour::Series(i)).labelled(
            ["", "SGD", "*d* = 100000", "heavy-tailed SignSGD with momentum"][sequence.below(4)],
        ));
    }
    panel.legend =
        [Legend::Direct, Legend::Emptiest, Legend::Inside(Corner::TopLeft), Legend::None]
            [sequence.below(4)];
    if sequence.below(3) == 0 {
        panel = panel.noted(Place::Corner(Corner::BottomRight), "*p* = 0.3\nsecond line");
        panel = panel.noted(Place::At(x0, y1), "here is a rather long remark about one point");
    }
    panel
}

/// The rectangle that holds the glyphs of a line.
fn bounds(text: &Text) -> Rect {
    let width = text::width(&text.spans, text.size, text.bold);
    let before = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5 * width,
        Anchor::End => width,
    };
    let (above, below) = reach(text);
    if text.upwards {
        Rect { x: text.x - above, y: text.y - width + before, w: above + below, h: width }
    } else {
        Rect { x: text.x - before, y: text.y - above, w: width, h: above + below }
    }
}

/// Height of capitals above and depth of descenders below the baseline, in pixels.
fn reach(text: &Text) -> (f64, f64) {
    let has = |shift| text.spans.iter().any(|span| span.shift == shift);
    let flat = |c: char| c.is_ascii_digit() || "−.×+ ".contains(c);
    let descends = text.spans.iter().any(|s| s.shift == Shift::Base && !s.text.chars().all(flat));
    let above = if has(Shift::Sup) { text::RISE + 0.76 * text::INDEX_SCALE } else { 0.76 };
    let below = match (has(Shift::Sub), descends) {
        (true, _) => text::FALL + 0.24 * text::INDEX_SCALE,
        (false, true) => 0.24,
        (false, false) => 0.02,
    };
    (above * text.size, below * text.size)
}

fn texts(items: &[Item]) -> Vec<&Text> {
    let mut found = Vec::new();
    for item in items {
        match item {
            Item::Text(text) => found.push(text),
            Item::Clipped(_, inner) => found.extend(texts(inner)),
            Item::Path { .. } | Item::Disc { .. } => {}
        }
    }
    found
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    let apart = |a0: f64, a1: f64, b0: f64, b1: f64| a1 <= b0 + 0.3 || b1 <= a0 + 0.3;
    !(apart(a.x, a.right(), b.x, b.right()) || apart(a.y, a.bottom(), b.y, b.bottom()))
}

fn assert_readable(scene: &Scene, context: &str) {
    let boxes: Vec<(&Text, Rect)> =
        texts(&scene.items).into_iter().map(|text| (text, bounds(text))).collect();
    for (i, (text, place)) in boxes.iter().enumerate() {
        let inside = place.x >= -0.01
            && place.y >= -0.01
            && place.right() <= scene.width + 0.01
            && place.bottom() <= scene.height + 0.01;
        assert!(inside, "{text:?} at {place:?} leaves the drawing: {context}");
        for (other, second) in boxes[..i].iter().filter(|(other, _)| !text.halo && !other.halo) {
            assert!(!overlap(place, second), "{text:?} and {other:?} touch: {context}");
        }
    }
}

#[test]
fn no_text_leaves_the_drawing_and_no_labels_touch() {
    let mut sequence = Sequence(2);
    for trial in 0..250 {
        let across = 1 + sequence.below(4);
        let panels: Vec<Panel> = (0..=sequence.below(9)).map(|_| panel(&mut sequence)).collect();
        let width = [ONE_COLUMN, TWO_COLUMNS][if across < 3 { sequence.below(2) } else { 1 }];
        let panel_height = 60.0 + 200.0 * sequence.next();
        let figure = Figure { name: "check".into(), panels, across, width, panel_height };
        assert_readable(&layout::scene(&figure), &format!("trial {trial}"));
    }
}

/// Marks that carry the given numbers everywhere.
fn marks(numbers: &[f64]) -> Vec<Mark> {
    let pairs: Vec<(f64, f64)> =
        numbers.iter().flat_map(|x| numbers.iter().map(|y| (*x, *y))).collect();
    let triples = pairs.iter().map(|p| (p.0, p.1, p.0)).collect();
    let estimates = pairs.iter().map(|p| Estimate { x: p.0, y: p.1, lo: p.1, hi: p.0 }).collect();
    let map = HeatMap {
        x_edges: numbers.to_vec(),
        y_edges: numbers.to_vec(),
        values: numbers.to_vec(),
        scale: Scale::Log,
        range: None,
    };
    let mut marks = vec![
        Mark::line(pairs.clone()),
        Mark::points(pairs.clone()),
        Mark::points(pairs.clone()).marked(Marker::Circle, 3.0),
        Mark::new(Shape::Steps { points: pairs, dash: Dash::Dotted }),
        Mark::band(triples),
        Mark::intervals(estimates),
        Mark::new(Shape::Bars { edges: numbers.to_vec(), heights: numbers.to_vec() }),
        Mark::new(Shape::HeatMap(map)),
        Mark::new(Shape::Diagonal),
    ];
    for number in numbers {
        marks.push(Mark::new(Shape::Horizontal(*number)));
        marks.push(Mark::new(Shape::Vertical(*number)));
    }
    marks.into_iter().map(|mark| mark.labelled("a < b & \"c\"")).collect()
}

#[test]
fn degenerate_data_are_drawn_without_panic() {
    let sets: [&[f64]; 9] = [
        &[],
        &[3.0],
        &[2.0, 2.0],
        &[0.0, 0.0],
        &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
        &[-1e308, 1e308, f64::MAX, f64::MIN],
        &[5e-324, 1e-310, 1e-300],
        &[1.0, 1.0 + 1e-15, f64::NAN],
        &[-1.0, 0.0, 1e-12, 1e300],
    ];
    for (i, numbers) in sets.iter().enumerate() {
        for (x, y) in
            [(Scale::Linear, Scale::Linear), (Scale::Log, Scale::Linear), (Scale::Log, Scale::Log)]
        {
            for legend in [Legend::Direct, Legend::Emptiest] {
                let marks = marks(numbers);
                let axis = |scale| Axis { scale, ..Axis::linear("*x*") };
                let panel = Panel { marks, legend, ..Panel::new("*t*", axis(x), axis(y)) };
                let figure = Figure::new("degenerate", 1, vec![panel]);
                assert_readable(&layout::scene(&figure), &format!("set {i}"));
                let svg = figure.to_svg();
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "set {i}: {svg}");
                assert!(figure.to_png().is_ok(), "set {i}: {svg}");
            }
        }
    }
    let none = Figure { width: f64::NAN, panel_height: -1.0, ..Figure::new("", 0, vec![]) };
    assert!(none.to_png().is_ok());
}

#[test]
fn a_figure_does_not_depend_on_what_was_drawn_before() {
    let mut sequence = Sequence(3);
    let mut figure =
        |name: &str| Figure::new(name, 2, (0..4).map(|_| panel(&mut sequence)).collect());
    let (first, second) = (figure("first"), figure("second"));
    let before = (first.to_svg(), first.to_png().unwrap());
    assert_ne!(second.to_svg(), before.0);
    assert_eq!((first.to_svg(), first.to_png().unwrap()), before);
    let renamed = Figure { name: "third".into(), ..first.clone() };
    assert_eq!(renamed.to_svg(), before.0.replace("figure-first", "figure-third"));
}

#[test]
fn every_rectangle_that_cuts_is_named_once() {
    let mut sequence = Sequence(4);
    let svg = Figure::new("ids", 3, (0..7).map(|_| panel(&mut sequence)).collect()).to_svg();
    for i in 1..=7 {
        assert_eq!(svg.matches(&format!("id=\"figure-ids-clip-{i}\"")).count(), 1);
        assert_eq!(svg.matches(&format!("url(#figure-ids-clip-{i})")).count(), 1);
    }
}

#[test]
fn points_that_coincide_or_have_no_place_are_drawn_once_or_not() {
    let points = vec![(1.0, 1.0), (1.0, 1.0), (2.0, 3.0), (f64::NAN, 2.0), (-1.0, 2.0), (2.0, 0.0)];
    let panel = Panel::new("", Axis::log("x"), Axis::log("y")).with(Mark::points(points));
    let svg = Figure::new("points", 1, vec![panel]).to_svg();
    let round = svg.lines().find(|line| line.contains("stroke-linecap=\"round\"")).unwrap();
    assert_eq!(round.matches('M').count(), 2, "{round}");
}
