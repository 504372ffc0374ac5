//! Counts in words, for the messages of the tests.

/// So many of these: "0 units", "1 unit", "7 units".
#[must_use]
pub fn amount(number: usize, unit: &str) -> String {
    let plural = if unit.ends_with("ss") || unit.ends_with("ch") { "es" } else { "s" };
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}{plural}") }
}

/// The same with its verb: "0 units were", "1 unit was", "7 units were".
#[must_use]
pub fn amount_was(number: usize, unit: &str) -> String {
    format!("{} {}", amount(number, unit), if number == 1 { "was" } else { "were" })
}
