//! `stat`: statistics of anyone's numbers, the same as the pipeline's.

use std::fmt::Write as _;

use crate::project::Project;

/// Numbers with a heavy tail: quantiles of the Student-t law with two degrees of freedom, which are
/// (2p − 1)/√(2p(1 − p)).
fn heavy(shift: f64) -> String {
    let mut text = String::from("id,x\n");
    for n in 0..400 {
        let p = (f64::from(n) + 0.5) / 400.0;
        let _ = writeln!(text, "{n},{}", shift + (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt());
    }
    text
}

#[test]
fn a_column_has_moments_a_tail_and_fits() {
    let project = Project::new();
    project.write("own.csv", "name,x\r\n\"a, b\",1\r\nc,2\r\nd,\r\ne,6\r\n");
    let found = project.run(["stat", "own.csv", "x", "moments", "--format=json"]).code(0).json();
    assert_eq!((&found["values"], &found["missing"]), (&3.into(), &1.into()));
    let row = &found["statistics"]["moments"][0];
    let mean = row["mean"].as_f64().or(row["mean"]["value"].as_f64());
    assert_eq!(mean, Some(3.0), "{found:#}");
    project.write("heavy.csv", heavy(0.0));
    let found = project.run(["stat", "heavy.csv", "x", "--format=json"]).code(0).json();
    let nu = found["statistics"]["tail_index"][0]["nu"]["value"].as_f64().expect("a fit");
    assert!((nu - 2.0).abs() < 0.1, "the quantiles of t with 2 degrees of freedom have {nu}");
    let text = project.run(["stat", "heavy.csv", "x"]).code(0);
    text.prints("tail_index:").prints("student_t").prints("values: 400");
}

/// What `export` writes is what the analysis read: both give the same numbers.
#[test]
fn exported_results_have_the_statistics_of_the_pipeline() {
    let project = Project::small();
    project.reproduce();
    project.run(["export", "small/runs/step_size=0.2", "-o", "own.csv"]).code(0);
    let own =
        project.run(["stat", "own.csv", "value", "tail_index", "--format=json"]).code(0).json();
    let explained = project.run(["explain", "reports/small/tails.csv", "--row=2", "--format=json"]);
    let theirs = explained.code(0).json();
    assert_eq!(own["statistics"]["tail_index"][0], theirs["rows"][0]["values"]);
}

#[test]
fn two_columns_are_compared() {
    let project = Project::new();
    project.write("a.csv", heavy(0.0));
    project.write("b.csv", heavy(2.5));
    let arguments = [
        "stat",
        "a.csv",
        "x",
        "--against=b.csv",
        "--set=measures=[wasserstein_1]",
        "--format=json",
    ];
    let found = project.run(arguments).code(0).json();
    let row = &found["statistics"]["distance"][0];
    let distance = row["distance"]["value"].as_f64().expect("a distance");
    assert!((distance - 2.5).abs() < 1e-9, "{row:#}");
    assert_eq!(found["statistics"]["two_sample_test"].as_array().map(Vec::len), Some(2));
    assert!(project.run(arguments).json() == found, "the second time differs");
}

#[test]
fn what_is_no_sample_is_refused() {
    let project = Project::new();
    project.write("own.csv", "x,y\n1,a\n2,b\ninf,c\n");
    for (arguments, message) in [
        (["stat", "none.csv", "x", "moments"], "none.csv: "),
        (["stat", "own.csv", "z", "moments"], "no column `z`; its columns are x, y"),
        (["stat", "own.csv", "y", "moments"], "`a` in row 1 of `y` is no number"),
        (["stat", "own.csv", "x", "moments"], "column `x` is infinite in row 3"),
        (["stat", "own.csv", "x", "moment"], "did you mean `moments`?"),
        (["stat", "own.csv", "x", "distance"], "give `--against FILE`"),
        (["stat", "own.csv", "x", "--set=fractoin=0.1"], "did you mean `fraction`?"),
        (["stat", "own.csv", "x", "--set=observable=q2"], "nothing has a parameter `observable`"),
    ] {
        project.run(arguments).code(2).complains(message);
    }
    project.write("few.csv", "x\n1\n2\n");
    project.run(["stat", "few.csv", "x", "tail_index"]).code(2).complains("tail_index: ");
    project.write("own.csv", heavy(0.0));
    let set = "--set=fraction=2";
    project.run(["stat", "own.csv", "x", set]).code(2).complains("fraction");
    project.write("bytes.csv", b"x,y\n\xff,1\n\xe9,2\n");
    project.run(["stat", "bytes.csv", "x"]).code(2).complains("`\u{fffd}` in row 1 of `x`");
    project.run(["stat", "bytes.csv", "y", "moments"]).code(0);
    project.write("no.parquet", "x\n1\n");
    project.run(["stat", "no.parquet", "x"]).code(2).complains("no.parquet: ");
}

#[test]
fn results_files_are_read_as_they_are() {
    let project = Project::small();
    project.edit("small.yaml", "[0.1, 0.2]", "[0.2]");
    project.edit("small.yaml", "columns: [step_size, n", "columns: [n");
    project.reproduce();
    let file = project.list("store/results", "parquet").remove(0);
    let found = project.run(["stat", &file, "value", "moments", "--format=json"]).code(0).json();
    assert_eq!(found["values"], 40, "{found:#}");
}

/// Quantiles of the Pareto law P(X > x) = 1/x², which are positive: less their mean they have another
/// tail. Those of Cauchy's law have no mean, and a median of zero.
#[test]
fn a_tail_is_centred_as_one_says() {
    let project = Project::new();
    let column = |quantile: fn(f64) -> f64| {
        let numbers = (0..4000).map(|n| quantile((f64::from(n) + 0.5) / 4000.0));
        numbers.fold(String::from("x\n"), |text, x| format!("{text}{x}\n"))
    };
    let cauchy = |p: f64| {
        let (sin, cos) = maruyama_dynamics::real::sin_cos(std::f64::consts::PI * (p - 0.5));
        1.0 + sin / cos
    };
    project.write("pareto.csv", column(|p| 1.0 / (1.0 - p).sqrt()));
    project.write("cauchy.csv", column(cauchy));
    let hill = |file: &str, centre: &str| {
        let set = format!("--set=centre={centre}");
        let found = project.run(["stat", file, "x", "tail_index", &set, "--format=json"]).code(0);
        found.json()["statistics"]["tail_index"][0]["hill"]["value"].as_f64().expect("an index")
    };
    // Quantiles for a sample: the k-th largest is off by a part of 1/k, which sums to ln(k)/k.
    assert!((hill("pareto.csv", "nothing") - 2.0).abs() < 0.1);
    assert!((hill("pareto.csv", "mean") - 2.0).abs() > 0.1);
    assert!((hill("cauchy.csv", "median") - 1.0).abs() < 0.05);
}

#[test]
fn what_does_not_exist_leaves_the_other_statistics() {
    let project = Project::new();
    project.write("flat.csv", format!("x\n{}", "2\n".repeat(30)));
    let run = project.run(["stat", "flat.csv", "x"]).code(0);
    run.prints("mean: 2").prints("tail_index: none: ");
    project.run(["stat", "flat.csv", "x", "tail_index"]).code(2);
    let run = project.run(["stat", "flat.csv", "x", "moments", "--set=fraction=0.1"]).code(2);
    run.complains("there are none");
}
