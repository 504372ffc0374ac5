"""Who did what when: which units of work ran or waited, and the file in which that is written.

The file is the one that the Rust versions write (support/timeline/src/trace.rs), in the Trace Event
Format that Perfetto opens. Nobody can see from here which thread holds the interpreter lock: a unit
runs from its beginning to its end, but for its calls that wait.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO

# The name of the environment variable that has worker processes record, too.
RECORDS = "MEANWHILE_PYTHON_RECORDS"

is_on = RECORDS in os.environ
# The units of this process that have ended.
ended: list["Recorded"] = []
# The unit that each thread is in.
_here = threading.local()


def record() -> None:
    """Records from now on, in worker processes that are started later, too."""
    global is_on
    is_on = True
    os.environ[RECORDS] = "1"


class Run(NamedTuple):
    """A stretch of time in which a unit ran, in nanoseconds of a clock that all processes share."""

    thread: str
    begin: int
    end: int


class Recorded(NamedTuple):
    """A unit that has ended."""

    process: int
    thread: str
    index: int | None  # None if units of this row are all the same
    begin: int
    runs: list[Run]
    end: int


class Lane:
    """What a unit does until it ends."""

    def __init__(self, index: int | None) -> None:
        self.index, self.begin = index, time.monotonic_ns()
        self.runs: list[Run] = []
        self.runs_since: int | None = None

    def run(self) -> None:
        """It runs from now on, on this thread."""
        self.runs_since = time.monotonic_ns()
        _here.lane = self

    def wait(self) -> None:
        """It waits from now on."""
        if self.runs_since is not None:
            thread = threading.current_thread().name
            self.runs.append(Run(thread, self.runs_since, time.monotonic_ns()))
            self.runs_since = None

    def finish(self) -> None:
        self.wait()
        thread, now = threading.current_thread().name, time.monotonic_ns()
        ended.append(Recorded(os.getpid(), thread, self.index, self.begin, self.runs, now))


@contextlib.contextmanager
def waiting() -> Iterator[None]:
    """Around a call that blocks the thread: its unit waits meanwhile."""
    lane: Lane | None = getattr(_here, "lane", None) if is_on else None
    if lane is None:
        yield
        return
    lane.wait()
    try:
        yield
    finally:
        lane.run()


def write(file: TextIO, name: str, start: int, units: list[Recorded]) -> None:
    """Writes what was recorded from `start` on; `name` is what one unit of work is called."""
    events: list[dict[str, Any]] = []
    threads: dict[tuple[int, str], int] = {}

    def add(unit: Recorded, index: int, phase: str, thread: str, at: int, **more: Any) -> None:
        number = threads.setdefault((unit.process, thread), len(threads))
        where = {"pid": unit.process, "tid": number, "ts": (at - start) / 1000}
        events.append({"name": f"{name} {index}", "ph": phase} | where | more)

    units = sorted(units, key=lambda unit: unit.begin)
    for number, unit in enumerate(units):
        index = number if unit.index is None else unit.index
        life = {"cat": "unit", "id": index}
        add(unit, index, "b", unit.thread, unit.begin, **life)
        for run in unit.runs:
            length = (run.end - run.begin) / 1000
            add(unit, index, "X", run.thread, run.begin, cat="running", dur=length)
        add(unit, index, "e", unit.thread, unit.end, **life)
    for (process, thread), number in threads.items():
        own = process == os.getpid()
        kind = "main" if thread == threading.main_thread().name else "thread"
        called = {"name": f"{kind} {number}" if own else f"process {process}"}
        where = {"pid": process, "tid": number, "ts": 0}
        about = {"name": "thread_name", "cat": "__metadata", "ph": "M", "args": called}
        events.append(about | where)
    json.dump({"displayTimeUnit": "ms", "traceEvents": events}, file, separators=(",", ":"))
