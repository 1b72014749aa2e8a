//! Draws a gallery of figures with synthetic data, as SVG and PNG, into the folder given as
//! argument: `cargo run --release --example gallery -- FOLDER`.

use std::path::Path;
use std::{env, error, fs};

use libm::{exp, log, pow, sin, sqrt};
use maruyama_figure::{
    Axis, Colour, Corner, Dash, Estimate, Figure, HeatMap, Legend, Mark, Marker, ONE_COLUMN, Panel,
    Place, Scale, Shape,
};

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = env::args().nth(1).ok_or("give the folder to write to")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    for figure in [standard(), grid(), tails(), heat(), narrow()] {
        fs::write(folder.join(format!("{}.svg", figure.name)), figure.to_svg())?;
        fs::write(folder.join(format!("{}.png", figure.name)), figure.to_png()?)?;
    }
    Ok(())
}

/// Curves with bands and theory on logarithmic axes, and errors with intervals.
fn standard() -> Figure {
    Figure { panel_height: 190.0, ..Figure::new("standard", 2, vec![risk(), weak_error()]) }
}

fn risk() -> Panel {
    let mut risk = Panel::new("Risk along training", Axis::log("iteration *k*"), {
        Axis::log("excess risk").between(1e-3, 2.0)
    });
    for (i, (name, floor, speed)) in
        [("SGD", 2e-3, 0.012), ("SignSGD", 9e-3, 0.03), ("Adam", 5e-3, 0.06)].iter().enumerate()
    {
        let theory = |k: f64| 0.95 / pow(1.0 + speed * k, 1.25) + floor;
        let noisy = |k: f64| theory(k) * (1.0 + 0.05 * sin(9.0 * log(k) + i as f64));
        let k: Vec<f64> = (0..=400).map(|j| pow(10.0, 4.0 * f64::from(j) / 400.0)).collect();
        let band = k.iter().map(|&k| (k, 0.8 * noisy(k), 1.25 * noisy(k))).collect();
        let colour = Colour::Series(i);
        risk = risk
            .with(Mark::band(band).coloured(colour))
            .with(
                Mark::line(k.iter().map(|&k| (k, noisy(k))).collect())
                    .coloured(colour)
                    .labelled(name),
            )
            .with(Mark::line(k.iter().map(|&k| (k, theory(k))).collect()).dashed(Dash::Dashed));
    }
    risk
}

fn weak_error() -> Panel {
    let mut weak = Panel::new(
        "Weak error",
        Axis::log("step size *η*"),
        Axis::log("|E *f*(*x*) − E *f*(*X*)|").between(3e-5, 0.5),
    );
    for (i, order) in [1.0, 2.0].into_iter().enumerate() {
        let points: Vec<Estimate> = (0..6)
            .map(|j| {
                let x = pow(2.0, -7.0 + f64::from(j));
                let y = [0.8, 0.9][i] * pow(x, order);
                let half = 2e-4 + 0.12 * y;
                Estimate { x, y, lo: y - half, hi: y + half }
            })
            .collect();
        let joined = points.iter().map(|p| (p.x, p.y)).collect();
        weak = weak.with(Mark::line(joined).coloured(Colour::Grey)).with(
            Mark::intervals(points)
                .coloured(Colour::Series(i))
                .marked(Marker::series(i), 4.0)
                .labelled(&format!("slope {order}")),
        );
    }
    weak
}

/// Quantile and tail plots of nine samples.
fn grid() -> Figure {
    let panels = (0..9).map(|i| if i % 3 == 2 { ccdf(i) } else { quantiles(i) }).collect();
    Figure::new("grid", 3, panels)
}

/// Uniform variates on a lattice, shuffled by a multiplicative step; enough for a picture.
fn uniform(n: usize, shift: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 7919 + shift * 104_729) % n) as f64 / n as f64 + 0.5 / n as f64).collect()
}

