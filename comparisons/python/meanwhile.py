"""Code shared by all Python versions that no lesson is about: arguments, measuring, the report.

The Rust versions have the package `harness` for this, and the flags, the JSON and the exit status
are the same here. No concurrency is hidden in this file: pools and tasks are made in the versions.
"""

import argparse
import bisect
import contextlib
import importlib.metadata
import json
import math
import multiprocessing
import os
import re
import resource
import signal
import sys
import sysconfig
import tempfile
import threading
import time
import types
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import BrokenExecutor
from multiprocessing.util import Finalize
from typing import Any, NamedTuple, TypeVar

from . import timeline
from .timeline import waiting as waiting  # for the workloads

T = TypeVar("T")

# The name of the environment variable that has a program end with its parent, as in `harness`.
PARENT = "MEANWHILE_PARENT"
# The name of the one that tells worker processes which file they write their figures to.
WORKERS = "MEANWHILE_PYTHON_WORKERS"
# Memory that a worker process adds at least, in bytes.
WORKER = 4_000_000


class Usage(Exception):
    """The user has typed something that makes no sense."""


class Refused(Exception):
    """The job cannot be done; the message says why in one line."""


class Limits(NamedTuple):
    """How much may go on at the same time."""

    in_flight: int  # the most units of work in flight at once
    workers: int  # the most threads or processes that compute


class Plan(NamedTuple):
    """The job, before it is done."""

    headline: str
    input: dict[str, Any]
    units: int


class Answer(NamedTuple):
    """The outcome of a job: the same to the letter as that of the Rust versions."""

    line: str
    json: dict[str, Any]
    failures: list[dict[str, str]]


# --- One unit of work ---------------------------------------------------------------------------

# When units began and ended in this process, in nanoseconds of a clock that all processes share.
# Appending to a list is safe in several threads, in a free-threaded Python too.
_begins: list[int] = []
_ends: list[int] = []
_most_threads = 0
# The figures of this process, if it is a worker.
_worker: dict[str, Any] = {}


