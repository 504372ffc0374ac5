//! All jobs in one process of their own, since the panic ends all of it.

use std::io::{self, BufRead, BufReader};

use crate::{
    child::{self, FINISHED, ended},
    work::Done,
};

/// Has a process do its [task](crate::task). Returns how it ended, and how many of its jobs had
/// finished by then.
pub(crate) fn do_all(task: &str) -> io::Result<(Done, usize)> {
    let mut process = child::command(task).spawn()?;
    let lines = BufReader::new(process.stdout.take().expect("it is a pipe")).lines();
    let finished = lines.map_while(Result::ok).filter(|line| line.ends_with(FINISHED)).count();
    let status = process.wait()?;
    Ok((if status.success() { Ok(finished) } else { Err(ended(status)) }, finished))
}