fn quantiles(i: usize) -> Panel {
    let n = 4000;
    let power = 1.0 + 0.15 * i as f64;
    let mut sample: Vec<f64> = uniform(n, i)
        .into_iter()
        .map(|u| logistic(u) * pow(logistic(u).abs() + 0.2, power - 1.0))
        .collect();
    sample.sort_by(f64::total_cmp);
    let points = (0..n).map(|j| (logistic((j as f64 + 0.5) / n as f64), sample[j])).collect();
    Panel::new(
        &format!("*η* = 0.{}, *b* = {}", i + 1, 1 << i),
        Axis::linear("model quantile"),
        Axis::linear("*z*_{(*i*)}"),
    )
    .with(Mark::new(Shape::Diagonal).coloured(Colour::Grey))
    .with(Mark::points(points).coloured(Colour::Series(0)).marked(Marker::Disc, 2.4))
    .noted(Place::Corner(Corner::TopLeft), "*p* = 0.03\n*A*^{2} = 4.1")
}

fn logistic(u: f64) -> f64 {
    log(u / (1.0 - u))
}

fn ccdf(i: usize) -> Panel {
    let n = 3000;
    let index = 1.2 + 0.3 * i as f64;
    let mut sample: Vec<f64> = uniform(n, i).into_iter().map(|u| pow(u, -1.0 / index)).collect();
    sample.sort_by(f64::total_cmp);
    let steps = (0..n).map(|j| (sample[j], 1.0 - (j as f64 + 1.0) / n as f64)).collect();
    let largest = sample[n - 1];
    Panel::new(
        &format!("tail, *α* = {index:.1}"),
        Axis::log("*x*").between(1.0, largest),
        Axis::log("P(|*X*| > *x*)"),
    )
    .with(
        Mark::new(Shape::Steps { points: steps, dash: Dash::Solid })
            .coloured(Colour::Series(1))
            .labelled("data"),
    )
    .with(
        Mark::line(vec![(1.0, 1.0), (largest, pow(largest, -index))])
            .dashed(Dash::Dashed)
            .labelled("Pareto"),
    )
    .legend(Legend::Emptiest)
}

/// A survival function against two references, and the same sample as bars.
fn tails() -> Figure {
    let n = 5000;
    let mut sample: Vec<f64> = uniform(n, 3)
        .into_iter()
        .map(|u| pow(u, -1.0 / 2.5) * (1.0 + 0.1 * sin(40.0 * u)))
        .collect();
    sample.sort_by(f64::total_cmp);
    Figure::new("tails", 2, vec![survival(&sample), density(&sample)])
}

fn curve(f: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    (0..=200).map(|j| pow(10.0, 1.5 * f64::from(j) / 200.0)).map(|x| (x, f(x))).collect()
}

fn survival(sample: &[f64]) -> Panel {
    let n = sample.len();
    let steps = (0..n).map(|j| (sample[j], 1.0 - (j as f64 + 1.0) / n as f64)).collect();
    Panel::new("Survival function", Axis::log("*x*"), Axis::log("P(*X* > *x*)").between(1e-4, 1.2))
        .with(
            Mark::line(curve(|x| pow(x, -2.5)))
                .coloured(Colour::Series(1))
                .dashed(Dash::Dashed)
                .labelled("*x*^{−5/2}"),
        )
        .with(
            Mark::line(curve(|x| exp(1.0 - x)))
                .coloured(Colour::Series(2))
                .dashed(Dash::DashDot)
                .labelled("e^{1−*x*}"),
        )
        .with(
            Mark::new(Shape::Steps { points: steps, dash: Dash::Solid })
                .coloured(Colour::Series(0))
                .labelled("sample"),
        )
        .legend(Legend::Inside(Corner::BottomLeft))
}