class Unit:
    """One unit of work, such as a page to fetch: `with Unit(): …`, or `await Unit().drive(…)`.

    Its index is its place in the input, where the units differ.
    """

    def __init__(self, index: int | None = None) -> None:
        self.index = index
        self.lane: timeline.Lane | None = None

    @types.coroutine
    def drive(self, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Does the unit as a coroutine: it runs while the event loop runs it, and waits between."""
        with self:
            if self.lane is None:
                return (yield from work.__await__())
            step: Callable[[Any], Any] = work.send
            value: Any = None
            while True:
                self.lane.run()
                try:
                    awaited = step(value)
                except StopIteration as end:
                    return end.value
                finally:
                    self.lane.wait()
                try:
                    step, value = work.send, (yield awaited)
                except BaseException as error:  # A timeout, say, which cancels the task.
                    step, value = work.throw, error

    def __enter__(self) -> None:
        global _most_threads
        _most_threads = max(_most_threads, threading.active_count())
        if _worker and not _begins:
            # Only now all threads of the pool are at work in the parent.
            _worker["parent_threads"] = _status(_worker["parent"], "Threads") or 0
        _begins.append(time.monotonic_ns())
        if timeline.is_on:
            self.lane = timeline.Lane(self.index)
            self.lane.run()

    def __exit__(self, *_: object) -> None:
        if self.lane is not None:
            self.lane.finish()
        _ends.append(time.monotonic_ns())


def _peak(begins: list[int], ends: list[int]) -> int:
    """The most units that were under way at once."""
    ends = sorted(ends)
    counts = (n - bisect.bisect_right(ends, begin) for n, begin in enumerate(sorted(begins), 1))
    return max(counts, default=0)


# --- Worker processes ---------------------------------------------------------------------------


def worker_begins() -> None:
    """Prepares a worker process. A pool is given this as its `initializer`, or calls it in its own.

    Python's pools leave two things to us. Ctrl-C in a terminal interrupts workers too, and each
    would print a traceback. And after `kill -9` of the parent, its workers would wait for their
    next job for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None, "only worker processes call this"

    def end_with_parent() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()

    # A worker that was forked has inherited these.
    _begins.clear()
    _ends.clear()
    timeline.ended.clear()
    _worker.update(ready=time.monotonic_ns(), parent=parent.pid, parent_threads=0)

    def write_figures() -> None:
        own = resource.getrusage(resource.RUSAGE_SELF)
        _worker.update(
            # The thread above is none of the version's.
            threads=max(_most_threads - 1, 1),
            peak_rss_bytes=_kib(os.getpid(), "VmHWM"),
            user=own.ru_utime,
            system=own.ru_stime,
            voluntary=own.ru_nvcsw,
            involuntary=own.ru_nivcsw,
            begins=_begins,
            ends=_ends,
            recorded=timeline.ended,
        )
        line = json.dumps(_worker) + "\n"
        # Only Linux has such files; elsewhere nobody knows the figures of workers. One write to a
        # file that is open for appending is never mixed with another's.
        with contextlib.suppress(OSError):
            file = os.open(os.environ[WORKERS], os.O_WRONLY | os.O_APPEND)
            os.write(file, line.encode())
            os.close(file)

    Finalize(None, write_figures, exitpriority=0)


def _status(pid: int | None, name: str) -> int | None:
    """A number from /proc/PID/status; None where there is no such file."""
    try:
        with open(f"/proc/{pid}/status") as status:
            lines = (line.split() for line in status)
            return next((int(words[1]) for words in lines if words[0] == f"{name}:"), None)
    except OSError:
        return None


def _kib(pid: int, name: str) -> int | None:
    kib = _status(pid, name)
    return None if kib is None else kib * 1024


# --- Measuring ----------------------------------------------------------------------------------


class Meter:
    """Measures one call of a row's function, in this process and its workers.

    The start of Python itself is over by then. The start of worker processes is part of it.
    """

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}
        self.start = 0
        self.recorded: list[timeline.Recorded] = []

    def measure(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Calls `function` once, and returns what it returns."""
        # The file has no name in any folder, so nothing of it can be left behind.
        with tempfile.TemporaryFile("r+") as file:
            os.environ[WORKERS] = f"/proc/{os.getpid()}/fd/{file.fileno()}"
            # From here on the peak of the memory begins anew, on systems that can do that.
            with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as clear:
                clear.write("5")
            before = resource.getrusage(resource.RUSAGE_SELF)
            start = time.monotonic_ns()
            output = function(*arguments)
            wall = time.monotonic_ns() - start
            after = resource.getrusage(resource.RUSAGE_SELF)
            file.seek(0)
            workers = [json.loads(line) for line in file]
        self.figures = _figures(start, wall, before, after, workers)
        self.start, self.recorded = start, list(timeline.ended)
        for worker in workers:
            for *unit, runs, end in worker["recorded"]:
                runs = [timeline.Run(*run) for run in runs]
                self.recorded.append(timeline.Recorded(*unit, runs, end))
        return output


def _figures(start: int, wall: int, before: Any, after: Any, workers: list[Any]) -> dict[str, Any]:
    def spent(field: str, of_workers: str) -> float:
        own = getattr(after, field) - getattr(before, field)
        return max(own + sum(worker[of_workers] for worker in workers), 0)

    def total(own: int | None, of_workers: str) -> int | None:
        parts = [own, *(worker[of_workers] for worker in workers)]
        return None if None in parts else sum(parts)

    begins = _begins + [begin for worker in workers for begin in worker["begins"]]
    ends = _ends + [end for worker in workers for end in worker["ends"]]
    own_threads = max(_most_threads, 1, *(worker["parent_threads"] for worker in workers))
    figures = {
        "wall_ns": wall,
        "cpu_user_ns": round(spent("ru_utime", "user") * 1e9),
        "cpu_system_ns": round(spent("ru_stime", "system") * 1e9),
        "peak_rss_bytes": total(_kib(os.getpid(), "VmHWM"), "peak_rss_bytes"),
        "threads": total(own_threads, "threads"),
        "voluntary_switches": spent("ru_nvcsw", "voluntary"),
        "involuntary_switches": spent("ru_nivcsw", "involuntary"),
        "peak_in_flight": _peak(begins, ends),
    }
    if workers:
        figures["start_ns"] = max(worker["ready"] for worker in workers) - start
    return figures


# --- Arguments ----------------------------------------------------------------------------------

# What a unit of time is called, and how many nanoseconds it has; as in the crate humantime.
_TIMES = {
    "year": 31_557_600 * 10**9,
    "month": 2_630_016 * 10**9,
    "day": 86_400 * 10**9,
    "h": 3_600 * 10**9,
    "m": 60 * 10**9,
    "s": 10**9,
    "ms": 10**6,
    "us": 10**3,
    "ns": 1,
}
_OTHER_NAMES = {"years": "year", "y": "year", "months": "month", "days": "day", "d": "day"}
_OTHER_NAMES |= {"hour": "h", "hours": "h", "min": "m", "mins": "m", "minute": "m"}
_OTHER_NAMES |= {"minutes": "m", "sec": "s", "secs": "s", "second": "s", "seconds": "s"}
_OTHER_NAMES |= {"msec": "ms", "usec": "us", "nsec": "ns"}
_LONGEST = 100 * 365 * 86_400 * 10**9


class Duration(float):
    """A time in seconds, which is written as people write it: `50ms`, `2s`, `1m 30s`."""

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Reads `50ms`, `2s`, `1m 30s`."""
        parts = re.findall(r"(\d+)\s*([a-z]+)\s*", text)
        nanos = 0
        for number, unit in parts:
            unit = _OTHER_NAMES.get(unit, unit)
            if unit not in _TIMES:
                raise argparse.ArgumentTypeError("durations are written 50ms or 2s")
            nanos += int(number) * _TIMES[unit]
        if not re.fullmatch(r"\s*(\d+\s*[a-z]+\s*)+", text):
            raise argparse.ArgumentTypeError("durations are written 50ms or 2s")
        if nanos > _LONGEST:
            raise argparse.ArgumentTypeError("it is longer than a hundred years")
        return cls(nanos / 1e9)

    def __str__(self) -> str:
        nanos = round(self * 1e9)
        parts = []
        for unit, length in _TIMES.items():
            count, nanos = divmod(nanos, length)
            plural = "s" if len(unit) > 2 and count > 1 else ""
            parts += [f"{count}{unit}{plural}"] if count else []
        return " ".join(parts) or "0s"


def count(least: int = 0, most: int = 2**64 - 1) -> Callable[[str], int]:
    """What reads a whole number in this range."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d+", text, re.ASCII):
            raise argparse.ArgumentTypeError("it must be a whole number")
        # Python refuses to convert thousands of digits.
        number = int(text[:40])
        if number < least:
            raise argparse.ArgumentTypeError(f"it must be at least {least}")
        if number > most:
            raise argparse.ArgumentTypeError(f"it must be at most {most}")
        return number

    return read


def share(text: str) -> float:
    """Reads a number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("it must lie between 0 and 1")
    return number


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise Usage(message)


def _arguments(row: Any, name: str) -> argparse.Namespace:
    program = f"python3 -m comparisons.python.{row.NAME}.{name}"
    parser = _Parser(prog=program, description=row.__doc__, allow_abbrev=False)
    row.add_arguments(parser)
    limits = parser.add_argument_group("Limits")
    limits.add_argument("--limit", metavar="K", type=count(1), help="the most units in flight")
    workers = "the most threads or processes that compute [default: the usable cores]"
    limits.add_argument("--workers", metavar="W", type=count(1), help=workers)
    parser.add_argument("--seed", type=count(), default=0, help="seed for all generated data")
    output = parser.add_argument_group("Output")
    output.add_argument("--json", action="store_true", help="print one line of JSON")
    trace = "write who did what when to this file, for Perfetto"
    output.add_argument("--trace", metavar="FILE", help=trace)
    output.add_argument("--no-progress", action="store_true", help="accepted, and changes nothing")
    # For `compare`: only check whether this version takes these arguments.
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    row.check(arguments)
    return arguments


def _limits(row: Any, name: str, arguments: argparse.Namespace) -> Limits:
    if name in ("sequential", "naive"):
        return Limits(1, 1)
    workers = arguments.workers or len(_cores())
    if row.COMPUTES:
        # Whatever computes holds a core, so here the two limits are one.
        workers = min(workers, arguments.limit or workers)
        return Limits(workers, workers)
    return Limits(arguments.limit or row.default_limit(arguments), workers)


def _cores() -> Any:
    """The cores that this process may use."""
    known = hasattr(os, "sched_getaffinity")
    return os.sched_getaffinity(0) if known else range(os.cpu_count() or 1)


def room_for(number: int, thing: str, size: int) -> None:
    """Refuses to begin where the memory has no room for so many things of so many bytes."""
    try:
        with open("/proc/meminfo") as file:
            free = next(int(line.split()[1]) * 1024 for line in file if "MemAvailable" in line)
    except (OSError, StopIteration):
        return
    if number * size > free:
        raise Refused(f"no room for {number:,} {thing}: {free:,} bytes of memory are free")


# --- The program --------------------------------------------------------------------------------


def _stop_on_signals() -> None:
    """Ends this process and its workers on Ctrl-C, without waiting for what is under way."""
    owner = os.getpid()

    def stop(number: int, _: object) -> None:
        # A worker that was forked a moment ago still has this handler.
        if os.getpid() == owner:
            for worker in multiprocessing.active_children():
                worker.kill()
            os.write(2, b"interrupted\n")
        os._exit(130)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


def _end_if_a_thread_fails() -> None:
    """Ends this process and its workers if a thread fails that nobody else watches.

    A pool of processes has a thread that ends the other workers when one is killed. In Python 3.11 that
    thread itself can fail, if jobs are still being submitted then, or are being cancelled because the
    first has failed. Whoever waited for the pool or for its workers would wait for ever.
    """

    def end(failed: threading.ExceptHookArgs) -> None:
        for worker in multiprocessing.active_children():
            worker.kill()
        _complain(
            f"a thread has failed ({failed.exc_type.__name__}), as the one of a pool may if a worker "
            "process was terminated abruptly"
        )
        os._exit(1)

    threading.excepthook = end


def _end_with_parent_if_asked() -> None:
    """Has Linux end this process with the one that started it, if that one has asked for it."""
    parent = os.environ.get(PARENT)
    if parent is None or sys.platform != "linux":
        return
    import ctypes

    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if parent != str(os.getppid()):
        sys.exit(1)


def _allow_open_files() -> None:
    """Allows this process as many open files as the system lets it have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # If that is refused, the run goes on with what it has.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def interpreter() -> dict[str, Any]:
    """Which Python this is."""
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    # Python 3.13 and later can be built without a global interpreter lock ("free-threaded").
    free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    name = f"python{sys.version_info.major}.{sys.version_info.minor}t"
    return {
        "name": name if free_threaded else "python",
        "version": ".".join(map(str, sys.version_info[:3])),
        "gil": has_gil,
        # Not where a link leads: that of a virtual environment belongs to the modules there.
        "program": os.path.abspath(sys.executable),
    }


def _complain(message: object) -> None:
    """Says why this process ends, unless another thread has said it already."""
    if _has_complained.acquire(blocking=False):
        print(f"error: {message}", file=sys.stderr, flush=True)


_has_complained = threading.Lock()  # never released


def run(row: Any, name: str, main: Callable[[Any, Limits, Meter], Any]) -> None:
    """Runs a version as a program: reads the arguments, prepares the input, has `main` do and
    measure the job, and reports. The exit status is 0 if all went well, 1 if something failed, 2 if
    the arguments are wrong.
    """
    try:
        status = _run(row, name, main)
        sys.stdout.flush()
    except Usage as error:
        _complain(f"{error} (--help lists the arguments)")
        status = 2
    except BrokenPipeError:
        # Whoever reads the report has seen enough, as with `| head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 0
    except MemoryError:
        _complain("there is not enough memory")
        status = 1
    except (Refused, OSError, RuntimeError, BrokenExecutor) as error:
        _complain(error)
        status = 1
    sys.exit(status)


def _run(row: Any, name: str, main: Callable[[Any, Limits, Meter], Any]) -> int:
    _end_with_parent_if_asked()
    arguments = _arguments(row, name)
    if arguments.check:
        return 0
    _stop_on_signals()
    _end_if_a_thread_fails()
    _allow_open_files()
    with contextlib.ExitStack() as stack:
        # A file that cannot be written is found out now.
        trace = stack.enter_context(open(arguments.trace, "w")) if arguments.trace else None
        if trace:
            timeline.record()
        prepared = stack.enter_context(row.prepare(arguments))
        limits = _limits(row, name, arguments)
        plan = row.plan(prepared, arguments, limits)
        meter = Meter()
        # No more can be in flight than there are units.
        in_flight = min(limits.in_flight, max(plan.units, 1))
        output = main(prepared, limits._replace(in_flight=in_flight), meter)
        answer = row.answer(prepared, output)
        if trace:
            timeline.write(trace, row.UNIT, meter.start, meter.recorded)
    about = interpreter() | row.about(name)
    if arguments.json:
        report = {
            "version": 1,
            "workload": row.NAME,
            "approach": f"{about['name']} {name}",
            "headline": plan.headline,
            "input": plan.input,
            "units": plan.units,
            "limit": limits.in_flight,
            "workers": limits.workers,
            "answer": answer.json,
            "failures": answer.failures,
            "python": about,
        }
        print(json.dumps(report | meter.figures, separators=(",", ":"), ensure_ascii=False))
    else:
        _print_report(f"{row.NAME} · {about['name']} {name}", plan, answer, meter.figures, about)
        print(f"Compare: cargo run --release -p compare -- {row.NAME} --python")
    for failure in answer.failures:
        print(f"failed: {failure['unit']}: {failure['reason']}", file=sys.stderr)
    return 1 if answer.failures else 0


def _print_report(title: str, plan: Plan, answer: Answer, figures: Any, about: Any) -> None:
    print(f"{title}  {plan.headline}")
    print(answer.line)
    memory, threads = figures["peak_rss_bytes"], figures["threads"]
    cpu = (figures["cpu_user_ns"] + figures["cpu_system_ns"]) / 1e9
    print(
        f"wall {figures['wall_ns'] / 1e9:.3f} s   cpu {cpu:.3f} s",
        f"peak {figures['peak_in_flight']} in flight",
        plural(threads, "thread") if threads else "threads not known here",
        f"{memory / 1e6:.1f} MB" if memory else "memory not known here",
        sep="   ",
    )
    if "start_ns" in figures:
        start = figures["start_ns"] / 1e9
        print(f"The start of the worker processes took {start:.3f} s of the wall time.")
    lock = "with" if about["gil"] else "without"
    client = f"; pages fetched with {about['client']}" if "client" in about else ""
    print(f"Python {about['version']} {lock} a global interpreter lock{client}.")


def plural(number: int, thing: str) -> str:
    """A number of things: `1 thread`, `2 threads`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


if __name__ == "__main__":
    # For `compare`, which asks every Python that it finds.
    about = interpreter()
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        about["aiohttp"] = importlib.metadata.version("aiohttp")
    print(json.dumps(about))
