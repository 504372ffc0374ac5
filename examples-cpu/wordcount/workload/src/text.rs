//! The text: some files, cut into pieces that can be counted independently.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
};

use harness::unit::Unit;
use serde::{Deserialize, Serialize};

use crate::{
    counts::{Counts, Missed},
    split::{LONGEST, last_character, skip_word, split},
};

/// A piece has about this many bytes: enough that handing it over costs almost nothing compared
/// with counting it, and not so many that the last one keeps all other workers waiting.
const PIECE: u64 = 512 * 1024;
/// A larger text has longer pieces, rather than more of them than this and one per file.
const MOST_PIECES: u64 = 1024;
/// How much of a piece is in memory at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// A text in one or more files, which are only opened to count a piece.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Text {
    files: Vec<Part>,
    piece_len: u64,
}

/// One file of a text. No word goes on from one file to the next.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    /// Its path, in a form in which serde accepts any path, even one that isn't UTF-8.
    path: OsString,
    bytes: u64,
    /// How many pieces come before those of this file.
    first_piece: usize,
    pieces: usize,
}

impl Text {
    /// Reads the sizes of some files. If that fails for a file, the error is reported when it is
    /// counted.
    #[must_use]
    pub fn of(paths: &[PathBuf]) -> Self {
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
        let sizes: Vec<u64> = paths.iter().map(size).collect();
        let total = sizes.iter().fold(0, |total: u64, &bytes| total.saturating_add(bytes));
        Self::with_pieces(paths, &sizes, PIECE.max(total.div_ceil(MOST_PIECES)))
    }

    fn with_pieces(paths: &[PathBuf], sizes: &[u64], piece_len: u64) -> Self {
        let mut first_piece = 0;
        let files = paths.iter().zip(sizes).map(|(path, &bytes)| {
            // An empty file has a piece, too, which shows whether the file can be read.
            let pieces = usize::try_from(bytes.div_ceil(piece_len)).expect("there are few").max(1);
            let file = Part { path: path.into(), bytes, first_piece, pieces };
            first_piece += pieces;
            file
        });
        Self { files: files.collect(), piece_len }
    }

    /// How many files there are.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// The sizes of all files together, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |total, file| total.saturating_add(file.bytes))
    }

    /// The sizes of the files. If they differ between two texts, so do the pieces.
    #[must_use]
    pub fn sizes(&self) -> Vec<u64> {
        self.files.iter().map(|file| file.bytes).collect()
    }

    /// The indices of the pieces. Every word of the text begins in exactly one of them.
    #[must_use]
    pub fn pieces(&self) -> Range<usize> {
        0..self.files.last().map_or(0, |file| file.first_piece + file.pieces)
    }

    /// The file that the piece with this index belongs to.
    #[must_use]
    pub fn path(&self, piece: usize) -> &Path {
        Path::new(&self.file(piece).path)
    }

    /// Counts the words of the piece with this index: the unit of work. A piece that can't be read
    /// is recorded in the counts.
    pub fn count(&self, piece: usize, counts: &mut Counts) {
        if let Err(missed) = self.each_word(piece, |word| counts.add(word)) {
            counts.miss(missed);
        }
    }

    /// Calls `each` with every word of the piece with this index, in lower case, as a unit of work,
    /// for callers with their own way of counting.
    ///
    /// # Errors
    /// The piece cannot be read, or not to its end.
    pub fn each_word(&self, piece: usize, each: impl FnMut(&[u8])) -> Result<(), Missed> {
        let file = self.file(piece);
        let start = (piece - file.first_piece) as u64 * self.piece_len;
        let end = start + self.piece_len;
        // The last piece goes on to the end of the file, which may be longer than the system says:
        // files that it generates on reading, such as /proc/cpuinfo, seem empty.
        let is_last = piece + 1 == file.first_piece + file.pieces;
        let range = start..if is_last { u64::MAX } else { end };
        let read = || read_words(Path::new(&file.path), range, file.bytes.min(end), CHUNK, each);
        let reason = |error| format!("cannot read it: {error}");
        Unit::begin(piece).run(read).map_err(|error| Missed { piece, reason: reason(error) })
    }

    fn file(&self, piece: usize) -> &Part {
        let after = self.files.partition_point(|file| file.first_piece <= piece);
        &self.files[after - 1]
    }
}

