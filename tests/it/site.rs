//! `report --html`: the reports as a site.

use std::fs;

use crate::project::Project;

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
        file,
    ] {
        let is_there = item.contains(wanted) || item.contains(&wanted.replace("&#x2f;", "/"));
        assert!(is_there, "no `{wanted}` in {item}");
    }
    assert!(project.path("site/small/spread.svg").is_file());
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
