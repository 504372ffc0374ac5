"""The row `http` without its concurrency: which pages to fetch, and how one of them is fetched.

The pages are those of the Rust versions, from the same site. What to do after an exchange (follow a
redirect, try again, give up) is decided in `Fetch`, for all clients alike, as in
examples-io/http/workload/src/fetch.rs.
"""

import asyncio
import base64
import contextlib
import functools
import http.client
import json
import random
import re
import socket
import ssl
import struct
import subprocess
import time
import urllib.parse
import zlib
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple, Protocol

from ..meanwhile import (
    Answer,
    Duration,
    Limits,
    Plan,
    Refused,
    Unit,
    Usage,
    count,
    plural,
    room_for,
    share,
    waiting,
)

try:
    import aiohttp
except ImportError:
    # Then asyncio's own streams carry a small HTTP client, at the end of this file.
    aiohttp = None  # type: ignore[assignment]

MOST_PAGES = 10_000_000
# Memory for a page with its task and its outcome, in bytes.
PAGE = 4_000
REDIRECTS = 5
LONGEST_URL = 8_000
LONGEST_HEAD = 16 * 1024
# The shortest pause before the first retry, and the longest that they grow to, in seconds.
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.5
# The longest pause that a server may ask for, in seconds.
LONGEST_WAIT = 60
HEADERS = {"User-Agent": "meanwhile/0.1.0", "Accept": "*/*"}


class Page(NamedTuple):
    """One page to fetch: the unit of work."""

    number: int  # its place in the input, from 0
    url: str


class Settings(NamedTuple):
    """How pages are fetched."""

    timeout: Duration  # for one request, from its connection to the last byte of its answer
    retries: int
    seed: int
    ca: str | None  # a file with the certificates to trust


class Fetched(NamedTuple):
    """A page that was fetched."""

    status: int
    size: int  # of the body, in bytes
    digest: int  # the CRC-32 of the body


class Fault(Exception):
    """Why a page could not be fetched. As an outcome it is a value; clients raise it inside."""

    def __init__(self, reason: str, can_pass: bool = False, status: int | None = None) -> None:
        super().__init__(reason, can_pass, status)
        self.reason, self.can_pass, self.status = reason, can_pass, status


Outcome = Fetched | Fault


class Reply(NamedTuple):
    """The answer to one request."""

    fetched: Fetched
    location: str | None
    retry_after: str | None


# --- What to do after an exchange ---------------------------------------------------------------


class Fetch:
    """One page on its way."""

    def __init__(self, page: Page, settings: Settings) -> None:
        self.url, self.credentials = _without_credentials(page.url)
        self.settings = settings
        self.attempt, self.redirects = 1, 0
        # Pauses grow, and differ from page to page, so that requests which failed together do not
        # all come back together.
        self.random = random.Random(settings.seed ^ page.number)

    def headers(self) -> dict[str, str]:
        """The headers of the next request, but for `Host`."""
        headers = dict(HEADERS)
        if self.credentials:
            headers["Authorization"] = self.credentials
        if self.attempt > 1:
            # The site's faults follow from the request, and come out the same in every run.
            headers["X-Attempt"] = str(self.attempt)
        return headers

    def after(self, exchange: Reply | Fault) -> Outcome | float:
        """The outcome, or how long to wait before the next request, in seconds."""
        wanted = 0.0
        fault = exchange if isinstance(exchange, Fault) else None
        if isinstance(exchange, Reply):
            status = exchange.fetched.status
            if exchange.location is not None and status in (301, 302, 303, 307, 308):
                fault = self._redirect(exchange.location)
                if fault is None:
                    return 0.0
            elif status >= 400:
                can_pass = status in (429, 500, 502, 503, 504)
                fault = Fault(f"status {status}", can_pass, status)
            else:
                return exchange.fetched
            # The header may also be a date; then it counts as if absent.
            if re.fullmatch(r"\d{1,9}", exchange.retry_after or ""):
                wanted = float(exchange.retry_after or 0)
        assert fault is not None, "whatever is no success is a fault"
        if fault.can_pass and wanted <= LONGEST_WAIT and self.attempt <= self.settings.retries:
            pause = min(FIRST_PAUSE * 2.0 ** min(self.attempt - 1, 16), LONGEST_PAUSE)
            self.attempt += 1
            return max(pause * (1 + self.random.random()), wanted)
        return fault

    def _redirect(self, location: str) -> Fault | None:
        self.redirects += 1
        if self.redirects > REDIRECTS:
            return Fault(f"more than {REDIRECTS} redirects")
        try:
            url = check_url(urllib.parse.urljoin(self.url, location))
        except Usage:
            shown = json.dumps(location, ensure_ascii=False)
            return Fault(f"redirected to {shown}, which is not an address that can be fetched")
        url, credentials = _without_credentials(url)
        if credentials or origin(url) != origin(self.url):
            # What the user has told one server is none of another's business.
            self.credentials = credentials
        self.url = url
        return None


