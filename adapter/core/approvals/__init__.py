"""Approvals: corrections above a program's limit, which wait for a second person."""

from adapter.core.approvals.models import Approval, ApprovalState
from adapter.core.approvals.operations import (
    ADJUSTING,
    LIFE,
    adjustment_of,
    approve,
    decline,
    request,
    withdraw,
)
from adapter.core.approvals.queries import by_id, by_reference, requests, waiting, waiting_of

__all__ = [
    "ADJUSTING",
    "LIFE",
    "Approval",
    "ApprovalState",
    "adjustment_of",
    "approve",
    "by_id",
    "by_reference",
    "decline",
    "request",
    "requests",
    "waiting",
    "waiting_of",
    "withdraw",
]
