"""The answers that every resource gives: a page of a collection, and a deletion."""

from typing import Generic, TypeVar

from msgspec import Struct

Item = TypeVar("Item")


class Listing(Struct, Generic[Item]):
    """A page of a collection, newest first."""

    data: list[Item]
    has_more: bool


class Deleted(Struct):
    """The answer to a deletion."""

    id: str
    deleted: bool = True
