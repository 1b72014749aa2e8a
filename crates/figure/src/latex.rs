//! Tables as LaTeX with `booktabs`.

use crate::markup::{self, Shift, Span};
use crate::number::Shown;
use crate::table::{Align, Reading, Table};

/// Writes the table.
pub(crate) fn write(table: &Table) -> String {
    let align = table.columns.iter().map(|column| match column.align {
        Align::Left => 'l',
        Align::Centre => 'c',
        Align::Right => 'r',
    });
    let mut out = String::from("\\begin{table}\n\\centering\n");
    if !table.caption.is_empty() {
        push_command(&mut out, "caption", &latex(&table.caption));
    }
    if !table.label.is_empty() {
        push_command(&mut out, "label", &table.label);
    }
    push_command(&mut out, "begin{tabular}", &align.collect::<String>());
    out.push_str("\\toprule\n");
    push_row(&mut out, table.columns.iter().map(|column| latex(&column.heading)));
    out.push_str("\\midrule\n");
    for row in &table.rows {
        push_row(&mut out, table.cells(row).map(|(c, cell)| read(&cell.read(c.format))));
    }
    out.push_str("\\bottomrule\n\\end{tabular}\n\\end{table}\n");
    out
}

fn push_command(out: &mut String, command: &str, argument: &str) {
    out.extend(["\\", command, "{", argument, "}\n"]);
}

fn push_row(out: &mut String, cells: impl Iterator<Item = String>) {
    out.push_str(&cells.collect::<Vec<_>>().join(" & "));
    out.push_str(" \\\\\n");
}

fn read(reading: &Reading) -> String {
    match reading {
        Reading::Text(text) => latex(text),
        Reading::Number(Shown::Missing) | Reading::Missing => "--".to_owned(),
        Reading::Number(number) => format!("${}$", digits(number)),
        Reading::Interval([value, lo, hi], exponent) => {
            let inner = format!("{}\\;[{}, {}]", digits(value), digits(lo), digits(hi));
            match exponent {
                None => format!("${inner}$"),
                Some(exponent) => format!("$({inner})\\times10^{{{exponent}}}$"),
            }
        }
    }
}

/// A number inside mathematics.
fn digits(number: &Shown) -> String {
    let sign = |negative| if negative { "-" } else { "" };
    match number {
        Shown::Finite { negative, digits, exponent: None } => {
            format!("{}{digits}", sign(*negative))
        }
        Shown::Finite { negative, digits, exponent: Some(exponent) } => {
            format!("{}{digits}\\times10^{{{exponent}}}", sign(*negative))
        }
        Shown::Infinite { negative } => format!("{}\\infty", sign(*negative)),
        Shown::Missing => "\\text{--}".to_owned(),
    }
}

/// Text with the [markup] of labels as LaTeX: neighbouring italic, lowered and raised spans share one formula.
#[must_use]
pub fn latex(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for span in markup::parse(text) {
        let formula = span.italic || span.shift != Shift::Base;
        if formula != inside {
            out.push('$');
            inside = formula;
        }
        if formula {
            out.push_str(&in_formula(&span));
        } else {
            out.extend(span.text.chars().map(in_text));
        }
    }
    if inside {
        out.push('$');
    }
    out
}

fn in_formula(span: &Span) -> String {
    let body = symbols(&span.text);
    let letters = span.text.chars().filter(char::is_ascii_alphabetic).count();
    let styled = match (span.italic, letters) {
        (true, 0 | 1) | (false, 0) => body,
        (true, _) => format!("\\mathit{{{body}}}"),
        (false, _) => format!("\\mathrm{{{body}}}"),
    };
    match span.shift {
        Shift::Base => styled,
        Shift::Sub => format!("_{{{styled}}}"),
        Shift::Sup => format!("^{{{styled}}}"),
    }
}

/// Characters in a formula; a combining accent goes over the symbol before it.
fn symbols(text: &str) -> String {
    let mut symbols: Vec<String> = Vec::new();
    for character in text.chars() {
        match (accent(character), symbols.last_mut()) {
            (Some(accent), Some(below)) => *below = format!("{accent}{{{below}}}"),
            _ => symbols.push(symbol(character)),
        }
    }
    symbols.concat()
}

/// The command of a combining accent.
fn accent(character: char) -> Option<&'static str> {
    match character {
        '\u{302}' => Some("\\hat"),
        '\u{303}' => Some("\\tilde"),
        '\u{304}' => Some("\\bar"),
        '\u{307}' => Some("\\dot"),
        _ => None,
    }
}

/// A character inside mathematics.
fn symbol(character: char) -> String {
    match (command(character), character) {
        (Some(command), _) => format!("{{{command}}}"),
        (None, ' ') => "\\ ".to_owned(),
        (None, '\\') => "\\backslash ".to_owned(),
        (None, '^') => "\\hat{\\ }".to_owned(),
        (None, '~') => "{\\sim}".to_owned(),
        (None, '{' | '}' | '$' | '&' | '#' | '_' | '%') => format!("\\{character}"),
        (None, other) => other.to_string(),
    }
}

