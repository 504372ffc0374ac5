//! The protocol without sockets: bytes go in as they arrive, and whole lines come out.

use std::time::Duration;

use harness::duration;

/// The buffer's size at first, in bytes. A connection that only waits holds no more.
const FIRST: usize = 1024;

/// Why the server closes a connection, or finds it closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// A line does not end.
    #[error("a line is longer than {0} bytes")]
    TooLong(usize),
    /// No line came in time, or the client does not take the answer.
    #[error("no line within {}", duration::write(*.0))]
    Idle(Duration),
    /// The client broke off.
    #[error("the connection broke")]
    Broken,
}

/// The lines of one connection.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The bytes that were received and not sent back yet, with room for more behind them.
    buffer: Vec<u8>,
    /// How many bytes were received.
    filled: usize,
    /// How many of them are whole lines.
    whole: usize,
    max_line: usize,
    /// How many lines have come.
    pub(crate) count: u64,
    /// How many bytes were sent back.
    pub(crate) bytes: u64,
}

impl Lines {
    /// Lines of up to this many bytes, their ends not counted.
    pub(crate) fn new(max_line: usize) -> Self {
        let buffer = vec![0; FIRST.min(max_line + 1)];
        Self { buffer, filled: 0, whole: 0, max_line, count: 0, bytes: 0 }
    }

    /// Where the next bytes go; never empty. Call it only after [`Self::ready`] was sent.
    pub(crate) fn space(&mut self) -> &mut [u8] {
        if self.filled == self.buffer.len() {
            // The longest line and its end fit in, and nothing longer, so memory is bounded, too.
            self.buffer.resize((2 * self.filled).min(self.max_line + 1), 0);
        }
        &mut self.buffer[self.filled..]
    }

    /// Notes that this many bytes have arrived; zero is the end. Returns whether more may arrive.
    pub(crate) fn received(&mut self, bytes: usize) -> Result<bool, Fault> {
        if bytes == 0 {
            // A last line without a line end is sent back as it is.
            self.count += u64::from(self.filled > 0);
            self.whole = self.filled;
            return Ok(false);
        }
        let new = self.filled..self.filled + bytes;
        self.filled = new.end;
        let ends = self.buffer[new.clone()].split(|&byte| byte == b'\n').count() - 1;
        match self.buffer[new.clone()].iter().rposition(|&byte| byte == b'\n') {
            Some(last) => self.whole = new.start + last + 1,
            None if self.filled > self.max_line => return Err(Fault::TooLong(self.max_line)),
            None => {}
        }
        self.count += ends as u64;
        Ok(true)
    }

    /// What is ready to be sent back.
    pub(crate) fn ready(&self) -> &[u8] {
        &self.buffer[..self.whole]
    }

    /// Forgets the bytes that were ready, since they were sent.
    pub(crate) fn sent(&mut self) {
        self.bytes += self.whole as u64;
        self.buffer.copy_within(self.whole..self.filled, 0);
        self.filled -= self.whole;
        self.whole = 0;
        if self.filled == 0 && self.buffer.len() > FIRST {
            // Do not hold that much memory for the whole connection because of one long line.
            self.buffer = vec![0; FIRST];
        }
    }

    /// Whether a line has begun, and has not ended.
    pub(crate) fn begun(&self) -> bool {
        self.filled > self.whole
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    /// What comes back if the input comes in pieces of at most so many bytes.
    fn echoed(input: &[u8], max_line: usize, random: &mut Rng) -> (Vec<u8>, Result<(), Fault>) {
        let mut lines = Lines::new(max_line);
        let mut output = Vec::new();
        let mut rest = input;
        loop {
            let space = lines.space();
            let piece = rest.len().min(space.len());
            let piece = if piece == 0 { 0 } else { random.usize(1..=piece) };
            space[..piece].copy_from_slice(&rest[..piece]);
            rest = &rest[piece..];
            let more = match lines.received(piece) {
                Ok(more) => more,
                Err(fault) => return (output, Err(fault)),
            };
            output.extend(lines.ready());
            lines.sent();
            if !more {
                assert_eq!(lines.bytes, input.len() as u64);
                return (output, Ok(()));
            }
        }
    }

    #[test]
    fn all_that_comes_goes_back_however_it_is_cut() {
        let mut random = Rng::with_seed(1);
        for _ in 0..500 {
            let mut input = Vec::new();
            for _ in 0..random.usize(..20) {
                let longest = if random.bool() { 10 } else { 3_000 };
                let length = random.usize(..=longest);
                input.extend((0..length).map(|_| random.u8(b' '..)));
                input.push(b'\n');
            }
            input.extend((0..random.usize(..50)).map(|_| b'x'));
            assert_eq!(echoed(&input, 3_000, &mut random), (input.clone(), Ok(())));
        }
    }

    #[test]
    fn a_line_of_the_longest_length_comes_back_and_a_longer_one_does_not() {
        let mut random = Rng::with_seed(2);
        for max_line in [1, 10, FIRST - 1, FIRST, FIRST + 1, 5_000] {
            for end in [&b""[..], b"\n", b"\nnext"] {
                if max_line < 10 && end.len() > 1 {
                    continue;
                }
                let input = [&vec![b'x'; max_line], end].concat();
                assert_eq!(echoed(&input, max_line, &mut random).1, Ok(()), "{max_line}");
                let input = [&vec![b'x'; max_line + 1], end].concat();
                let (output, result) = echoed(&input, max_line, &mut random);
                assert_eq!((output, result), (vec![], Err(Fault::TooLong(max_line))));
            }
        }
    }

    #[test]
    fn lines_are_counted_and_a_begun_one_is_known() {
        let mut lines = Lines::new(100);
        assert!(!lines.begun());
        lines.space()[..5].copy_from_slice(b"a\n\nbc");
        assert_eq!(lines.received(5), Ok(true));
        assert_eq!((lines.ready(), lines.count, lines.begun()), (&b"a\n\n"[..], 2, true));
        lines.sent();
        assert_eq!((lines.ready(), lines.begun()), (&b""[..], true));
        assert_eq!(lines.received(0), Ok(false));
        assert_eq!((lines.ready(), lines.count, lines.begun()), (&b"bc"[..], 3, false));
    }

    #[test]
    fn a_long_line_does_not_hold_its_memory() {
        let mut lines = Lines::new(64 * 1024);
        let mut left = 60_000;
        while left > 0 {
            let space = lines.space();
            let piece = space.len().min(left);
            space[..piece].fill(b'x');
            left -= piece;
            if left == 0 {
                space[piece - 1] = b'\n';
            }
            assert_eq!(lines.received(piece), Ok(true));
        }
        assert_eq!(lines.ready().len(), 60_000);
        lines.sent();
        assert_eq!(lines.space().len(), FIRST);
    }
}
