//! Reporting: rows and curves become tables, figures, verdicts and pages.

mod beside;
mod claim;
mod evidence;
mod figure;
mod grammar;
mod ledger;
mod listing;
mod margin;
mod name;
mod overview;
mod page;
mod plot;
mod published;
mod stage;
mod survivors;
mod table;
mod verdict;
mod view;
mod word;

pub(crate) use ledger::PublishedValue;
pub(crate) use name::TAGS;
pub(crate) use page::arguments;

pub use claim::{Test, TestError, Truth};
pub use name::Names;
pub use plot::{PLOTS, Plot, PlotError, plot};
pub use published::{Agreement, Compared, Distance, compare, threshold};
pub use stage::{ItemReport, Standing, publish, standing};
pub use verdict::{Evidence, Judged, PREVIOUS, judge, unknown_names};
pub use view::RowView;
