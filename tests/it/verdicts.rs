//! Claims, chains that diverge and analyses that fail: reported, counted, in the exit code.

use crate::project::{Project, SMALL};

#[test]
fn a_verdict_that_is_not_the_one_on_record_is_an_exit_code() {
    let project = Project::small();
    project.edit("small.yaml", "expect: reproduced", "expect: contradicted");
    let differs = "differs: claim small-spread is reproduced, on record contradicted";
    for _ in 0..2 {
        project.run(["reproduce"]).code(1).prints(differs);
        project.run(["reproduce", "--quiet"]).code(1).prints(differs);
    }
    project.run(["report"]).code(1).prints(differs);
    project.run(["plan"]).code(0);
    project.edit("small.yaml", "expect: contradicted", "expect: reproduced");
    project.run(["reproduce"]).code(0).prints_no("differs");
}

#[test]
fn each_verdict_can_be_given_and_is_in_the_ledger() {
    for (test, verdict) in [
        ("std > 0", "reproduced"),
        ("std > 1e6", "contradicted"),
        ("nu > 5", "inconclusive"),
        ("step_size == 0.1", "contradicted"),
    ] {
        let project = Project::small();
        project.edit("small.yaml", "std > 0", test);
        project.edit("small.yaml", "expect: reproduced", &format!("expect: {verdict}"));
        project.run(["reproduce"]).code(0);
        let ledger = project.contents("reports").remove("reports/claims.json").expect("a ledger");
        let ledger: serde_json::Value = serde_json::from_slice(&ledger).expect("JSON");
        let claim = &ledger[0];
        assert_eq!(ledger.as_array().map(Vec::len), Some(1));
        for (key, value) in [
            ("id", "small-spread"),
            ("paper", "2402.01382"),
            ("item", "small"),
            ("statement", "The iterates spread."),
            ("source", "Section 4 (derived here)"),
            ("verdict", verdict),
            ("expected", verdict),
        ] {
            assert_eq!(claim[key], value, "{test}: {claim:#}");
        }
        let evidence = claim["evidence"].as_array().expect("a list");
        assert_eq!(evidence.len(), 2, "{claim:#}");
    }
}

/// The bounds fall with the step size; a table of theories has a row for each.
#[test]
fn a_test_sees_the_row_before_and_rows_of_other_analyses_by_name() {
    for (test, verdict, n_evidence) in [
        ("eta_upper < previous.eta_upper", "reproduced", 1),
        ("eta_upper > previous.eta_upper", "contradicted", 1),
        ("eta_upper == theories.hsgd_upper.index", "reproduced", 2),
        ("eta_upper < theories.hsgd_lower.index", "contradicted", 2),
    ] {
        let project = Project::small();
        let analyses = "  tails: { estimate: tail_bounds, of: runs }\n  \
                        theories: { estimate: tail_theory, of: runs, theories: [hsgd_upper, hsgd_lower] }";
        project.edit("small.yaml", "  tails: { estimate: tail_index, of: runs }", analyses);
        project.edit("small.yaml", "[step_size, n, n_diverged, std]", "[step_size, eta_upper]");
        project.edit("small.yaml", "y: std", "y: eta_upper");
        project.edit("small.yaml", "std > 0", test);
        project.edit("small.yaml", "expect: reproduced", &format!("expect: {verdict}"));
        project.run(["reproduce"]).code(0);
        let claims = project.contents("reports").remove("reports/small/claims.json").expect("one");
        let claims: serde_json::Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(claims[0]["evidence"].as_array().map(Vec::len), Some(n_evidence), "{test}");
    }
}

/// A name that no row says is no evidence that is missing, but a mistake.
#[test]
fn a_name_that_no_row_says_is_reported() {
    let project = Project::small();
    let analyses = "  tails: { estimate: tail_bounds, of: runs }\n  \
                    theories: { estimate: tail_theory, of: runs, theories: [hsgd_upper] }";
    project.edit("small.yaml", "  tails: { estimate: tail_index, of: runs }", analyses);
    project.edit("small.yaml", "[step_size, n, n_diverged, std]", "[step_size, eta_upper]");
    project.edit("small.yaml", "y: std", "y: eta_upper");
    project.edit("small.yaml", "std > 0", "eta_upper == theories.hsgd_uper.index");
    project.edit("small.yaml", "expect: reproduced", "expect: inconclusive");
    let problem = "`theories.hsgd_uper.index`: no row of analysis `theories` says `hsgd_uper`";
    for _ in 0..2 {
        project.run(["reproduce"]).code(1).prints(problem);
    }
    project.edit("small.yaml", "hsgd_uper", "hsgd_upper");
    project.edit("small.yaml", "expect: inconclusive", "expect: reproduced");
    project.run(["reproduce"]).code(0).prints_no(problem);
}

