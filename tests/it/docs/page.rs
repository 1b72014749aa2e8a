//! Blocks of code in a page.

use std::path::Path;

/// A fenced block.
#[derive(Debug)]
pub struct Block<'t> {
    /// What stands behind the fence: `yaml`, `sh`, `console`.
    pub kind: &'t str,
    pub text: String,
    /// Line of the fence, from 1.
    pub line: usize,
}

impl Block<'_> {
    /// Whether it has commands.
    pub fn is_shell(&self) -> bool {
        ["sh", "console"].contains(&self.kind)
    }

    /// The file that the first line names, a comment.
    pub fn file(&self) -> Option<&str> {
        let path = self.text.lines().next()?.strip_prefix("# ")?;
        let is_yaml = Path::new(path).extension().is_some_and(|extension| extension == "yaml");
        (is_yaml && !path.contains(' ')).then_some(path)
    }
}

/// The fenced blocks of `page`, in their order.
pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut is_open = false;
    for (idx, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if is_open => is_open = false,
            Some(kind) => {
                is_open = true;
                blocks.push(Block { kind: kind.trim(), text: String::new(), line: idx + 1 });
            }
            None if is_open => {
                let block = blocks.last_mut().expect("an open block");
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {}
        }
    }
    assert!(!is_open, "a block has no end");
    blocks
}

/// A page without its fenced blocks.
pub fn prose(page: &str) -> String {
    let mut is_open = false;
    let mut text = String::new();
    for line in page.lines() {
        if line.starts_with("```") {
            is_open = !is_open;
        } else if !is_open {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}
