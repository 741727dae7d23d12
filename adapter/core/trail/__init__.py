"""The trail: who changed what, when, why, and how it was before."""

from adapter.core.trail.models import Change
from adapter.core.trail.operations import record
from adapter.core.trail.queries import Sought, actions, actors, changes, of_subject
from adapter.core.trail.rules import differences

__all__ = [
    "Change",
    "Sought",
    "actions",
    "actors",
    "changes",
    "differences",
    "of_subject",
    "record",
]
