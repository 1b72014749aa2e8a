use super::*;
use crate::formula::Tape;
use crate::real;

fn names() -> Names {
    let constants = BTreeMap::from([("a".to_owned(), 0.25), ("lambda".to_owned(), 3.0)]);
    Names { variables: ["x", "y", "z"].map(str::to_owned).to_vec(), constants }
}

fn value(text: &str, point: [f64; 3]) -> f64 {
    let mut graph = Graph::default();
    let root = parse(&mut graph, text, &names()).unwrap();
    Tape::new(&graph, &[root]).unwrap().at(&point)[0]
}

#[test]
fn signs_and_powers_bind_as_in_print() {
    let at = [3.0, 2.0, -1.0];
    for (text, expected) in [
        ("-x^2", -9.0),
        ("(-x)^2", 9.0),
        ("2^3^2", 512.0),
        ("2^-y", 0.25),
        ("x - y - z", 2.0),
        ("x/y/z", -1.5),
        ("--x", 3.0),
        ("-y*-x", 6.0),
        ("x*y^2 + a", 12.25),
        ("(x)", 3.0),
        ("lambda*pi", 3.0 * std::f64::consts::PI),
        ("x^0", 1.0),
        ("x^-2", 1.0 / 9.0),
        ("4^1.5", 8.0),
        ("z^3", -1.0),
        ("abs(z) + sign(z)", 0.0),
    ] {
        assert_eq!(value(text, at), expected, "{text}");
    }
}

#[test]
fn functions_are_those_of_the_library() {
    type Reference = fn(f64) -> f64;
    let functions: [(&str, Reference); 13] = [
        ("cos", real::cos),
        ("cosh", real::cosh),
        ("erf", real::erf),
        ("exp", real::exp),
        ("expm1", real::expm1),
        ("ln", real::ln),
        ("log", real::ln),
        ("log1p", real::ln_1p),
        ("sin", real::sin),
        ("sinh", real::sinh),
        ("sqrt", f64::sqrt),
        ("tan", real::tan),
        ("tanh", real::tanh),
    ];
    for x in [1e-3, 0.3, 1.0, 2.7] {
        for (name, reference) in functions {
            let (found, expected) = (value(&format!("{name}(x)"), [x, 0.0, 0.0]), reference(x));
            assert!((found - expected).abs() <= 2e-15 * expected.abs(), "{name}({x}): {found}");
        }
        let (found, expected) = (value("x^2.3", [x, 0.0, 0.0]), real::pow(x, 2.3));
        assert!((found - expected).abs() < 1e-14 * expected, "{found}");
        let found = value("sigmoid(x)", [x, 0.0, 0.0]);
        assert!((found - 1.0 / (1.0 + real::exp(-x))).abs() < 1e-15);
    }
}

#[test]
fn mistakes_have_a_place_and_a_remedy() {
    for (text, position, message) in [
        ("0.5*(x^2 - y^2", 5, "this bracket is not closed"),
        ("x + foo*y", 5, "`foo` is unknown"),
        ("sin x", 5, "`sin` is a function without a bracket"),
        ("2x", 2, "an operation is missing"),
        ("(2 x)", 4, "an operation or `)` is missing"),
        ("x +", 4, "the formula ends too early"),
        ("", 1, "the formula ends too early"),
        ("x * / y", 5, "`/` stands where a number or a name is expected"),
        ("x)", 2, "this bracket closes none"),
        ("x, y", 1, "there are several formulas"),
        ("x**2", 2, "`**` is no operation"),
    ] {
        let error = parse(&mut Graph::default(), text, &names()).unwrap_err();
        assert_eq!((error.position, error.message.as_str()), (position, message), "{text}");
        assert!(!error.remedy.is_empty());
    }
}

#[test]
fn hostile_formulas_are_refused_in_time() {
    let deep = format!("{}x{}", "(".repeat(2000), ")".repeat(2000));
    let signs = format!("{}x", "-".repeat(4000));
    let powers = format!("x{}", "^x".repeat(1500));
    for text in [deep, signs, powers] {
        let error = parse(&mut Graph::default(), &text, &names()).unwrap_err();
        assert!(error.message.contains("deep"), "{error}");
    }
    let mut graph = Graph::default();
    let last = (0..).find_map(|k| graph.constant(f64::from(k)).err()).unwrap();
    assert!(last.message.contains("operations"), "{last}");
    let mut graph = Graph::default();
    let waiting: Vec<NodeId> = (0..600).map(|index| graph.variable(index).unwrap()).collect();
    let mut sum = waiting[0];
    for variable in waiting.iter().rev() {
        sum = graph.add(*variable, sum).unwrap();
    }
    assert!(Tape::new(&graph, &[sum]).is_err());
}

#[test]
fn variables_are_found_or_listed() {
    let of = |text: &str| variables_of(text).map_err(|error| error.message);
    assert_eq!(of("y*sin(x)").unwrap(), ["x", "y"]);
    assert_eq!(of("x_3 + x_1").unwrap(), ["x_1", "x_2", "x_3"]);
    assert_eq!(of("x_0 + x_1").unwrap(), ["x_0", "x_1"]);
    assert_eq!(of("2 + 3").unwrap_err(), "the formula has no variable");
    assert_eq!(of("x + x_1").unwrap_err(), "both `x` and `x_1` are variables of formulas");
}

/// Central differences of the formula, and of its first and second derivatives.
#[test]
fn derivatives_are_those_of_finite_differences() {
    let formulas = [
        "0.5*(x^2 - y^2) + a*x*y*z",
        "1 - cos(x) + a*(1 - cos(2*x)) + exp(-y^2/2)*z",
        "tanh(x*y) + erf(z - x) + sqrt(1 + x^2)",
        "ln(2 + sin(x))*y^3/(1 + z^2)",
        "(1 + x^2)^1.5 + (2 + y)^0.3 + x^-2",
        "log1p(exp(x)) + sigmoid(y)*cosh(z) - sinh(x)*tan(y/4) + expm1(-z)",
        "abs(x)*x + y*sign(z)",
    ];
    let point = [0.7, 0.4, -0.3];
    let h = 1e-4;
    for text in formulas {
        let mut graph = Graph::default();
        let mut level = vec![parse(&mut graph, text, &names()).unwrap()];
        for order in 1..=3 {
            let mut next = Vec::new();
            for root in level {
                for variable in 0..3 {
                    let slope = graph.derivative(root, variable).unwrap();
                    let tape = Tape::new(&graph, &[root, slope]).unwrap();
                    let at = |shift: f64| {
                        let mut x = point;
                        x[variable as usize] += shift;
                        tape.at(&x)
                    };
                    let (near, far) = (at(h)[0] - at(-h)[0], at(2.0 * h)[0] - at(-2.0 * h)[0]);
                    let expected = (8.0 * near - far) / (12.0 * h);
                    let (found, size) = (at(0.0)[1], expected.abs().max(1.0));
                    assert!(
                        (found - expected).abs() < 1e-9 * size,
                        "{text}, order {order} by {variable}: {found}, not {expected}"
                    );
                    next.push(slope);
                }
            }
            level = next;
        }
    }
}
