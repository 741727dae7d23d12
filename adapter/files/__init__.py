"""Members, cards, balances and transactions as CSV: into a program, and out of it."""

from adapter.files import balances, cards, members, transactions
from adapter.files.csvfile import NotATable, Writer, plain, safe
from adapter.files.exporting import export
from adapter.files.importing import Import, columns_of_errors
from adapter.files.things import Counts, Kind, RowFault

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (members.TABLE, cards.TABLE, balances.TABLE, transactions.TABLE)
}

__all__ = [
    "KINDS",
    "Counts",
    "Import",
    "Kind",
    "NotATable",
    "RowFault",
    "Writer",
    "columns_of_errors",
    "export",
    "plain",
    "safe",
]