/// A character inside words.
fn in_text(character: char) -> String {
    match (command(character), character) {
        (Some(command), _) => format!("${command}$"),
        (None, '\\') => "\\textbackslash{}".to_owned(),
        (None, '^') => "\\textasciicircum{}".to_owned(),
        (None, '~') => "\\textasciitilde{}".to_owned(),
        (None, '<' | '>' | '|') => format!("${character}$"),
        (None, '{' | '}' | '$' | '&' | '#' | '_' | '%') => format!("\\{character}"),
        (None, '–') => "--".to_owned(),
        (None, '\n' | '\r') => " ".to_owned(),
        (None, other) => other.to_string(),
    }
}

/// Mathematical characters and their commands.
const NAMES: [(char, &str); 52] = [
    ('α', "\\alpha"),
    ('β', "\\beta"),
    ('γ', "\\gamma"),
    ('δ', "\\delta"),
    ('ε', "\\varepsilon"),
    ('ζ', "\\zeta"),
    ('η', "\\eta"),
    ('θ', "\\theta"),
    ('ι', "\\iota"),
    ('κ', "\\kappa"),
    ('λ', "\\lambda"),
    ('μ', "\\mu"),
    ('ν', "\\nu"),
    ('ξ', "\\xi"),
    ('π', "\\pi"),
    ('ρ', "\\rho"),
    ('σ', "\\sigma"),
    ('τ', "\\tau"),
    ('υ', "\\upsilon"),
    ('φ', "\\varphi"),
    ('χ', "\\chi"),
    ('ψ', "\\psi"),
    ('ω', "\\omega"),
    ('Γ', "\\Gamma"),
    ('Δ', "\\Delta"),
    ('Θ', "\\Theta"),
    ('Λ', "\\Lambda"),
    ('Ξ', "\\Xi"),
    ('Π', "\\Pi"),
    ('Σ', "\\Sigma"),
    ('Φ', "\\Phi"),
    ('Ψ', "\\Psi"),
    ('Ω', "\\Omega"),
    ('−', "-"),
    ('×', "\\times"),
    ('±', "\\pm"),
    ('·', "\\cdot"),
    ('∞', "\\infty"),
    ('≤', "\\le"),
    ('≥', "\\ge"),
    ('≠', "\\ne"),
    ('≈', "\\approx"),
    ('∼', "\\sim"),
    ('→', "\\to"),
    ('∈', "\\in"),
    ('∇', "\\nabla"),
    ('∂', "\\partial"),
    ('∫', "\\int"),
    ('√', "\\surd"),
    ('²', "^{2}"),
    ('′', "^{\\prime}"),
    ('ℓ', "\\ell"),
];

/// The command for a mathematical character.
fn command(character: char) -> Option<&'static str> {
    NAMES.iter().find(|(named, _)| *named == character).map(|(_, command)| *command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Align, Cell, Column};

    #[test]
    fn accents_stand_over_their_symbol() {
        assert_eq!(latex("*ν\u{302}*, *γ\u{304}*"), r"$\hat{{\nu}}$, $\bar{{\gamma}}$");
        assert_eq!(latex("*γ*′"), r"${\gamma}$$^{\prime}$");
    }

    #[test]
    fn a_table_reads_as_written() {
        let columns = vec![
            Column::text("model", "Model"),
            Column::number("risk", "*R*(*x*_{*k*})"),
            Column { align: Align::Centre, ..Column::number("tail", "tail *η*^{*}") },
        ];
        let interval = Cell::Interval { value: -1.25e-7, lo: -2e-7, hi: 1e-7, digits: 2 };
        let rows = vec![
            vec![
                Cell::Text("50% & step_size".into()),
                Cell::Number { value: 1.2e-5, digits: 2 },
                interval,
            ],
            vec![Cell::Text("σ ≤ 1".into()), Cell::Number { value: f64::INFINITY, digits: 2 }],
        ];
        let (caption, label) = ("Fits of *α*".to_owned(), "table:fits".to_owned());
        let expected = r"\begin{table}
\centering
\caption{Fits of ${\alpha}$}
\label{table:fits}
\begin{tabular}{lrc}
\toprule
Model & $R$($x_{k}$) & tail ${\eta}^{*}$ \\
\midrule
50\% \& step\_size & $1.2\times10^{-5}$ & $(-1.2\;[-2.0, 1.0])\times10^{-7}$ \\
$\sigma$ $\le$ 1 & $\infty$ & -- \\
\bottomrule
\end{tabular}
\end{table}
";
        assert_eq!(Table { caption, label, columns, rows }.to_latex(), expected);
    }

    #[test]
    fn words_in_indices_stand_upright() {
        assert_eq!(latex("*t*_{max}"), r"$t_{\mathrm{max}}$");
        assert_eq!(latex(r"a\^b{c}"), r"a\textasciicircum{}b\{c\}");
    }
}
