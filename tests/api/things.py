"""One of everything a business can have, by the noun that paths name it with.

Whoever adds a noun to a path adds it here, in ``ABSENT`` and in ``things``; until then
``test_isolation`` fails.
"""

from typing import Any

from tests.api.shop import Shop, got, made, unique

Names = dict[str, list[str]]
"""Per noun, the names that one thing goes by."""

NOBODY = "vxqQJ3Yg"

ABSENT: Names = {
    "profile": [NOBODY],
    "product": [NOBODY, "no-such-reference", "no-such-sku"],
    "session": [NOBODY],
    "action": [NOBODY],
    "event": [NOBODY, "no-such-key"],
    "list": [NOBODY],
    "property": [NOBODY],
    "structure": [NOBODY, "nothing"],
    "instance": [NOBODY],
}
"""Per noun an id that nobody has, and any other name it goes by."""


def things(shop: Shop) -> Names:
    """Make one of everything; return their names in the order of ``ABSENT``.

    What is inside something else in a path is inside that: the instance is one of the structure.
    """

    def make(path: str, **told: Any) -> dict[str, Any]:
        return made(shop.client.post(path, json=told))

    customers = make("/v1/lists", name=unique("List "))
    profile = shop.profile(lists=[customers["name"]])
    product = shop.product(sku=unique("SKU-"))
    session = got(shop.client.get(f"/v1/sessions/{shop.session()}"))
    event = shop.event(session=session["session"])
    structure = make(
        "/v1/objects", name=unique("thing_"), properties=[{"name": "title", "kind": "text"}]
    )
    instance = make(f"/v1/objects/{structure['id']}/instances", title="One")
    return {
        "profile": [profile["id"]],
        "product": [product["id"], product["reference"], product["sku"]],
        "session": [session["id"]],
        "action": [shop.action()["id"]],
        "event": [event["id"], event["event_id"]],
        "list": [customers["id"]],
        "property": [make("/v1/properties", name=unique("Property "), kind="text")["id"]],
        "structure": [structure["id"], structure["name"]],
        "instance": [instance["id"]],
    }
