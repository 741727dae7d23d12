"""10.2: what became of a push message, on a route that is off unless it is set (G33)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapter.core import partners
from tests.protocols.koshelek.wallet import refusal

PATH = "/v1/push"
DELIVERED = (
    '{"messageId": "1c2e7a1e-8f3c-4a53-9a3b-2f5a3c1f6a10", "state": "DELIVERED", "текст": "Да"}'
)
# A body, the id found in it, and what is kept, where that is not the body as it came.
FORMS = [
    (b'{"state": "READ"}', None, '{"state": "READ"}'),
    (b'{"messageId": 7}', "7", '{"messageId": 7}'),
    (b'[{"messageId": "a"}]', None, '[{"messageId": "a"}]'),
    (b"delivered", None, "delivered"),
    (b"", None, ""),
    (b"a\0b", None, "ab"),
    (b"\xff\xfe", None, "\ufffd\ufffd"),
    (b'{"messageId": "\\ud800"}', None, '{"messageId": "\\ud800"}'),
    (b'"' + "я".encode() * 70000 + b'"', None, '"' + "я" * 65535),
    (b'{"messageId": "' + b"a" * 300 + b'"}', "a" * 255, None),
]


@pytest.fixture
def pushed(make_wallet):
    """The server of a partner with a callback path."""
    return make_wallet(process={"KOSHELEK_PUSH_CALLBACK_PATH": PATH})


def kept(wallet):
    with wallet.database.reading() as work:
        return [
            (message.protocol, message.kind, message.reference, message.body)
            for message in partners.messages(work, wallet.program.id)
        ]


def test_there_is_no_such_path_unless_it_is_set(wallet):
    assert refusal(wallet.post(f"/koshelek{PATH}", {})) == (404, "002")
    assert wallet.post(PATH, {}).data == b'{"error": "not found"}'


def test_the_body_is_kept_as_it_came_under_its_message_id(pushed):
    """G33: answered 200 `{}`."""
    response = pushed.post(PATH, DELIVERED.encode())

    assert (response.status_code, response.data) == (200, b"{}")
    reference = "1c2e7a1e-8f3c-4a53-9a3b-2f5a3c1f6a10"
    assert kept(pushed) == [("koshelek", "push callback", reference, DELIVERED)]


def test_nobody_knows_the_form_so_every_form_is_kept(pushed, clock, subtests):
    """G33: the id if present; what no row can hold is left out."""
    for body, reference, text in FORMS:
        with subtests.test(body[:20]):
            clock.advance(timedelta(seconds=1))
            response = pushed.post(PATH, body)

            (_, _, found, stored), *_ = kept(pushed)
            assert (response.status_code, response.data) == (200, b"{}")
            assert found == reference
            assert stored == (body.decode() if text is None else text)


def test_a_repeat_is_kept_again(pushed):
    pushed.post(PATH, DELIVERED.encode())
    pushed.post(PATH, DELIVERED.encode())

    assert len(kept(pushed)) == 2


def test_it_answers_below_the_prefix_as_well(pushed):
    assert pushed.post(f"/koshelek{PATH}", DELIVERED.encode()).data == b"{}"


def test_the_log_shows_the_form_and_not_the_content(pushed, log_lines):
    """G33."""
    pushed.post(PATH, {"messageId": "a1", "msisdn": "79995550142"})

    (line,) = (line for line in log_lines() if line["event"] == "push callback")
    assert line["form"] == '{"aaaaaaaaa": "a9", "aaaaaa": "99999999999"}'
    assert line["reference"] is None  # a message's id is a UUID; anything else may be a person's


def test_without_credentials_nothing_is_kept(pushed):
    response = pushed.post(PATH, {}, headers={"Authorization": "Basic x"})

    assert refusal(response) == (401, "001")
    assert kept(pushed) == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_known(pushed, method):
    assert refusal(pushed.client.open(PATH, method=method)) == (405, "003")
