"""The ledger: accounts, balanced entries, lots; it keeps four promises and knows no member."""

from adapter.core.ledger.availability import available, availables
from adapter.core.ledger.bulk import (
    OPENING_REASON,
    Opening,
    OpeningLot,
    accounts_and_lots,
    have_moved,
    open_many,
    unit_has_moved,
)
from adapter.core.ledger.due import purses_due, settle_due
from adapter.core.ledger.explain import Explanation, explain
from adapter.core.ledger.holdings import (
    HELD,
    Holdings,
    holdings,
    keep_holdings,
    lock_holdings,
    with_holdings,
)
from adapter.core.ledger.lots import Moved
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
from adapter.core.ledger.moving import Handed, hand_over
from adapter.core.ledger.operations import give, take, take_nothing, transfer
from adapter.core.ledger.posting import WRITTEN, by_origin, lock, open_program_accounts
from adapter.core.ledger.queries import (
    Leg,
    StatementLine,
    balance,
    by_origins,
    change,
    entries_with_legs,
    last_recorded,
    program_figures,
    recorded_since,
    statement,
    units_of,
)
from adapter.core.ledger.reversals import reverse, reverse_part
from adapter.core.ledger.undoing import expired_of, left_of, undone_in_part
from adapter.core.ledger.verify import Finding, verify

__all__ = [
    "WRITTEN",
    "Account",
    "Balance",
    "Details",
    "Entry",
    "EntryKind",
    "Explanation",
    "Finding",
    "HELD",
    "Handed",
    "Leg",
    "Holdings",
    "Lot",
    "LotMovement",
    "Moved",
    "OPENING_REASON",
    "Opening",
    "OpeningLot",
    "Portion",
    "Posting",
    "Purse",
    "Role",
    "StatementLine",
    "Terms",
    "accounts_and_lots",
    "available",
    "availables",
    "balance",
    "by_origin",
    "by_origins",
    "change",
    "entries_with_legs",
    "expired_of",
    "explain",
    "keep_holdings",
    "give",
    "hand_over",
    "have_moved",
    "holdings",
    "last_recorded",
    "left_of",
    "lock",
    "lock_holdings",
    "open_many",
    "open_program_accounts",
    "program_figures",
    "purses_due",
    "recorded_since",
    "reverse",
    "reverse_part",
    "settle_due",
    "statement",
    "take",
    "take_nothing",
    "transfer",
    "undone_in_part",
    "unit_has_moved",
    "units_of",
    "verify",
    "with_holdings",
]
