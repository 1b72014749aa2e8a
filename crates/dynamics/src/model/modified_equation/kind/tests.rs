use super::*;
use crate::formula::Names;
use crate::linear_algebra::Matrix;
use crate::model::core::Bundle;
use crate::model::model;
use crate::noise::{LANES, StreamKey};
use crate::parameter::{Value, defaults};
use crate::problem::{FormulaNoise, GradientNoise, Quadratic, QuadraticForm};

const START: [f64; 2] = [1.0, -0.5];

fn form() -> QuadraticForm {
    let hessian = Matrix::new(2, 2, vec![1.5, 0.4, 0.4, -0.5]);
    let covariance = Matrix::new(2, 2, vec![1.0, 0.3, 0.3, 0.2]);
    QuadraticForm::new(hessian, &covariance, GradientNoise::Gaussian)
}

fn cell(kind: &dyn ModelKind, changes: &[(&str, Value)]) -> Parameters {
    let mut parameters = defaults(kind.part().parameters);
    let all = [("step_size", Value::Real(0.3)), ("common_noise", text("path"))];
    for (name, value) in all.iter().chain(changes) {
        parameters.insert((*name).to_owned(), value.clone());
    }
    parameters
}

fn text(name: &str) -> Value {
    Value::Text(name.to_owned())
}

/// Observed points of sixteen chains after `n_steps` from [`START`].
fn ends(model: &dyn Model, n_steps: u64) -> Vec<[f64; 2]> {
    let (shape, mut workspace) = (model.shape(), model.workspace());
    let mut bundle = Bundle::new(shape, StreamKey(5), 0);
    let mut state = [0.0; 2];
    for lane in 0..LANES {
        model.embed(&START, &mut state);
        bundle.set(shape, 0, lane, &state);
    }
    model.advance(n_steps, &mut bundle, &mut workspace);
    let read = |lane| {
        let mut x = [0.0; 2];
        bundle.get(shape, model.observed_vector(), lane, &mut x);
        x
    };
    (0..LANES).map(read).collect()
}

fn largest_gap(a: &[[f64; 2]], b: &[[f64; 2]]) -> f64 {
    let gaps = a.iter().flatten().zip(b.iter().flatten()).map(|(x, y)| (x - y).abs());
    gaps.fold(0.0, f64::max)
}

#[test]
fn one_euler_step_of_the_first_equation_is_sgd() {
    let problem: Arc<dyn Problem> = Arc::new(form());
    let kind = &ModifiedEquationKind;
    let euler = [
        ("equation", text("sme_1")),
        ("integrator", text("euler_maruyama")),
        ("refinement", Value::Integer(0)),
    ];
    let equation = kind.build(&cell(kind, &euler), &problem);
    let sgd = model("sgd").unwrap();
    let sgd = sgd.build(&cell(sgd, &[]), &problem);
    let (found, expected) = (ends(equation.as_ref(), 12), ends(sgd.as_ref(), 12));
    assert!(largest_gap(&found, &expected) < 1e-13);
    assert!(largest_gap(&found, &[START; LANES]) > 0.5);
}

/// Finer increments of one path bring SGD and the equation that has its law in the mean together:
/// their difference is of the size of the curvature times the step, not of the noise.
#[test]
fn chains_of_sgd_and_of_equations_go_together() {
    let problem: Arc<dyn Problem> = Arc::new(form());
    let kind = &ModifiedEquationKind;
    let sgd = model("sgd").unwrap();
    let sgd = ends(sgd.build(&cell(sgd, &[]), &problem).as_ref(), 12);
    let spread = sgd.iter().map(|x| x[0] * x[0]).sum::<f64>() / LANES as f64;
    for name in ["sme_1", "spf", "ha_sme", "shifted_spf"] {
        let equation = kind.build(&cell(kind, &[("equation", text(name))]), &problem);
        let found = ends(equation.as_ref(), 12);
        let gap = sgd.iter().zip(&found).map(|(x, y)| (x[0] - y[0]) * (x[0] - y[0])).sum::<f64>();
        assert!(gap / (LANES as f64) < 0.1 * spread, "{name}: {gap} {spread}");
    }
}

#[test]
fn point_by_point_the_equations_are_those_of_matrices() {
    let problem: Arc<dyn Problem> = Arc::new(form());
    let kind = &ModifiedEquationKind;
    for name in NAMES {
        for integrator in ["euler_maruyama", "heun"] {
            let changes = [("equation", text(name)), ("integrator", text(integrator))];
            let parameters = cell(kind, &changes);
            let matrices = kind.build(&parameters, &problem);
            let local = crate::model::modified_equation::LocalScheme::new(
                DenseEquation::new(form(), equation(&parameters)),
                stages(&parameters).unwrap(),
                3,
            );
            let (found, expected) = (ends(&local, 5), ends(matrices.as_ref(), 5));
            assert!(largest_gap(&found, &expected) < 1e-12, "{name} {integrator}");
        }
    }
}

