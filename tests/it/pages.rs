//! Pages for readers: names of words, long evidence, the row before, the ledger by paper.

use crate::project::Project;

fn page(project: &Project, path: &str) -> String {
    let bytes = project.contents("reports").remove(path).expect("a file of the report");
    String::from_utf8(bytes).expect("text")
}

#[test]
fn a_manifest_names_columns_and_values() {
    let project = Project::small();
    project.edit(
        "small.yaml",
        "analyse:",
        "names: { step_size: \"*γ*\", small: the design }\nanalyse:",
    );
    project.edit("small.yaml", "[step_size, n, n_diverged, std]", "[step_size, data, n, std]");
    project.edit("small.yaml", "y: std }", "y: std, facet: step_size }");
    project.run(["reproduce"]).code(0);
    let text = page(&project, "reports/small/README.md");
    assert!(text.contains("| *γ* | data       |"), "{text}");
    assert!(text.contains("| the design |"), "{text}");
    let svg = page(&project, "reports/small/spread.svg");
    assert!(svg.contains("= 0.1"), "{svg}");
}

#[test]
fn a_name_of_a_word_that_is_nowhere_is_reported() {
    let project = Project::small();
    project.edit("small.yaml", "analyse:", "names: { sme_9: SME-9 }\nanalyse:");
    let problem = "`names`, `sme_9`: no row has this column or says this";
    project.run(["reproduce"]).code(1).prints(problem);
    project.edit("small.yaml", "sme_9: SME-9", "std: spread");
    project.run(["reproduce"]).code(0).prints_no(problem);
}

#[test]
fn evidence_shows_the_row_before() {
    let project = Project::small();
    project.edit(
        "small.yaml",
        "test: \"std > 0\"",
        "test: \"std > previous.std\"\n    evidence: [std]",
    );
    project.run(["reproduce"]).code(0);
    let text = page(&project, "reports/small/README.md");
    assert!(text.contains("std | previous.std |"), "{text}");
    project.edit("small.yaml", "evidence: [std]", "evidence: [previous.nn]");
    project.run(["reproduce"]).code(2).complains("nn");
}

#[test]
fn long_evidence_begins_with_what_fails_and_is_whole_in_a_file() {
    let project = Project::small();
    let steps: Vec<String> = (1..=20).map(|i| format!("{}", f64::from(i) / 100.0)).collect();
    project.edit("small.yaml", "[0.1, 0.2]", &format!("[{}]", steps.join(", ")));
    let test = "test: \"step_size <= 0.195\"\n    evidence: [n]";
    project.edit("small.yaml", "test: \"std > 0\"", test);
    project.edit("small.yaml", "expect: reproduced", "expect: contradicted");
    project.run(["reproduce"]).code(0);
    let text = page(&project, "reports/small/README.md");
    let at = |text: &str, part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    assert!(at(&text, "| 0.2 ") < at(&text, "| 0.19 "), "{text}");
    assert!(!text[..at(&text, "12 of 20 rows")].contains("| 0.01 "), "{text}");
    let all = page(&project, "reports/small/claims/small-spread.csv");
    assert_eq!(all.lines().count(), 21, "{all}");
    assert!(all.starts_with("step_size,n,test\r\n0.01,"), "{all}");
    let file = project.run(["explain", "reports/small/claims/small-spread.csv"]).code(0);
    file.prints("small-spread");
    project.edit("small.yaml", &steps.join(", "), "0.1, 0.2");
    project.run(["reproduce"]).code(0);
    assert!(!project.path("reports/small/claims/small-spread.csv").exists());
}

#[test]
fn the_ledger_counts_by_paper_and_shows_remarks_of_what_fails() {
    let project = Project::small();
    project.edit("small.yaml", "std > 0", "std > 1e6");
    let remark = "expect: contradicted\n    remark: It is *smaller*.";
    project.edit("small.yaml", "expect: reproduced", remark);
    project.run(["reproduce"]).code(0);
    let text = page(&project, "reports/README.md");
    for part in [
        "| [arXiv 2402.01382](#arxiv-240201382) | 1 | 0 | 1 | 0 |",
        "(small/README.md#-contradicted-small-spread)",
        "<br>It is *smaller*.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let heading = "### ✗ Contradicted: small-spread";
    assert!(page(&project, "reports/small/README.md").contains(heading));
}
