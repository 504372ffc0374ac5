//! The figures of a pair for other programs.

/// The figures as an object of JSON on one line, by their names: times are in seconds.
pub(crate) fn json(figures: &[(&str, f64)]) -> String {
    let figures: Vec<String> =
        figures.iter().map(|(name, figure)| format!("\"{name}\":{figure}")).collect();
    format!("{{\"version\":1,\"figures\":{{{}}}}}", figures.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_an_object() {
        assert_eq!(
            json(&[("wrong", 1.5), ("right-written", 5.0)]),
            r#"{"version":1,"figures":{"wrong":1.5,"right-written":5}}"#
        );
    }
}
