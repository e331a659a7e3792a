"""Properties: fields that a business adds to its profiles, to built-in objects and to its own.

``check`` holds the rules of a set of definitions; ``read_values`` reads what a body tells of the
values, by the id of the property or, for custom objects, by its name. Every fault is named.

Source: contract 3.11, 3.17 (rules), 2.9 (spellings).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from footfall.domain.objects import Unique
from footfall.domain.property_kinds import (
    KINDS,
    UNIQUE_KINDS,
    UNIQUE_LENGTH,
    Locale,
    is_empty,
    parse_value,
    unique_text,
)
from footfall.errors import (
    AmbiguousParameter,
    Fault,
    Invalid,
    NotAllowed,
    NotFound,
    ParameterInvalidEmpty,
    ParameterMissing,
    ParameterNotUnique,
)

OF_PROFILES: Final = "profile"
"""Owner of the properties of profiles; those of objects belong to the name of their kind."""

NAME_LENGTH: Final = 255
PROPERTIES_MAX: Final = 200
"""Most properties of one owner."""

BY_ID: Final = "property_by_id"
BY_NAME: Final = "properties"
_FLAT: Final = BY_ID + "["

Decode = Callable[[str], int | None]
"""Public id of a property → row number, ``None`` for what is no id."""


class Property(NamedTuple):
    """A field of a business's own.

    Attributes:
        owner: ``OF_PROFILES``, or the kind of objects that have it.
        is_inherited: money that is the amount of an object of the kind.
    """

    id: int
    owner: str
    name: str
    kind: str
    is_required: bool
    is_unique: bool
    is_inherited: bool
    created_at: int
    updated_at: int

    @property
    def scope(self) -> str:
        """Where its unique values are compared."""
        return f"property.{self.id}"


class Definition(NamedTuple):
    """A property as told; ``None`` was not told.

    Attributes:
        id: row number of the one it changes.
        where: where it stands in the body, e.g. ``properties[0]``; empty for the body itself.
    """

    id: int | None = None
    name: str | None = None
    kind: str | None = None
    is_required: bool | None = None
    is_unique: bool | None = None
    is_inherited: bool | None = None
    where: str = ""

    def over(self, known: Property | None) -> "Definition":
        """Return it whole: what is not told is as it was, or as it is when nobody says."""
        if known is None:
            return self._replace(
                is_required=bool(self.is_required),
                is_unique=bool(self.is_unique),
                is_inherited=bool(self.is_inherited),
            )
        told = {name: each for name, each in self._asdict().items() if each is not None}
        return Definition(**{name: getattr(known, name) for name in _CHANGEABLE} | told)

    def parameter(self, name: str) -> str:
        return f"{self.where}[{name}]" if self.where else name


_CHANGEABLE: Final = ("id", "name", "kind", "is_required", "is_unique", "is_inherited")


class Values(NamedTuple):
    """Values as told.

    Attributes:
        told: by row number of the property, as text.
        cleared: properties that are to have none.
        uniques: those of ``told`` that nobody else may have.
    """

    told: dict[str, Any]
    cleared: list[Property]
    uniques: list[Unique]


class Given(NamedTuple):
    """A property that a body speaks of, and under which name."""

    property: Property
    value: Any
    parameter: str


def name_problem(name: str) -> str | None:
    """Return what is wrong with the name of a property, as a sentence, or ``None``."""
    if name in (BY_ID, BY_NAME):
        return f"“{name}” is how properties are told of; choose another name."
    if len(name) > NAME_LENGTH:
        return f"The name has {len(name)} characters; use at most {NAME_LENGTH}."
    if name[:1].isdigit():
        return "The name begins with a digit; begin it with a letter."
    if "{" in name or "}" in name:
        return "The name has a brace; leave { and } out."
    if not name.isprintable() or name != name.strip() or not name:
        return "The name must be printable, without spaces around it."
    return None


def check(
    definitions: Sequence[Definition],
    faults: list[Fault],
    *,
    inherits: bool,
    beside: Collection[str] = (),
) -> None:
    """Note what is wrong with whole definitions, each by itself and together.

    Args:
        inherits: whether one may be the amount of its object; only custom objects have that.
        beside: names of the owner's other properties, which stay as they are.
    """
    count = len(definitions) + len(beside)
    if count > PROPERTIES_MAX:
        faults.append(
            NotAllowed(f"There are {count} properties; have at most {PROPERTIES_MAX}.", BY_NAME)
        )
    names: set[str | None] = set()
    for each in definitions:
        for name, told in (("name", each.name), ("kind", each.kind)):
            parameter = each.parameter(name)
            if told is None and all(fault.parameter != parameter for fault in faults):
                faults.append(ParameterMissing(f"A property needs “{name}”; add it.", parameter))
        if each.is_unique and each.kind in KINDS and each.kind not in UNIQUE_KINDS:
            kinds = ", ".join(kind for kind in KINDS if kind in UNIQUE_KINDS)
            faults.append(
                Invalid(
                    f"A property of kind {each.kind} cannot be unique; these can: {kinds}.",
                    each.parameter("unique"),
                )
            )
        if each.is_inherited and (not inherits or each.kind != "money"):
            faults.append(
                Invalid(
                    "Only a property of kind money of a custom object can be inherited as the "
                    "amount; leave “inherit” out.",
                    each.parameter("inherit"),
                )
            )
        if each.name in beside:
            faults.append(
                ParameterNotUnique(
                    f"There is a property “{each.name}” already; choose another name.",
                    each.parameter("name"),
                )
            )
        elif each.name is not None and each.name in names:
            faults.append(
                ParameterNotUnique(
                    f"There are two properties “{each.name}”; rename one.", each.parameter("name")
                )
            )
        names.add(each.name)
    inherited = [each for each in definitions if each.is_inherited]
    faults.extend(
        Invalid(
            "At most one property can be inherited as the amount; unmark the others.",
            each.parameter("inherit"),
        )
        for each in inherited[1:]
    )


def given_by_id(
    properties: Iterable[Property],
    parameters: Mapping[str, Any],
    decode: Decode,
    faults: list[Fault],
) -> list[Given]:
    """Return the values told by id, as ``property_by_id[…]`` or in an object of that name."""
    known = {each.id: each for each in properties}
    found: list[Given] = []
    for text, value in _told_by_id(parameters, faults):
        parameter = f"{BY_ID}[{text[:64]}]"
        row_id = decode(text)
        if row_id is None or row_id not in known:
            faults.append(
                NotFound("There is no such property here; send the id it was made with.", parameter)
            )
        else:
            found.append(Given(known[row_id], value, parameter))
    return found


def given_by_name(
    properties: Iterable[Property], parameters: Mapping[str, Any], faults: list[Fault]
) -> list[Given]:
    """Return the values told by name, as they are or in an object ``properties``."""
    known = {each.name: each for each in properties}
    found = [
        Given(each, parameters[name], name) for name, each in known.items() if name in parameters
    ]
    told = parameters.get(BY_NAME)
    if told is None or told == "":
        return found
    if not isinstance(told, Mapping):
        faults.append(Invalid(f"“{BY_NAME}” must be an object of values by name.", BY_NAME))
        return found
    for name, value in told.items():
        parameter = f"{BY_NAME}[{name[:64]}]"
        if name in known:
            found.append(Given(known[name], value, parameter))
        else:
            faults.append(NotFound("There is no property of this name here.", parameter))
    return found


def read_values(
    given: Iterable[Given], locale: Locale, faults: list[Fault], *, clears: bool
) -> Values:
    """Return values in their one form, noting every fault.

    Args:
        clears: whether an empty value takes the old one away; else it counts as not told.
    """
    values = Values({}, [], [])
    seen: dict[int, Given] = {}
    for each in given:
        first = seen.setdefault(each.property.id, each)
        if first is not each:
            if first.value != each.value:
                faults.append(
                    AmbiguousParameter(
                        f"“{first.parameter}” and “{each.parameter}” are the same property and "
                        "have different values; send one of them.",
                        each.parameter,
                    )
                )
        elif is_empty(each.property.kind, each.value):
            if clears:
                _clear(values, each, faults)
        else:
            _put(values, each, locale, faults)
    return values


def require_all(
    properties: Iterable[Property], given: Iterable[Given], what: str, faults: list[Fault]
) -> None:
    """Note required properties that are absent, or there but empty (contract 2.6)."""
    told = {each.property.id: each for each in given}
    for each in properties:
        if each.is_required and each.id not in told:
            faults.append(ParameterMissing(f"{what} needs “{each.name}”; add it.", each.name))
        elif each.is_required and is_empty(each.kind, told[each.id].value):
            faults.append(
                ParameterInvalidEmpty(
                    f"“{each.name}” is empty. {what} needs one.", told[each.id].parameter
                )
            )


def _told_by_id(parameters: Mapping[str, Any], faults: list[Fault]) -> Iterator[tuple[str, Any]]:
    told = parameters.get(BY_ID)
    if isinstance(told, Mapping):
        yield from told.items()
    elif told is not None and told != "" and told is not False:
        faults.append(Invalid(f"“{BY_ID}” must be an object of values by property id.", BY_ID))
    for key, value in parameters.items():
        if key.startswith(_FLAT) and key.endswith("]"):
            yield key[len(_FLAT) : -1], value


def _clear(values: Values, given: Given, faults: list[Fault]) -> None:
    if given.property.is_required:
        faults.append(
            ParameterInvalidEmpty(
                f"“{given.property.name}” is required; change its value, do not empty it.",
                given.parameter,
            )
        )
    values.cleared.append(given.property)


def _put(values: Values, given: Given, locale: Locale, faults: list[Fault]) -> None:
    try:
        value = parse_value(given.property.kind, given.value, locale)
    except ValueError as problem:
        faults.append(Invalid(f"“{given.property.name}” {problem}.", given.parameter))
        return
    values.told[str(given.property.id)] = value
    if given.property.is_unique:
        text = unique_text(value)
        if len(text) > UNIQUE_LENGTH:
            faults.append(
                Invalid(
                    f"“{given.property.name}” has {len(text)} characters; a unique value has at "
                    f"most {UNIQUE_LENGTH}.",
                    given.parameter,
                )
            )
        values.uniques.append(Unique(given.property.scope, text, given.parameter))
