//! Networks with full gradients: the same weights on any threads, divergence, files of a user.

use crate::project::Project;

/// A small network of each kind of noise, two bundles of chains each; all weights are recorded.
const NETWORKS: &str = "\
title: Networks
data: { text: { source: text, file: words.txt, context: 4 } }
simulate:
  optimiser: &network
    { model: adam_w, problem: network, architecture: character, width: 4, depth: 1, heads: 2, hidden: [3], loss: cross_entropy, data: text, noise_std: 0.1, initial: fan_in, step_size: 0.01, steps: 6, chains: 20, common_noise: path, observe: [risk, x], record_every: 2 }
  equation: { <<: *network, model: adam_w_sde, dt: 0.5, matrix: { bias_form: [power, exponential] } }
analyse:
  gap: { estimate: mean_gap, of: equation, against: optimiser, paired: true }
tables:
  gap: { of: gap, columns: [bias_form, series, step, place, n, mean, below, above, gap, relative_gap, worst, mean_size] }
";

fn networks() -> Project {
    let project = Project::new().manifest("networks.yaml", NETWORKS);
    project.write("words.txt", "to be or not to be, that is the question");
    project
}

#[test]
fn weights_are_the_same_on_any_number_of_threads() {
    let one = networks();
    one.run(["reproduce", "--threads", "1"]).code(0);
    let two = networks();
    two.run(["reproduce", "--threads", "2"]).code(0);
    assert_eq!(one.results(), two.results());
    assert_eq!(one.contents("reports"), two.contents("reports"));
}

#[test]
fn noise_on_a_schedule_is_the_same_on_any_number_of_threads() {
    let scheduled = |threads: &str| {
        let project = networks();
        let given = "noise_std: 0.1, noise_decay_power: 0.7, noise_decay_steps: 2";
        project.edit("networks.yaml", "noise_std: 0.1", given);
        project.run(["reproduce", "--threads", threads]).code(0);
        project
    };
    let (one, two, plain) = (scheduled("1"), scheduled("2"), networks());
    plain.reproduce();
    assert_eq!(one.results(), two.results());
    assert_ne!(one.contents("reports"), plain.contents("reports"));
}

#[test]
fn gaps_have_a_row_for_each_side_and_step() {
    let project = networks();
    project.reproduce();
    let table = project.contents("reports").remove("reports/networks/gap.csv").expect("a table");
    let table = String::from_utf8(table).expect("text");
    // Two equations, the start and three steps after it, two sides.
    assert_eq!(table.lines().count(), 1 + 2 * 4 * 2, "{table}");
    assert_eq!(table.matches("last").count(), 4, "{table}");
    assert_eq!(table.matches("optimiser").count(), 8, "{table}");
}

/// A step that throws all weights so far that the loss overflows, though they do not.
#[test]
fn a_loss_that_overflows_is_recorded_as_a_divergence() {
    let text = "\
title: Overflow
data: { text: { source: text, file: words.txt, context: 4 } }
simulate:
  far: { model: sign_sgd, problem: network, hidden: [3, 3, 3], activation: identity, data: text, noise_std: 1, step_size: 1e90, steps: 2, chains: 20, observe: [risk], record_every: 1 }
analyse:
  loss: { estimate: moments, of: far, observable: risk }
tables:
  loss: { of: loss, columns: [step, n, n_diverged, mean] }
";
    let project = Project::new().manifest("far.yaml", text);
    project.write("words.txt", "to be or not to be, that is the question");
    project.reproduce();
    let table = project.contents("reports").remove("reports/far/loss.csv").expect("a table");
    let table = String::from_utf8(table).expect("text");
    let rows: Vec<&str> = table.lines().skip(1).collect();
    assert!(rows[0].starts_with("0,20,0,"), "{table}");
    assert!(rows[1].starts_with("1,0,20,"), "{table}");
}

