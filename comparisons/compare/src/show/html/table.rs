//! The table, with the columns of the terminal's.

use std::fmt::Write;

use picture::svg::escaped;

use crate::{
    judge::comparison::{Comparison, Version},
    show::table::{HEADS, ordered, row},
};

/// The table. Each cell has the number that it is sorted by.
#[must_use]
pub(super) fn table(comparison: &Comparison) -> String {
    let heads = HEADS.map(|(head, _)| {
        let head = escaped(head.trim_start()).replace('\n', " ");
        format!("<th scope=\"col\"><span>{head}</span></th>")
    });
    let mut html = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The figures\">\n\
         <table>\n<thead><tr>{}</tr></thead>\n<tbody>\n",
        heads.concat()
    );
    for version in ordered(comparison) {
        html += "<tr>";
        for (place, (text, value)) in row(version).into_iter().zip(values(version)).enumerate() {
            // Writing to a string cannot fail.
            let _ = if place == 0 {
                write!(html, "<th scope=\"row\">{}</th>", escaped(version.approach.label()))
            } else {
                let value =
                    value.map_or_else(String::new, |value| format!(" data-value=\"{value}\""));
                write!(html, "<td{value}>{}</td>", escaped(&text))
            };
        }
        html += "</tr>\n";
    }
    html + "</tbody>\n</table>\n</div>\n"
}

/// What the columns are sorted by; the first one by its text.
fn values(version: &Version) -> [Option<f64>; HEADS.len()] {
    [
        None,
        version.mean_wall_ns,
        version.wall_ns.iter().min().map(|least| *least as f64),
        version.speed_up.map(|speed_up| speed_up.value),
        version.share_of_limit,
        version.cpu_ns,
        version.waiting,
        version.peak_rss_bytes,
        version.threads,
        version.switches,
        version.peak_in_flight.map(|peak| peak as f64),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{judge::comparison::tests::compare, samples::runs};
    use workspace::Side;

    #[test]
    fn a_cell_shows_what_the_terminal_shows_and_holds_the_number_behind_it() {
        let comparison = compare(
            Side::Io,
            vec![runs("sequential", &[5000, 5000], 200, 1), runs("async-std", &[104, 104], 40, 50)],
        );
        let html = table(&comparison);
        assert!(html.contains("<th scope=\"row\">async-std (discontinued)</th>"), "{html}");
        assert!(html.contains("<td data-value=\"104000000\">0.104</td>"), "{html}");
        assert_eq!(html.matches("<th scope=\"col\">").count(), HEADS.len());
        assert!(html.contains("<span>speed-up [95 %]</span>"), "{html}");
    }
}
