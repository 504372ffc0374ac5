//! A row's inputs and answers in words, and the day.

use std::time::SystemTime;

use figures::words::{duration_ns, grouped, shortened};
use serde_json::Value;

/// A row's input or answer in a few words: the keys and values of its JSON, with times as such.
/// What is nothing, such as a jitter of `0s`, is left out.
pub(crate) fn words(json: &Value) -> String {
    let Value::Object(entries) = json else {
        return if json.is_null() { String::new() } else { shortened(&json.to_string()) };
    };
    let words: Vec<String> = entries
        .iter()
        .filter_map(|(key, value)| {
            let (key, value) = match (key.strip_suffix("_ns"), value) {
                (_, Value::Null) => return None,
                (_, Value::Number(number)) if number.as_f64() == Some(0.0) => return None,
                (_, Value::String(text)) if text.is_empty() || text == "0s" => return None,
                (Some(key), value) if value.is_u64() => (key, duration_ns(value.as_u64()?)),
                (_, Value::Number(number)) if number.is_u64() => (&**key, grouped(number)),
                (_, Value::String(text)) => (&**key, text.clone()),
                (_, Value::Array(items)) => (&**key, format!("({})", grouped(items.len()))),
                (_, other) => (&**key, other.to_string()),
            };
            Some(format!("{} {value}", key.replace('_', " ")))
        })
        .collect();
    shortened(&words.join(", "))
}

/// This day, as in `2026-01-31` (UTC).
pub(crate) fn today() -> String {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    // The day is the beginning of the time.
    now.chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_put_into_words() {
        let value = json!({"latency_ns": 50_000_000, "pages": 1000, "ca": null, "faults": 0.0, "jitter": "0s", "urls": [1]});
        assert_eq!(words(&value), "latency 50.0 ms, pages 1,000, urls (1)");
        assert_eq!(words(&Value::Null), "");
    }
}
