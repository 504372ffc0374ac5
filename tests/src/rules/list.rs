//! All rules.

use super::{circles, manifests, pages, targets, tree::Rule};

/// All rules, by name.
pub(super) const RULES: [(&str, Rule); 13] = [
    ("rows_are_complete", manifests::rows_are_complete),
    ("names_agree_with_paths", manifests::names_agree_with_paths),
    ("members_inherit_the_lints", manifests::members_inherit_the_lints),
    ("members_inherit_their_dependencies", manifests::members_inherit_their_dependencies),
    ("the_root_names_no_cell", manifests::the_root_names_no_cell),
    ("unit_tests_run_where_there_are_any", targets::unit_tests_run_where_there_are_any),
    ("doctests_run_where_there_are_any", targets::doctests_run_where_there_are_any),
    ("cells_are_tested_from_outside", targets::cells_are_tested_from_outside),
    ("no_file_imports_another_in_a_circle", circles::no_file_imports_another_in_a_circle),
    ("commands_name_packages", pages::commands_name_packages),
    ("cells_say_how_to_run_them", pages::cells_say_how_to_run_them),
    ("links_lead_somewhere", pages::links_lead_somewhere),
    ("pages_show_the_cells", pages::pages_show_the_cells),
];