/// Reads the words that begin in a range of a file, in chunks, so it takes no more memory than a
/// chunk, or the longest word. The range may go beyond the end of the file, which must have at
/// least so many bytes.
fn read_words(
    path: &Path,
    Range { start, end }: Range<u64>,
    bytes: u64,
    chunk_len: usize,
    mut each: impl FnMut(&[u8]),
) -> io::Result<()> {
    // Opening a pipe would wait for somebody to write to it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut file = File::open(path)?;
    // The character before the start shows whether a word continues there.
    let lead = usize::try_from(start).map_or(LONGEST, |start| start.min(LONGEST));
    // The place in the file where the chunk begins.
    let mut place = file.seek(SeekFrom::Start(start - lead as u64))?;
    let mut chunk = vec![0; chunk_len];
    let mut filled = 0;
    // A word that begins before the start belongs to another piece, and is skipped.
    let mut skipping = lead > 0;
    loop {
        let read = fill(&mut file, &mut chunk[filled..])?;
        let at_end = read < chunk.len() - filled;
        // This leaves all bytes of other characters as they are.
        chunk[filled..filled + read].make_ascii_lowercase();
        filled += read;
        if at_end && place + (filled as u64) < bytes {
            return Err(io::Error::other("it has become shorter"));
        }
        let known = &chunk[..filled];
        let until = usize::try_from(end - place).map_or(filled, |until| until.min(filled));
        let mut from = 0;
        if place < start {
            let before = last_character(&known[..lead]);
            skipping = before.is_some();
            from = before.unwrap_or(lead);
        }
        if skipping {
            (from, skipping) = skip_word(known, from, until, at_end);
        }
        if !skipping {
            from = split(known, from, until, at_end, &mut each);
        }
        place += from as u64;
        if place >= end || at_end {
            return Ok(());
        }
        // Bytes that have to be read again move to the front. If that is all of them, it is a long
        // word.
        chunk.copy_within(from..filled, 0);
        filled -= from;
        if filled == chunk.len() {
            chunk.resize(2 * filled, 0);
        }
    }
}

