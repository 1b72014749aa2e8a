//! The page of the ledger: all claims by paper and item, and first what speaks against a paper.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use maruyama_figure::markdown;

use crate::manifest::types::Verdict;
use crate::report::ledger::{Record, Reported};
use crate::report::page::symbol;

/// The verdicts in the order of columns.
const VERDICTS: [Verdict; 3] = [Verdict::Reproduced, Verdict::Contradicted, Verdict::Inconclusive];

/// The page of the reports of `items`.
pub(crate) fn page(items: &[Reported]) -> String {
    let papers = papers(items);
    let all: Vec<&Record> = items.iter().flat_map(|item| &item.records).collect();
    let counts = counts(&all);
    let mut page = format!(
        "# Ledger of claims\n\nEvery number behind a verdict was computed by the run that wrote this \
         page; `claims.json` holds the same for machines.\n\n{} claims: {} reproduced, {} \
         contradicted, {} inconclusive.\n\n",
        all.len(),
        counts[0],
        counts[1],
        counts[2],
    );
    let rows = papers.iter().map(|(paper, items)| {
        let name = heading(paper);
        (format!("[{name}](#{})", slug(&name)), records(items))
    });
    page.push_str(&count_table("paper", rows));
    for (paper, items) in &papers {
        write_paper(&mut page, paper, items);
    }
    page
}

/// The items of each paper, those without a paper last.
fn papers(items: &[Reported]) -> Vec<(&str, Vec<&Reported>)> {
    let mut papers: BTreeMap<(bool, &str), Vec<&Reported>> = BTreeMap::new();
    for item in items {
        let paper = item.records.first().map_or("", |record| record.paper.as_str());
        papers.entry((paper.is_empty(), paper)).or_default().push(item);
    }
    papers.into_iter().map(|((_, paper), items)| (paper, items)).collect()
}

fn records<'a>(items: &[&'a Reported]) -> Vec<&'a Record> {
    items.iter().flat_map(|item| &item.records).collect()
}

fn heading(paper: &str) -> String {
    if paper.is_empty() { "Without a paper".to_owned() } else { format!("arXiv {paper}") }
}

fn write_paper(page: &mut String, paper: &str, items: &[&Reported]) {
    let _ = writeln!(page, "## {}\n", heading(paper));
    if !paper.is_empty() {
        let _ = writeln!(page, "[The paper](https://arxiv.org/abs/{paper}).\n");
    }
    let rows = items.iter().map(|item| {
        let link = format!("[{}]({}/README.md)", item.title, item.item);
        (link, item.records.iter().collect())
    });
    page.push_str(&count_table("item", rows));
    let records = records(items);
    let reproduced = Verdict::Reproduced.to_string();
    let against: Vec<&&Record> =
        records.iter().filter(|record| record.verdict != reproduced).collect();
    if !against.is_empty() {
        page.push_str("### Not reproduced\n\n");
        for record in against {
            write_against(page, record);
        }
        page.push('\n');
    }
    let _ = writeln!(page, "### Claims of {}\n", heading(paper));
    page.push_str("| verdict | claim | source |\n| :-- | :-- | :-- |\n");
    for record in records {
        let _ = writeln!(
            page,
            "| {}{} | [{}]({}) | {} |",
            verdict(record),
            surprise(record),
            markdown(&record.statement),
            link(record),
            markdown(&record.source)
        );
    }
    page.push('\n');
}

/// A claim that was not reproduced, with the remark on why.
fn write_against(page: &mut String, record: &Record) {
    let (statement, source) = (markdown(&record.statement), markdown(&record.source));
    let _ = write!(
        page,
        "- {}{}: [{statement}]({}) *{source}*",
        verdict(record),
        surprise(record),
        link(record)
    );
    if !record.remark.is_empty() {
        let _ =
            write!(page, "<br>{}", record.remark.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    page.push('\n');
}

/// How many claims each of the rows has, and with which verdicts.
fn count_table<'a>(of: &str, rows: impl Iterator<Item = (String, Vec<&'a Record>)>) -> String {
    let mut table = format!("| {of} | claims |");
    for verdict in VERDICTS {
        let _ = write!(table, " {} {verdict} |", symbol(verdict));
    }
    table.push_str("\n| :-- | --: | --: | --: | --: |\n");
    for (name, records) in rows {
        let _ = write!(table, "| {name} | {} |", records.len());
        for count in counts(&records) {
            let _ = write!(table, " {count} |");
        }
        table.push('\n');
    }
    table.push('\n');
    table
}

fn counts(records: &[&Record]) -> [usize; 3] {
    VERDICTS.map(|verdict| {
        let verdict = verdict.to_string();
        records.iter().filter(|record| record.verdict == verdict).count()
    })
}

fn verdict(record: &Record) -> String {
    let named = VERDICTS.into_iter().find(|verdict| verdict.to_string() == record.verdict);
    format!("{} {}", named.map_or("?", symbol), record.verdict)
}

fn surprise(record: &Record) -> String {
    if record.verdict == record.expected {
        return String::new();
    }
    format!(" (on record: {})", record.expected)
}

/// Where the claim stands on the page of its item.
fn link(record: &Record) -> String {
    let mark = VERDICTS.into_iter().find(|verdict| verdict.to_string() == record.verdict);
    let heading = format!("{} {}: {}", mark.map_or("?", symbol), record.verdict, record.id);
    format!("{}/README.md#{}", record.item, slug(&heading))
}

/// The anchor that Markdown pages give a heading: small letters and digits, `-` for blanks, `-` and
/// `_` kept, everything else dropped.
fn slug(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, paper: &str, verdict: &str, remark: &str) -> Record {
        Record {
            id: id.to_owned(),
            paper: paper.to_owned(),
            item: format!("item-{id}"),
            statement: "*η*_{*} falls".to_owned(),
            source: "Section 4".to_owned(),
            verdict: verdict.to_owned(),
            expected: verdict.to_owned(),
            test: String::new(),
            remark: remark.to_owned(),
            evidence: serde_json::Value::Null,
            published: Vec::new(),
        }
    }

    #[test]
    fn claims_are_counted_by_paper_and_what_fails_stands_first_with_its_remark() {
        let items: Vec<Reported> = [
            record("a", "", "reproduced", ""),
            record("b", "2402.01382", "reproduced", "never shown"),
            record("c", "2402.01382", "contradicted", "The scale\ndiffers."),
        ]
        .into_iter()
        .map(|record| Reported {
            item: record.item.clone(),
            title: format!("Title {}", record.id),
            records: vec![record],
        })
        .collect();
        let page = page(&items);
        for expected in [
            "3 claims: 2 reproduced, 1 contradicted, 0 inconclusive.",
            "| [arXiv 2402.01382](#arxiv-240201382) | 2 | 1 | 1 | 0 |",
            "| [Without a paper](#without-a-paper) | 1 | 1 | 0 | 0 |",
            "| [Title c](item-c/README.md) | 1 | 0 | 1 | 0 |",
            "- ✗ contradicted: [*η*<sub>\\*</sub> falls](item-c/README.md#-contradicted-c) \
             *Section 4*<br>The scale differs.",
            "| ✓ reproduced | [*η*<sub>\\*</sub> falls](item-b/README.md#-reproduced-b) | Section 4 |",
        ] {
            assert!(page.contains(expected), "{expected}\n{page}");
        }
        assert!(!page.contains("never shown"));
        let at = |text: &str| page.find(text).expect(text);
        assert!(at("## arXiv 2402.01382") < at("## Without a paper"));
        assert!(at("The scale differs.") < at("### Claims of arXiv 2402.01382"));
    }
}