#[test]
fn what_does_not_exist_is_refused_before_anything_runs() {
    let kind = &ModifiedEquationKind;
    let faults = |name: &str, changes: &[(&str, Value)], problem: &dyn Problem| {
        let mut parameters = cell(kind, changes);
        parameters.insert("equation".to_owned(), text(name));
        kind.check_problem(&parameters, problem)
    };
    let ones = Matrix::new(2, 2, vec![1.0; 4]);
    let hessian = Matrix::new(2, 2, vec![2.0, 0.0, 0.0, 0.25]);
    let indefinite = QuadraticForm::new(hessian, &ones, GradientNoise::Gaussian);
    assert_eq!(faults("ha_sme", &[], &indefinite)[0].parameter, "psd");
    assert_eq!(faults("ha_sme_3", &[], &indefinite)[0].parameter, "psd");
    for name in ["sme_1", "spf", "ha_sme_f", "shifted_sme_2"] {
        assert!(faults(name, &[], &indefinite).is_empty(), "{name}");
    }
    for policy in ["clip", "factorise"] {
        assert!(faults("ha_sme", &[("psd", text(policy))], &indefinite).is_empty());
    }
    let sharp = Quadratic::new(vec![4.0], 1.0, GradientNoise::Gaussian);
    assert_eq!(faults("spf", &[], &sharp)[0].parameter, "step_size");
    assert!(faults("spf", &[("too_sharp", text("cap"))], &sharp).is_empty());
    assert!(faults("sme_2", &[], &sharp).is_empty());
    let heavy = Quadratic::new(vec![1.0], 1.0, GradientNoise::StudentT { nu: 2.0 });
    assert_eq!(faults("sme_1", &[], &heavy)[0].parameter, "noise_nu");
    let large = Quadratic::new(vec![1.0; 1001], 1.0, GradientNoise::Gaussian);
    assert_eq!(faults("sme_1", &[], &large)[0].parameter, "model");
}

#[test]
fn exact_transitions_follow_no_path() {
    let kind = &ModifiedEquationKind;
    let exact = [("equation", text("sme_1")), ("integrator", text("exact_ou"))];
    assert_eq!(kind.common_step(&cell(kind, &exact)).unwrap_err().parameter, "integrator");
    assert_eq!(kind.common_step(&cell(kind, &exact[..1])), Ok(0.3));
}

fn formula(text: &str, covariance: &[&str]) -> Formula {
    let names = Names { variables: vec!["x".to_owned(), "y".to_owned()], ..Names::default() };
    let covariance = covariance.iter().map(|row| (*row).to_owned()).collect();
    let noise = FormulaNoise { std: 1.0, law: GradientNoise::Gaussian, covariance };
    Formula::new(text, &names, &noise).unwrap()
}

/// The quadratic of the other tests, written out, with diagonal noise, whose two roots are one.
#[test]
fn a_formula_for_a_quadratic_is_the_quadratic() {
    let kind = &ModifiedEquationKind;
    let text_of = "0.75*x^2 + 0.4*x*y - 0.25*y^2";
    let written: Arc<dyn Problem> = Arc::new(formula(text_of, &["1", "0, 0.2"]));
    let covariance = Matrix::new(2, 2, vec![1.0, 0.0, 0.0, 0.2]);
    let form = QuadraticForm::new(form().hessian, &covariance, GradientNoise::Gaussian);
    let form: Arc<dyn Problem> = Arc::new(form);
    for name in ["sme_1", "sme_2", "principal_flow", "spf", "shifted_sme_2", "shifted_spf"] {
        let parameters = cell(kind, &[("equation", text(name))]);
        assert!(kind.check_problem(&parameters, written.as_ref()).is_empty());
        let found = ends(kind.build(&parameters, &written).as_ref(), 5);
        let expected = ends(kind.build(&parameters, &form).as_ref(), 5);
        assert!(largest_gap(&found, &expected) < 1e-12, "{name}");
    }
    let exact = cell(kind, &[("integrator", text("exact_ou"))]);
    assert_eq!(kind.check_problem(&exact, written.as_ref())[0].parameter, "integrator");
}

