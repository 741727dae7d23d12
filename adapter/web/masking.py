"""What of an exchange may be kept: open by an allow-list, all else masked, however deep it lies.

A masked value that is a member's own is kept as a reference to them, so that it can be filled in
again for as long as there is such a person; any other leaves nothing but what kind of value it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from adapter.core import exchanges
from adapter.core.exchanges import Known
from adapter.web import json as exact

MASK = "***"
MASKED_NUMBER, MASKED_FLAG = "***number", "***boolean"
MEMBER, IS, AS, NUMBER = "$member", "is", "as", "number"
# A body that is not JSON is one text; where it was not kept, only its length is.
TEXT, BYTES = "$text", "$bytes"
CUT = "…"

# A body longer than this is not gone into, and of one with more values the rest is left out.
LONGEST_BODY = 256 * 1024
MOST_VALUES = 600
DEEPEST = 40
LONGEST_OPEN = 255
# Shorter than this, an open value that reads like something of a member is so by chance.
SHORTEST_OWN = 5
_KEY = re.compile(r"(?!.*[0-9]{5})[A-Za-z_@$][A-Za-z0-9_.$-]{0,63}", re.ASCII)


class Opened:
    """The names whose values may be kept, anywhere or (`items.name`) below one other name."""

    def __init__(self, names: Collection[str]) -> None:
        plain = {name for name in names if "." not in name}
        self._plain = frozenset(plain | {name.lower() for name in plain})
        self._below: dict[str, frozenset[str]] = {}
        for name in names:
            above, dot, inner = name.rpartition(".")
            if dot:
                known = self._below.get(above, self._plain)
                self._below[above] = known | {inner, inner.lower()}

    def below(self, name: str) -> frozenset[str]:
        """The names that are open below a name."""
        return self._below.get(name, self._plain)

    def __contains__(self, name: str) -> bool:
        return name in self._plain or name.lower() in self._plain


def names(text: str) -> frozenset[str]:
    """The names that stand in a text between blanks, as a protocol lists those that are open."""
    return frozenset(text.split())


@lru_cache(maxsize=64)
def opened(names: frozenset[str], more: frozenset[str] = frozenset()) -> Opened:
    """These open names, put together once."""
    return Opened(names | more)


@lru_cache(maxsize=4096)
def _is_plain(name: str) -> bool:
    """Whether a name is one as programs have them, and no person stands in it."""
    return _KEY.fullmatch(name) is not None


class Masker:
    """Masks the parts of one exchange; `unexplained` counts what was a text, and nobody's."""

    __slots__ = ("_has_long", "_known", "_left", "_names", "is_cut", "unexplained")

    def __init__(self, names: Opened, known: Known) -> None:
        self._names = names
        self._known = known
        self._left = MOST_VALUES
        self._has_long = True  # whether there may be a text too long for an open value
        self.is_cut = False
        self.unexplained = 0

    def body(self, data: bytes) -> str | None:
        """A body as JSON text, masked; nothing where there was none."""
        if not data:
            return None
        if len(data) > LONGEST_BODY:
            self.is_cut = True
            return dumps({BYTES: len(data)})
        self._has_long = _LONG.search(data) is not None
        try:
            value = _DECODER.decode(data.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return self._text(data)
        return self._kept(self._within(value, "", self._names.below(""), DEEPEST))

    def fields(self, given: Mapping[str, Any]) -> str | None:
        """Names and their values as a JSON text, masked; nothing where there are none."""
        if not given:
            return None
        return self._kept(self._within(dict(given), "", self._names.below(""), DEEPEST))

    def _text(self, data: bytes) -> str:
        """A body that is no JSON: a bare text that may be a member's, or its length."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            text = ""
        return dumps(
            {TEXT: self._masked(text)} if 0 < len(text) <= LONGEST_OPEN else {BYTES: len(data)}
        )

    def _kept(self, value: Any) -> str:
        text = dumps(value)
        if len(text) > exchanges.BODY:
            self.is_cut = True
            return dumps({BYTES: len(text)})
        return text

    def _within(self, value: Any, name: str, allowed: frozenset[str], depth: int) -> Any:
        """A value that stands below a name, of whose own members these are open."""
        if isinstance(value, dict):
            return self._object(value, name, depth - 1)
        if isinstance(value, list):
            return self._list(value, name, allowed, depth - 1)
        return self.open(value) if name in allowed else self._masked(value)

    def _object(self, value: dict[str, Any], name: str, depth: int) -> Any:
        if depth < 0:
            self.is_cut = True
            return CUT
        self._left -= len(value)
        if self._left < 0:
            self.is_cut = True
            return CUT
        allowed, known = self._names.below(name), self._known
        if not self._has_long and allowed.issuperset(value) and _has_none_of(value, known):
            return value
        masked: dict[str, Any] = {}
        # Most of what comes is open and small: that is settled here, without a call.
        for key, inner in value.items():
            is_open = key in allowed or key.lower() in allowed
            kind = type(inner)
            if is_open and (
                (kind is int and -_LARGE < inner < _LARGE)
                or (kind is str and len(inner) <= LONGEST_OPEN and inner.casefold() not in known)
            ):
                masked[key] = inner
                continue
            shown = key if is_open or (_is_plain(key) and key.casefold() not in known) else MASK
            if kind is dict:
                masked[shown] = self._object(inner, key, depth - 1)
            elif kind is list:
                masked[shown] = self._list(inner, key, allowed, depth - 1)
            else:
                masked[shown] = self.open(inner) if is_open else self._masked(inner)
        return masked

    def _list(self, value: list[Any], name: str, allowed: frozenset[str], depth: int) -> Any:
        if depth < 0:
            self.is_cut = True
            return CUT
        self._left -= len(value)
        if self._left < 0:
            self.is_cut = True
            return [CUT]
        is_open = name in allowed or name.lower() in allowed
        masked: list[Any] = []
        for inner in value:
            if isinstance(inner, dict):
                masked.append(self._object(inner, name, depth))
            elif isinstance(inner, list):
                masked.append(self._list(inner, name, allowed, depth - 1))
            else:
                masked.append(self.open(inner) if is_open else self._masked(inner))
        return masked

    def open(self, value: Any) -> Any:
        """A value that may be kept, unless it is a member's all the same."""
        if isinstance(value, bool) or value is None or not value:
            return value
        text = value if isinstance(value, str) else str(value)
        if len(text) > LONGEST_OPEN:
            return MASK
        if len(text) >= SHORTEST_OWN and text.casefold() in self._known:
            return self._masked(value)
        return value

    def _masked(self, value: Any) -> Any:
        if value is None or value == "":
            return value
        if isinstance(value, bool):
            return MASKED_FLAG
        is_text = isinstance(value, str)
        text = value if is_text else str(value)
        if len(text) > LONGEST_OPEN:
            return MASK
        fact = exchanges.found_in(self._known, text) if self._known else None
        if fact is None:
            if is_text:
                self.unexplained += 1
                return MASK
            self.unexplained += len(text) >= SHORTEST_OWN
            return MASKED_NUMBER
        return self._reference(*fact, text, is_text)

    def _reference(self, member_id: str, name: str, text: str, is_text: bool) -> dict[str, Any]:
        told: dict[str, Any] = {MEMBER: member_id, IS: name}
        if form := exchanges.form_of(name, text):
            told[AS] = form
        if not is_text:
            told[NUMBER] = True
        return told


def _has_none_of(value: dict[str, Any], known: Known) -> bool:
    """Whether an object has nothing but plain values, none of which is a member's as it stands."""
    try:
        return known.keys().isdisjoint(value.values())
    except TypeError:  # a list or an object, which is to be gone into
        return False


def dumps(value: Any) -> str:
    """A compact JSON text, whose letters a database can keep."""
    try:
        text = _ENCODER.encode(value)
        text.encode()
    except TypeError:  # a Decimal, which the quick way does not know
        text = exact.dumps(value)
    except UnicodeEncodeError:  # half of a pair of surrogates
        text = json.dumps(value, separators=(",", ":"))
    return text


_LARGE = 10**SHORTEST_OWN
_LONG = re.compile(rb'[^"]{%d}' % (LONGEST_OPEN + 1))
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=Decimal)