#[test]
fn small_profiles_judge_nothing() {
    let profile = "profiles: { smoke: { simulate: { runs: { chains: 10 } } } }\n";
    let project = Project::new().manifest("small.yaml", &format!("{SMALL}\n{profile}"));
    project.edit("small.yaml", "expect: reproduced", "expect: contradicted");
    project.run(["reproduce", "--profile", "smoke"]).code(0).prints_no("differs");
    project.run(["reproduce"]).code(1).prints("differs");
}

#[test]
fn chains_that_diverge_are_counted() {
    let project = Project::small();
    for (old, new) in [
        ("[0.1, 0.2]", "[0.1, 3]"),
        ("steps: 50", "steps: 800"),
        ("tail_index, of: runs", "goodness_of_fit, of: runs, families: [normal], bootstrap: 0"),
        ("std] }", "scale] }"),
        ("y: std", "y: scale"),
        ("std > 0", "scale > 0"),
    ] {
        project.edit("small.yaml", old, new);
    }
    project.run(["reproduce"]).code(0);
    let csv = project.contents("reports").remove("reports/small/tails.csv").expect("a table");
    let csv = String::from_utf8(csv).expect("text");
    let counts = |step_size: &str| -> (u32, u32) {
        let row = csv.lines().find(|line| line.starts_with(step_size)).expect("a row");
        let fields: Vec<&str> = row.split(',').collect();
        (fields[1].parse().expect("a count"), fields[2].parse().expect("a count"))
    };
    assert!(csv.starts_with("step_size,n,n_diverged,"), "{csv}");
    assert_eq!(counts("0.1,"), (40, 0));
    let (left, diverged) = counts("3,");
    assert!(diverged > 0 && left > 0 && left + diverged == 40, "{csv}");
    let page = project.contents("reports").remove("reports/small/README.md").expect("a page");
    let page = String::from_utf8(page).expect("text");
    let said = format!(
        "in 1 of 2 cells more than a tenth of the chains diverged, and statistics are those of the others; most in step\\_size=3, {diverged} of 40."
    );
    assert!(page.contains(&said), "{said} is not in {page}");
}

#[test]
fn an_analysis_that_fails_leaves_the_others() {
    let project = Project::small();
    project.edit("small.yaml", "[0.1, 0.2]", "[0.1, 100]");
    project.edit("small.yaml", "steps: 50", "steps: 2000");
    for _ in 0..2 {
        project
            .run(["reproduce"])
            .code(1)
            .prints("failed: small, analysis `tails`, step_size=100: ")
            .prints("40")
            .prints_no("step_size=0.1:");
    }
    let reports = project.contents("reports");
    let csv = String::from_utf8_lossy(&reports["reports/small/tails.csv"]);
    assert!(csv.lines().any(|line| line.starts_with("0.1,40,0,")), "{csv}");
    let failed = project.run(["reproduce", "--format", "json"]).code(1).json();
    assert_eq!(failed["failed"].as_array().map(Vec::len), Some(1), "{failed:#}");
    assert_eq!(failed["failed"][0]["analysis"], "tails");
}

#[test]
fn theory_of_sgd_is_of_no_other_cell() {
    for (cell, reason) in [
        (
            "model: sign_sgd, data: small",
            "the theory is of SGD and its equations, not of model `sign_sgd`",
        ),
        ("model: sgd, problem: quadratic", "the problem of the cell is not least squares"),
    ] {
        for estimator in ["tail_bounds", "sgd_tail_index"] {
            let manifest = format!(
                "title: Theory of other cells\n\
                 data: {{ small: {{ source: gaussian_design, rows: 30, columns: 3, numpy_seed: 1 }} }}\n\
                 simulate: {{ runs: {{ {cell}, step_size: 0.1, steps: 5, chains: 2, observe: [error] }} }}\n\
                 analyse: {{ theory: {{ estimate: {estimator}, of: runs }} }}\n"
            );
            let project = Project::new().manifest("theory.yaml", &manifest);
            let run = project.run(["reproduce"]).code(1);
            assert!(format!("{run:?}").contains(reason), "{run:#?}");
        }
    }
}

/// A value that no row has, as a name for the word of a manifest, is no empty table.
#[test]
fn filters_that_no_row_meets_are_named() {
    let project = Project::small();
    project.edit(
        "small.yaml",
        "tails: { of: tails,",
        "tails: { of: tails, where: { step_size: 0.15 },",
    );
    let run = project.run(["reproduce"]).code(1);
    run.prints("table `tails`: no row of `tails` has step_size 0.15");
}
