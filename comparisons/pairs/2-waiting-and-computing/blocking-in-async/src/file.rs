//! A file whose content takes its time to come: a pipe that is written to later.

use std::{
    io::{self, Write},
    sync::Arc,
    thread,
};

use pair::{Unit, unit};

use crate::{meanwhile::Meanwhile, times::LATENCY};

/// A file that is read once.
pub(crate) struct SlowFile {
    pub(crate) task: usize,
    pub(crate) meanwhile: Arc<Meanwhile>,
}

impl SlowFile {
    /// Reads it, and blocks the calling thread until all of it is there.
    pub(crate) fn read(self) -> io::Result<String> {
        let (reader, mut writer) = io::pipe()?;
        let disk = thread::spawn(move || {
            thread::sleep(LATENCY);
            writer.write_all(b"content")
        });
        let read = || unit::waiting(|| io::read_to_string(reader));
        let content = Unit::begin(self.task).run(|| self.meanwhile.during(read));
        disk.join().expect("writing does not panic")?;
        content
    }
}
