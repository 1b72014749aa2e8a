//! `report --html`: the reports as a site.

use std::fs;

use crate::project::{Project, SMALL};

#[test]
fn a_site_has_a_ledger_and_a_page_with_its_provenance_for_every_item() {
    let project = Project::small();
    project.run(["report", "--html", "site"]).code(1).complains("blocks are not in the store");
    assert!(!project.path("site").exists());
    project.reproduce();
    project.run(["report", "--html", "site"]).code(0).prints("2 pages in site");
    let page = |path: &str| fs::read_to_string(project.path(path)).expect("a page");
    let ledger = page("site/index.html");
    assert!(ledger.contains("href=\"small/index.html#small-spread\""), "{ledger}");
    assert!(ledger.contains("The iterates spread."), "{ledger}");
    let item = page("site/small/index.html");
    let results = project.list("store/results", "parquet").remove(0);
    let file = results.rsplit('/').next().expect("a name");
    for wanted in [
        "id=\"small-spread\"",
        "<img src=\"spread.svg\"",
        "<a href=\"tails.csv\">CSV</a> <button",
        "maruyama reproduce experiments&#x2f;small.yaml",
        "estimate: tail_index",
        "maruyama explain small experiments&#x2f;small.yaml",
        "Cells of the sweep runs (2)",
        "<th>step_size</th>",
        "<tr><td>seed</td><td>1</td></tr>",
        " UTC</td>",
        file.strip_suffix(".parquet").expect("a results file"),
    ] {
        let is_there = item.contains(wanted) || item.contains(&wanted.replace("&#x2f;", "/"));
        assert!(is_there, "no `{wanted}` in {item}");
    }
    assert!(project.path("site/small/spread.svg").is_file());
    assert!(!item.contains("data-version") && !project.path("site/live.js").exists());
    let first = project.contents("site");
    project.run(["report", "--quiet", "--html", "site"]).code(0);
    assert_eq!(project.contents("site"), first);
}

#[test]
fn what_a_manifest_says_cannot_become_a_part_of_the_page() {
    let project = Project::small();
    project.edit("small.yaml", "A small experiment", "\"<script>alert(1)</script>\"");
    project.edit("small.yaml", "The iterates spread.", "\"</template><b onclick='x'>a < b\"");
    project.reproduce();
    project.run(["report", "--html", "site"]).code(0);
    for page in ["site/index.html", "site/small/index.html"] {
        let text = fs::read_to_string(project.path(page)).expect("a page");
        assert!(!text.contains("<script>alert") && !text.contains("<b onclick"), "{text}");
    }
}

#[test]
fn published_values_stand_beside_ours_and_say_how_they_are_known() {
    let text = SMALL.replace("estimate: tail_index, of: runs", "estimate: moments, of: runs");
    let text = text.replace(
        "columns: [step_size, n, n_diverged, std]",
        "columns: [step_size, ref_mean, mean]",
    );
    let text = text
        .replace("of: tails\n    test: \"std > 0\"", "of: tails\n    test: \"ref_mean > mean\"");
    let entry = "{ of: tails, where: { step_size: 0.1 }, kind: paper, source: Table 1, values: { mean: 1000 } }";
    let text = format!("{text}\nreference:\n  - {entry}\n");
    let project = Project::new().manifest("small.yaml", &text);
    project.run(["reproduce"]);
    project.run(["report", "--html", "site"]);
    let page = |path: &str| fs::read_to_string(project.path(path)).expect("a page");
    let report = page("reports/small/README.md");
    assert!(report.contains("ref\\_mean (paper-reported)"), "{report}");
    assert!(report.contains(" 1000 |"), "{report}");
    let claims = page("reports/small/claims.json");
    let claims: serde_json::Value = serde_json::from_str(&claims).expect("JSON");
    let published = &claims[0]["published"][0];
    assert_eq!(
        (&published["published"], &published["known"]),
        (&1000.0.into(), &"paper-reported".into())
    );
    assert_eq!(published["of"]["step_size"], "0.1");
    assert!(published["ours"]["value"].is_number(), "{published}");
    let item = page("site/small/index.html");
    assert!(item.contains("<small>paper-reported</small></span></th>"), "{item}");
    assert!(item.contains("<span class=\"published\">1000</span></td>"), "{item}");
    let ledger = page("site/index.html");
    assert!(
        ledger
            .contains("title=\"Table 1\">1000 <small>paper-reported</small></span></dd><dd>ours "),
        "{ledger}"
    );
}

#[test]
fn a_long_sweep_has_pages_of_its_cells_and_each_stays_small() {
    let steps: Vec<String> = (1..=1200).map(|n| format!("{}", f64::from(n) / 10_000.0)).collect();
    let project = Project::small();
    project.edit("small.yaml", "steps: 50\n    chains: 40", "steps: 2\n    chains: 2");
    project.edit("small.yaml", "[0.1, 0.2]", &format!("[{}]", steps.join(", ")));
    project.edit("small.yaml", "estimate: tail_index", "estimate: moments");
    project.edit("small.yaml", "expect: reproduced", "expect: reproduced\n    over: any");
    project.run(["reproduce", "--quiet"]);
    project.run(["report", "--quiet", "--html", "site"]);
    let page = |path: &str| fs::read_to_string(project.path(path)).expect("a page");
    let item = page("site/small/index.html");
    assert!(
        item.contains(
            "<a href=\"cells-runs-1.html\">1 to 1000</a>, <a href=\"cells-runs-2.html\">"
        )
    );
    let cells = [page("site/small/cells-runs-1.html"), page("site/small/cells-runs-2.html")];
    let rows = cells.each_ref().map(|text| text.matches("<code title=").count());
    assert!(rows[0] >= 1000 && rows[1] >= 200, "{rows:?}");
    for text in cells.iter().chain([&item]) {
        assert!(text.len() < 2_000_000, "{} bytes", text.len());
    }
}