/// Reads until the buffer is full, or the file is at its end.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    /// The words, by the definition and nothing else.
    fn naive(bytes: &[u8]) -> Counts {
        let mut counts = Counts::default();
        // Bytes that aren't UTF-8 become a character that isn't alphabetic.
        for word in String::from_utf8_lossy(bytes).split(|letter: char| !letter.is_alphabetic()) {
            if !word.is_empty() {
                let lower: String = word.chars().flat_map(char::to_lowercase).collect();
                counts.add(lower.as_bytes());
            }
        }
        counts
    }

    struct Files {
        paths: Vec<PathBuf>,
        _folder: tempfile::TempDir,
    }

    impl Files {
        fn with(contents: &[&[u8]]) -> Self {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let paths = (0..contents.len()).map(|name| folder.path().join(name.to_string()));
            let paths: Vec<PathBuf> = paths.collect();
            for (path, contents) in paths.iter().zip(contents) {
                fs::write(path, contents).expect("it can be written");
            }
            Self { paths, _folder: folder }
        }
    }

    /// Counts the words that begin in a range of a file.
    fn count(path: &Path, range: Range<u64>, chunk_len: usize) -> Counts {
        let mut counts = Counts::default();
        let bytes = range.end;
        let read = read_words(path, range, bytes, chunk_len, |word| counts.add(word));
        read.expect("it can be read");
        counts
    }

    /// Cuts a text in two at every byte, reads it in chunks of several lengths, and compares.
    fn check(bytes: &[u8]) {
        let files = Files::with(&[bytes]);
        let (path, end) = (&files.paths[0], bytes.len() as u64);
        let expected = naive(bytes);
        for chunk_len in [8, 9, 13, 64, CHUNK] {
            for cut in 0..=end {
                let mut counts = count(path, 0..cut, chunk_len);
                counts.merge(count(path, cut..end, chunk_len));
                assert_eq!(
                    counts,
                    expected,
                    "{:?} cut at {cut}, in chunks of {chunk_len}",
                    bytes.escape_ascii().to_string()
                );
            }
        }
    }

    #[test]
    fn any_cut_of_any_text_loses_no_word_and_adds_none() {
        for text in [
            "",
            "a",
            "One fish, two FISH; red fish -- blue fish.",
            "Größe ÄÖÜ straße ΣΊΣΥΦΟΣ Дом, дом! 你好，世界 naïve",
            "İstanbul ﬁne ǅ ℌ 𝔘nicode 😀𐐀𐐨 ª1b2c3",
            "averyverylongwordthatfillsmorethanonechunkandthensomemore x",
            "ééééééééééééééééééééééééééé a ééééééééééééé",
            "\n\n\n  \t ,.;",
        ] {
            check(text.as_bytes());
        }
        for bytes in [
            &b"\xff"[..],
            b"a\xffb\x80c",
            b"caf\xc3",
            b"\xc3\xa9t\xc3\xa9 \xe2\x82 \xe2\x82\xac x\xe2\x82y",
            b"\x80\x80\x80\x80\x80\x80\x80a\x80\x80\x80\x80b",
            b"\xf0\x9d\x94\x98\x98\xf0\x9d\x94 \xf5\x80\x80\x80a",
            b"\xed\xa0\x80surrogate\xc0\xafoverlong\xe0\x80\x80",
        ] {
            check(bytes);
        }
    }

    #[test]
    fn any_cut_of_a_random_text_loses_no_word_and_adds_none() {
        const PARTS: [&[u8]; 16] = [
            b"a",
            b"Z",
            b"the",
            b" ",
            b" ",
            b"\n",
            b".",
            "é".as_bytes(),
            "Ж".as_bytes(),
            "語".as_bytes(),
            "𝔘".as_bytes(),
            "😀".as_bytes(),
            b"\xff",
            b"\x80",
            b"\xe2\x82",
            b"\xf0\x9f",
        ];
        let mut rng = Rng::with_seed(0);
        for _ in 0..60 {
            let parts = rng.usize(..30);
            let text: Vec<&[u8]> =
                (0..parts).map(|_| *rng.choice(&PARTS).expect("there are some")).collect();
            check(&text.concat());
        }
    }

    #[test]
    fn any_number_of_pieces_adds_up() {
        let contents = ["", "one two", "Three four, cinq café", "", "six"].map(str::as_bytes);
        let files = Files::with(&contents);
        let sizes = contents.map(|bytes| bytes.len() as u64);
        let expected = naive(b"one two three four cinq caf\xc3\xa9 six");
        for piece_len in 1..30 {
            let text = Text::with_pieces(&files.paths, &sizes, piece_len);
            let mut counts = Counts::default();
            text.pieces().for_each(|piece| text.count(piece, &mut counts));
            assert_eq!(counts, expected, "pieces of {piece_len}");
        }
    }

    #[test]
    fn pieces_cover_each_file_and_stay_few() {
        let paths = ["a", "b", "c"].map(PathBuf::from);
        let text = Text::with_pieces(&paths, &[0, 10, 5], 4);
        assert_eq!(text.pieces(), 0..6);
        let names: Vec<&Path> = text.pieces().map(|piece| text.path(piece)).collect();
        assert_eq!(names, ["a", "b", "b", "b", "c", "c"].map(Path::new));
        assert_eq!(Text::of(&[]).pieces(), 0..0);

        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        file.as_file().set_len(1 << 40).expect("it can have a hole");
        let pieces = Text::of(&[file.path().into()]).pieces().len();
        assert_eq!(pieces as u64, MOST_PIECES);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_noted() {
        let files = Files::with(&[b"a b c", b"d"]);
        let paths = [files.paths[0].clone(), "/nonexistent".into(), "/".into()];
        let text = Text::of(&paths);
        fs::write(&paths[0], "a").expect("it can be written");
        let mut counts = Counts::default();
        text.pieces().for_each(|piece| text.count(piece, &mut counts));
        let missed: Vec<(&Path, &str)> =
            counts.missed().iter().map(|m| (text.path(m.piece), &*m.reason)).collect();
        assert_eq!(missed.len(), 3);
        assert_eq!(missed[0], (&*paths[0], "cannot read it: it has become shorter"));
        assert!(missed[1].1.contains("No such file"), "{missed:?}");
        assert!(missed[2].1.contains("no regular file"), "{missed:?}");
    }
}
