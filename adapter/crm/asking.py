"""One question to a CRM: who is it that is called so?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TooLate
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import requests
from urllib3.exceptions import HTTPError

from adapter.crm.lines import Lines
from adapter.crm.terms import CrmTerms
from adapter.delivery import reach, signing

LARGEST_ANSWER = 64 * 1024
FOUND, NOBODY = 200, (204, 404)


class NotAnswered(Exception):
    """The CRM did not answer, or with something that is no answer; the text says why, and nothing
    of what was asked or told.
    """


Name = tuple[str, str]  # what kind of name, and the name


class Asker:
    """Asks one program's CRM, which knows by a signature who asks.

    The signature is that of the program's webhooks, made with the same secret: it is derived from
    the installation's key, so that nothing secret stands among the program's settings. Who wants a
    header with a secret of its own has it in the settings of the process.
    """

    def __init__(
        self, lines: Lines, key: bytes, secret: str | None, clock: Callable[[], datetime]
    ) -> None:
        self._lines, self._key, self._secret, self._clock = lines, key, secret, clock

    def close(self) -> None:
        """Ask no more."""
        self._lines.close()

    def ask(self, terms: CrmTerms, program_code: str, name: Name, *, within: float) -> Any | None:
        """The document the CRM answers with, or nothing where it knows nobody; within so many
        seconds.

        Raises:
            NotAnswered: Anything else.
        """
        question = {"program": program_code, "kind": str(name[0]), "value": name[1]}
        request = self._request(terms, question)
        waiting, call = self._lines.start(lambda session: _answered(session, request, terms))
        try:
            status, body = waiting.result(timeout=within)
        except (TooLate, CancelledError):
            if not waiting.cancel():
                call.cut()
            raise NotAnswered("timeout") from None
        except reach.NotPublic:
            raise NotAnswered("private address") from None
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise NotAnswered(_named(error)) from None
        if status in NOBODY:
            return None
        if status != FOUND:
            raise NotAnswered(f"status {status}")
        return _document(body)

    def _request(self, terms: CrmTerms, question: Mapping[str, str]) -> requests.Request:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "adapter",
        }
        if terms.header and self._secret:
            headers[terms.header] = self._secret
        if terms.method == "GET":
            url = terms.url
            for part, value in question.items():
                url = url.replace(f"{{{part}}}", quote(value, safe=""))
            return requests.Request("GET", url, headers)
        body = json.dumps(dict(question), ensure_ascii=False).encode()
        headers["Content-Type"] = "application/json"
        message = f"crm_{uuid4().hex}"
        headers |= signing.headers(self._key, message_id=message, at=self._clock(), body=body)
        return requests.Request("POST", terms.url, headers, data=body)


def _answered(
    session: requests.Session, request: requests.Request, terms: CrmTerms
) -> tuple[int, bytes]:
    prepared = session.prepare_request(request)
    settings = session.merge_environment_settings(prepared.url, {}, True, None, None)
    timeout = (terms.connect_timeout_ms / 1000, terms.timeout_ms / 1000)
    with session.send(prepared, timeout=timeout, allow_redirects=False, **settings) as answer:
        if answer.status_code not in (FOUND, *NOBODY):
            return answer.status_code, b""
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise NotAnswered("compressed")
        return answer.status_code, _read(answer)


def _named(error: Exception) -> str:
    return "timeout" if isinstance(error, requests.Timeout) else type(error).__name__


def _read(answer: requests.Response) -> bytes:
    found = bytearray()
    for chunk in answer.raw.stream(8192, decode_content=False):
        found += chunk
        if len(found) > LARGEST_ANSWER:
            raise NotAnswered("too much")
    return bytes(found)


def _document(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise NotAnswered("not JSON") from None


def _no_number(_text: str) -> None:
    raise ValueError("not a number")