def _without_credentials(url: str) -> tuple[str, str | None]:
    """Takes the name and the password out of a URL, as an `Authorization` header."""
    parts = urllib.parse.urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user = user if ":" in user else user + ":"
    encoded = base64.b64encode(urllib.parse.unquote_to_bytes(user)).decode()
    return urllib.parse.urlunsplit(parts._replace(netloc=host)), f"Basic {encoded}"


def origin(url: str) -> tuple[str, str, int]:
    """Where a URL leads: the scheme, the host, and the port."""
    parts = urllib.parse.urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname or "", parts.port or usual


def target(url: str) -> str:
    """What a request asks for: the path and the query."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))


def fault_of(error: Exception, timeout: Duration) -> Fault:
    """An error of the system, of TLS or of a client, in the words of the Rust versions."""
    match error:
        case Fault():
            return error
        case TimeoutError():
            return Fault(f"no answer within {timeout}", can_pass=True)
        case ssl.SSLError():
            return Fault(f"TLS: {error.reason or error}")
        case socket.gaierror():
            return Fault("cannot connect: the host is not known", can_pass=True)
        case ConnectionRefusedError():
            return Fault("cannot connect: connection refused", can_pass=True)
        case OSError() | http.client.IncompleteRead() | asyncio.IncompleteReadError() | EOFError():
            reason = "the connection was closed before the answer was complete"
            return Fault(reason, can_pass=True)
    return Fault("the answer is not valid HTTP")


# --- The client of the blocking versions --------------------------------------------------------


class Client:
    """Fetches pages, one at a time in each thread that calls it.

    It is the standard library's `http.client`, which keeps connections alive. The threads may share
    one client, and with it the idle connections: appending to a list and taking from it are safe.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.idle: list[tuple[tuple[str, str, int], http.client.HTTPConnection]] = []

    def fetch(self, page: Page) -> Outcome:
        """Fetches a page, and blocks the calling thread until it is there."""
        with Unit(page.number):
            fetch = Fetch(page, self.settings)
            while True:
                try:
                    exchange: Reply | Fault = self._exchange(fetch)
                except (OSError, http.client.HTTPException) as error:
                    exchange = fault_of(error, self.settings.timeout)
                except Fault as fault:
                    exchange = fault
                outcome = fetch.after(exchange)
                if isinstance(outcome, Outcome):
                    return outcome
                with waiting():
                    time.sleep(outcome)

    def _exchange(self, fetch: Fetch) -> Reply:
        deadline = time.monotonic() + self.settings.timeout
        place = origin(fetch.url)
        connection = self._kept(place) or self._open(place)
        try:
            if connection.sock is None:
                connection.timeout = _left(deadline)
                with waiting():
                    connection.connect()
            connection.sock.settimeout(_left(deadline))
            connection.request("GET", target(fetch.url), headers=fetch.headers())
            with waiting():
                response = connection.getresponse()
            digest = size = 0
            # A response that says it is the connection's last takes the socket from it.
            while data := response.read(16 * 1024):
                digest, size = zlib.crc32(data, digest), size + len(data)
                if connection.sock is not None:
                    connection.sock.settimeout(_left(deadline))
            if response.length:
                raise http.client.IncompleteRead(b"", response.length)
        except BaseException:
            connection.close()
            raise
        # Only a connection whose exchange went well comes back.
        if connection.sock is not None:
            self.idle.append((place, connection))
        fetched = Fetched(response.status, size, digest)
        return Reply(fetched, response.getheader("Location"), response.getheader("Retry-After"))

    def _kept(self, place: tuple[str, str, int]) -> http.client.HTTPConnection | None:
        """Takes an idle connection to there that the server has not closed meanwhile."""
        while True:
            try:
                leads_to, connection = self.idle.pop()
            except IndexError:
                return None
            if leads_to == place and not _is_readable(connection.sock):
                return connection
            connection.close()

    def _open(self, place: tuple[str, str, int]) -> http.client.HTTPConnection:
        scheme, host, port = place
        if scheme == "https":
            return http.client.HTTPSConnection(host, port, context=tls_of(self.settings))
        return http.client.HTTPConnection(host, port)


