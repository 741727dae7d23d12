"""Every clause of the vendor's rules that the check reports, in the order of the spec.

`must` is the vendor's word, or Como's practice where the vendor is silent (tag K). `advice` is a
decision of ours (tag D), in which another host may rightly differ.
"""

from __future__ import annotations

from adapter.protocols.fidelizacion.check.tables.calls import CALLS
from adapter.protocols.fidelizacion.check.tables.errors import ERRORS
from adapter.protocols.fidelizacion.check.tables.objects import OBJECTS
from adapter.protocols.fidelizacion.check.tables.rules import RULES

CLAUSES = (*RULES, *OBJECTS, *CALLS, *ERRORS)

__all__ = ["CLAUSES"]