fn density(sample: &[f64]) -> Panel {
    let n = sample.len() as f64;
    let edges: Vec<f64> = (0..=30).map(|j| 1.0 + 0.1 * f64::from(j)).collect();
    let heights = edges
        .windows(2)
        .map(|e| sample.iter().filter(|x| (e[0]..e[1]).contains(*x)).count() as f64 / (0.1 * n))
        .collect();
    let law = curve(|x| 2.5 * pow(x, -3.5));
    Panel::new("Density", Axis::linear("*x*").between(1.0, 4.0), Axis::linear("density"))
        .with(
            Mark::new(Shape::Bars { edges, heights })
                .coloured(Colour::Series(0))
                .labelled("sample"),
        )
        .with(Mark::line(law).coloured(Colour::Series(1)).labelled("5/2 *x*^{−7/2}"))
        .with(Mark::new(Shape::Vertical(5.0 / 3.0)).coloured(Colour::Ink).labelled("mean"))
}

/// A heat map over two logarithmic parameters, and one over categories.
fn heat() -> Figure {
    let edges = |n: i32, lo: f64, step: f64| -> Vec<f64> {
        (0..=n).map(|i| pow(10.0, lo + step * f64::from(i))).collect()
    };
    let values = (0..12 * 10).map(|i| {
        let (x, y) = (f64::from(i % 12), f64::from(i / 12));
        if i > 115 { f64::NAN } else { pow(10.0, -4.0 + 0.3 * (x - 4.0).abs() + 0.25 * y) }
    });
    let map = HeatMap {
        x_edges: edges(12, -3.0, 0.25),
        y_edges: edges(10, 0.0, 0.3),
        values: values.collect(),
        scale: Scale::Log,
        range: None,
    };
    let tail = Panel::new("Excess risk", Axis::log("step size *η*"), Axis::log("batch *b*"))
        .with(Mark::new(Shape::HeatMap(map)).labelled("excess risk"));
    let names = |names: &[&str]| -> Vec<(f64, String)> {
        names.iter().enumerate().map(|(i, n)| (i as f64 + 0.5, (*n).to_owned())).collect()
    };
    let map = HeatMap {
        x_edges: vec![0.0, 1.0, 2.0, 3.0],
        y_edges: vec![0.0, 1.0, 2.0, 3.0, 4.0],
        values: (0..12).map(|i| sqrt(f64::from(i))).collect(),
        scale: Scale::Linear,
        range: Some((0.0, 4.0)),
    };
    let table = Panel::new(
        "Distance of laws",
        Axis::linear("problem").named(names(&["least squares", "logistic", "two-layer"])),
        Axis::linear("").named(names(&["SGD", "Adam", "RMSprop", "SignSGD"])),
    )
    .with(Mark::new(Shape::HeatMap(map)).labelled("*W*_{1}"));
    Figure { panel_height: 170.0, ..Figure::new("heat", 2, vec![tail, table]) }
}

/// One column: points of six series, small numbers, ticks below one decade.
fn narrow() -> Figure {
    let mut panel = Panel::new(
        "Six series in one column, with a title that needs two lines",
        Axis::log("temperature *T* = *η*/*b*"),
        Axis::linear("variance of *x*_{∞}"),
    );
    for i in 0..6 {
        let points: Vec<(f64, f64)> = (0..8)
            .map(|j| {
                (2.0 + 0.7 * f64::from(j), 1e-6 * (f64::from(j) * (1.0 + 0.35 * i as f64) + 3.0))
            })
            .collect();
        let (colour, name) = (Colour::Series(i), format!("*d* = {}", 1 << i));
        panel = panel
            .with(
                Mark::line(points.clone()).coloured(colour).dashed(Dash::series(i)).labelled(&name),
            )
            .with(
                Mark::points(points)
                    .coloured(colour)
                    .marked(Marker::series(i), 5.0)
                    .labelled(&name),
            );
    }
    panel = panel.noted(Place::At(4.0, 1.5e-5), "slope *σ*^{2}/2");
    Figure { width: ONE_COLUMN, panel_height: 180.0, ..Figure::new("narrow", 1, vec![panel]) }
}
