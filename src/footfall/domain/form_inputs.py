"""A form's steps → its inputs, and what a page filled in → texts by input.

Source: contract 3.8 (names of inputs, blank values), 2.9 (brackets).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from footfall.errors import Blank, Fault, Invalid

VALUE_LENGTH: Final = 4096
"""Longest text of one input."""

NAME_LENGTH: Final = 64
"""Longest name of an input; one with a longer name is passed over."""

INPUTS_MAX: Final = 100

_BY_KIND: Final = ("first_name", "last_name")
_BY_TYPE: Final = {"email": "email", "tel": "phone"}
_USUAL: Final = (*_BY_KIND, *_BY_TYPE.values())
_ONLY_A_PREFIX: Final = re.compile(r"\+?\d{0,4}", re.ASCII)
_EMPTY_STEP: Final[dict[str, Any]] = {
    "header": {"content": ""},
    "inputs": [],
    "button": {"text": ""},
    "footer": {"content": ""},
}


class Input(NamedTuple):
    """An input by the name pages send it under; ``property`` is the id in that name."""

    name: str
    is_required: bool = False
    property: str | None = None


def steps_of(data: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return a form's steps for a page, each with the parts that pages read, at least one."""
    told = (data or {}).get("steps")
    steps = [step for step in told if isinstance(step, dict)] if isinstance(told, list) else []
    return [{**_EMPTY_STEP, **step} for step in steps or [{}]]


def inputs_of(data: Mapping[str, Any] | None) -> list[Input]:
    """Return a form's inputs; pages show the first step's, so only those can be required."""
    found: dict[str, Input] = {}
    for number, step in enumerate(steps_of(data)):
        told = step["inputs"]
        for each in told if isinstance(told, list) else ():
            named = _input(each, is_shown=number == 0) if isinstance(each, dict) else None
            if named is not None:
                found.setdefault(named.name, named)
    return _bounded(found.values())


def read_inputs(
    told: Mapping[str, Any], inputs: list[Input], faults: list[Fault]
) -> list[tuple[Input, str]]:
    """Return what was filled in; every required input that is blank is noted.

    A form without inputs, drawn by the page itself, takes the usual ones and properties.
    """
    filled: list[tuple[Input, str]] = []
    for each in inputs or _sent(told):
        value = _value(told, each)
        text = _text(value)
        if text is None:
            faults.append(Invalid(f"“{each.name}” must be a text.", each.name))
        elif len(text) > VALUE_LENGTH:
            faults.append(
                Invalid(f"“{each.name}” has more than {VALUE_LENGTH} characters.", each.name)
            )
        elif text and not (each.name == "phone" and _ONLY_A_PREFIX.fullmatch(text)):
            filled.append((each, text))
        elif each.is_required:
            faults.append(Blank(f"“{each.name}” is required; fill it in.", each.name))
    return filled


def _input(told: Mapping[str, Any], *, is_shown: bool) -> Input | None:
    is_required = is_shown and told.get("required") in (True, "true", 1)
    kind, type_, property_ = told.get("kind"), told.get("type"), told.get("property")
    if kind in _BY_KIND:
        return Input(str(kind), is_required)
    if type_ in _BY_TYPE:
        return Input(_BY_TYPE[type_], is_required)
    if isinstance(property_, str | int) and not isinstance(property_, bool):
        return Input(f"property_by_id[{property_}]", is_required, str(property_))
    return None


def _sent(told: Mapping[str, Any]) -> list[Input]:
    properties = told.get("property_by_id")
    by_id = [*properties] if isinstance(properties, dict) else []
    return _bounded(
        [
            *(Input(name) for name in _USUAL if name in told),
            *(Input(f"property_by_id[{each}]", property=each) for each in by_id),
        ]
    )


def _bounded(inputs: Iterable[Input]) -> list[Input]:
    return [each for each in inputs if len(each.name) <= NAME_LENGTH][:INPUTS_MAX]


def _value(told: Mapping[str, Any], each: Input) -> Any:
    if each.property is None:
        return told.get(each.name)
    properties = told.get("property_by_id")
    return properties.get(each.property) if isinstance(properties, dict) else properties


def _text(value: Any) -> str | None:
    """Return a value as a text, ``""`` for none, ``None`` for what is no single value."""
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    return str(value).strip() if isinstance(value, str | int | float) else None
