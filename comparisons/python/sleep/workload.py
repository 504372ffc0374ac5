"""The row `sleep` without its concurrency: one wait, and whether it took as long as it should."""

import contextlib
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from ..meanwhile import Answer, Duration, Limits, Plan, Unit, count, plural, room_for, waiting

# Memory for a task of asyncio with its wait, in bytes. The other versions need less, or fewer.
TASK = 3_000

# What came of a wait: nothing, or a text that says why it does not count.
Outcome = str | None


def wait(latency: Duration) -> Outcome:
    """Waits with a sleep that blocks this thread."""
    with Unit():
        start = time.monotonic()
        with waiting():
            time.sleep(latency)
        return outcome(latency, start)


async def wait_async(latency: Duration, sleep: Callable[[float], Awaitable[None]]) -> Outcome:
    """Waits with a `sleep` that is a coroutine."""
    async def work() -> Outcome:
        start = time.monotonic()
        await sleep(latency)
        return outcome(latency, start)

    return await Unit().drive(work())


def outcome(latency: Duration, start: float) -> Outcome:
    waited = time.monotonic() - start
    # An event loop's clock may be a microsecond off.
    return f"it ended early, after {Duration(waited)}" if waited < latency - 1e-6 else None


class Sleep:
    """Waits many times."""

    NAME = "sleep"
    UNIT = "wait"
    COMPUTES = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks: dict[str, Any] = {"metavar": "N", "type": count(), "default": 100}
        parser.add_argument("--tasks", **tasks, help="how many tasks wait [default: 100]")
        latency: dict[str, Any] = {
            "metavar": "TIME",
            "type": Duration.parse,
            "default": Duration(0.05),
        }
        parser.add_argument("--latency", **latency, help="how long each waits [default: 50ms]")

    def check(self, arguments: Namespace) -> None:
        pass

    def default_limit(self, arguments: Namespace) -> int:
        # All of them at once, which is what the row is about.
        return max(arguments.tasks, 1)

    @contextlib.contextmanager
    def prepare(self, arguments: Namespace) -> Iterator[tuple[int, Duration]]:
        room_for(arguments.tasks, "tasks", TASK)
        yield arguments.tasks, arguments.latency

    def plan(self, prepared: tuple[int, Duration], _: Namespace, limits: Limits) -> Plan:
        tasks, latency = prepared
        each = f"{plural(tasks, 'wait')} of {latency} each"
        headline = f"{each}, at most {limits.in_flight} in flight"
        return Plan(headline, {"tasks": tasks, "latency": str(latency)}, tasks)

    def answer(self, _: tuple[int, Duration], outcomes: list[Outcome]) -> Answer:
        failures = [
            {"unit": f"wait {index}", "reason": reason}
            for index, reason in enumerate(outcomes)
            if reason
        ]
        completed, early = len(outcomes) - len(failures), len(failures)
        line = f"completed {plural(completed, 'wait')}, {early} ended early"
        return Answer(line, {"completed": completed, "early": early}, failures)

    def about(self, _: str) -> dict[str, str]:
        return {}
