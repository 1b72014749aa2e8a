//! `explain`, `ls` and `status`: where a number comes from, and what there is.

use serde_json::Value as Json;

use crate::project::Project;

fn explain(project: &Project, what: &str) -> Json {
    project.run(["explain", what, "--format", "json"]).code(0).json()
}

#[test]
fn a_number_of_a_table_leads_to_the_line_the_inputs_and_the_file_behind_it() {
    let project = Project::small();
    project.reproduce();
    let before = project.files("");
    let row = project
        .run(["explain", "reports/small/tails.csv", "--row=2", "--format=json"])
        .code(0)
        .json();
    assert_eq!(row["report"], "up to date");
    assert_eq!(row["table"], "tails (experiments/small.yaml:19)");
    let row = &row["rows"][0];
    assert_eq!(row["values"]["n"], 40.0);
    let outcome = row["outcome"].as_str().expect("an outcome");
    let file = outcome.rsplit("in ").next().expect("a file");
    assert!(project.path("store").join(file).is_file(), "{outcome}");
    let cell = &row["of"];
    assert_eq!((&cell["label"], &cell["state"]), (&"step_size=0.2".into(), &"up to date".into()));
    assert_eq!(cell["manifest"][0], "experiments/small.yaml:8 (sweep)");
    assert_eq!(cell["parameters"]["step_size"], "0.2");
    assert_eq!(cell["parameters"]["chains"], "40");
    assert!(cell["code"]["files"]["crates/dynamics/src/model/sgd.rs"].is_string(), "{cell:#}");
    assert!(cell["code"]["files"]["crates/dynamics/src/model/hsgd.rs"].is_null(), "{cell:#}");
    let block = &cell["blocks"][0];
    let file = block["file"].as_str().expect("a results file");
    assert!(project.path("store").join(file).is_file(), "{block:#}");
    assert!(project.files("") == before, "`explain` wrote something");
}

#[test]
fn figures_claims_items_and_manifests_are_explained() {
    let project = Project::small();
    project.reproduce();
    for file in ["spread.svg", "spread.png"] {
        let figure = explain(&project, &format!("reports/small/{file}"));
        assert_eq!(figure["figure"], "spread (experiments/small.yaml:22)");
        assert_eq!(figure["rows"].as_array().map(Vec::len), Some(2));
    }
    let claims = explain(&project, "reports/small/claims.json");
    assert_eq!(claims["claim"], "small-spread (experiments/small.yaml:26)");
    let item = explain(&project, "small");
    assert_eq!(item["sweeps"][0]["cells"], "2 cells, 2 up to date");
    assert_eq!(item["analyses"][0]["outcomes"], "2 of 2 stored");
    assert_eq!(item["report"], "up to date");
    assert_eq!(explain(&project, "experiments/small.yaml"), item);
}

#[test]
fn a_cell_says_why_it_would_run_and_what_waits_for_it() {
    let project = Project::small();
    project.run(["explain", "small/runs/step_size=0.2"]).code(0).prints("would run: never run");
    project.reproduce();
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, 0.3]");
    let cell = &explain(&project, "small/runs/step_size=0.3")[0];
    assert_eq!(cell["state"], "would run: step_size 0.2 → 0.3");
    assert_eq!(cell["analyses"][0]["outcome"], "waits for 1 block");
    assert_eq!(cell["blocks"][0]["file"], "not stored");
    let report = explain(&project, "small")["report"].clone();
    assert!(report.as_str().is_some_and(|text| text.starts_with("would be written")), "{report}");
}

#[test]
fn an_edited_report_is_told_from_an_outdated_one() {
    let project = Project::small();
    assert_eq!(explain(&project, "small")["report"], "never written from this store");
    project.reproduce();
    project.write("reports/small/tails.csv", "3.14");
    let report = explain(&project, "small")["report"].clone();
    assert_eq!(report, "would be written: not as written: small/tails.csv");
}

#[test]
fn files_of_the_store_the_code_and_the_data_lead_to_cells() {
    let project = Project::small();
    project.write("experiments/own.csv", "a,y\n1,2\n2,3.5\n3,7\n4,7.5\n");
    project.edit(
        "small.yaml",
        "{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }",
        "{ source: table, file: own.csv, response: y }",
    );
    project.reproduce();
    let result = project.list("store/results", "parquet").remove(0);
    let file = explain(&project, &result);
    assert_eq!(file["cells"].as_array().map(Vec::len), Some(2), "{file:#}");
    let outcomes = project.list("store/analyses", "jsonl").remove(0);
    assert!(explain(&project, &outcomes)["used by"][0].is_string());
    let data = explain(&project, "experiments/own.csv");
    assert_eq!(data["cells"].as_array().map(Vec::len), Some(2), "{data:#}");
    let code = explain(&project, "crates/dynamics/src/model/sgd.rs");
    assert_eq!(code["simulates"][0], "small, sweep `runs`: 2 cells");
}

#[test]
fn what_names_nothing_is_refused() {
    let project = Project::small();
    project.run(["explain", "smal"]).code(2).complains("did you mean `small`?");
    project.run(["explain", "0123456789"]).code(2).complains("names no item");
    project.reproduce();
    let row = project.run(["explain", "reports/small/tails.csv", "--row=3"]).code(2);
    row.complains("there is no row 3: the file shows 2 rows");
}

#[test]
fn cells_are_listed_with_state_size_and_time() {
    let project = Project::small();
    let states = |project: &Project| {
        let list = project.run(["ls", "--format", "json"]).code(0).json();
        let cells = list.as_array().expect("a list").clone();
        cells.iter().map(|cell| cell["state"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let is: fn(&Project) -> Vec<String> = states;
    assert_eq!(is(&project), ["missing", "missing"]);
    assert!(!project.path("store").exists(), "`ls` made a store");
    project.reproduce();
    assert_eq!(is(&project), ["stored", "stored"]);
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, 0.2, 0.3]");
    assert_eq!(is(&project), ["stored", "stored", "missing"]);
    project.run(["ls", "--state=missing"]).code(0).prints("step_size=0.3").prints_no("0.1");
    let list = project.run(["ls", "--format", "json"]).json();
    let size: u64 = project
        .list("store/results", "parquet")
        .iter()
        .map(|file| project.contents("store")[file].len() as u64)
        .sum();
    let sizes = [&list[0]["size_bytes"], &list[1]["size_bytes"]].map(|n| n.as_f64().unwrap_or(0.0));
    assert!((sizes[0] + sizes[1] - size as f64).abs() <= 1.0, "{sizes:?} are not {size} together");
    assert!(list[0]["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{list:#}");
    let status = project.run(["status", "--format", "json"]).code(0).json();
    assert_eq!(
        (&status["items"][0]["stored"], &status["items"][0]["cells"]),
        (&2.into(), &3.into())
    );
    for file in project.list("store/results", "parquet") {
        project.write(&file, "not what was written");
    }
    assert_eq!(is(&project), ["damaged", "damaged", "missing"]);
}