@functools.cache
def tls_of(settings: Settings) -> ssl.SSLContext:
    """Whom to trust over https. To read that takes a while, so only those who need it do."""
    return ssl.create_default_context(cafile=settings.ca)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _is_readable(connection: socket.socket | None) -> bool:
    """Whether an idle connection has something to read, which can only be its end."""
    if connection is None:
        return True
    connection.setblocking(False)
    try:
        # TLS sockets cannot peek; reading nothing from them is as good.
        connection.recv(1, 0 if isinstance(connection, ssl.SSLSocket) else socket.MSG_PEEK)
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True
    return True


# --- The clients of asyncio ---------------------------------------------------------------------


class Exchange(Protocol):
    """Sends one request and reads its answer."""

    async def exchange(self, fetch: Fetch) -> Reply: ...


class AsyncClient:
    """Fetches pages, as many at a time as there are tasks that call it."""

    def __init__(self, settings: Settings, exchange: Exchange) -> None:
        self.settings, self.exchange = settings, exchange

    async def fetch(self, page: Page) -> Outcome:
        """Fetches a page."""
        return await Unit(page.number).drive(self._fetch(page))

    async def _fetch(self, page: Page) -> Outcome:
        fetch = Fetch(page, self.settings)
        while True:
            try:
                async with asyncio.timeout(self.settings.timeout):
                    exchange: Reply | Fault = await self.exchange.exchange(fetch)
            except (OSError, EOFError, ValueError, Fault) as error:
                exchange = fault_of(error, self.settings.timeout)
            outcome = fetch.after(exchange)
            if isinstance(outcome, Outcome):
                return outcome
            await asyncio.sleep(outcome)


@contextlib.asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[AsyncClient]:
    """A client of aiohttp where that is installed, or else one of asyncio's own streams."""
    if aiohttp is None:
        streams = Streams(settings)
        yield AsyncClient(settings, streams)
        streams.close()
        return
    # The versions bound the requests in flight themselves, and the timeout is ours.
    tls = tls_of(settings) if settings.ca else True
    connector = aiohttp.TCPConnector(limit=0, ssl=tls)
    timeout = aiohttp.ClientTimeout(total=None)
    session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
    async with session:
        yield AsyncClient(settings, Aiohttp(session))


