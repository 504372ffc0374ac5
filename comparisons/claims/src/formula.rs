//! Small formulas, such as the `0.9 * P` of a threshold or the `N * L / K` of a limit.
//!
//! A formula has numbers, names, the four operations and parentheses. It is read when `claims.toml`
//! is, and computed when it is known what the names stand for.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, de};

/// A formula that has been understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    text: String,
    root: Node,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Number(f64),
    Name(String),
    Operation(char, Box<[Node; 2]>),
}

/// Why a text is no formula, or a formula has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    /// The text does not read as one.
    #[error("`{text}` is no formula: {reason}")]
    Malformed {
        /// The whole text.
        text: String,
        /// What was wrong, and where.
        reason: String,
    },
    /// It has a name that nothing is known of.
    #[error("`{text}` has the name {name}, for which there is no number")]
    Unknown {
        /// The whole text.
        text: String,
        /// The name.
        name: String,
    },
    /// What comes out is no number, or none above zero.
    #[error("`{text}` comes to {value}, which is no positive number")]
    NotPositive {
        /// The whole text.
        text: String,
        /// What it comes to.
        value: String,
    },
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// The text does not read as one.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let malformed = |reason| FormulaError::Malformed { text: text.into(), reason };
        let mut tokens = Tokens { rest: text };
        let root = tokens.sum().map_err(malformed)?;
        match tokens.next() {
            None => Ok(Self { text: text.into(), root }),
            Some(token) => Err(malformed(format!("`{token}` comes after its end"))),
        }
    }

    /// What it comes to, where its names stand for these numbers.
    ///
    /// # Errors
    /// A name is not among them, or the result is not a positive number: no ratio and no time is
    /// anything else.
    pub fn value(&self, numbers: &BTreeMap<String, f64>) -> Result<f64, FormulaError> {
        let text = || self.text.clone();
        let value = self
            .root
            .value(numbers)
            .map_err(|name| FormulaError::Unknown { text: text(), name: name.into() })?;
        if value.is_finite() && value > 0.0 {
            Ok(value)
        } else {
            Err(FormulaError::NotPositive { text: text(), value: value.to_string() })
        }
    }

    /// Whether it is a number and nothing else.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self.root, Node::Number(_))
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Formula {
    /// A number may stand without quotes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(number) => {
                Ok(Self { text: number.to_string(), root: Node::Number(number) })
            }
            Written::Text(text) => Self::parse(&text).map_err(de::Error::custom),
        }
    }
}

impl Node {
    /// The value, or the name that is not known.
    fn value(&self, numbers: &BTreeMap<String, f64>) -> Result<f64, &str> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Name(name) => numbers.get(name).copied().ok_or(name),
            Self::Operation(operator, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (left.value(numbers)?, right.value(numbers)?);
                Ok(match operator {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => left / right,
                })
            }
        }
    }
}

/// What is left to be read. Each method reads one thing, and the reason is what it met instead.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    /// The next token, which is not taken away: a number, a name, or a single character.
    fn peek(&self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        let first = rest.chars().next()?;
        let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
        let length = if word(first) {
            rest.find(|letter| !word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        Some(&rest[..length])
    }

    fn next(&mut self) -> Option<&'a str> {
        let token = self.peek()?;
        self.rest = &self.rest.trim_start()[token.len()..];
        Some(token)
    }

    /// Products, added up.
    fn sum(&mut self) -> Result<Node, String> {
        self.chain(['+', '-'], Self::product)
    }

    /// Numbers, names and parentheses, multiplied.
    fn product(&mut self) -> Result<Node, String> {
        self.chain(['*', '/'], Self::single)
    }

    /// Parts that are joined by these operators, from left to right.
    fn chain(
        &mut self,
        operators: [char; 2],
        part: fn(&mut Self) -> Result<Node, String>,
    ) -> Result<Node, String> {
        let mut node = part(self)?;
        while let Some(operator) = self.peek().and_then(|token| token.chars().next())
            && operators.contains(&operator)
        {
            self.next();
            node = Node::Operation(operator, Box::new([node, part(self)?]));
        }
        Ok(node)
    }

    fn single(&mut self) -> Result<Node, String> {
        match self.next() {
            Some("(") => {
                let inner = self.sum()?;
                match self.next() {
                    Some(")") => Ok(inner),
                    _ => Err("a parenthesis is not closed".into()),
                }
            }
            Some(token) if token.starts_with(|first: char| first.is_ascii_digit()) => {
                token.parse().map(Node::Number).map_err(|_| format!("`{token}` is no number"))
            }
            Some(token) if token.starts_with(|first: char| first.is_ascii_alphabetic()) => {
                Ok(Node::Name(token.into()))
            }
            Some(token) => Err(format!("`{token}` stands where a number or a name belongs")),
            None => Err("it ends where a number or a name belongs".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<f64, FormulaError> {
        let numbers = [("P", 4.0), ("N", 100.0), ("L", 0.05), ("K", 20.0)];
        let numbers = numbers.map(|(name, number)| (name.to_owned(), number)).into();
        Formula::parse(text)?.value(&numbers)
    }

    #[test]
    fn products_bind_more_than_sums_and_the_left_comes_first() {
        for (text, expected) in [
            ("1.5", 1.5),
            ("0.9 * P", 3.6),
            ("N*L/K", 0.25),
            ("10 - 4 - 3", 3.0),
            ("1 + 2 * 3", 7.0),
            ("(1 + 2) * 3", 9.0),
            ("1 / (0.1 + 0.9 / P)", 1.0 / 0.325),
        ] {
            let value = value(text).expect(text);
            assert!((value - expected).abs() < 1e-12, "{text}: {value}");
        }
    }

    #[test]
    fn what_is_no_formula_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "ends where a number"),
            ("0.9 *", "ends where a number"),
            ("(1 + 2", "not closed"),
            ("1 2", "`2` comes after its end"),
            ("* 2", "`*` stands where"),
            ("1.2.3", "`1.2.3` is no number"),
            ("é", "`é` stands where"),
            ("2 * Q", "the name Q"),
            ("1 / (P - 4)", "comes to inf"),
            ("1 - P", "comes to -3"),
        ] {
            let error = value(text).expect_err(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
