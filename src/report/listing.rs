//! The claims of an item as a list in LaTeX, for the text of a paper.

use maruyama_figure::latex;

use crate::report::page::status;
use crate::report::verdict::Judged;

/// A `description` whose items are the verdicts, with statement and source of each claim.
pub(crate) fn to_latex(claims: &[Judged<'_>]) -> String {
    let mut text = String::from("\\begin{description}\n");
    for judged in claims {
        let claim = judged.claim;
        let statement = latex(claim.statement.trim());
        let source = match claim.place.trim() {
            "" => status(claim.status).to_owned(),
            place => format!("{}; {}", latex(place), status(claim.status)),
        };
        text.extend(["\\item[", &judged.verdict.to_string(), "] ", &statement]);
        text.extend([" (", &source, ")\n"]);
    }
    text.push_str("\\end{description}\n");
    text
}