class Aiohttp:
    """Exchanges by aiohttp, the usual client for asyncio."""

    def __init__(self, session: "aiohttp.ClientSession") -> None:
        self.session = session

    async def exchange(self, fetch: Fetch) -> Reply:
        skip = ["Accept-Encoding"]
        try:
            async with self.session.get(
                fetch.url, headers=fetch.headers(), allow_redirects=False, skip_auto_headers=skip
            ) as response:
                digest = size = 0
                async for data in response.content.iter_chunked(16 * 1024):
                    digest, size = zlib.crc32(data, digest), size + len(data)
                headers = response.headers
                fetched = Fetched(response.status, size, digest)
                return Reply(fetched, headers.get("Location"), headers.get("Retry-After"))
        except aiohttp.ClientConnectorCertificateError as error:
            raise fault_of(error.certificate_error, Duration(0)) from error
        except aiohttp.ClientConnectorError as error:
            raise fault_of(error.os_error, Duration(0)) from error
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError) as error:
            raise fault_of(EOFError(), Duration(0)) from error
        except aiohttp.ClientResponseError as error:
            raise Fault("the answer is not valid HTTP") from error


class Streams:
    """Exchanges over asyncio's own streams: as much of HTTP/1.1 as a GET needs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.idle: list[
            tuple[tuple[str, str, int], asyncio.StreamReader, asyncio.StreamWriter]
        ] = []

    async def exchange(self, fetch: Fetch) -> Reply:
        place = origin(fetch.url)
        reader, writer = self._kept(place) or await self._open(place)
        try:
            host = urllib.parse.urlsplit(fetch.url).netloc
            headers = {"Host": host, **fetch.headers()}
            lines = [f"GET {target(fetch.url)} HTTP/1.1", *map(": ".join, headers.items()), "", ""]
            writer.write("\r\n".join(lines).encode())
            status, head = await self._head(reader)
            while 100 <= status < 200:
                # An interim answer: the real one follows.
                status, head = await self._head(reader)
            size, digest, at_its_end = await self._body(reader, status, head)
        except BaseException:
            # Also on a timeout, which cancels this coroutine: the answer may still come.
            writer.close()
            raise
        if at_its_end or head.get("connection", "").lower() == "close":
            writer.close()
        else:
            self.idle.append((place, reader, writer))
        return Reply(Fetched(status, size, digest), head.get("location"), head.get("retry-after"))

    async def _head(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        """Reads the status and the headers of an answer."""
        try:
            text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.LimitOverrunError:
            raise Fault("the answer is not valid HTTP") from None
        first, *lines = text.strip().split("\r\n")
        found = re.fullmatch(r"HTTP/1\.[01] (\d{3})( .*)?", first)
        pairs = [line.partition(":") for line in lines]
        if not found or not all(colon for _, colon, _ in pairs):
            raise Fault("the answer is not valid HTTP")
        return int(found[1]), {name.lower(): value.strip() for name, _, value in pairs}

    async def _body(
        self, reader: asyncio.StreamReader, status: int, head: dict[str, str]
    ) -> tuple[int, int, bool]:
        """Reads a body: its size, its CRC-32, and whether the connection has ended with it."""
        digest = size = 0

        async def take(length: int) -> None:
            nonlocal digest, size
            while length > 0:
                data = await reader.read(min(length, 16 * 1024))
                if not data:
                    raise EOFError
                digest, size = zlib.crc32(data, digest), size + len(data)
                length -= len(data)

        if status in (204, 304):
            pass
        elif head.get("transfer-encoding", "").lower() == "chunked":
            while length := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
                await take(length)
                await reader.readexactly(2)
            while await reader.readuntil(b"\r\n") != b"\r\n":
                pass  # A trailer.
        elif "content-length" in head:
            await take(int(head["content-length"]))
        else:
            while data := await reader.read(16 * 1024):
                digest, size = zlib.crc32(data, digest), size + len(data)
            return size, digest, True
        return size, digest, False

    def _kept(
        self, place: tuple[str, str, int]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Takes an idle connection to there that the server has not closed meanwhile."""
        while self.idle:
            leads_to, reader, writer = self.idle.pop()
            if leads_to == place and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None

    async def _open(
        self, place: tuple[str, str, int]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        scheme, host, port = place
        tls = tls_of(self.settings) if scheme == "https" else None
        return await asyncio.open_connection(host, port, ssl=tls, limit=LONGEST_HEAD)

    def close(self) -> None:
        for _, _, writer in self.idle:
            writer.close()


# --- The row ------------------------------------------------------------------------------------


class Input(NamedTuple):
    """The pages of a run, and how to fetch them."""

    pages: list[Page]
    settings: Settings
    is_users: bool  # whether the user has named the pages


class Http:
    """Fetches pages, from a site of its own or those that the user names."""

    NAME = "http"
    UNIT = "page"
    COMPUTES = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        time: dict[str, Any] = {"metavar": "TIME", "type": Duration.parse}
        add = parser.add_argument
        add("pages", nargs="*", metavar="URL", help="pages to fetch, instead of those of the site")
        add("--urls", metavar="FILE", help="a file with a page to fetch in every line")
        timeout = "how long a request may take [default: 10s]"
        add("--timeout", **time, default=Duration(10), help=timeout)
        retries = "how often a request is sent again where that can help [default: 2]"
        add("--retries", metavar="N", type=count(most=2**32 - 1), default=2, help=retries)
        add("--ca", metavar="FILE", help="trust the certificates in this PEM file instead")
        add = parser.add_argument_group("Example's own site").add_argument
        tasks = "the pages of the site [default: 100]"
        add("--tasks", metavar="N", type=count(most=MOST_PAGES), default=100, help=tasks)
        latency = "how long the site takes to answer [default: 50ms]"
        add("--latency", **time, default=Duration(0.05), help=latency)
        jitter = "how much longer it may take, at random [default: 0ms]"
        add("--jitter", **time, default=Duration(0), help=jitter)
        size = "the size of a page [default: 10240]"
        add("--size", metavar="BYTES", type=count(most=2**32 - 1), default=10_240, help=size)
        faults = "the share of requests that get no proper answer [default: 0]"
        add("--faults", metavar="RATE", type=share, default=0.0, help=faults)
        add("--site", metavar="ADDRESS", help="a site that is already there")

    def check(self, arguments: Namespace) -> None:
        if arguments.pages and arguments.urls:
            raise Usage("URLs and --urls do not go together")
        for url in arguments.pages:
            check_url(url)
        address = r"([0-9.]+|\[[0-9a-f:]+\]):\d{1,5}"
        if arguments.site and not re.fullmatch(address, arguments.site):
            raise Usage("argument --site: it is no address and port")

    def default_limit(self, _: Namespace) -> int:
        return 50

    @contextlib.contextmanager
    def prepare(self, arguments: Namespace) -> Iterator[Input]:
        ca, timeout = arguments.ca, arguments.timeout
        if ca:
            try:
                ssl.create_default_context(cafile=ca)
            except (OSError, ssl.SSLError) as error:
                raise Refused(f"cannot use the certificates of {ca}: {error}") from error
        settings = Settings(timeout, arguments.retries, arguments.seed, ca)
        urls = read_urls(arguments.urls) if arguments.urls else arguments.pages
        if urls or arguments.urls:
            yield Input([Page(*page) for page in enumerate(urls)], settings, True)
            return
        room_for(arguments.tasks, "pages", PAGE)
        with contextlib.ExitStack() as stack:
            address = arguments.site or stack.enter_context(site(arguments))
            urls = (f"http://{address}/pages/{index}" for index in range(arguments.tasks))
            yield Input([Page(*page) for page in enumerate(urls)], settings, False)

    def plan(self, job: Input, arguments: Namespace, limits: Limits) -> Plan:
        units = len(job.pages)
        about = {"tasks": units, "timeout": str(arguments.timeout), "retries": arguments.retries}
        headline = plural(units, "page")
        if not job.is_users:
            size, latency, jitter = arguments.size, arguments.latency, arguments.jitter
            whole = size > 0 and size % 1024 == 0
            shown = f"{size // 1024} KiB" if whole else f"{size} bytes"
            headline += f" of {shown}, {latency} each"
            headline += f" and up to {jitter} more" if jitter else ""
            about |= {"size": size, "latency": str(latency), "jitter": str(jitter)}
            about["faults"] = arguments.faults
        return Plan(f"{headline}, at most {limits.in_flight} in flight", about, units)

    def answer(self, job: Input, outcomes: list[Outcome]) -> Answer:
        statuses: dict[int, int] = {}
        digest = 0
        failures = []
        fetched = [outcome for outcome in outcomes if isinstance(outcome, Fetched)]
        for page, outcome in zip(job.pages, outcomes, strict=True):
            if outcome.status is not None:
                statuses[outcome.status] = statuses.get(outcome.status, 0) + 1
            if isinstance(outcome, Fetched):
                digest = zlib.crc32(struct.pack("<I", outcome.digest), digest)
            else:
                # The port of the site differs from run to run, the page's number doesn't.
                unit = page.url if job.is_users else f"page {page.number}"
                failures.append({"unit": unit, "reason": outcome.reason})
        pages, size = len(fetched), sum(page.size for page in fetched)
        line = f"fetched {plural(pages, 'page')}, {len(failures)} failed, {size / 1e6:.1f} MB"
        json = {
            "bytes": size,
            "digest": f"{digest:08x}",
            "pages": pages,
            "statuses": {str(status): statuses[status] for status in sorted(statuses)},
        }
        return Answer(f"{line}, digest {digest:08x}", json, failures)

    def about(self, name: str) -> dict[str, str]:
        if name != "asyncio":
            return {"client": "http.client"}
        return {"client": f"aiohttp {aiohttp.__version__}" if aiohttp else "asyncio's own streams"}


def check_url(text: str) -> str:
    """Checks that a text is a URL that can be fetched."""
    reason = None
    try:
        scheme, host, _ = origin(text)
        if len(text) > LONGEST_URL:
            reason = f"it is longer than {LONGEST_URL} bytes"
        elif scheme not in ("http", "https"):
            reason = "it does not begin with http:// or https://"
        elif not host:
            reason = "it names no host"
        elif re.search(r"[^!-~]", text):
            reason = "it has a character that must be written as %XX"
    except ValueError as error:
        reason = str(error)
    if reason:
        raise Usage(f"{text[:200]!r} cannot be fetched: {reason}")
    return text


def read_urls(file: str) -> list[str]:
    """Reads a page to fetch from every line of a file, or from stdin for `-`."""
    try:
        with open(0 if file == "-" else file, encoding="utf-8") as lines:
            urls = [line.strip() for line in lines]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"cannot read {file}: {error}") from error
    try:
        return [check_url(url) for url in urls if url]
    except Usage as error:
        raise Refused(str(error)) from error


@contextlib.contextmanager
def site(arguments: Namespace) -> Iterator[str]:
    """The site of the Rust versions: `http-sequential` holds it until its stdin ends."""
    cargo = "cargo run --quiet --release -p http-sequential --"
    names = ("latency", "jitter", "size", "faults", "seed")
    flags = [f"--{name}={getattr(arguments, name)}" for name in names]
    pipe = subprocess.PIPE
    try:
        # In a group of its own: Ctrl-C ends this program, and with it the stdin of the site.
        holder = subprocess.Popen(
            [*cargo.split(), "--hold", *flags], stdin=pipe, stdout=pipe, text=True, process_group=0
        )
    except OSError as error:
        raise Refused(f"cannot run cargo, which builds the site: {error}") from error
    with holder:
        assert holder.stdin and holder.stdout, "both are pipes"
        try:
            _, address = json.loads(holder.stdout.readline())
        except ValueError as error:
            raise Refused("the site has not started: see the message of cargo above") from error
        yield address
        holder.stdin.close()
