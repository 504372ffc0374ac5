//! Questions for the reader, written as blocks of TOML in Markdown:
//!
//! ````markdown
//! ```quiz
//! question = "What happens?"
//! options = ["It takes 5 s.", "It takes 0.1 s."]
//! answer = 2            # counted from 1
//! reason = "The waits overlap."
//! run = "benches/runs/2026-11-26T054535Z.jsonl"   # may be missing
//! ```
//! ````
//!
//! All texts are Markdown. `run` is the recorded run that the answer comes from. The result is a
//! form; `scripts/quiz.js` checks it, and without scripts the answer unfolds.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, html};
use serde::Deserialize;

/// The language of the blocks that are questions.
const LANGUAGE: &str = "quiz";

/// A question as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quiz {
    question: String,
    options: Vec<String>,
    /// Which option is right, counted from 1.
    answer: usize,
    reason: String,
    /// The recorded run that the answer comes from, by its path from the root.
    run: Option<String>,
}

/// The text with a form in place of each block that is a question. The reason remains Markdown, so
/// that its links are followed like those of the text around it.
///
/// # Errors
/// A block is no question. The error names the key or the question.
pub fn expand(root: &Path, text: &str) -> Result<String> {
    let mut expanded = String::with_capacity(text.len());
    let mut done = 0;
    let mut is_inside = false;
    let mut toml = String::new();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language)))
                if &*language == LANGUAGE =>
            {
                is_inside = true;
                toml.clear();
            }
            Event::Text(part) if is_inside => toml += &part,
            Event::End(_) if is_inside => {
                is_inside = false;
                expanded += &text[done..range.start];
                expanded += &Quiz::read(root, &toml)?.form();
                done = range.end;
            }
            _ => {}
        }
    }
    Ok(expanded + &text[done..])
}

impl Quiz {
    fn read(root: &Path, text: &str) -> Result<Self> {
        let quiz: Self = toml::from_str(text).context("a quiz cannot be read")?;
        let Self { question, options, answer, run, .. } = &quiz;
        ensure!(options.len() >= 2, "the quiz \"{question}\" has fewer than two options");
        ensure!(
            (1..=options.len()).contains(answer),
            "the quiz \"{question}\" has no option {answer}"
        );
        if let Some(run) = run {
            ensure!(
                root.join(run).is_file(),
                "the quiz \"{question}\" names {run}, which is no file"
            );
        }
        Ok(quiz)
    }

    /// The question as HTML, with its reason in Markdown.
    fn form(&self) -> String {
        let Self { question, options, answer, reason, run } = self;
        let options: String = (1..)
            .zip(options)
            .map(|(number, option)| {
                format!(
                    "<label><input type=\"radio\" name=\"answer\" value=\"{number}\" required> \
                     <span>{}</span></label>\n",
                    inline(option)
                )
            })
            .collect();
        let right = inline(&self.options[answer - 1]);
        let source = run.as_ref().map(|run| format!("\n\nMeasured in the run `{run}`."));
        // Markdown takes a block of HTML up to the next empty line as it is.
        format!(
            "<form class=\"quiz\" data-answer=\"{answer}\">\n<fieldset>\n<legend>{}</legend>\n\
             {options}<button type=\"submit\" hidden>Check</button>\n\
             <p class=\"verdict\" role=\"status\"></p>\n</fieldset>\n\
             <details>\n<summary>Answer</summary>\n<p class=\"answer\">{right}</p>\n\n\
             {reason}{}\n\n</details>\n</form>",
            inline(question),
            source.unwrap_or_default(),
        )
    }
}

/// A line of Markdown as HTML, without the paragraph around it.
fn inline(text: &str) -> String {
    let mut rendered = String::new();
    html::push_html(&mut rendered, Parser::new(text));
    let rendered = rendered.trim();
    let line = rendered.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    line.unwrap_or(rendered).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIZ: &str = "question = \"What does `a < b` do?\"\n\
                        options = [\"It takes 5 s.\", \"It takes *0.1 s*.\"]\n\
                        answer = 2   # counted from 1\n\
                        reason = \"The [waits](first.md) overlap.\"\n";

    fn expand(quiz: &str) -> Result<String> {
        let text = format!("Before.\n\n```quiz\n{quiz}```\n\nAfter.\n");
        super::expand(Path::new(env!("CARGO_MANIFEST_DIR")), &text)
    }

    #[test]
    fn a_question_becomes_a_form_between_the_text_around_it() {
        let page = expand(QUIZ).expect("it is one");
        assert!(page.starts_with("Before.\n\n<form class=\"quiz\" data-answer=\"2\">\n"), "{page}");
        assert!(page.ends_with("</details>\n</form>\n\nAfter.\n"), "{page}");
        for part in [
            "<legend>What does <code>a &lt; b</code> do?</legend>",
            "value=\"1\" required> <span>It takes 5 s.</span>",
            "value=\"2\" required> <span>It takes <em>0.1 s</em>.</span>",
            "<p class=\"answer\">It takes <em>0.1 s</em>.</p>\n\nThe [waits](first.md) overlap.\n",
        ] {
            assert!(page.contains(part), "{part} is missing in: {page}");
        }
    }

    #[test]
    fn a_run_is_named_after_the_reason() {
        let page = expand(&format!("{QUIZ}run = \"book.toml\"\n")).expect("the file is there");
        assert!(page.contains("overlap.\n\nMeasured in the run `book.toml`."), "{page}");
    }

    #[test]
    fn other_code_remains() {
        let same = "```toml\nanswer = 1\n```\n\n````markdown\n```quiz\n```\n````\n";
        assert_eq!(super::expand(Path::new("."), same).expect("nothing is asked"), same);
    }

    #[test]
    fn what_is_no_question_is_an_error_that_says_why() {
        for (quiz, reason) in [
            (QUIZ.replace("answer = 2", "answer = 3"), "do?\" has no option 3"),
            (QUIZ.replace("answer = 2", "answer = 0"), "do?\" has no option 0"),
            (QUIZ.replace("\"It takes 5 s.\", ", ""), "has fewer than two options"),
            (QUIZ.replace("reason", "because"), "unknown field `because`"),
            (format!("{QUIZ}run = \"none.jsonl\"\n"), "names none.jsonl, which is no file"),
        ] {
            let error = expand(&quiz).expect_err(reason);
            assert!(format!("{error:#}").contains(reason), "{error:#}");
        }
    }
}
