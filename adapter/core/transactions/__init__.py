"""Transactions: sales and returns reported by tills."""

from adapter.core.transactions.bulk import PastSale, owners, record_many
from adapter.core.transactions.models import Transaction, TransactionItem, TransactionState
from adapter.core.transactions.operations import Item, record
from adapter.core.transactions.queries import of_members, purchases

__all__ = [
    "Item",
    "PastSale",
    "Transaction",
    "TransactionItem",
    "TransactionState",
    "of_members",
    "owners",
    "purchases",
    "record",
    "record_many",
]
