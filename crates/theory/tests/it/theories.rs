//! All theories on the same cases: what one says must not contradict another.

use maruyama_dynamics::linear_algebra::{Matrix, right_svd};
use maruyama_dynamics::noise::{Purpose, Stream, StreamKey};
use maruyama_dynamics::parameter::{Value, defaults};
use maruyama_dynamics::real;
use maruyama_theory::tail::{
    Case, Certainty, Finding, NotApplicable, Process, Relation, Samples, THEORIES, theory,
};

/// What `name` says, with few random numbers where it uses them.
fn find(name: &str, case: &Case<'_>) -> Result<Finding, NotApplicable> {
    let theory = theory(name).unwrap();
    let mut parameters = defaults(theory.part().parameters);
    let small = [
        ("particles", Value::Integer(40)),
        ("iterations", Value::Integer(60)),
        ("step", Value::Real(0.2)),
        ("horizon", Value::Real(30.0)),
    ];
    for (key, value) in small {
        if parameters.contains_key(key) {
            parameters.insert(key.to_owned(), value);
        }
    }
    theory.find(case, &parameters, StreamKey(3))
}

/// Interval of the index according to a finding, widened by four of its errors.
fn interval(finding: &Finding) -> (f64, f64) {
    let width = 4.0 * finding.error.unwrap_or(0.0) + 1e-9 * finding.value;
    match finding.relation {
        Relation::Equals if finding.value.is_infinite() => (f64::MAX, f64::INFINITY),
        Relation::Equals => (finding.value - width, finding.value + width),
        Relation::AtLeast => (finding.value - width, f64::INFINITY),
        Relation::AtMost => (0.0, finding.value + width),
    }
}

/// Fails where two theories of one process contradict each other; returns how many spoke.
fn check(case: &Case<'_>) -> usize {
    let mut spoke = 0;
    for process in [Process::Sgd, Process::HomogenizedSgd, Process::SgdSde] {
        let (mut low, mut high) = (0.0_f64, f64::INFINITY);
        for theory in THEORIES.iter().filter(|theory| theory.process() == process) {
            let Ok(finding) = find(theory.part().name, case) else { continue };
            assert!(finding.value > 0.0, "{} {finding:?}", theory.part().name);
            spoke += 1;
            if finding.certainty != Certainty::Approximate {
                let (from, to) = interval(&finding);
                (low, high) = (low.max(from), high.min(to));
                assert!(low <= high, "{} {finding:?} {case:?}", theory.part().name);
            }
        }
    }
    spoke
}

#[test]
fn theories_agree_on_data_and_on_fresh_samples() {
    let mut entries = vec![0.0; 12 * 3];
    Stream::new(StreamKey(9), 0, Purpose::Start).fill_normals(&mut entries);
    let design = Matrix::new(12, 3, entries);
    let svd = right_svd(&design);
    let data = Samples::Finite {
        design: &design,
        singular_values: &svd.singular_values,
        right_vectors: &svd.right_vectors,
    };
    let fresh = Samples::Gaussian { eigenvalues: &[1.0, 0.25, 0.25] };
    for samples in [data, fresh] {
        for (step_size, batch_size, ridge) in [(0.2, 1, 0.0), (0.5, 1, 0.3), (0.5, 2, 0.0)] {
            for is_with_replacement in [true, false] {
                let case = Case { samples, step_size, batch_size, is_with_replacement, ridge };
                assert!(check(&case) >= 6);
            }
        }
    }
}

#[test]
fn names_are_distinct_and_found() {
    let mut names: Vec<&str> = THEORIES.iter().map(|theory| theory.part().name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), THEORIES.len());
    assert!(theory("hsgd").is_none());
}

