"""Whatever a schema refuses is said in the language of whoever typed it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import ValidationError

from adapter.admin.pages.fault_words import WORDS
from adapter.programfile.agreed import NotAgreed, agreed
from adapter.programfile.credentials import name_of
from adapter.programfile.fields import MESSAGES
from adapter.protocols import PROTOCOLS
from tests.admin.words import ADMIN

SOURCES = (
    "programfile/condition_schemas.py",
    "programfile/credentials.py",
    "programfile/editing.py",
    "programfile/fields.py",
    "programfile/rule_schemas.py",
    "programfile/schemas.py",
    "core/amounts.py",
    "core/cards/numbers.py",
)
REFUSALS = {"ValidationError", "InvalidAmount", "InvalidNumber"}
# Said of what no form of the console asks for.
OF_FILES_ALONE = {
    "7 have at most 7 decimals",  # of points alone, which have words
    "a card number has 1 to 7 printable characters, one a digit",
    "a number with a fraction must be written as text",
    "must be a phone such as +7 921 666-88-99",
    "is not a unit: small letters, digits and _",
    "is not an instant of the calendar",
    "is too large a number",
    "may not be blank",
    "may not have blanks around it: a header loses them",
    "must be a phone written as text",
    "must be an instant written 2025-02-14T10:00:00Z",
    "names a second member beside membership_key",
    "needs one of percent, amount_minor, free_item",
}
# What somebody may type as a setting of a credential.
TYPED = ("7", "-1", "x", "null", "true", "{}", "[1]", '[""]', "no setting at all")


def known(sentence: str) -> bool:
    """Whether the console has words for it; that they are Russian too is seen to elsewhere."""
    return any(re.fullmatch(pattern, sentence) for pattern, _words in WORDS)


def test_points_have_words_of_their_own():
    assert known("points have at most 2 decimals")


@pytest.mark.parametrize("source", SOURCES)
def test_what_a_schema_says_has_its_words(source):
    tree = ast.parse((ADMIN.parent / source).read_text())

    said = {sentence for call in ast.walk(tree) for sentence in _refusals(call)}

    assert [one for one in sorted(said) if not known(one) and one not in OF_FILES_ALONE] == []


def test_what_marshmallow_says_of_a_file_has_its_words():
    assert [one for one in MESSAGES.values() if not known(one)] == []


def test_what_is_said_of_a_credential_has_its_words():
    said = set()
    for protocol in PROTOCOLS:
        for setting in ("nonsense", *protocol.credential_settings().fields):
            for value in TYPED:
                try:
                    agreed(protocol, [value if " " in value else f"{setting}={value}"])
                except NotAgreed as error:
                    said |= set(_flat(error.messages))
        for name in (None, "", "a:b", " a", "a\0b", "x" * 999):
            try:
                name_of(protocol.credential, name)
            except ValidationError as error:
                said |= set(_flat(error.messages))

    assert len(said) > 10
    assert [one for one in sorted(said) if not known(one)] == []


def _refusals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
        for given in node.args:
            yield from _sentences(given)


def _sentences(node: ast.expr) -> Iterator[str]:
    """The sentences of an argument, with a 7 where something is put in."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(next(_sentences(one), "7") for one in node.values)
    elif isinstance(node, ast.BinOp):
        yield next(_sentences(node.left), "7") + next(_sentences(node.right), "7")
    elif isinstance(node, ast.IfExp):
        yield from (*_sentences(node.body), *_sentences(node.orelse))
    elif isinstance(node, ast.Dict | ast.List):
        for inner in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from _sentences(inner)


def _flat(messages: Any) -> Iterator[str]:
    if isinstance(messages, dict | list):
        for inner in messages.values() if isinstance(messages, dict) else messages:
            yield from _flat(inner)
    else:
        yield str(messages)
