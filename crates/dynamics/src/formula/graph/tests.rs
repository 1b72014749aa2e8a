use super::*;

#[test]
fn equal_parts_are_one_node() {
    let mut graph = Graph::default();
    let (x, y) = (graph.variable(0).unwrap(), graph.variable(1).unwrap());
    let product = graph.multiply(x, y).unwrap();
    assert_eq!(graph.multiply(y, x).unwrap(), product);
    let twice = graph.add(x, x).unwrap();
    let half = graph.constant(0.5).unwrap();
    assert_eq!(graph.multiply(half, twice).unwrap(), x);
    let negative = graph.apply(Function::Negate, x).unwrap();
    assert_eq!(graph.apply(Function::Negate, negative).unwrap(), x);
    let (zero, one) = (graph.constant(-0.0).unwrap(), graph.constant(1.0).unwrap());
    assert_eq!(graph.constant(0.0).unwrap(), zero);
    assert_eq!(graph.add(zero, x).unwrap(), x);
    assert_eq!(graph.subtract(x, zero).unwrap(), x);
    assert_eq!(graph.subtract(zero, x).unwrap(), negative);
    assert_eq!(graph.multiply(x, one).unwrap(), x);
    assert_eq!(graph.multiply(x, zero).unwrap(), zero);
    assert_eq!(graph.divide(x, one).unwrap(), x);
    let minus = graph.multiply(negative, y).unwrap();
    assert_eq!(graph.node(minus), Node::Apply(Function::Negate, product));
    assert_eq!(graph.below(&[minus]), [x, y, product, minus]);
    assert_eq!(graph.below(&[]), []);
}

#[test]
fn constants_are_computed() {
    let mut graph = Graph::default();
    let two = graph.constant(2.0).unwrap();
    let root = graph.apply(Function::Sqrt, two).unwrap();
    let quotient = graph.divide(two, root).unwrap();
    assert_eq!(graph.constant_at(quotient), Some(2.0 / 2.0_f64.sqrt()));
    let sign = graph.apply(Function::Sign, two).unwrap();
    assert_eq!(graph.constant_at(sign), Some(1.0));
}
