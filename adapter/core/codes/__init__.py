"""One-time codes: a few digits by which a member is known for some minutes, once."""

from adapter.core.codes.models import CodeMiss, ShortCode
from adapter.core.codes.operations import TOPIC, drop_old, end_all, send, show, take
from adapter.core.codes.queries import Sending, sending

__all__ = [
    "TOPIC",
    "CodeMiss",
    "Sending",
    "ShortCode",
    "drop_old",
    "end_all",
    "send",
    "sending",
    "show",
    "take",
]
