//! The axes of plots of columns: their parameters, and what is drawn of them.

use maruyama_dynamics::parameter::{Default, Kind, Lookup as _, Parameter, Parameters, Value};
use maruyama_figure::Axis;

/// Scales of an axis.
pub(crate) const SCALES: Kind = Kind::Choice(&["linear", "log"]);

/// The parameter `x`.
pub(crate) const X: Parameter = Parameter {
    name: "x",
    doc: "Column of the abscissa.",
    unit: "",
    kind: Kind::Text,
    default: Default::Required,
};

/// The parameter `y`.
pub(crate) const Y: Parameter = Parameter {
    name: "y",
    doc: "Column of the ordinate.",
    unit: "",
    kind: Kind::Text,
    default: Default::Required,
};

/// The parameter `x_scale`.
pub(crate) const X_SCALE: Parameter = Parameter {
    name: "x_scale",
    doc: "Scale of the abscissa.",
    unit: "",
    kind: SCALES,
    default: Default::Text("linear"),
};

/// The parameter `y_scale`.
pub(crate) const Y_SCALE: Parameter = Parameter {
    name: "y_scale",
    doc: "Scale of the ordinate.",
    unit: "",
    kind: SCALES,
    default: Default::Text("linear"),
};

/// The parameter `x_label`, the column if absent.
pub(crate) const X_LABEL: Parameter = Parameter {
    name: "x_label",
    doc: "Label of the abscissa; the column if absent.",
    unit: "",
    kind: Kind::Text,
    default: Default::Absent,
};

/// The parameter `y_label`, the column if absent.
pub(crate) const Y_LABEL: Parameter = Parameter {
    name: "y_label",
    doc: "Label of the ordinate; the column if absent.",
    unit: "",
    kind: Kind::Text,
    default: Default::Absent,
};

/// The axis `x` or `y` of these parameters.
pub(crate) fn axis(name: &str, parameters: &Parameters) -> Axis {
    let column = parameters.text(name).replace('_', " ");
    let label = parameters.get(&format!("{name}_label")).and_then(Value::as_text);
    labelled(name, label.unwrap_or(&column), parameters)
}

/// The axis `x` or `y` of these parameters, with `label`.
pub(crate) fn labelled(name: &str, label: &str, parameters: &Parameters) -> Axis {
    match parameters.text(&format!("{name}_scale")) {
        "log" => Axis::log(label),
        _ => Axis::linear(label),
    }
}
