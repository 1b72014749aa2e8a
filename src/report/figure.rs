//! Figures of a manifest, drawn.

use std::sync::Arc;

use maruyama_figure::Figure;

use crate::analyse::{AnalysedItem, Scalar};
use crate::manifest::types::{self, Manifest, Panel};
use crate::report::plot::{PlotError, plot};
use crate::report::view::RowView;

/// A panel that cannot be drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Undrawn {
    /// The figure.
    pub figure: String,
    /// The plot.
    pub plot: String,
    /// Why.
    pub error: PlotError,
}

/// The figure that `declared` asks for.
pub(crate) fn draw(
    manifest: &Manifest,
    item: &AnalysedItem<'_>,
    declared: &types::Figure,
) -> Result<Figure, Undrawn> {
    let mut panels = Vec::new();
    for panel in &declared.panels {
        let undrawn =
            |error| Undrawn { figure: declared.name.clone(), plot: panel.plot.clone(), error };
        let rows = RowView::select(manifest, item, &panel.of, &panel.filter);
        for (value, rows) in facets(panel, rows) {
            let mut drawn = plot(&panel.plot).draw(&rows, &panel.parameters).map_err(undrawn)?;
            drawn.title = title(panel, value.as_deref());
            panels.push(drawn);
        }
    }
    let across = declared.across.map_or(panels.len().clamp(1, 3), |across| across as usize);
    Ok(Figure::new(&declared.name, across, panels))
}

fn title(panel: &Panel, value: Option<&str>) -> String {
    match (&panel.title, value) {
        (Some(title), Some(value)) => format!("{title} ({value})"),
        (Some(title), None) => title.clone(),
        (None, value) => value.unwrap_or_default().to_owned(),
    }
}

/// The rows of each value of the panel's facet, in the order of first occurrence.
fn facets<'a>(panel: &Panel, rows: Vec<RowView<'a>>) -> Vec<(Option<Arc<str>>, Vec<RowView<'a>>)> {
    let Some(facet) = &panel.facet else { return vec![(None, rows)] };
    let mut facets: Vec<(Option<Arc<str>>, Vec<RowView<'a>>)> = Vec::new();
    for row in rows {
        let value: Arc<str> = match row.look_up(&facet.value) {
            Scalar::Missing => continue,
            value => row.names().entry(&facet.value, &value).into(),
        };
        match facets.iter_mut().find(|(known, _)| known.as_deref() == Some(&*value)) {
            Some((_, rows)) => rows.push(row),
            None => facets.push((Some(value), vec![row])),
        }
    }
    facets
}
