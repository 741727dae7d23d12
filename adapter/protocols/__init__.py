"""The protocols we serve, in one place."""

from __future__ import annotations

from adapter.protocols import fidelizacion, koshelek, swip
from adapter.web.protocol import Protocol

PROTOCOLS: tuple[Protocol, ...] = (koshelek.protocol, fidelizacion.protocol, swip.protocol)
