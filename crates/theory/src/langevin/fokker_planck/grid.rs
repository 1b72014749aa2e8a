//! Cells on the line.

use maruyama_dynamics::real;

use crate::langevin::LangevinError;
use crate::langevin::error::positive;

/// Nodes and the widths of the cells about them.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    nodes: Vec<f64>,
    edges: Vec<f64>,
    widths: Vec<f64>,
}

impl Grid {
    /// `n` equal cells of `[low, high]` with nodes in their middles.
    ///
    /// # Errors
    /// If `high ≤ low`, or `n < 2`.
    pub fn uniform(low: f64, high: f64, n: usize) -> Result<Grid, LangevinError> {
        Grid::mapped(low, high, n, |x| x)
    }

    /// `n` cells that are equal in `z`, `x = centre + scale sinh z`, `|z| ≤ reach`: for power tails,
    /// which reach as far as `scale e^reach/2`; take `reach ≥ 14` for tail exponents below 3.
    ///
    /// # Errors
    /// If the scale or the reach is not positive or the reach exceeds 300, or `n < 2`.
    pub fn sinh(centre: f64, scale: f64, reach: f64, n: usize) -> Result<Grid, LangevinError> {
        positive("scale", scale)?;
        positive("room below reach 300", 300.0 - reach)?;
        Grid::mapped(-reach, reach, n, |z| centre + scale * real::sinh(z))
    }

    fn mapped(
        low: f64,
        high: f64,
        n: usize,
        map: impl Fn(f64) -> f64,
    ) -> Result<Grid, LangevinError> {
        positive("length of the grid", high - low)?;
        positive("cells beyond the first", n as f64 - 1.0)?;
        let at = |idx: f64| map(low + (high - low) * idx / n as f64);
        let nodes = (0..n).map(|i| at(i as f64 + 0.5)).collect();
        let edges: Vec<f64> = (0..=n).map(|i| at(i as f64)).collect();
        let widths = edges.windows(2).map(|ends| ends[1] - ends[0]).collect();
        Ok(Grid { nodes, edges, widths })
    }

    /// Number of cells.
    #[must_use]
    pub fn n_cells(&self) -> usize {
        self.nodes.len()
    }

    /// Nodes, ascending, `[n]`.
    #[must_use]
    pub fn nodes(&self) -> &[f64] {
        &self.nodes
    }

    /// Ends of the cells, ascending, `[n + 1]`.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Widths of the cells, `[n]`.
    #[must_use]
    pub fn widths(&self) -> &[f64] {
        &self.widths
    }

    /// Distance of node `idx` from the next.
    pub(crate) fn gap(&self, idx: usize) -> f64 {
        self.nodes[idx + 1] - self.nodes[idx]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_their_interval() {
        let grid = Grid::uniform(-1.0, 3.0, 8).unwrap();
        assert_eq!(grid.nodes()[0], -0.75);
        assert_eq!(grid.widths(), [0.5; 8]);
        let grid = Grid::sinh(0.5, 0.2, 4.0, 101).unwrap();
        assert!((grid.nodes()[50] - 0.5).abs() < 1e-14 && grid.nodes().is_sorted());
        let length = real::sum(grid.widths());
        assert!((length / (0.4 * real::sinh(4.0)) - 1.0).abs() < 1e-14);
        assert!(Grid::uniform(1.0, 1.0, 8).is_err() && Grid::uniform(0.0, 1.0, 1).is_err());
        assert!(Grid::sinh(0.0, 1.0, 800.0, 10).is_err());
    }
}
