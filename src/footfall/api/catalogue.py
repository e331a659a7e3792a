"""What the endpoints of every kind of object share: how they describe themselves, read and find.

One file per resource holds its handlers; they differ in what belongs to an object and in how it is
answered.
"""

from dataclasses import dataclass
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection

from footfall.api import paging, property_values
from footfall.api.answers import Deleted, Listing
from footfall.api.call import Call, absent
from footfall.api.endpoint import Endpoint, bound
from footfall.api.forms import FORM_TYPE
from footfall.domain.objects import ObjectDraft, Reader, is_absent
from footfall.domain.public_ids import Kind
from footfall.errors import AmbiguousParameter, Fault, ParameterMissing, an, refuse
from footfall.store import catalogue
from footfall.store.catalogue import ObjectRow, Resource

WRITES: Final[dict[str, Any]] = {
    "scope": "catalog",
    "media_types": ("application/json", FORM_TYPE),
}
READS: Final[dict[str, Any]] = {"scope": "read", "also": ("catalog",)}
_KEEPS: Final = (
    "Told fields replace old ones; what is absent, null or empty stays as it is, "
    "but an empty value in `property_by_id` takes the old one away."
)
_AMOUNTS: Final = ("price", "total", "amount", "items", "variants")
_NAMES: Final = {"reference": "reference", "sku": "SKU", "code": "code"}


@dataclass(frozen=True)
class Described:
    """The endpoints of one resource, as the reference page tells of them.

    Attributes:
        named_by: what a path may hold in place of the id, best first.
        example, answer_example: of creating one.
        change_example: of updating one.
    """

    noun: str
    answer: type[Struct]
    body: type[Struct]
    change: type[Struct]
    example: dict[str, Any]
    answer_example: dict[str, Any]
    change_example: dict[str, Any]
    plural: str
    named_by: tuple[str, ...] = ("reference",)

    @property
    def _one(self) -> str:
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"

    @property
    def _named(self) -> str:
        others = "".join(f", else its {_NAMES[name]}" for name in self.named_by)
        return f"The id in the path is the {self.noun}'s id{others}."

    def created(self, description: str = "", *, errors: tuple[int, ...] = (400, 422)) -> Any:
        """Return what the handler that makes one is decorated with."""
        return bound(
            Endpoint(
                f"Create {self._one}",
                answer=self.answer,
                body=self.body,
                description=description,
                status=201,
                errors=errors,
                example=self.example,
                answer_example=self.answer_example,
                **WRITES,
            )
        )

    def listed(self, description: str = "") -> Any:
        """Return what the handler of a page of them is decorated with."""
        return bound(
            Endpoint(
                f"List {self.plural}",
                answer=Listing[self.answer],  # type: ignore[name-defined]
                description=description,
                errors=(422,),
                query=paging.QUERY,
                **READS,
            )
        )

    def found(self) -> Any:
        """Return what the handler that answers one is decorated with."""
        return bound(
            Endpoint(
                f"Retrieve {self._one}",
                answer=self.answer,
                description=self._named,
                errors=(404, 422),
                answer_example=self.answer_example,
                **READS,
            )
        )

    def changed(self, description: str = "") -> Any:
        """Return what the handler that changes one is decorated with."""
        return bound(
            Endpoint(
                f"Update {self._one}",
                answer=self.answer,
                body=self.change,
                description=" ".join(filter(None, [self._named, _KEEPS, description])),
                errors=(400, 404, 422),
                example=self.change_example,
                answer_example=self.answer_example,
                **WRITES,
            )
        )

    def deleted(self, description: str = "Events that name it stay.") -> Any:
        """Return what the handler that deletes one is decorated with."""
        return bound(
            Endpoint(
                f"Delete {self._one}",
                answer=Deleted,
                description=f"{self._named} {description}",
                scope="catalog",
                errors=(404, 422),
                answer_example={"id": self.answer_example["id"], "deleted": True},
            )
        )


async def read(call: Call, reader: Reader) -> tuple[ObjectDraft, list[Fault]]:
    """Return the new object a body tells of, and what is wrong with it so far."""
    faults: list[Fault] = []
    draft = reader(call.told, call.caller.currency, faults)
    await property_values.put(call, draft, faults)
    return draft, faults


async def read_change(
    call: Call, reader: Reader, resource: Resource, text: str
) -> tuple[ObjectDraft, list[Fault]]:
    """Return what a body tells of the object a path names, and what is wrong with it so far.

    An amount without a currency is in the object's own: an update never changes one unasked.
    """
    faults: list[Fault] = []
    currency = await currency_of(call, resource, text)
    draft = reader(call.told, currency, faults, partial=True)
    if not is_absent(call.told.get("currency")) and all(
        is_absent(call.told.get(name)) for name in _AMOUNTS
    ):
        faults.append(ParameterMissing("“currency” needs an amount beside it.", "amount"))
    await property_values.put(call, draft, faults, clears=True)
    return draft, faults


async def currency_of(call: Call, resource: Resource, text: str) -> str:
    """Return what amounts of an object are in that name no currency; the business's if it has none.

    What the path names is looked for again, and told to be absent, when it is changed.
    """
    row_id = call.decode(Kind.OBJECT, text)
    found = await call.store.read(
        lambda connection: catalogue.find_all(connection, call.business_id, resource, text, row_id)
    )
    return next((row.currency for row in found if row.currency), call.caller.currency)


def find(
    connection: Connection, call: Call, resource: Resource, text: str, *, lock: bool = False
) -> ObjectRow:
    """Return the object a path names; ``lock`` keeps others from changing it meanwhile.

    Raises:
        Refused: 404 for none, 422 for several.
    """
    row_id = call.decode(Kind.OBJECT, text)
    found = catalogue.find_all(connection, call.business_id, resource, text, row_id, lock=lock)
    if not found:
        raise absent(Kind.OBJECT, resource.noun)
    if len(found) > 1:
        raise refuse(ambiguous(resource, "id"))
    return found[0]


def ambiguous(resource: Resource, parameter: str) -> AmbiguousParameter:
    """Return the fault of a name that several objects go by."""
    words = " or ".join(_NAMES[name] for name in resource.names)
    return AmbiguousParameter(
        f"Several systems have {an(resource.noun)} by this {words}; use its id.", parameter
    )


def page(connection: Connection, call: Call, resource: Resource) -> tuple[list[ObjectRow], bool]:
    """Return the page of objects that a query asks for.

    Raises:
        Refused: the query cannot be read, or its place does not exist.
    """
    faults: list[Fault] = []
    bounds = paging.read_bounds(call.query, call.store.public_ids[Kind.OBJECT].decode, faults)
    return catalogue.page(connection, call.business_id, resource, bounds, faults)


async def delete(call: Call, resource: Resource, text: str) -> Deleted:
    """Delete the object a path names."""

    def remove(connection: Connection) -> int:
        found = find(connection, call, resource, text, lock=True)
        catalogue.delete(connection, found, call.received_at)
        return found.id

    return Deleted(call.encode(Kind.OBJECT, await call.store.write(remove)))
