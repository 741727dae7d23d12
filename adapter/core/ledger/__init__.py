"""The ledger: accounts, balanced entries, lots; it keeps four promises and knows no member."""

from adapter.core.ledger.bulk import (
    OPENING_REASON,
    Opening,
    OpeningLot,
    have_moved,
    open_many,
    standing,
    unit_has_moved,
)
from adapter.core.ledger.due import purses_due, settle_due
from adapter.core.ledger.explain import (
    Explanation,
    explain,
    last_recorded,
    recorded_since,
    units_of,
)
from adapter.core.ledger.holdings import Holdings, holdings, lock_holdings
from adapter.core.ledger.models import (
    Account,
    Balance,
    Details,
    Entry,
    EntryKind,
    Lot,
    LotMovement,
    Portion,
    Posting,
    Purse,
    Role,
    Terms,
)
from adapter.core.ledger.operations import give, take, transfer
from adapter.core.ledger.posting import lock, open_program_accounts
from adapter.core.ledger.queries import (
    StatementLine,
    balance,
    by_origin,
    by_origins,
    change,
    entry,
    program_figures,
    statement,
)
from adapter.core.ledger.reversals import expired_of, reverse
from adapter.core.ledger.verify import Finding, verify

__all__ = [
    "Account",
    "Balance",
    "Details",
    "Entry",
    "EntryKind",
    "Explanation",
    "Finding",
    "Holdings",
    "Lot",
    "LotMovement",
    "OPENING_REASON",
    "Opening",
    "OpeningLot",
    "Portion",
    "Posting",
    "Purse",
    "Role",
    "StatementLine",
    "Terms",
    "balance",
    "by_origin",
    "by_origins",
    "change",
    "entry",
    "expired_of",
    "explain",
    "give",
    "have_moved",
    "holdings",
    "last_recorded",
    "lock",
    "lock_holdings",
    "open_many",
    "open_program_accounts",
    "program_figures",
    "purses_due",
    "recorded_since",
    "reverse",
    "settle_due",
    "standing",
    "statement",
    "take",
    "transfer",
    "unit_has_moved",
    "units_of",
    "verify",
]
