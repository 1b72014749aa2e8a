use crate::simd::{Isa, Kernel, Level, dispatch_at};

/// Eight rows of eight distinct numbers through each of the three ways to their sums.
struct Sums<'a>(&'a [[f64; 8]; 8]);

impl Kernel for Sums<'_> {
    type Output = [[f64; 8]; 3];

    fn run<S: Isa>(self, isa: S) -> [[f64; 8]; 3] {
        let rows = self.0.map(|row| isa.load_eight(&row));
        let in_any_place = |l: usize| {
            let mut sums = [0.0; 8];
            isa.store_eight(isa.splat_sum_of_eight(rows[l]), &mut sums);
            sums[7 - l]
        };
        let splat = [0, 1, 2, 3, 4, 5, 6, 7].map(in_any_place);
        [isa.sums_of_eight(rows), rows.map(|row| isa.sum_of_eight(row)), splat]
    }
}

#[test]
fn sums_have_the_same_order_on_every_instruction_set() {
    let mut rows = [[0.0; 8]; 8];
    for (i, entry) in (0_u32..).zip(rows.as_flattened_mut()) {
        *entry = f64::from(i * i * i) + 1.0 / 3.0;
    }
    let expected = rows.map(|row| crate::real::sum(&row));
    for level in Level::available() {
        assert_eq!(dispatch_at(level, Sums(&rows)), [expected; 3], "{level}");
    }
}

struct Transpose<'a>(&'a [[f64; 8]; 8]);

struct Halves<'a>(&'a [[f64; 8]; 8]);

fn stored<S: Isa>(isa: S, column: S::Eight) -> [f64; 8] {
    let mut numbers = [0.0; 8];
    isa.store_eight(column, &mut numbers);
    numbers
}

impl Kernel for Halves<'_> {
    type Output = [[f64; 8]; 8];

    fn run<S: Isa>(self, isa: S) -> [[f64; 8]; 8] {
        let [mut low, mut high] = [[&[0.0; 4]; 8]; 2];
        for (l, row) in self.0.iter().enumerate() {
            [low[l], high[l]] = [&row.as_chunks().0[0], &row.as_chunks().0[1]];
        }
        let [a, b, c, d] = isa.columns_of_four(low);
        let [e, f, g, h] = isa.columns_of_four(high);
        [a, b, c, d, e, f, g, h].map(|column| stored(isa, column))
    }
}

impl Kernel for Transpose<'_> {
    type Output = [[f64; 8]; 8];

    fn run<S: Isa>(self, isa: S) -> [[f64; 8]; 8] {
        let columns = isa.transpose_eight(self.0.map(|row| isa.load_eight(&row)));
        columns.map(|column| stored(isa, column))
    }
}

#[test]
fn rows_become_columns_on_every_instruction_set() {
    let mut rows = [[0.0; 8]; 8];
    for (i, entry) in (0_u32..).zip(rows.as_flattened_mut()) {
        *entry = f64::from(i);
    }
    for level in Level::available() {
        let columns = dispatch_at(level, Transpose(&rows));
        for i in 0..8 {
            assert_eq!(columns[i], rows.map(|row| row[i]), "{level}");
        }
        assert_eq!(dispatch_at(level, Halves(&rows)), columns, "{level}");
    }
}