/// One step of Euler–Maruyama of the first equation is SGD, with noise that depends on the point too.
#[test]
fn one_euler_step_on_a_formula_is_sgd() {
    let bent = formula("0.5*x^2 + 0.5*(1 + x)*y^2", &["1 + x^2", "0.3*y, 0.5 + y^2"]);
    let problem: Arc<dyn Problem> = Arc::new(bent);
    let kind = &ModifiedEquationKind;
    let euler = [
        ("equation", text("sme_1")),
        ("integrator", text("euler_maruyama")),
        ("refinement", Value::Integer(0)),
        ("step_size", Value::Real(0.1)),
    ];
    let found = ends(kind.build(&cell(kind, &euler), &problem).as_ref(), 6);
    let sgd = model("sgd").unwrap();
    let sgd = sgd.build(&cell(sgd, &euler[3..]), &problem);
    assert!(largest_gap(&found, &ends(sgd.as_ref(), 6)) < 1e-13);
}

#[test]
fn starting_points_without_an_equation_are_refused() {
    let kind = &ModifiedEquationKind;
    let quartic = formula("x^4 + 0.5*y^2", &["1", "1, 1"]);
    let faults = |equation: &str, start: [f64; 2], changes: &[(&str, Value)]| {
        let point = start.map(Value::Real).to_vec();
        let own = [
            ("equation", text(equation)),
            ("initial", text("point")),
            ("initial_point", Value::List(point)),
        ];
        let changes: Vec<_> = own.into_iter().chain(changes.iter().cloned()).collect();
        kind.check_problem(&cell(kind, &changes), &quartic)
    };
    // At x = 1 the curvature is 12, at x = 1/√12 it is 1 in all directions.
    let found = faults("spf", [1.0, 0.5], &[]);
    assert_eq!(found[0].parameter, "step_size");
    assert_eq!(
        found[0].message,
        "at the starting point (1, 0.5) the Hessian has the eigenvalue 12: step size times curvature is \
         3.5999999999999996, but a real equation needs less than 1"
    );
    assert!(faults("spf", [1.0, 0.5], &[("too_sharp", text("cap"))]).is_empty());
    assert!(faults("sme_2", [1.0, 0.5], &[]).is_empty());
    let found = faults("ha_sme", [0.1, 0.5], &[]);
    assert_eq!(found[0].parameter, "psd");
    assert!(found[0].message.starts_with("at the starting point (0.1, 0.5) the diffusion has the"));
    assert!(faults("ha_sme", [0.1, 0.5], &[("psd", text("factorise"))]).is_empty());
    // Chains that start apart are looked at where they are.
    assert!(faults("spf", [1.0, 0.5], &[("initial", text("gaussian"))]).is_empty());
    // A shifted equation starts at x − (γ/2)∇f: 1 − 0.15·4 = 0.4, where the curvature is 1.92.
    assert!(faults("shifted_spf", [1.0, 0.5], &[]).is_empty());
}

#[test]
fn equations_on_networks_need_neither_matrix_nor_other_designs() {
    let kind = &ModifiedEquationKind;
    let mut generator = crate::noise::NumpyLegacy::new(1);
    let design = Matrix::new(6, 8, generator.normals(48));
    let data = crate::dataset::Dataset::new(design, vec![0.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    let (hidden, activation) = (vec![3], crate::problem::Activation::Tanh);
    let perceptron = crate::problem::Design::Perceptron { hidden: hidden.clone(), activation };
    let image = crate::problem::Image { n_channels: 1, height: 2, width: 4 };
    let convolutional = crate::problem::Design::Convolutional {
        image,
        n_channels: 1,
        is_residual: false,
        hidden,
        activation,
    };
    let loss = crate::problem::Loss::Squared;
    let network = |design| Network::designed(data.clone(), design, loss);
    let fault = |network: &Network, changes: &[(&str, Value)]| {
        let found = kind.check_problem(&cell(kind, changes), network);
        found.first().map(|fault| fault.parameter)
    };
    let plain = [("equation", text("ha_sme_f"))];
    let dense = network(&perceptron);
    assert_eq!(fault(&dense, &plain), None);
    assert_eq!(fault(&network(&convolutional), &plain), Some("architecture"));
    assert_eq!(fault(&dense, &[]), Some("equation"));
    let exact = [plain[0].clone(), ("integrator", text("exact_ou"))];
    assert_eq!(fault(&dense, &exact), Some("integrator"));
    let noise = crate::problem::AddedNoise { std: 0.1, law: GradientNoise::Gaussian };
    let batches = [plain[0].clone(), ("batch_size", Value::Integer(4))];
    assert_eq!(fault(&dense, &batches), None);
    assert_eq!(fault(&dense.clone().with_noise(noise), &batches), Some("batch_size"));
    let idle = kind.check_problem(&cell(kind, &batches), &formula("x^2 + y^2", &["1", "0, 1"]));
    assert_eq!(idle[0].parameter, "batch_size");
    // All weights of zero, where the chains of `zero` start, are no obstacle.
    assert_eq!(fault(&dense, &[plain[0].clone(), ("initial", text("zero"))]), None);
}
