"""What every protocol promises, whoever the vendor is. A vendor's test subclasses it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import exc
from werkzeug.test import TestResponse

from adapter.core import partners, programs
from adapter.core.amounts import POINTS, Amount
from adapter.core.errors import InsufficientPoints, LoyaltyError, Throttled, Unavailable
from adapter.core.programs import ProgramTerms
from adapter.db import CommitUnknown, Database, DatabaseUnavailable, Glance, Work
from adapter.web.application import Application
from adapter.web.json import LARGEST_BODY
from adapter.web.protocol import Protocol
from tests.protocols.callers import OF_THE_SHAPE
from tests.protocols.house import SECRET_KEY
from tests.protocols.state import rows

NAME, SECRET, OTHER_SECRET = "vendor", "пароль:1", "another"


@dataclass(frozen=True)
class Person:
    """Somebody whose every part is unmistakable, so that no log may hold any of them."""

    phone: str = "79260000777"
    email: str = "canary.bird@nest.example"
    first_name: str = "Кенарь"
    last_name: str = "Жёлтопузов"
    patronymic: str = "Певунович"
    birth_date: date = date(1971, 12, 29)
    locality: str = "Птичегорск"
    card: str = "7755443322"

    def traces(self) -> tuple[str, ...]:
        """The texts by which they could be found out."""
        written = (self.first_name, self.last_name, self.patronymic, self.locality)
        numbers = (self.phone, self.phone[1:], self.email, self.card, str(self.birth_date))
        escaped = tuple(json.dumps(text)[1:-1] for text in written)
        return written + numbers + escaped


CANARY = Person()


@dataclass(frozen=True)
class Call:
    """One request as the vendor makes it."""

    method: str
    path: str
    body: object = None


@dataclass(frozen=True)
class Refusal:
    """How a vendor is told no: the status, and what stands for a code in the body."""

    status: int
    code: str


@dataclass(frozen=True)
class Stage:
    """An application in which the canary is a member of the program `MAIN`, and of no other."""

    app: Application
    client: FlaskClient
    database: Database


def _nested(depth: int, opening: str, closing: str) -> bytes:
    return (opening * depth + "1" + closing * depth).encode()


# What cannot be read, whatever it was meant to say.
BAD_BODIES = {
    "nothing": b"",
    "blanks": b"  \r\n",
    "cut off": b'{"phone": "7999',
    "single quotes": b"{'phone': '79995550142'}",
    "a comma too many": b'{"phone": "79995550142",}',
    "two documents": b"{} {}",
    "a form": b"phone=79995550142&email=a%40b.c",
    "UTF-16": '{"phone": "79995550142"}'.encode("utf-16"),
    "Windows letters": '{"surname": "Ёлкин"}'.encode("cp1251"),
    "an overlong slash": b'{"surname": "\xc0\xaf"}',
    "half a pair as bytes": b'{"surname": "\xed\xa0\x80"}',
    "a raw NUL in a text": b'{"surname": "a\0b"}',
    "a raw NUL between": b'{"surname":\0"a"}',
    "an escaped NUL": b'{"surname": "a\\u0000b"}',
    "an escaped NUL in a name": b'{"sur\\u0000name": "a"}',
    "a high surrogate": b'{"surname": "\\ud83d"}',
    "a low surrogate": b'{"surname": "\\udc00 and on"}',
    "surrogates in the wrong order": b'{"surname": "\\udc00\\ud83d"}',
    "deep arrays": _nested(10_000, "[", "]"),
    "deep objects": _nested(10_000, '{"a":', "}"),
    "deep and unclosed": b"[" * 10_000,
    "not a number": b'{"phone": NaN}',
    "infinity": b'{"phone": -Infinity}',
    "an exponent without end": b'{"phone": 1e999999999}',
    "a fraction without end": b'{"phone": 1e-999999999}',
    "five thousand digits": b'{"phone": ' + b"7" * 5000 + b"}",
}
NO_OBJECTS = [b"[]", b'["phone"]', b'"phone"', b"79995550142", b"1.5", b"true", b"null"]
ODD_HEADERS = [
    {},
    {"Authorization": ""},
    {"Authorization": "Basic"},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic /w=="},
    {"Authorization": "Basic bm9jb2xvbg=="},
    {"Authorization": "Negotiate YQ=="},
    {"Authorization": "Bearer x"},
    {"X-Api-Key": "x"},
]


# What nobody foresaw, each with something in it that must not be seen.
MISTAKES = [
    KeyError(CANARY.phone),
    ValueError(f"<html>{CANARY.email}"),
    AssertionError(CANARY.card),
    RecursionError(CANARY.phone),
    exc.IntegrityError("INSERT", {"phone": CANARY.phone}, Exception(CANARY.phone)),
]
NO_SERVICE = [
    DatabaseUnavailable("full"),
    CommitUnknown("lost"),
    exc.OperationalError("SELECT", {"phone": CANARY.phone}, Exception("locked")),
    exc.TimeoutError("the pool is empty"),
]


def loyalty_errors(kind: type[LoyaltyError] = LoyaltyError) -> Iterator[type[LoyaltyError]]:
    """Every refusal the core knows, found and not listed."""
    yield kind
    for child in kind.__subclasses__():
        # A protocol's own refusals are that protocol's affair.
        if child.__module__.startswith("adapter.core"):
            yield from loyalty_errors(child)


def _made(kind: type[LoyaltyError]) -> LoyaltyError:
    if kind is InsufficientPoints:
        return InsufficientPoints(wanted=Amount(2, POINTS), available=Amount(1, POINTS))
    if kind is Throttled:
        return Throttled(retry_after=7)
    return kind(f"about {CANARY.phone}")


class _Broken:
    """A database that only ever raises one thing, whatever time it is."""

    def __init__(self, error: Exception, clock: Callable[[], datetime]) -> None:
        self._error, self.clock = error, clock

    @contextmanager
    def _fail(self) -> Iterator[Work]:
        raise self._error
        yield

    unit_of_work = reading = _fail

    def glance(self) -> Glance:
        raise self._error


@contextmanager
def broken(app: Application, error: Exception) -> Iterator[None]:
    """Let every look into the database end with this error."""
    whole = app.extensions["database"]
    app.extensions["database"] = _Broken(error, whole.clock)
    yield
    app.extensions["database"] = whole


class ProtocolContract:
    """The promises. What a vendor must tell: the class attributes, `headers` and `prepare`."""

    protocol: Protocol
    # A call that shows the canary, a call that changes something of theirs and may be repeated,
    # one on a path with another verb, one below a root where nothing is.
    reads: Call
    writes: Call
    wrong_method: Call
    unknown_path: Call
    # Every endpoint, with the canary in its path, its query or its body.
    calls: Sequence[Call]
    # By the words used below.
    refusals: Mapping[str, Refusal]
    # What the owner of another program is told where the canary is asked for.
    not_here: Refusal
    # Names and secrets that are nobody's.
    wrong_credentials: Sequence[tuple[str, str]] = (
        (NAME, SECRET + " "),
        (NAME, ""),
        ("", SECRET),
        (NAME, "\0"),
    )
    # Settings of a credential that has every method.
    agreed: Mapping[str, object] = {}

    def headers(self, name: str, secret: str) -> dict[str, str]:
        """The headers by which a caller shows who it is."""
        raise TypeError("a vendor says how")

    def prepare(self, work: Work, program: ProgramTerms) -> None:
        """Make the canary a member, so that `reads` shows them."""
        raise TypeError("a vendor says how")

    def code_of(self, response: TestResponse) -> str:
        """What stands for a code in the body of a refusal."""
        raise TypeError("a vendor says how")

    def settings(self) -> dict[str, object]:
        """Settings of the process under which every endpoint is there."""
        return {}

    # The stage.

    @pytest.fixture
    def make_stage(
        self, database: Database, make_app: Callable[..., Application]
    ) -> Callable[..., Stage]:
        with database.unit_of_work() as work:
            for code, secret in (("MAIN", SECRET), ("OTHER", OTHER_SECRET)):
                program = programs.put(work, code=code, name=code).terms()
                presented = self.protocol.credential.presented(NAME, secret)
                partners.create_credential(
                    work,
                    program.id,
                    protocol=self.protocol.name,
                    name=NAME,
                    digest=partners.digest(SECRET_KEY.encode(), self.protocol.name, presented),
                    settings=dict(self.agreed),
                )
                if code == "MAIN":
                    self.prepare(work, program)

        def make(**settings: object) -> Stage:
            app = make_app(**self.settings() | settings)
            return Stage(app, app.test_client(), database)

        return make

    @pytest.fixture
    def stage(self, make_stage: Callable[..., Stage]) -> Stage:
        return make_stage()

    def send(self, stage: Stage, call: Call, secret: str = SECRET, **changes) -> TestResponse:
        """The answer to a call made with good credentials, unless told otherwise."""
        sent = {"headers": self.headers(NAME, secret), "method": call.method}
        if call.body is not None:
            sent["data"] = json.dumps(call.body, ensure_ascii=False).encode()
        sent |= changes
        return stage.client.open(call.path, **sent)

    def assert_refused(self, response: TestResponse, words: str) -> None:
        """Fail unless the vendor is told no in these of its words."""
        wanted = self.refusals[words]
        assert (response.status_code, self.code_of(response)) == (wanted.status, wanted.code)
        assert not any(trace in response.text for trace in CANARY.traces())

    # Who is calling.

    @OF_THE_SHAPE
    def test_without_credentials_nothing_is_shown_and_nothing_done(
        self, stage: Stage, subtests: pytest.Subtests
    ) -> None:
        before = rows(stage.database)

        for headers in ODD_HEADERS:
            for call in (self.reads, self.writes):
                with subtests.test(headers=headers, call=call.method):
                    response = self.send(stage, call, headers=headers)

                    self.assert_refused(response, "unauthenticated")
        assert rows(stage.database) == before

    def test_wrong_credentials_show_and_do_nothing(self, stage: Stage) -> None:
        before = rows(stage.database)

        for name, secret in self.wrong_credentials:
            headers = self.headers(name, secret)
            for call in (self.reads, self.writes):
                self.assert_refused(self.send(stage, call, headers=headers), "unauthenticated")

        assert rows(stage.database) == before

    def test_right_credentials_show_the_person(self, stage: Stage) -> None:
        response = self.send(stage, self.reads)

        assert response.status_code == 200
        assert CANARY.card in response.text or CANARY.phone in response.text

    def test_a_revoked_credential_opens_nothing(self, stage: Stage) -> None:
        with stage.database.unit_of_work() as work:
            for credential in partners.credentials(work):
                partners.revoke_credential(work, credential.id)

        self.assert_refused(self.send(stage, self.reads), "unauthenticated")

    def test_credentials_of_another_program_see_nothing_of_this_one(self, stage: Stage) -> None:
        before = rows(stage.database)

        for call in (self.reads, self.writes):
            response = self.send(stage, call, secret=OTHER_SECRET)

            found = Refusal(response.status_code, self.code_of(response))
            assert found == self.not_here
            assert not any(trace in response.text for trace in CANARY.traces())
        assert rows(stage.database) == before

    # Where it answers.

    @OF_THE_SHAPE
    def test_an_unknown_path_is_refused_in_the_vendors_words(self, stage: Stage) -> None:
        for prefix in ("", f"/{self.protocol.name}"):
            call = replace(self.unknown_path, path=prefix + self.unknown_path.path)
            self.assert_refused(self.send(stage, call), "unknown_path")

    @OF_THE_SHAPE
    def test_below_the_prefix_every_path_is_the_vendors(self, stage: Stage) -> None:
        for path in ("", "/", "/v1", "/v9/nothing", "/healthz"):
            call = Call("GET", f"/{self.protocol.name}{path}")
            self.assert_refused(self.send(stage, call), "unknown_path")

    @OF_THE_SHAPE
    def test_a_wrong_method_is_refused_and_the_right_ones_are_named(self, stage: Stage) -> None:
        response = self.send(stage, self.wrong_method)

        self.assert_refused(response, "wrong_method")
        assert response.allow and self.wrong_method.method not in response.allow

    @OF_THE_SHAPE
    def test_it_answers_alike_at_its_root_and_below_its_prefix(self, stage: Stage) -> None:
        at_root = self.send(stage, self.reads)
        below = self.send(
            stage, replace(self.reads, path=f"/{self.protocol.name}{self.reads.path}")
        )

        assert (below.status_code, below.data) == (at_root.status_code, at_root.data)

    @OF_THE_SHAPE
    def test_without_its_root_it_answers_below_a_prefix_of_any_name(self, make_stage) -> None:
        name = self.protocol.name.upper()
        stage = make_stage(**{f"{name}_ROOT": "no", f"{name}_PREFIX": "/some/where"})

        moved = self.send(stage, replace(self.reads, path=f"/some/where{self.reads.path}"))

        assert moved.status_code == 200
        self.assert_nobodys(self.send(stage, self.reads))

    @OF_THE_SHAPE
    def test_a_protocol_that_is_off_owns_no_path(self, make_stage) -> None:
        stage = make_stage(**{f"{self.protocol.name.upper()}_ENABLED": "no"})

        for prefix in ("", f"/{self.protocol.name}"):
            call = replace(self.reads, path=prefix + self.reads.path)
            self.assert_nobodys(self.send(stage, call))

    def assert_nobodys(self, response: TestResponse) -> None:
        assert (response.status_code, response.data) == (404, b'{"error": "not found"}')

    # What cannot be read.

    @OF_THE_SHAPE
    def test_a_body_that_cannot_be_read_changes_nothing(
        self, stage: Stage, log_lines, subtests: pytest.Subtests
    ) -> None:
        before = rows(stage.database)

        for name, body in BAD_BODIES.items():
            with subtests.test(name):
                response = self.send(stage, self.writes, data=body)

                self.assert_refused(response, "bad_json")
        assert rows(stage.database) == before
        assert {line["event"] for line in log_lines()} == {"request"}

    @OF_THE_SHAPE
    def test_json_that_is_no_object_changes_nothing(
        self, stage: Stage, subtests: pytest.Subtests
    ) -> None:
        before = rows(stage.database)

        for body in NO_OBJECTS:
            with subtests.test(body=body):
                response = self.send(stage, self.writes, data=body)

                self.assert_refused(response, "not_an_object")
        assert rows(stage.database) == before

    @OF_THE_SHAPE
    def test_a_body_of_more_than_a_mebibyte_is_refused(self, stage: Stage) -> None:
        before = rows(stage.database)
        body = json.dumps({"surname": "я" * LARGEST_BODY}).encode()
        # As a server hands over a body that came in chunks: nobody knows how long it is.
        chunked = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

        announced = self.send(stage, self.writes, data=body)
        unannounced = self.send(stage, self.writes, data=body, environ_overrides=chunked)

        self.assert_refused(announced, "too_large")
        self.assert_refused(unannounced, "too_large")
        assert rows(stage.database) == before

    @OF_THE_SHAPE
    def test_a_body_shorter_than_announced_is_refused(self, stage: Stage) -> None:
        body = json.dumps(self.writes.body).encode()
        longer = {"CONTENT_LENGTH": str(len(body) + 1)}

        response = self.send(stage, self.writes, data=body, environ_overrides=longer)

        self.assert_refused(response, "cut_off")

    @OF_THE_SHAPE
    def test_a_compressed_body_is_refused(self, stage: Stage) -> None:
        before = rows(stage.database)
        body = gzip.compress(json.dumps(self.writes.body).encode())
        headers = self.headers(NAME, SECRET) | {"Content-Encoding": "gzip"}

        response = self.send(stage, self.writes, data=body, headers=headers)

        self.assert_refused(response, "encoded")
        assert rows(stage.database) == before

    def test_a_body_is_read_whatever_its_type_is_called(self, stage: Stage) -> None:
        for content_type in (None, "text/plain", "application/x-www-form-urlencoded", "nonsense"):
            response = self.send(stage, self.writes, content_type=content_type)

            assert response.status_code == 200, content_type

    def test_a_nul_in_the_address_is_refused(self, stage: Stage) -> None:
        for path in (self.reads.path + "%00", self.reads.path + "?a=%00"):
            self.assert_refused(self.send(stage, replace(self.reads, path=path)), "bad_address")

    # Repeats and refusals.

    def test_a_repeated_write_says_and_leaves_the_same(self, stage: Stage) -> None:
        first = self.send(stage, self.writes)
        after_first = rows(stage.database)
        second = self.send(stage, self.writes)

        assert first.status_code == 200
        assert (second.status_code, second.data) == (first.status_code, first.data)
        assert rows(stage.database) == after_first

    @OF_THE_SHAPE
    def test_every_refusal_of_the_core_has_words_of_the_vendors(
        self, stage: Stage, log_lines, subtests: pytest.Subtests
    ) -> None:
        self.send(stage, self.reads)  # who is calling is known by now

        for kind in loyalty_errors():
            with subtests.test(kind.__name__):
                with broken(stage.app, _made(kind)):
                    response = self.send(stage, self.reads)

                if kind is Unavailable:
                    # To try again later is not a refusal, and may look like a fault.
                    self.assert_refused(response, "unavailable")
                    continue
                assert response.status_code < 500
                assert self.code_of(response) not in ("", self.refusals["internal"].code)
                assert not any(trace in response.text for trace in CANARY.traces())
        assert "bug" not in {line["event"] for line in log_lines()}

    @OF_THE_SHAPE
    def test_a_mistake_of_ours_is_an_internal_error_and_one_line_in_the_log(
        self, stage: Stage, log_lines, subtests: pytest.Subtests
    ) -> None:
        self.send(stage, self.reads)
        log_lines()

        for error in MISTAKES:
            with subtests.test(type(error).__name__):
                with broken(stage.app, error):
                    response = self.send(stage, self.reads)

                self.assert_refused(response, "internal")
                (bug,) = (line for line in log_lines() if line["event"] == "bug")
                assert bug["error"] == type(error).__name__
                assert "contract.py" in bug["traceback"]
                assert bug["request_id"] == response.headers["X-Request-ID"]
                assert not any(trace in str(bug) for trace in CANARY.traces())

    @pytest.mark.parametrize("warm", [True, False])
    @OF_THE_SHAPE
    def test_a_database_that_cannot_serve_is_said_in_the_vendors_words(
        self, stage: Stage, warm: bool, log_lines, subtests: pytest.Subtests
    ) -> None:
        if warm:
            self.send(stage, self.reads)

        for error in NO_SERVICE:
            for call in (self.reads, self.writes):
                with subtests.test(type(error).__name__, call=call.method):
                    with broken(stage.app, error):
                        response = self.send(stage, call)

                    self.assert_refused(response, "unavailable")
        assert "bug" not in {line["event"] for line in log_lines()}

    # Always.

    def test_every_call_works(self, stage: Stage) -> None:
        for call in self.calls:
            response = self.send(stage, call)

            assert response.status_code == 200, (call, response.text)

    def test_nothing_personal_is_logged(self, stage: Stage, log_text) -> None:
        for call in self.calls:
            self.send(stage, call)
            self.send(stage, call, headers={})
            self.send(stage, call, headers=self.headers(CANARY.email, CANARY.phone))
            self.send(stage, call, data=json.dumps(call.body)[:-1])
            with broken(stage.app, KeyError(CANARY.phone)):
                self.send(stage, call)
        self.send(stage, Call("GET", f"{self.unknown_path.path}/{CANARY.phone}"))

        text = log_text()
        assert text.count("\n") > 5 * len(self.calls)
        assert [trace for trace in CANARY.traces() if trace in text] == []
        assert SECRET not in text

    @OF_THE_SHAPE
    def test_every_request_has_one_line_that_says_how_it_ended(
        self, stage: Stage, log_lines
    ) -> None:
        response = self.send(stage, self.reads)

        (line,) = log_lines()
        assert line["event"] == "request"
        assert (line["protocol"], line["program"]) == (self.protocol.name, "MAIN")
        assert (line["method"], line["status"]) == (self.reads.method, response.status_code)

    @OF_THE_SHAPE
    def test_every_reply_has_a_request_id(self, stage: Stage) -> None:
        given = {"X-Request-ID": "0123456789-abc"}

        for call in (self.reads, self.writes, self.wrong_method, self.unknown_path):
            for headers in (self.headers(NAME, SECRET), {}):
                response = self.send(stage, call, headers=headers)
                named = self.send(stage, call, headers=headers | given)

                assert len(response.headers["X-Request-ID"]) == 32
                assert named.headers["X-Request-ID"] == "0123456789-abc"

    @OF_THE_SHAPE
    def test_no_path_leads_to_a_page_or_elsewhere(self, stage: Stage) -> None:
        path = self.reads.path.partition("?")[0]
        odd = [path + "/", "/" + path, path + "//", path + "/.", path.upper(), path + ";a=b"]
        odd += [path + "/../..", path.replace("/", "//"), path.replace("/v", "/%76"), "//e.example"]
        odd += [f"/{self.protocol.name}{each}" for each in odd]

        for each in odd:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
                response = self.send(stage, Call(method, each))

                assert not 300 <= response.status_code < 400, (method, each)
                assert response.status_code < 500, (method, each)
                assert response.mimetype == "application/json", (method, each)
                assert b"<" not in response.data, (method, each)
