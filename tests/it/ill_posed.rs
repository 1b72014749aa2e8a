//! What does not exist or cannot be computed: the program says so, and why.

use crate::project::Project;

const DATA: &str = "x,y\n1.0,1.2\n-0.5,-0.1\n1.5,1.0\n0.8,0.9\n";

/// A manifest on four samples of one feature (`line`, for which K = 1.578 and the covariance exists
/// below γ = 3.68), on three samples of five features (`wide`), and on a population.
fn project(simulate: &str, rest: &str) -> Project {
    let text = format!(
        "title: Ill-posed\n\
         data:\n\
         \x20 line: {{ source: table, file: line.csv, response: y }}\n\
         \x20 wide: {{ source: gaussian_design, rows: 3, columns: 5, numpy_seed: 1, scale: none }}\n\
         simulate:\n{simulate}{rest}"
    );
    let project = Project::new().manifest("it.yaml", &text);
    project.write("experiments/line.csv", DATA);
    project
}

/// The page of the item with a table of one analysis has all of these texts.
#[track_caller]
fn says(simulate: &str, estimate: &str, columns: [&str; 2], texts: &[&str]) {
    let rest = format!(
        "analyse:\n  it: {{ estimate: {estimate}, of: it }}\n\
         tables: {{ it: {{ of: it, caption: It., columns: [{{ show: {} }}, {{ show: {} }}] }} }}\n",
        columns[0], columns[1]
    );
    let project = project(simulate, &rest);
    project.run(["reproduce"]).code(0);
    let page = project.contents("reports").remove("reports/it/README.md").expect("a page");
    let page = String::from_utf8(page).expect("text");
    for text in texts {
        assert!(page.contains(text), "no `{text}` in {page}");
    }
}

/// The analysis of a cell fails as a whole, for this reason.
#[track_caller]
fn fails(simulate: &str, estimate: &str, why: &str) {
    let run = project(simulate, &format!("analyse:\n  it: {{ estimate: {estimate}, of: it }}\n"))
        .run(["reproduce"])
        .code(1);
    let printed = format!("{}{}", run.stdout, run.stderr);
    assert!(printed.contains(why), "{printed}");
}

#[test]
fn bounds_name_the_step_size_up_to_which_they_hold() {
    // 2/K = 4.14/3.267225, K = E x⁴/E x².
    let line = "  it: { model: sgd_sde, data: line, step_size: 1.5, dt: 0.1, steps: 2, chains: 60, observe: [error] }\n";
    let limit = "the bound holds for step sizes below 2/K = 1.26";
    says(line, "localisation", ["series", "why"], &[limit, "and this one is 1.5"]);
    let population = "  it: { model: sgd_sde, problem: gaussian_population, dim: 3, step_size: 0.5, dt: 1, steps: 1, chains: 1 }\n";
    let crude = "tail_theory, theories: [sde_crude]";
    says(population, crude, ["theory", "why"], &["it needs a step size below 0.", "not 0.5"]);
    let sphere = "  it: { model: sgd, problem: sphere_population, dim: 4, step_size: 0.6, steps: 1, chains: 1 }\n";
    let exact = "tail_theory, theories: [sgd_sphere]";
    says(sphere, exact, ["theory", "why"], &["there is no stationary law"]);
}

#[test]
fn a_covariance_that_does_not_exist_is_said_not_to() {
    // Λ(2) = −2 · 1.035 + 4 · 0.562425 = 0.1797, and alpha = 1 + 2 · 1.035/(4 · 0.562425) < 2.
    let heavy = "  it: { model: sgd_sde, data: line, step_size: 4, dt: 0.1, steps: 2, chains: 60, observe: [error] }\n";
    let why = "there is no covariance: second moments do not settle, their rate is 0.179";
    says(heavy, "localisation", ["series", "why"], &[why]);
    let columns = ["covariance", "mean_square_exact"];
    says(heavy, "invariant_law, k: 20", columns, &["does not exist"]);
}

#[test]
fn designs_without_rows_or_of_low_rank_are_named() {
    let one = "  it: { model: sgd, data: line, step_size: 0.1, steps: 1, chains: 1 }\n";
    let empty = project(one, "");
    empty.write("experiments/line.csv", "x,y\n");
    empty.run(["reproduce"]).code(2).complains("it.yaml:3:").complains("no rows of data");
    let none = project(one, "");
    none.edit("it.yaml", "rows: 3", "rows: 0");
    none.run(["reproduce"]).code(2).complains("it.yaml:4:").complains("0");

    let wide = "  it: { model: sgd, data: wide, step_size: 0.1, initial: zero, steps: 4, chains: 60, observe: [error] }\n";
    fails(
        wide,
        "localisation",
        "the samples do not span all directions: their covariance is singular",
    );
    // What lives on the span of the rows is there.
    let rest = "analyse:\n  it: { estimate: error_curve, of: it, series: [sgd, average_limit] }\n\
                claims:\n  - { id: exact, statement: It is exact., source: { status: derived }, of: it, \
                where: { series: simulated, step: 4 }, test: \"z in [-4, 4]\" }\n";
    project(wide, rest).run(["reproduce"]).code(0);
    let spread = wide.replace("initial: zero", "initial_std: 1");
    fails(&spread, "error_curve", "the start has a part that the data do not see; start at zero");
}
