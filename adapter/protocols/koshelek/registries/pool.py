"""9.2: the registry of reserved numbers, which Koshelek issues cards on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from adapter.core import cards
from adapter.core.cards import CardState
from adapter.core.programs import ProgramTerms
from adapter.protocols.koshelek.registries import form
from adapter.web.registries import Outgoing
from adapter.web.work import Work

COLUMNS = ("card_number", "barcode")


def _write(work: Work, program: ProgramTerms, out: IO[bytes], file_name: str) -> int:
    return form.write(out, file_name, COLUMNS, _rows(work, program))


def _rows(work: Work, program: ProgramTerms) -> Iterator[Sequence[str]]:
    for page in cards.unheld(work, program.id):
        for card in page:
            if card.state == CardState.RESERVED:
                yield card.number, card.barcode_number


REGISTRY = Outgoing(
    title="9.2: numbers of the pool that nobody holds",
    name=lambda partner, day: form.name("pool", partner, day),
    write=_write,
)
