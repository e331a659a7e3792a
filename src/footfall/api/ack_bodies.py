"""The body of an ack: what brought a visitor, as the document tells of it and as it is read.

``public_acks`` keeps what ``read_evidence`` returns. The official client sends only ``utm_params``;
``page`` and ``click_ids`` come from the client that this server has for pages.

Source: contract 3.5, 5.6.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from footfall.api.components import ALIAS
from footfall.domain.objects import is_absent
from footfall.errors import Fault, Invalid

PAGE_FIELDS: Final[tuple[str, ...]] = ("url", "title", "path", "referrer")
ADDRESS_LENGTH: Final = 8192
CLICK_IDS_MAX: Final = 20
CLICK_ID_LENGTH: Final = 512
_NAME_LENGTH: Final = 64

Text = str | UnsetType
Address = Annotated[str, Meta(max_length=ADDRESS_LENGTH)] | UnsetType


class Utm(Struct):
    """The campaign in the address of the page."""

    source: Text = UNSET
    medium: Text = UNSET
    campaign: Text = UNSET
    term: Text = UNSET
    content: Text = UNSET
    observed_at: Annotated[Text, Meta(description="When the page read it, ISO 8601.")] = UNSET


class AckPage(Struct):
    """The page that was opened."""

    url: Address = UNSET
    title: Address = UNSET
    path: Address = UNSET
    referrer: Annotated[
        Address, Meta(description="The page of another site that led here; only with an arrival.")
    ] = UNSET


class AckBody(Struct):
    """That a page was opened."""

    session: Annotated[Text, Meta(description="The browser's session; without it, nothing.")] = (
        UNSET
    )
    session_id: Annotated[Text, Meta(extra_json_schema={ALIAS: "session"})] = UNSET
    utm_params: Annotated[Utm | UnsetType, Meta(description="What brought the visitor.")] = UNSET
    click_ids: Annotated[
        dict[str, str] | UnsetType,
        Meta(
            description="What advertisers add to their links, by its name in the address, e.g. "
            "`gclid`; `observed_at` says when the page read it. "
            f"At most {CLICK_IDS_MAX} of {CLICK_ID_LENGTH} characters."
        ),
    ] = UNSET
    page: Annotated[AckPage | UnsetType, Meta(description="Where the visit began.")] = UNSET
    at: Annotated[Text, Meta(description="The page's clock, ISO 8601.")] = UNSET


def read_evidence(told: dict[str, Any], faults: list[Fault]) -> dict[str, dict[str, Any]]:
    """Return what an ack says of how the visitor came: objects by name, empty ones left out."""
    readers: dict[str, Callable[[dict[str, Any], list[Fault]], dict[str, Any]]] = {
        "utm_params": lambda given, _: given,
        "click_ids": _read_click_ids,
        "page": _read_page,
    }
    found = {}
    for name, read in readers.items():
        given = told.get(name)
        if is_absent(given):
            continue
        if type(given) is not dict:
            faults.append(Invalid(f"“{name}” must be an object.", name))
        elif kept := read(given, faults):
            found[name] = kept
    return found


def _read_click_ids(given: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    if len(given) > CLICK_IDS_MAX or any(len(name) > _NAME_LENGTH for name in given):
        faults.append(
            Invalid(
                f"“click_ids” may have {CLICK_IDS_MAX} fields, each with a name of at most "
                f"{_NAME_LENGTH} characters.",
                "click_ids",
            )
        )
        return {}
    return _texts("click_ids", given, CLICK_ID_LENGTH, faults)


def _read_page(given: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    known = {name: given[name] for name in PAGE_FIELDS if name in given}
    return _texts("page", known, ADDRESS_LENGTH, faults)


def _texts(
    parameter: str, given: dict[str, Any], length: int, faults: list[Fault]
) -> dict[str, Any]:
    found = {name: value for name, value in given.items() if not is_absent(value)}
    for name, value in found.items():
        if type(value) is not str or len(value) > length:
            faults.append(
                Invalid(
                    f"“{name}” must be a text of at most {length} characters.",
                    f"{parameter}[{name}]",
                )
            )
    return found
