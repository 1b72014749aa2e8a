//! Statistics over the chains that are kept instead of the chains.

use std::collections::BTreeMap;

use crate::project::Project;

/// A cell of 700 chains in three recorded steps, some of which diverge.
const REDUCED: &str = "\
title: Reduced
data: { small: { source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 } }
simulate:
  runs:
    model: sgd
    data: small
    step_size: 0.4
    steps: 60
    record_at: [0, 30]
    observe: [q1, x, error]
    chains: 700
    reduce: [moments, quantiles]
analyse:
  means: { estimate: moments, of: runs, observable: error }
  levels: { estimate: quantiles, of: runs, observable: x_1, levels: [0.025, 0.5, 0.975] }
tables:
  means: { of: means, columns: [step, n, n_diverged, mean, std, skewness, excess_kurtosis, min, max] }
  levels: { of: levels, columns: [step, n, min, q_025, q_5, q_975, max] }
figures:
  bands:
    panels:
      - { plot: band, of: means }
      - { plot: band, of: means, low: below, high: above }
      - { plot: band, of: levels, y: q_5, low: q_025, high: q_975 }
";

fn reduced() -> Project {
    Project::new().manifest("small.yaml", REDUCED)
}

/// The numbers of a table, by column; NaN for what is missing.
fn table(project: &Project, name: &str) -> BTreeMap<String, Vec<f64>> {
    let path = format!("reports/small/{name}.csv");
    let text = String::from_utf8(project.contents("reports")[&path].clone()).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<Vec<&str>> = lines.collect();
    let number = |text: &str| if text.is_empty() { f64::NAN } else { text.parse().unwrap() };
    let column = |idx: usize| rows.iter().map(|row| number(row[idx])).collect();
    names.iter().enumerate().map(|(idx, name)| ((*name).to_owned(), column(idx))).collect()
}

#[test]
fn statistics_are_those_of_the_chains_themselves() {
    let (project, chains) = (reduced(), reduced());
    chains.edit("small.yaml", "    reduce: [moments, quantiles]\n", "");
    assert_eq!(project.reproduce()["simulated"], 1);
    assert!(chains.reproduce()["analysed"].as_u64() > Some(0));
    let (found, of_chains) = (project.contents("reports"), chains.contents("reports"));
    assert!(found.contains_key("reports/small/bands.png"), "{:?}", found.keys());
    for name in ["means.csv", "levels.csv", "bands.svg"] {
        let path = format!("reports/small/{name}");
        assert_eq!(found[&path], of_chains[&path], "{name}");
    }
    let size = |project: &Project| -> usize {
        project
            .list("store/results", "parquet")
            .iter()
            .map(|path| project.contents("store")[path].len())
            .sum()
    };
    assert!(size(&project) < size(&chains), "statistics take less room than chains");
}

#[test]
fn threads_and_more_chains_change_no_bit() {
    let results = |threads: &str| {
        let project = reduced();
        project.edit("small.yaml", "chains: 700", "chains: 9000");
        project.run(["run", "--threads", threads]).code(0);
        (project.results(), project.contents("store/results"))
    };
    let (digest, files) = results("1");
    let parquet = |path: &&String| path.ends_with(".parquet");
    let (again, more) = results("2");
    assert_eq!(digest, again);
    let names = |files: &BTreeMap<String, Vec<u8>>| {
        files.keys().filter(parquet).cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&files), names(&more));
    // Three blocks; a cell of more chains has the two full ones of them.
    let project = reduced();
    project.edit("small.yaml", "chains: 700", "chains: 9000");
    assert_eq!(project.reproduce()["simulated"], 3);
    project.edit("small.yaml", "chains: 9000", "chains: 9001");
    assert_eq!(project.reproduce()["simulated"], 1);
}

#[test]
fn a_second_run_reads_what_is_stored() {
    let project = reduced();
    project.reproduce();
    let files = project.files("");
    assert_eq!(project.reproduce()["simulated"], 0);
    assert!(project.files("") == files, "a file was written again");
    project.edit("small.yaml", "levels: [0.025, 0.5, 0.975]", "levels: [0.025, 0.3, 0.5, 0.975]");
    let again = project.reproduce();
    assert_eq!((&again["simulated"], &again["analysed"]), (&0.into(), &1.into()));
    project.edit("small.yaml", "reduce: [moments, quantiles]", "reduce: [quantiles, moments]");
    assert_eq!(project.reproduce()["simulated"], 1, "another list is another cell");
}

#[test]
fn chains_that_diverge_are_counted() {
    let project = reduced();
    project.edit("small.yaml", "step_size: 0.4", "step_size: 5");
    project.edit("small.yaml", "steps: 60", "steps: 4000");
    project.reproduce();
    let means = table(&project, "means");
    assert_eq!(means["n_diverged"][0], 0.0, "{means:?}");
    assert_eq!((means["n_diverged"][2], means["n"][2]), (700.0, 0.0));
    assert!(means["mean"][2].is_nan() && means["mean"][1].is_finite(), "{means:?}");
    for (n, diverged) in means["n"].iter().zip(&means["n_diverged"]) {
        assert_eq!(n + diverged, 700.0);
    }
}

