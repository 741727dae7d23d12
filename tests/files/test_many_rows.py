"""A table longer than memory should ever have to be, and one that was interrupted."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from adapter import files
from adapter.core.errors import LoyaltyError, NumberTaken
from adapter.files import Import, importing
from tests.files.conftest import KINDS, table
from tests.memory import traced

ROWS, CHUNK = 150, 25
FOUR_TIMES = 4 * ROWS
# What a row takes that is kept in whatever form.
LEAST_OF_A_ROW = 1000


class Generated(io.RawIOBase):
    """A table that is made up while it is read, each time from its beginning."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self.seek(0)

    def _text(self, rows: int) -> Iterator[bytes]:
        yield b"phone,first_name,locality\r\n"
        for number in range(rows):
            yield f"{79210000000 + number},{'Анна ' * 50},{'x' * 250}\r\n".encode()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while len(self._left) < len(buffer) and (piece := next(self._pieces, b"")):
            self._left += piece
        some, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(some)] = some
        return len(some)

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        self._pieces, self._left = self._text(self._rows), b""
        return 0

    def tell(self) -> int:
        return 0


class Sink(io.TextIOBase):
    """Where an export goes that nobody keeps."""

    rows = 0

    def write(self, text: str) -> int:
        self.rows += 1
        return len(text)


def test_a_long_table_takes_no_more_memory_than_a_shorter_one(shop, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", CHUNK)
    monkeypatch.setattr("adapter.files.members.PAGE", CHUNK)
    table = files.KINDS["members"]

    def most(rows):
        with traced() as so_far:
            counts = Import(shop.database, table, program="MAIN").run(Generated(rows))
            out = Sink()
            files.export(shop.database, out, table, program="MAIN")
            assert (counts.rows, out.rows) == (rows, rows + 1)
            return so_far()

    most(1)  # what is imported and compiled once

    least = most(ROWS)

    assert most(FOUR_TIMES) - least < (FOUR_TIMES - ROWS) * LEAST_OF_A_ROW / 2


class Unplugged(Exception):
    """What happens between two chunks."""


def test_an_import_that_was_interrupted_goes_on_where_it_was(shop, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 3)
    people = table("phone", *(str(79005550100 + number) for number in range(10)))

    def unplug(done, rows):
        if rows == 6:
            raise Unplugged

    with pytest.raises(Unplugged):
        shop.take("members", people, told=unplug)

    counts = shop.take("members", people)

    assert (counts.added, counts.known) == (4, 6)


def test_things_are_done_alike_however_the_chunks_fall(make_shop, monkeypatch):
    tables = {
        "members": table("phone", *(str(79005550100 + number) for number in range(7))),
        "cards": table(
            "number,phone", *(f"100{n},{79005550100 + n if n % 3 else ''}" for n in range(7))
        ),
        "balances": table(
            "phone,amount,reason",
            *(f"{79005550100 + n // 3},{n + 1},r{n}" for n in range(15)),
        ),
        "transactions": table(
            "reference,occurred_at,phone,item_name,item_net_minor",
            *(f"R-{n // 4},2025-02-14T10:00:00Z,79005550100,Tea,{n}" for n in range(15)),
        ),
    }
    found = []
    for chunk in (1, 4, 1000):
        monkeypatch.setattr(importing, "CHUNK", chunk)
        shop = make_shop()
        assert [shop.take(kind, tables[kind]).faulty for kind in KINDS] == [0, 0, 0, 0]
        given = shop.give_all()
        # Keys of their own are given to members anew each time.
        found.append([text.count("\n") for text in given.values()])
        assert shop.give("balances").count("\n") == 16

    assert found[0] == found[1] == found[2]


def test_what_is_refused_at_the_last_moment_is_told_by_its_row(shop, monkeypatch):
    shop.take("members", table("phone", "79005550142"))
    write = files.KINDS["cards"].write

    def in_the_way(work, head, things):
        if any(thing.rows[0].cells["number"] == "1002" for thing in things):
            write(work, head, things)
            raise NumberTaken("a card number or barcode is in use")
        return write(work, head, things)

    assert issubclass(NumberTaken, LoyaltyError)
    monkeypatch.setitem(files.KINDS, "cards", _with(files.KINDS["cards"], write=in_the_way))

    counts = shop.take("cards", table("number", "1001", "1002", "1003"))

    assert (counts.added, counts.faulty, shop.said()) == (2, 1, [(3, "")])
    assert shop.give("cards").count("\n") == 3


def _with(kind, **changes):
    from dataclasses import replace

    return replace(kind, **changes)
