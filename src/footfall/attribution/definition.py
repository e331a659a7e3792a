"""What an attribution is computed by: windows, journeys and the parameters of models.

One value, hashed: the same touches, conversions and definition give the same credit, bit for bit.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Final, Literal

import msgspec

from footfall.domain.actions import ORDER_PLACED
from footfall.domain.times import DAY, HOUR, MINUTE

PAYMENT_HOSTS: Final = (
    "paypal.com",
    "checkout.stripe.com",
    "pay.google.com",
    "pay.shopify.com",
    "checkout.shopify.com",
    "payments.amazon.com",
    "klarna.com",
    "mercadopago.com",
    "checkout.mercadopago.com",
    "adyen.com",
    "worldpay.com",
)
"""Where a checkout leads people and back: nobody's reason to buy."""

FORM_COMPLETED: Final = "form.completed"
"""The action by which most become known: who they are, and that they are interested."""

HASH_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Definition:
    """How touches are matched with conversions, and how models weigh them.

    Attributes:
        external_lookback_us, active_lookback_us, passive_lookback_us: how long before a conversion
            a touch of each class may lie, both ends included; ``None``: any time.
        journeys: ``all``: each conversion looks back over everything in its windows; ``split``: a
            touch belongs to the first conversion after it and to no other.
        repeats: ``collapsed``: of touches of one channel in a row only the last is left.
        half_life_us: in which a touch loses half of its weight (time decay).
        first_share, last_share: of the ends of a path (position-based).
        milestone: the action that is the milestone of a journey (W-shaped).
        milestone_share: of first touch, milestone and last touch, each (W-shaped).
        edition: of the precedence rules; ``C`` lets later own evidence win over external.
        goals: actions that convert; an order converts by ``order.placed``, once.
        confirmed_only: orders convert only once they are confirmed.
        own_sources: values of ``utm_source`` that the business's own messages carry; the first of
            them names deliveries and clicks on tracked links.
        own_hosts: hosts that are never where somebody came from: the business's own, and those that
            a checkout leads through.
        visit_us: idle time that ends a visit.
    """

    external_lookback_us: int | None = 7 * DAY
    active_lookback_us: int | None = 7 * DAY
    passive_lookback_us: int | None = 24 * HOUR
    journeys: Literal["all", "split"] = "all"
    repeats: Literal["kept", "collapsed"] = "kept"
    half_life_us: int = 7 * DAY
    first_share: float = 0.4
    last_share: float = 0.4
    milestone: str = FORM_COMPLETED
    milestone_share: float = 0.3
    edition: Literal["B", "C"] = "B"
    goals: tuple[str, ...] = (ORDER_PLACED.name,)
    confirmed_only: bool = False
    own_sources: tuple[str, ...] = ("hellotext",)
    own_hosts: tuple[str, ...] = PAYMENT_HOSTS
    visit_us: int = 30 * MINUTE

    def lookback_us(self, kind: int) -> int | None:
        """Return the window of a class of evidence."""
        return (self.external_lookback_us, self.active_lookback_us, self.passive_lookback_us)[kind]

    def version_with(self, channel_rules: str) -> str:
        """Return a short hash of all of it and of the channel rules used with it."""
        told = msgspec.json.encode([asdict(self), channel_rules], order="sorted")
        return hashlib.sha256(told).hexdigest()[:HASH_LENGTH]
