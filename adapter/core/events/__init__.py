"""Events: what platforms tell of a member's doings, and what rules give for it."""

from adapter.core.events.models import Event
from adapter.core.events.operations import forget, pass_on, record
from adapter.core.events.queries import of_member

__all__ = ["Event", "forget", "of_member", "pass_on", "record"]