/// A quartic on which the curvature at the start is 12 and the noise is in one direction.
const QUARTIC: &str = "\
title: Quartic
simulate:
  quartic: { problem: formula, variables: [x, y], objective: \"x^4 + 0.5*y^2\", noise_covariance: [\"4\", \"4, 4\"], model: modified_equation, equation: EQUATION, step_size: 0.1, steps: 40, chains: 24, initial: point, initial_point: [START, 0.5], observe: [risk] }
analyse:
  loss: { estimate: moments, of: quartic, observable: risk }
tables:
  loss: { of: loss, columns: [n, n_diverged, mean] }
";

#[test]
fn a_start_without_an_equation_is_refused_with_point_eigenvalue_and_remedy() {
    let run = |equation: &str, start: &str| {
        let text = QUARTIC.replace("EQUATION", equation).replace("START", start);
        let project = Project::new().manifest("quartic.yaml", &text);
        let run = project.run(["reproduce"]).code(2);
        assert!(!project.path("store").exists(), "something was written");
        run
    };
    run("spf", "1")
        .complains("experiments/quartic.yaml:3:")
        .complains("at the starting point (1, 0.5) the Hessian has the eigenvalue 12")
        .complains("start elsewhere, or set `too_sharp: cap`");
    run("ha_sme", "0.1")
        .complains("at the starting point (0.1, 0.5) the diffusion has the negative eigenvalue -")
        .complains("take `clip` or `factorise`");
}

#[test]
fn the_cause_of_a_divergence_is_stored_and_listed() {
    let text = QUARTIC.replace("EQUATION", "spf").replace("START", "0.7");
    let project = Project::new().manifest("quartic.yaml", &text);
    project.reproduce();
    let cells = project.run(["ls", "--format", "json"]).code(0).json();
    let ended = &cells[0]["ended"]["no_logarithm"];
    let n_ended = ended.as_u64().unwrap_or_else(|| panic!("{cells}"));
    let table = project.contents("reports").remove("reports/quartic/loss.csv").expect("a table");
    let table = String::from_utf8(table).expect("text");
    let row: Vec<&str> = table.lines().nth(1).expect("a row").split(',').collect();
    assert!(n_ended > 0, "{table}");
    assert_eq!(row[1], n_ended.to_string(), "{table}");
    let said = if n_ended == 1 { "1 chain".to_owned() } else { format!("{n_ended} chains") };
    project.run(["ls"]).code(0).prints(&format!("ended: {said} by no_logarithm"));
    project.run(["report", "--html", "site"]).code(0);
    let page = project.contents("site").remove("site/quartic/index.html").expect("a page");
    let page = String::from_utf8(page).expect("text");
    assert!(
        page.contains(&format!("<td>{n_ended}</td>")) && page.contains("<td>no logarithm</td>")
    );
}

/// Equations on a network without matrices: the same bits on any number of threads, along the path of SGD
/// with normal noise.
#[test]
fn equations_on_networks_are_the_same_on_any_number_of_threads() {
    let text = "\
title: Students
data: { task: { source: teacher, rows: 20, columns: 3, hidden: 2, numpy_seed: 1 } }
simulate:
  sgd: &network
    { model: modified_equation, equation: sme_1, integrator: euler_maruyama, refinement: 0, problem: network, hidden: [4], activation: tanh, data: task, batch_size: 4, initial: fan_in, step_size: 0.1, steps: 3, chains: 20, common_noise: path, observe: [risk] }
  equation: { <<: *network, equation: ha_sme_f, integrator: heun, refinement: 2, matrix: { products: [3, 8] } }
analyse:
  gap: { estimate: mean_gap, of: equation, against: sgd, paired: true }
tables:
  gap: { of: gap, columns: [products, series, n, mean, gap, gap_size] }
";
    let runs = ["1", "2"].map(|threads| {
        let project = Project::new().manifest("students.yaml", text);
        project.run(["reproduce", "--threads", threads]).code(0);
        (project.results(), project.contents("reports"))
    });
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn files_of_a_user_are_asked_for_and_recognised() {
    let project = networks();
    project.edit("networks.yaml", "source: text, file: words.txt, context: 4", "source: idx");
    project
        .run(["plan"])
        .code(2)
        .complains("`data/mnist/train-images-idx3-ubyte` does not exist")
        .complains("unpack MNIST's training files there");
    let digest = "0".repeat(64);
    let project = networks();
    let given = format!("context: 4, sha256: [\"{digest}\"]");
    project.edit("networks.yaml", "context: 4", &given);
    project
        .run(["plan"])
        .code(2)
        .complains("`words.txt` has the SHA-256")
        .complains(&format!("expected {digest}"));
    project.edit("networks.yaml", "0\"]", "0\", \"1\"]");
    project.run(["plan"]).code(2).complains("there are 2 digests of 1 files");
}

#[test]
fn what_does_not_fit_a_network_is_refused() {
    let refused = |old: &str, new: &str, message: &str| {
        let project = networks();
        project.edit("networks.yaml", old, new);
        project.run(["reproduce"]).code(2).complains(message);
        assert!(!project.path("store").exists(), "something is written");
    };
    refused("heads: 2", "heads: 3", "3 heads do not divide 4 channels");
    refused("hidden: [3]", "hidden: [3, 3]", "there are 2 hidden layers in a block");
    refused("heads: 2", "heads: 2, patch: 2", "no effect on the architecture `character`");
    refused("noise_std: 0.1, ", "", "is no Brownian motion");
    refused("noise_std: 0.1", "noise_std: 0.1, batch_size: 4", "those of all samples");
    refused(
        "noise_std: 0.1",
        "noise_std: 0.1, noise_decay_steps: 4",
        "without `noise_decay_power`",
    );
}
