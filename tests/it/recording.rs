//! What is recorded of a path, and when.

use crate::project::Project;

#[test]
fn recording_more_steps_keeps_the_path() {
    let last = |record: &str| {
        let project = Project::small();
        project.edit("small.yaml", "steps: 50", &format!("steps: 50\n    {record}"));
        project.reproduce();
        project.contents("reports").remove("reports/small/tails.csv").expect("a table")
    };
    let plain = last("seed: 1");
    assert_eq!(last("record_log: 5"), plain);
    assert_eq!(last("record_every: 7\n    record_from: 3\n    record_at: [0, 1]"), plain);
    assert_ne!(last("seed: 2"), plain);
}

#[test]
fn a_record_that_no_file_can_hold_is_refused() {
    let project = Project::small();
    project.edit("small.yaml", "steps: 50", "steps: 1e10\n    record_every: 5");
    project
        .run(["plan"])
        .code(2)
        .complains("experiments/small.yaml:12:19")
        .complains("would be recorded as 32000000032 numbers; at most 17179869184 are stored")
        .complains("record less often, `record_every: 20`")
        .complains("`reduce: [moments]`");
}

#[test]
fn the_full_state_is_recorded_coordinate_by_coordinate() {
    let project = Project::small();
    project.edit("small.yaml", "steps: 50", "steps: 50\n    observe: [x, q1]");
    project.edit("small.yaml", "estimate: tail_index", "estimate: tail_index, observable: x_2");
    project.reproduce();
    let digest = project.results();
    project.edit("small.yaml", "observable: x_2", "observable: x_0");
    assert_eq!(project.reproduce()["simulated"], 0);
    assert_eq!(project.results(), digest);
    let one = Project::small();
    one.edit("small.yaml", "steps: 50", "steps: 50\n    observe: [x_0]");
    one.edit("small.yaml", "estimate: tail_index", "estimate: tail_index, observable: x_0");
    one.reproduce();
    let table = "reports/small/tails.csv";
    assert_eq!(one.contents("reports")[table], project.contents("reports")[table]);
}

#[test]
fn mistyped_observables_are_named_with_what_was_probably_meant() {
    for (observed, place, fault, help) in [
        ("[X2]", "12:15", "`X2` is not a value of `observe`", "did you mean `x_2`?"),
        ("[riks]", "12:15", "`riks` is not a value of `observe`", "did you mean `risk`?"),
        ("[q1, x_01]", "12:19", "`x_01` is not a value of `observe`", "did you mean `x_1`?"),
        ("[x, x_1]", "12:14", "`x` and `x_1` have a coordinate in common", "each observable once"),
        ("[x_3]", "12:14", "there is no `x_3`", "the last one is `x_2`"),
    ] {
        let project = Project::small();
        project.edit("small.yaml", "steps: 50", &format!("observe: {observed}\n    steps: 50"));
        let run = project.run(["plan"]).code(2);
        run.complains(&format!("experiments/small.yaml:{}", place.replace("12:", "11:")))
            .complains(fault)
            .complains(help);
    }
}

#[test]
fn means_and_passages_are_recorded() {
    let project = Project::small();
    let observed = "observe: [mean_of_x, passage, error]
    passage_of: error
    passage_below: 4
    mean_from: 10
    record_log: 4";
    project.edit("small.yaml", "steps: 50", &format!("steps: 50\n    {observed}"));
    let analysis = "estimate: tail_index, observable: mean_of_x_1";
    project.edit("small.yaml", "estimate: tail_index", analysis);
    assert!(project.reproduce()["analysed"].as_u64() > Some(0));
    let digest = project.results();
    let other = project.copy();
    other.edit("small.yaml", "passage_below: 4", "passage_below: 3");
    other.reproduce();
    assert_ne!(other.results(), digest);
    let table = "reports/small/tails.csv";
    assert_eq!(other.contents("reports")[table], project.contents("reports")[table]);
    project.edit("small.yaml", analysis, "estimate: tail_index, observable: passage");
    project.run(["plan"]).code(2).complains("`passage` is not a value of `observable`");
}

#[test]
fn settings_of_means_and_passages_have_to_have_an_effect() {
    for (settings, fault) in [
        ("observe: [q1, passage]", "`passage` needs an observable and one level"),
        ("passage_of: q1", "it has no effect where `passage` is not observed"),
        ("watch_every: 2", "it has no effect where neither a mean nor a passage is observed"),
        ("mean_from: 2", "it has no effect where no mean is observed"),
        ("observe: [mean_of_q1]\n    mean_from: 51", "means begin at step 51, beyond the last"),
        ("observe: [mean_of_rsk]", "did you mean `mean_of_risk`?"),
        ("observe: [x_1, pasage]", "did you mean `passage`?"),
    ] {
        let project = Project::small();
        project.edit("small.yaml", "steps: 50", &format!("{settings}\n    steps: 50"));
        project.run(["plan"]).code(2).complains("experiments/small.yaml:1").complains(fault);
    }
}

#[test]
fn large_blocks_are_written_and_read_some_rows_at_a_time() {
    let project = Project::small();
    project.edit("small.yaml", "steps: 50", "steps: 9000\n    record_every: 1");
    project.edit("small.yaml", "step_size: [0.1, 0.2]", "step_size: [0.1]");
    assert_eq!(project.reproduce()["simulated"], 2, "blocks of 32 and 8 chains");
    let digest = project.results();
    let last = Project::small();
    last.edit("small.yaml", "steps: 50", "steps: 9000");
    last.edit("small.yaml", "step_size: [0.1, 0.2]", "step_size: [0.1]");
    last.reproduce();
    let table = "reports/small/tails.csv";
    assert_eq!(last.contents("reports")[table], project.contents("reports")[table]);
    assert_eq!(project.reproduce()["simulated"], 0);
    assert_eq!(project.results(), digest);
}

/// A chain records 270 001 numbers, sixteen more than are kept in memory at a time.
#[test]
fn long_records_are_those_of_short_ones() {
    let recording = |record: &str| {
        let project = Project::small();
        project.edit("small.yaml", "steps: 50", &format!("steps: 270000\n    {record}"));
        project.edit("small.yaml", "step_size: [0.1, 0.2]", "step_size: [0.1]");
        project.edit("small.yaml", "chains: 40", "chains: 20");
        project
    };
    let (long, short) = (recording("record_every: 1"), recording("seed: 1"));
    assert_eq!(long.reproduce()["simulated"], 2, "blocks of 16 and 4 chains");
    short.reproduce();
    let table = "reports/small/tails.csv";
    assert_eq!(short.contents("reports")[table], long.contents("reports")[table]);
    assert!(long.contents("store/tmp").is_empty());
    let digest = long.results();
    assert_eq!(long.reproduce()["simulated"], 0);
    let again = recording("record_every: 1");
    again.run(["reproduce", "--threads", "1"]).code(0);
    assert_eq!(again.results(), digest);
}
