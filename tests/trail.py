"""What every line of the trail must say: whatever a test does, it is looked at as it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from adapter.core.trail import Change

# Where there was nothing before: something was made, asked for, taken out or looked at.
NOTHING_BEFORE = {
    "approval.request",
    "benefit.grant",
    "credential.create",
    "file.export",
    "job.ask",
    "list.download",
    "member.enrol",
    "member.export",
    "member.reveal",
    "registry.give",
    "request.reveal",
    "request.send",
    "user.create",
    "user.refuse",
    "user.sign_in",
    "webhook.replay",
}
# A million rows at once: how many there were of each outcome is all that one line can say.
COUNTED = {"file.import", "registry.take"}


@contextmanager
def whole_lines() -> Iterator[None]:
    """Refuse a change without before and after, unless its action is known to have none."""
    event.listen(Change, "before_insert", _look)
    try:
        yield
    finally:
        event.remove(Change, "before_insert", _look)


def _look(_mapper: Any, _connection: Any, line: Change) -> None:
    if line.action not in NOTHING_BEFORE | COUNTED:
        assert line.before is not None, f"{line.action} does not say how it was before"
        assert line.after is not None, f"{line.action} does not say how it is now"