#[test]
fn a_long_record_is_written_some_steps_at_a_time() {
    let project = reduced();
    project.edit("small.yaml", "record_at: [0, 30]", "record_every: 1");
    project.edit("small.yaml", "steps: 60", "steps: 40000");
    project.edit("small.yaml", "chains: 700", "chains: 40");
    project.edit("small.yaml", "[q1, x, error]", "[error]");
    project.edit("small.yaml", "reduce: [moments, quantiles]", "reduce: [moments]");
    project.edit("small.yaml", "  levels: { estimate: quantiles, of: runs, observable: x_1, levels: [0.025, 0.5, 0.975] }\n", "");
    project.edit(
        "small.yaml",
        "  levels: { of: levels, columns: [step, n, min, q_025, q_5, q_975, max] }\n",
        "",
    );
    project.edit(
        "small.yaml",
        "      - { plot: band, of: levels, y: q_5, low: q_025, high: q_975 }\n",
        "",
    );
    let last = project.copy();
    project.reproduce();
    let means = table(&project, "means");
    assert_eq!(means["step"].len(), 40_001);
    last.edit("small.yaml", "    record_every: 1\n", "");
    last.edit("small.yaml", "    reduce: [moments]\n", "");
    last.reproduce();
    for (name, column) in table(&last, "means") {
        assert_eq!(means[&name].last(), column.last(), "{name}");
    }
}

#[test]
fn what_no_memory_could_hold_of_chains_is_planned_as_statistics() {
    let project = reduced();
    project.edit("small.yaml", "steps: 60", "steps: 1e9\n    record_every: 1");
    project.run(["plan"]).code(0);
    project.edit("small.yaml", "    reduce: [moments, quantiles]\n", "");
    project.run(["plan"]).code(2).complains("`reduce: [moments]`");
}

#[test]
fn mistakes_are_pointed_at() {
    for (old, new, place, fault, help) in [
        ("reduce: [moments,", "reduce: [momnets,", "12:14", "`momnets` is not", "`moments`"),
        ("reduce: [moments, quantiles]", "reduce: []", "12:13", "names no statistic", "`moments`"),
        ("reduce: [moments, quantiles]", "reduce: moments", "12:13", "`reduce`", "in brackets"),
        ("moments, quantiles]", "moments, moments]", "12:13", "`moments` is there twice", "once"),
        ("[0.025, 0.5, 0.975]", "[0.5, 1]", "15:75", "`levels`", "(0, 1)"),
        ("[0.025, 0.5, 0.975]", "[]", "15:69", "there is no level", "leave `levels` out"),
        ("[0.025, 0.5, 0.975]", "[0.5, 0.025, 0.975]", "15:69", "do not increase", "in order"),
        ("q_025, q_5, q_975, max", "q_25, q_5, q_975, max", "18:49", "no column `q_25`", "`q_025`"),
        (
            "reduce: [moments, quantiles]",
            "reduce: [moments]",
            "15:3",
            "analysis `levels` reads quantiles, and sweep `runs` keeps moments only",
            "add `quantiles` to `reduce`",
        ),
        (
            "estimate: moments, of: runs, observable: error",
            "estimate: tail_index, of: runs",
            "14:3",
            "analysis `means` reads single chains",
            "leave `reduce` out",
        ),
    ] {
        let project = reduced();
        project.edit("small.yaml", old, new);
        project
            .run(["plan"])
            .code(2)
            .complains(&format!("experiments/small.yaml:{place}"))
            .complains(fault)
            .complains(help);
    }
}

#[test]
fn projections_are_recorded_along_given_directions() {
    let project = Project::small();
    project.edit(
        "small.yaml",
        "steps: 50",
        "steps: 50\n    observe: [projection, x_2, mean_of_projection_0]\n    \
         directions: [[0, 0, 1], [0.5, -2, 1]]",
    );
    let analysis = "estimate: tail_index, observable: projection_0";
    project.edit("small.yaml", "estimate: tail_index", analysis);
    project.reproduce();
    let table = "reports/small/tails.csv";
    let along = project.contents("reports")[table].clone();
    project.edit("small.yaml", "observable: projection_0", "observable: x_2");
    assert_eq!(project.reproduce()["simulated"], 0);
    assert_eq!(project.contents("reports")[table], along, "the direction is a coordinate");
    project.edit("small.yaml", "observable: x_2", "observable: mean_of_projection_0");
    project.reproduce();
    assert_ne!(project.contents("reports")[table], along);
}

#[test]
fn directions_must_fit() {
    for (settings, fault, help) in [
        ("observe: [projection_0]", "`projection_0` needs directions", "give `directions`"),
        ("directions: [[1, 0, 0]]", "they have no effect", "add `projection`"),
        (
            "observe: [projection]\n    directions: [[1, 0, 0], [1, 0]]",
            "direction 1 has 2 numbers; the problem has 3 parameters",
            "for each parameter",
        ),
        (
            "observe: [projection_1]\n    directions: [[1, 0, 0]]",
            "there is no `projection_1`: the cell gives 1 directions",
            "the last one is `projection_0`",
        ),
        ("observe: [projection]\n    directions: [1, 0, 0]", "`directions`", "in brackets"),
        ("observe: [projektion_0]", "`projektion_0` is not a value", "`projection_0`"),
    ] {
        let project = Project::small();
        project.edit("small.yaml", "steps: 50", &format!("{settings}\n    steps: 50"));
        project
            .run(["plan"])
            .code(2)
            .complains("experiments/small.yaml:1")
            .complains(fault)
            .complains(help);
    }
}
