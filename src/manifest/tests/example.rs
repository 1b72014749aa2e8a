//! A manifest with everything that a manifest can have.

use maruyama_dynamics::parameter::Value;

use super::{parse, vocabulary};
use crate::manifest::canonical;
use crate::manifest::types::{Cell, Manifest, Over, Status, Verdict};

const EXAMPLE: &str = include_str!("example.yaml");

fn parse_example(profile: &str) -> Manifest {
    let path = "experiments/hsgd/table2.yaml";
    crate::manifest::parse(path, EXAMPLE, &vocabulary(), profile).unwrap_or_else(|d| panic!("{d}"))
}

#[test]
fn the_head_is_read() {
    let manifest = parse_example("paper");
    assert_eq!(manifest.item, "hsgd-table2");
    assert_eq!(manifest.about, "Markdown shown at the top of the report page.\n");
    let paper = manifest.paper.unwrap();
    assert_eq!((paper.arxiv.as_str(), paper.place.as_str()), ("2402.01382", "Section 4, Table 2"));
}

#[test]
fn the_item_defaults_to_the_path() {
    let (before, after) = EXAMPLE.split_once("item: hsgd-table2").unwrap();
    let text = format!("{before}{after}");
    let manifest = crate::manifest::parse("experiments/a/b.yaml", &text, &vocabulary(), "paper");
    assert_eq!(manifest.unwrap().item, "a-b");
    let diagnostics =
        crate::manifest::parse("bad name.yaml", &text, &vocabulary(), "paper").unwrap_err();
    assert!(diagnostics.list()[0].message.starts_with("`bad name`"), "{diagnostics}");
}

#[test]
fn the_grid_is_that_of_its_description() {
    let manifest = parse_example("paper");
    let [sgd, widths] = manifest.sweeps.as_slice() else { panic!("two sweeps") };
    let labels: Vec<String> = sgd.cells.iter().map(Cell::label).collect();
    assert_eq!(labels.len(), 2 * 3 - 1 + 1);
    assert_eq!(
        labels[0],
        "seed=1, data=X, step_size=0.02, steps=999, initial_std=0.5, batch_size=1"
    );
    assert_eq!(
        labels[3],
        "seed=2, data=Y, step_size=0.1, steps=9999, initial_std=0.5, batch_size=2"
    );
    assert_eq!(
        labels[5],
        "seed=7, data=X, step_size=0.01, steps=50, initial_std=0.5, batch_size=1"
    );
    let steps = |value: &Value| value.as_real().unwrap();
    let sizes: Vec<f64> =
        widths.cells.iter().step_by(3).map(|cell| steps(&cell.parameters["step_size"])).collect();
    assert_eq!((sizes[0], sizes[2], sizes[4]), (0.001, 0.01, 0.1));
    assert_eq!(widths.cells.len(), 15);
    let data = sgd.cells[0].data.as_ref().unwrap();
    assert_eq!(
        canonical::text(&data.parameters).unwrap(),
        "{\"columns\":200,\"numpy_seed\":1,\"rows\":2000,\"source\":\"gaussian_design\"}"
    );
}

#[test]
fn the_outputs_are_read() {
    let manifest = parse_example("paper");
    let fits = &manifest.analyses[0];
    assert_eq!((fits.estimate.as_str(), fits.of.as_str()), ("goodness_of_fit", "sgd"));
    assert_eq!(fits.parameters["level"].as_real(), Some(0.05));
    assert_eq!(fits.parameters["families"].as_list().map(<[Value]>::len), Some(2));
    let reference = &manifest.references[0];
    assert_eq!((reference.status, reference.filter.len()), (Status::Paper, 2));
    assert_eq!(reference.values[0].1.as_real(), Some(0.9));
    let columns = &manifest.tables[0].columns;
    assert_eq!((columns[0].show.value.as_str(), columns[0].digits), ("data", None));
    assert_eq!((columns[1].heading.as_deref(), columns[1].digits), (Some("$p$ (naive)"), Some(3)));
    let figure = &manifest.figures[0];
    assert_eq!(figure.across, Some(3));
    assert_eq!(figure.panels[0].facet.as_ref().map(|facet| facet.value.as_str()), Some("data"));
    let claim = &manifest.claims[0];
    assert_eq!((claim.over, claim.expect), (Over::Every, Verdict::Reproduced));
    assert_eq!(claim.place, "Section 4, Table 2");
    let operator = claim.test.part(8..10);
    assert_eq!(&EXAMPLE[operator.start..operator.end], ">=");
}

#[test]
fn the_profile_is_applied_to_sweeps_and_analyses() {
    let (paper, smoke) = (parse_example("paper"), parse_example("smoke"));
    let chains = |manifest: &Manifest, sweep: usize| {
        manifest.sweeps[sweep].cells[0].parameters["chains"].as_integer()
    };
    assert_eq!((chains(&paper, 0), chains(&smoke, 0)), (Some(1000), Some(50)));
    assert_eq!((chains(&paper, 1), chains(&smoke, 1)), (Some(100), Some(20)));
    assert_eq!(smoke.sweeps[0].cells.len(), 6);
    assert_eq!(smoke.analyses[0].parameters["bootstrap"].as_integer(), Some(20));
}

#[test]
fn anchors_and_merge_keys_share_settings() {
    let text = "\
title: t
simulate:
  a: &a { model: sgd, step_size: 0.1, steps: 5 }
  b: { <<: *a, steps: 6 }
";
    let manifest = parse(text).unwrap();
    let steps = |sweep: usize| manifest.sweeps[sweep].cells[0].parameters["steps"].as_integer();
    assert_eq!((steps(0), steps(1)), (Some(5), Some(6)));
}

#[test]
fn other_line_ends_change_nothing() {
    let crlf = format!("\u{feff}{}", EXAMPLE.replace('\n', "\r\n"));
    let manifest =
        crate::manifest::parse("experiments/x.yaml", &crlf, &vocabulary(), "paper").unwrap();
    let unix = parse_example("paper");
    for (a, b) in manifest.sweeps.iter().zip(&unix.sweeps) {
        for (a, b) in a.cells.iter().zip(&b.cells) {
            assert_eq!((&a.parameters, &a.data), (&b.parameters, &b.data));
        }
    }
    assert_eq!(manifest.about, unix.about);
}
