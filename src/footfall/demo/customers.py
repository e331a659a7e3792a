"""Whom the shop knows: three invented customers, who log in by e-mail and without a password."""

from dataclasses import dataclass
from typing import Final

SOURCE: Final = "small-things"
"""What Footfall knows the shop as: the same word wherever the shop names an id of its own."""


@dataclass(frozen=True, slots=True)
class Customer:
    """An account of the shop; ``reference`` is its id there."""

    reference: str
    first_name: str
    last_name: str
    email: str


CUSTOMERS: Final = (
    Customer("customer-1", "Ana", "Duarte", "ana@small-things.example.com"),
    Customer("customer-2", "Ben", "Okafor", "ben@small-things.example.com"),
    Customer("customer-3", "Chloe", "Martin", "chloe@small-things.example.com"),
)


def find_customer(email: str) -> Customer | None:
    """Return the customer with this e-mail address, however it is written."""
    wanted = email.strip().casefold()
    return next((each for each in CUSTOMERS if each.email == wanted), None)
