//! Several values of one flag: `--sweep limit=1,2,4`.

/// A flag with its values, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sweep {
    /// The flag's name, without its hyphens.
    pub(crate) flag: String,
    /// The values, as they are written.
    pub(crate) values: Vec<String>,
}

impl Sweep {
    /// Reads `limit=1,2,4`.
    ///
    /// # Errors
    /// There is no name, or there are not two different values.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let wanted = || "it is written FLAG=VALUE,VALUE,…, such as limit=1,2,4".to_owned();
        let (flag, values) = text.split_once('=').ok_or_else(wanted)?;
        let flag = flag.trim().trim_start_matches("--").to_owned();
        let mut distinct: Vec<String> = Vec::new();
        for value in values.split(',').map(str::trim) {
            if !value.is_empty() && !distinct.iter().any(|known| known == value) {
                distinct.push(value.to_owned());
            }
        }
        if flag.is_empty() || distinct.len() < 2 {
            return Err(wanted());
        }
        Ok(Self { flag, values: distinct })
    }

    /// The arguments that set the flag to this value.
    #[must_use]
    pub(crate) fn arguments(&self, value: &str) -> [String; 2] {
        [format!("--{}", self.flag), value.to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_has_a_flag_and_at_least_two_values() {
        let sweep = Sweep::read("limit=1, 2,4,2").expect("it is one");
        assert_eq!((&*sweep.flag, sweep.values.join(" ")), ("limit", "1 2 4".into()));
        assert_eq!(sweep.arguments("2"), ["--limit", "2"]);
        for wrong in ["limit", "limit=", "limit=1", "=1,2", "limit=2,2"] {
            assert!(Sweep::read(wrong).is_err(), "{wrong}");
        }
    }
}
