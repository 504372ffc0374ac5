//! How many instructions it costs to record a timeline, as valgrind's tool callgrind counts them.
//!
//! ```sh
//! cargo run --release -p timeline --example cost
//! cargo build --release -p http-tokio
//! cargo run --release -p timeline --example cost -- target/release/http-tokio --tasks 400
//! ```
//!
//! Without arguments it counts for one unit: the difference between many units and twice as many. With
//! a cell's program and its arguments it counts that program, without a timeline and with one, up to
//! the moment when the recording is complete. What comes then, drawing or writing it, disturbs nothing.
//!
//! callgrind sees nothing of the kernel, and runs one thread at a time.

use std::{
    env,
    error::Error,
    ffi::OsString,
    fs,
    pin::pin,
    process::{Command, Stdio},
    slice,
    task::{Context, Poll, Waker},
};

use timeline::unit::Unit;

/// What a unit does.
const KINDS: [&str; 3] = ["run", "poll-once", "poll-twice"];
/// How many units there are, the first time.
const UNITS: usize = 1_000;
/// The function that cells call when the recording is complete, whether there is one or not.
const END: &str = "timeline::record::recorded";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    match arguments.iter().map(|argument| argument.to_str()).collect::<Vec<_>>()[..] {
        [] => of_units(),
        [Some("units"), Some(kind), Some(units), Some(recorded)] => {
            do_units(kind, units.parse()?, recorded == "true");
            Ok(())
        }
        _ => of_a_program(&arguments),
    }
}

/// Counts for each kind of unit, in copies of this program.
fn of_units() -> Result<(), Box<dyn Error>> {
    let this = env::current_exe()?.into_os_string();
    for kind in KINDS {
        let mut each = [0; 2];
        for (recorded, each) in ["false", "true"].into_iter().zip(&mut each) {
            let mut counts = [0; 2];
            for (count, units) in counts.iter_mut().zip([UNITS, 2 * UNITS]) {
                let units = units.to_string();
                let rest = ["units", kind, &units, recorded].map(OsString::from);
                *count = instructions(&[slice::from_ref(&this), &rest[..]].concat())?;
            }
            *each = counts[1].saturating_sub(counts[0]) / UNITS as u64;
        }
        println!("{kind:<10} {:>6} instructions a unit, {:>6} recorded", each[0], each[1]);
    }
    Ok(())
}

fn do_units(kind: &str, units: usize, recorded: bool) {
    if recorded {
        timeline::record();
    }
    for index in 0..units {
        let unit = Unit::begin(index);
        if kind == "run" {
            unit.run(|| ());
            continue;
        }
        let mut waits = kind == "poll-twice";
        let mut work = pin!(unit.drive(std::future::poll_fn(move |context| {
            if !std::mem::take(&mut waits) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })));
        let mut context = Context::from_waker(Waker::noop());
        while work.as_mut().poll(&mut context).is_pending() {}
    }
    drop(timeline::recorded());
}

/// Counts a cell's program, and says what share is for the recording.
fn of_a_program(command: &[OsString]) -> Result<(), Box<dyn Error>> {
    let without = instructions(&[command, &["--json".into()]].concat())?;
    let traced = ["--json", "--trace", "/dev/null"].map(OsString::from);
    let with = instructions(&[command, &traced].concat())?;
    let more = with as f64 - without as f64;
    println!("{without} instructions, {with} recorded: {:+.2} %", 100.0 * more / without as f64);
    Ok(())
}

/// The instructions of a program until its recording is complete.
fn instructions(command: &[OsString]) -> Result<u64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let counts = folder.path().join("counts");
    let ran = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--dump-before={END}"))
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .args(command)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("valgrind cannot be started: {error}"))?;
    if !ran.status.success() {
        return Err(String::from_utf8_lossy(&ran.stderr).into());
    }
    // The first part of the counts ends there.
    let part = fs::read_to_string(folder.path().join("counts.1"))?;
    let total = part.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(total.ok_or("callgrind did not say how many instructions there were")?.trim().parse()?)
}