#[test]
fn theories_say_why_they_do_not_apply() {
    let eigenvalues = [1.0, 0.5, 0.2];
    let samples = Samples::Gaussian { eigenvalues: &eigenvalues };
    let case =
        Case { samples, step_size: 0.3, batch_size: 1, is_with_replacement: true, ridge: 0.0 };
    let reason = |name| find(name, &case).unwrap_err();
    assert_eq!(reason("hsgd_two_groups"), NotApplicable::NeedsTwoGroups);
    assert_eq!(reason("hsgd_isotropic"), NotApplicable::NeedsEqualEigenvalues);
    assert_eq!(reason("sgd_gaussian"), NotApplicable::NeedsEqualEigenvalues);
    for name in ["sgd_scalar", "sgd_upper", "sgd_cloning", "sde_projected"] {
        assert_eq!(reason(name), NotApplicable::NeedsFiniteData);
    }
    let large = Case { step_size: 3.0, ..case };
    for name in ["hsgd_lower", "hsgd_sharp_lower", "hsgd_certified"] {
        let Err(NotApplicable::StepSizeTooLarge { threshold, .. }) = find(name, &large) else {
            panic!("{name} has an answer")
        };
        assert!((threshold - 2.0 / 1.7).abs() < 1e-12, "{name} {threshold}");
    }
    let empty = Case { samples: Samples::Gaussian { eigenvalues: &[] }, ..case };
    assert_eq!(find("hsgd_upper", &empty), Err(NotApplicable::ZeroDesign));
    for (step_size, ridge) in [(0.0, 0.0), (f64::NAN, 0.0), (1.0, -1.0), (1.0, f64::INFINITY)] {
        let wrong = Case { step_size, ridge, ..case };
        for theory in THEORIES {
            assert_eq!(find(theory.part().name, &wrong), Err(NotApplicable::OutOfRange));
        }
    }
}

#[test]
fn isotropic_gaussian_samples_in_all_three_processes() {
    // gamma sigma² = 0.15, d = 10, B = 1.
    let samples = Samples::Gaussian { eigenvalues: &[3.0; 10] };
    let case =
        Case { samples, step_size: 0.05, batch_size: 1, is_with_replacement: true, ridge: 0.0 };
    let value = |name| find(name, &case).unwrap().value;
    assert!((value("hsgd_isotropic") - (2.0 / 0.15 - 8.0)).abs() < 1e-12);
    assert!((value("hsgd_two_groups") - (2.0 / 0.15 - 8.0)).abs() < 1e-12);
    assert!((value("sde_gaussian") - 0.5 * (2.0 / 0.15 - 7.0)).abs() < 1e-12);
    assert!((value("sgd_gaussian") - 4.541_385_334_56).abs() < 1e-9);
    assert!((value("hsgd_upper") - (1.0 + 2.0 / 0.15)).abs() < 1e-12);
}

#[test]
fn data_without_expanding_rows_have_no_tail() {
    let design = Matrix::new(4, 2, vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5, 0.5]);
    let svd = right_svd(&design);
    let samples = Samples::Finite {
        design: &design,
        singular_values: &svd.singular_values,
        right_vectors: &svd.right_vectors,
    };
    let case =
        Case { samples, step_size: 0.99, batch_size: 1, is_with_replacement: true, ridge: 0.0 };
    for name in ["sgd_upper", "sgd_cloning"] {
        assert_eq!(find(name, &case).unwrap().value, f64::INFINITY);
    }
    // gamma max|a|² = 3: at most ln 4/ln 2, and for pairs twice that, but not without replacement.
    let expanding = Case { step_size: 1.5, ..case };
    let found = find("sgd_upper", &expanding).unwrap();
    assert_eq!(found.relation, Relation::AtMost);
    assert!((found.value - 2.0).abs() < 1e-15);
    let pairs = Case { batch_size: 2, ..expanding };
    assert!((find("sgd_upper", &pairs).unwrap().value - 4.0).abs() < 1e-14);
    let distinct = Case { is_with_replacement: false, ..pairs };
    assert_eq!(find("sgd_upper", &distinct), Err(NotApplicable::NeedsReplacement));
    // A ridge takes gamma delta/n = 0.75 off the one that expands by 2: ln 4/ln 2.75.
    let ridged = Case { ridge: 2.0, ..expanding };
    let bound = find("sgd_upper", &ridged).unwrap().value;
    assert!((bound - real::ln(4.0) / real::ln(2.75)).abs() < 1e-14, "{bound}");
}
