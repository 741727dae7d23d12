"""One request to the host under test, and its answer kept as bytes."""

from __future__ import annotations

import ipaddress
import json as jsonlib
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import requests
import urllib3

from adapter.checks.masking import Mask
from adapter.checks.report import Failed, NotTested

# What `Answer.document` is when there is nothing that can be read as JSON.
NOTHING: Any = object()

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_SHOWN = 2_000  # characters of a body in a transcript
_LARGEST = 8 * 1024 * 1024  # bytes of an answer that are read before giving up
_UNANSWERED = 3  # in a row, after which the host counts as gone


class NoAnswer(Failed):
    """The host did not answer a request, or not to the end."""


class Unreachable(Exception):
    """The host could not be reached at all, so nothing can be said about it."""


@dataclass(frozen=True)
class Number:
    """A JSON number as it was written, whatever its size."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Answer:
    """An answer of the host, with the request it belongs to."""

    method: str
    target: str
    request_headers: Mapping[str, str]
    request_body: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    allowed: frozenset[int]
    purpose: str = ""
    mask: Mask = field(default_factory=Mask, repr=False, compare=False)

    @cached_property
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are shown as replacement characters."""
        return self.body.decode("utf-8-sig", errors="replace")

    @cached_property
    def document(self) -> Any:
        """The body as JSON, each number a `Number`, or `NOTHING` if it is empty or no JSON."""
        try:
            return jsonlib.loads(
                self.text, parse_int=Number, parse_float=Number, parse_constant=_refuse
            )
        except (ValueError, RecursionError):
            return NOTHING

    @cached_property
    def plain(self) -> Any:
        """The same with whole numbers as int; `NOTHING` if it is nested too deep."""
        try:
            return _plain(self.document)
        except RecursionError:
            return NOTHING

    @property
    def line(self) -> str:
        """The exchange in one line: what was asked and the status of the answer."""
        return self.mask(f"{self.method} {self.target} → {self.status}")

    @property
    def transcript(self) -> str:
        """The request and the answer as lines of text, with secrets masked."""
        sent = {**self.request_headers}
        if "Authorization" in sent:
            sent["Authorization"] = f"{sent['Authorization'].split(' ')[0]} ***"
        lines = [f"> {self.method} {self.target}"]
        lines += [f"> {name}: {value}" for name, value in sent.items()]
        lines += _body_lines("> ", self.request_body)
        lines += [f"< {self.status}"]
        lines += [f"< {name}: {value}" for name, value in self.headers.items()]
        lines += _body_lines("< ", self.body)
        return self.mask("\n".join(lines))


class Client:
    """Sends requests to one host and remembers every answer; may be shared between threads."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        allowed: frozenset[int],
        mask: Mask,
        timeout: float = 10.0,
        verify: bool | str = True,
        limit: int = 1_000,
    ) -> None:
        self.url = url.rstrip("/")
        self.mask = mask
        self.answers: list[Answer] = []
        self.unanswered: list[str] = []
        self._headers = dict(headers)
        self._allowed = allowed
        self._timeout = timeout
        self._verify = verify
        self._limit = limit
        self._sent = 0
        self._in_a_row = 0
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        json: Any = NOTHING,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        allowed: frozenset[int] = frozenset(),
        purpose: str = "",
        may_be_cut: bool = False,
    ) -> Answer:
        """The host's answer; `path` goes out as written, so it must be percent-encoded already.

        A header given as None is left out. `allowed` adds to the statuses that are in order for
        this request, and `purpose` marks the answer for the checks that look at all answers.
        No answer at all is not held against the host where the request `may_be_cut` short.
        Raises: NoAnswer, NotTested once the host is gone or the bound on requests is reached.
        """
        self._count()
        target = f"{path}?{urlencode(query)}" if query else path
        all_headers = {**self._headers, **(headers or {})}
        if json is not NOTHING:
            all_headers.setdefault("Content-Type", "application/json; charset=utf-8")
            body = jsonlib.dumps(json, ensure_ascii=False).encode()
        sent_headers = {name: value for name, value in all_headers.items() if value is not None}
        started = time.monotonic()
        try:
            status, received, content = self._exchange(method, target, sent_headers, body)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._give_up(f"{method} {target}", error, may_be_cut=may_be_cut)
        answer = Answer(
            method=method,
            target=urlsplit(self.url).path + target,
            request_headers=sent_headers,
            request_body=body or b"",
            status=status,
            headers=received,
            body=content,
            seconds=time.monotonic() - started,
            allowed=self._allowed | allowed,
            purpose=purpose,
            mask=self.mask,
        )
        with self._lock:
            self._in_a_row = 0
            self.answers.append(answer)
        return answer

    def _count(self) -> None:
        with self._lock:
            if self._in_a_row >= _UNANSWERED:
                raise NotTested("the host stopped answering")
            if self._sent >= self._limit:
                raise NotTested(f"the bound of {self._limit} requests is reached")
            self._sent += 1

    def _exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        # A connection and a cookie jar of its own for each exchange: no clause can then suffer
        # from what an earlier one left behind, and threads share nothing.
        with requests.Session() as session:
            session.auth = _leave_alone
            session.trust_env = not _is_loopback(self.url)
            request = requests.Request(method, self.url, headers={**headers, "Connection": "close"})
            request.data = body
            prepared = session.prepare_request(request)
            # Preparing rewrites percent-encodings, and how the host reads them is to be tested.
            prepared.url = self.url + target
            settings = session.merge_environment_settings(
                prepared.url, {}, True, self._verify, None
            )
            response = session.send(
                prepared, allow_redirects=False, timeout=self._timeout, **settings
            )
            with response:
                content = self._read(response)
            return response.status_code, response.headers, content

    def _read(self, response: requests.Response) -> bytes:
        deadline = time.monotonic() + self._timeout
        content = bytearray()
        while chunk := response.raw.read1(65_536, decode_content=True):
            content += chunk
            if len(content) > _LARGEST:
                raise requests.RequestException(f"the answer is longer than {_LARGEST} bytes")
            if time.monotonic() > deadline:
                raise requests.Timeout(f"the answer took longer than {self._timeout:g} s")
        return bytes(content)

    def _give_up(self, request: str, error: Exception, *, may_be_cut: bool) -> NoReturn:
        reason = self.mask(f"{request}: no answer ({type(error).__name__}: {error})")
        with self._lock:
            self._in_a_row += 1
            if not may_be_cut:
                self.unanswered.append(reason)
        raise NoAnswer(reason) from error


def _leave_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands for credentials, so that none are taken from a .netrc of whoever runs the check."""
    return request


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _plain(value: Any) -> Any:
    if isinstance(value, Number):
        return int(value.text) if _WHOLE.fullmatch(value.text) else value
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _body_lines(prefix: str, body: bytes) -> list[str]:
    if not body:
        return [f"{prefix}(no bytes)"]
    text = body[: _SHOWN * 4].decode("utf-8", errors="backslashreplace")
    more = f" … ({len(body)} bytes)" if len(text) > _SHOWN or len(body) > _SHOWN * 4 else ""
    return [prefix + line for line in (text[:_SHOWN] + more).split("\n")]
