"""What a program file gives, in our words: values only, nothing of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapter.core.benefits import BenefitState
from adapter.core.cards import BarcodeType, CardState
from adapter.core.ledger import Terms
from adapter.core.members import ConsentKind, MemberStatus, Profile
from adapter.core.origins import Place
from adapter.core.transactions import Sale, TransactionState
from adapter.web.protocol import CredentialForm

# Where whatever came with a file says it came from.
CHANNEL = "program file"


@dataclass(frozen=True, slots=True)
class GivenCard:
    """A card, or a number of the pool."""

    number: str
    barcode_type: BarcodeType
    barcode_number: str
    state: CardState = CardState.ACTIVE
    has_state: bool = False  # a state that is left out stays as it is


@dataclass(frozen=True, slots=True)
class GivenLot:
    """A portion of an opening balance."""

    minor: int
    reason: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class GivenPurse:
    """The opening balance of one unit: lots, what of them is set aside, or what is owed."""

    unit: str
    lots: tuple[GivenLot, ...] = ()
    held_minor: int = 0
    owed_minor: int = 0


@dataclass(frozen=True, slots=True)
class GivenBenefit:
    """A gift, a voucher, a coupon; a state that is left out stays as it is."""

    key: str
    name: str
    kind: str
    state: BenefitState | None
    description: str
    image: str
    code: str | None
    uses: int | None
    used: int
    valid_from: datetime | None
    valid_until: datetime | None
    terms: dict[str, Any]


@dataclass(frozen=True, slots=True)
class GivenTransaction:
    """A sale or a return of the past."""

    sale: Sale
    place: Place
    state: TransactionState
    confirmation_code: str | None
    points_minor: int | None

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it within its program."""
        return self.place.channel, self.place.outlet_code, self.sale.reference


@dataclass(frozen=True, slots=True)
class GivenMember:
    """A person with all that is theirs; what a file leaves out is `None` or empty."""

    profile: Profile
    status: MemberStatus | None = None
    membership_key: str | None = None
    external_id: str | None = None
    passes: tuple[str, ...] = ()
    consents: dict[ConsentKind, bool] = field(default_factory=dict)
    tier: str | None = None
    segments: tuple[str, ...] | None = None
    cards: tuple[GivenCard, ...] = ()
    purses: tuple[GivenPurse, ...] = ()
    benefits: tuple[GivenBenefit, ...] = ()
    transactions: tuple[GivenTransaction, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenCode:
    """A promo code; with a phone or a membership key it is meant for that member."""

    code: str
    points_minor: int
    uses: int | None
    used: int
    expires_at: datetime | None
    phone: str | None
    membership_key: str | None


@dataclass(frozen=True, slots=True)
class GivenCredential:
    """A way to identify oneself; `settings` that are left out stay as they are."""

    path: str
    protocol: str
    name: str
    secret: str | None
    form: CredentialForm
    is_active: bool
    settings: dict[str, Any] | None
