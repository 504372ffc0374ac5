//! A question is answered as a reader would: wrong first, then right.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use book::quiz;
use pulldown_cmark::{Parser, html};
use serde::Deserialize;

use browser::{Browser, Scheme, Screen};

const QUESTION: &str = "
```quiz
question = \"What happens?\"
options = [\"It takes 5 s.\", \"It takes 0.1 s.\"]
answer = 2
reason = \"The waits overlap.\"
```
";

/// What a reader sees of a question.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Shown {
    verdict: String,
    /// The answer with its reason, if they are shown.
    answer: String,
    /// The options that are marked as right or wrong.
    right: Vec<String>,
    wrong: Vec<String>,
}

const SHOWN: &str = "
    const texts = selector => [...document.querySelectorAll(selector)]
        .filter(element => element.checkVisibility())
        .map(element => element.innerText.trim());
    return {
        verdict: texts('.quiz .verdict').join(''),
        answer: texts('.quiz details').join(''),
        right: texts('.quiz label.correct'),
        wrong: texts('.quiz label.mistaken'),
    };
";

#[test]
fn a_question_tells_wrong_from_right_and_gives_its_reason() {
    let screen = Screen { width: 600, height: 600, scheme: Scheme::Light };
    let mut browser = match Browser::start(screen) {
        Ok(browser) => browser,
        Err(reason) => {
            writeln!(io::stderr(), "skipped: no question was answered, since {reason}")
                .expect("stderr takes a line");
            return;
        }
    };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = quiz::expand(docs, QUESTION).expect("it is a question");
    let mut form = String::new();
    html::push_html(&mut form, Parser::new(&text));
    let read = |file| fs::read_to_string(docs.join(file)).expect("the file is there");
    let page = format!(
        "<!DOCTYPE html><html class=\"js\"><meta charset=utf-8><title>Quiz</title><style>{}</style>{form}<script>{}</script></html>",
        read("quiz.css"),
        read("scripts/quiz.js")
    );
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("page.html");
    fs::write(&file, page).expect("a file can be written");
    browser.visit(&format!("file://{}", file.display()));

    let before: Shown = browser.evaluate(SHOWN);
    assert_eq!((&*before.verdict, &*before.answer), ("", ""));
    let wrong = answer(&mut browser, 1);
    assert_eq!(wrong.verdict, "✗ Not this one. The answer is:");
    assert_eq!(wrong.answer, "It takes 0.1 s.\n\nThe waits overlap.");
    assert_eq!((&wrong.right[..], &wrong.wrong[..]), (&marked(2)[..], &marked(1)[..]));
    let right = answer(&mut browser, 2);
    assert_eq!(right.verdict, "✓ Right.");
    assert_eq!(right.answer, "The waits overlap.");
    assert_eq!((&right.right[..], &right.wrong[..]), (&marked(2)[..], &[][..]));
    assert_eq!(browser.messages(), [""; 0]);
}

/// Chooses an option and checks it.
fn answer(browser: &mut Browser, option: usize) -> Shown {
    let choose = format!("document.querySelector('.quiz label:nth-of-type({option})').click();");
    let check = "document.querySelector('.quiz button').click();";
    browser.evaluate(&format!("{choose} {check} {SHOWN}"))
}

/// The text of an option.
fn marked(option: usize) -> [String; 1] {
    [["It takes 5 s.", "It takes 0.1 s."][option - 1].to_owned()]
}
