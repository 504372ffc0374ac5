//! Tables for other programs: Markdown, and comma-separated values.

/// A table of Markdown.
#[must_use]
pub(crate) fn table<T: AsRef<str>>(heads: &[T], rows: &[impl AsRef<[T]>]) -> String {
    let line = |cells: &[T]| {
        // A bar would end its cell, and a new line its row.
        let cells = cells.iter().map(|cell| cell.as_ref().replace('|', "\\|").replace('\n', " "));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rows: String = rows.iter().map(|row| line(row.as_ref())).collect();
    format!("{}|{}\n{rows}", line(heads), "---|".repeat(heads.len()))
}

/// A line of comma-separated values for each run of one version: these names, the round, and its time
/// in seconds.
#[must_use]
pub(crate) fn runs<const N: usize>(names: [&str; N], wall_ns: &[u64]) -> String {
    let names = names.map(quoted).join(",");
    let line = |(round, nanos): (usize, &u64)| {
        format!("{names},{},{:.6}\n", round + 1, *nanos as f64 / 1e9)
    };
    wall_ns.iter().enumerate().map(line).collect()
}

/// A text as one of the values.
#[must_use]
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_cell_is_escaped() {
        assert_eq!(
            table(&["a|b", "c"], &[["d\ne", "f"]]),
            "| a\\|b | c |\n|---|---|\n| d e | f |\n"
        );
        assert_eq!(
            runs(["a \"b\""], &[1_500_000_000, 2]),
            "\"a \"\"b\"\"\",1,1.500000\n\"a \"\"b\"\"\",2,0.000000\n"
        );
    }
}
