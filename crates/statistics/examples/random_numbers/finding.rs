//! One line of the table.

/// A statistic with its law and how probable a worse value is.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was looked at.
    pub what: String,
    /// How many draws, or pairs or patterns of them.
    pub size: u64,
    /// The statistic and its value.
    pub value: String,
    /// Law of the statistic if the draws are what they claim to be.
    pub law: String,
    /// Probability of a value as far from what is expected, or further.
    pub p: f64,
}

impl Finding {
    /// A value in standard errors.
    pub fn z(what: impl Into<String>, size: u64, z: f64) -> Finding {
        let (value, law) = (format!("{z:+.2} standard errors"), "N(0, 1)".to_owned());
        Finding { what: what.into(), size, value, law, p: crate::law::normal(z) }
    }

    /// Counts that are to be even.
    pub fn even(what: impl Into<String>, counts: &[u64]) -> Finding {
        let size: u64 = counts.iter().sum();
        let expected = size as f64 / counts.len() as f64;
        let square = |count: &u64| (*count as f64 - expected) * (*count as f64 - expected);
        let statistic = counts.iter().map(square).sum::<f64>() / expected;
        let df = counts.len() - 1;
        Finding {
            what: what.into(),
            size,
            value: format!("χ² = {statistic:.1}"),
            law: format!("chi-square, {df} degrees of freedom"),
            p: crate::law::chi_square(df, statistic),
        }
    }

    /// The line in Markdown.
    pub fn line(&self) -> String {
        let Finding { what, size, value, law, p } = self;
        let size = match size.ilog10() {
            power if 10_u64.pow(power) == *size && power > 3 => format!("10{}", superscript(power)),
            _ => size.to_string(),
        };
        format!("| {what} | {size} | {value} | {law} | {p:.4} |")
    }
}

fn superscript(n: u32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    n.to_string().bytes().map(|digit| digits[usize::from(digit - b'0')]).collect()
}
