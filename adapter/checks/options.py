"""What every check needs to know about the host it is pointed at."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit


def option(
    says: str,
    default: Any = MISSING,
    *,
    choices: tuple[str, ...] = (),
    secret: bool = False,
    masked: bool = False,
) -> Any:
    """A field that a command line can offer: what it means, and what it may be."""
    metadata = {"says": says, "choices": choices, "masked": masked or secret}
    return field(default=default, repr=not secret, metadata=metadata)


def personal(says: str) -> Any:
    """What somebody real is found by, if we are told: it may stand in a command, not a report."""
    return option(says, None, masked=True)


@dataclass(frozen=True, kw_only=True)
class HostOptions:
    """The host, and how patient to be with it; each protocol adds what it needs.

    Raises: ValueError naming what cannot be.
    """

    url: str = option("Where the host answers, such as https://loyalty.example.com.")
    timeout: float = option("Seconds to wait for an answer.", 10.0)
    verify: bool | str = option("Whether to check the certificate: yes, no, or a CA file.", True)
    limit: int = option("The most requests to send.", 1_000)

    def __post_init__(self) -> None:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("the URL must begin with http:// or https:// and name a host")
        if "@" in address.netloc or address.query or address.fragment:
            raise ValueError("the URL must hold no credentials, no query and no fragment")
        for item in fields(self):
            choices = item.metadata["choices"]
            value = getattr(self, item.name)
            chosen = value if isinstance(value, frozenset) else {value}
            if choices and not chosen <= set(choices):
                raise ValueError(f"{item.name} must be one of {', '.join(choices)}")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown or written anywhere."""
        masked = [item.name for item in fields(self) if item.metadata["masked"]]
        return tuple(value for name in masked if (value := getattr(self, name)))
