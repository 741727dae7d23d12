"""The Loyalty Offline Service (section 9): registries as files, beside the calls or instead."""

from adapter.protocols.koshelek.registries import issued, pool, taken
from adapter.web.registries import Registries

REGISTRIES = Registries(
    outgoing={"cards": issued.REGISTRY, "pool": pool.REGISTRY},
    incoming={"issued": taken.REGISTRY},
)

__all__ = ["REGISTRIES"]
