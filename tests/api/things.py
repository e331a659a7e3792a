"""One of everything a business can have, by the noun that paths name it with.

Whoever adds a noun to a path adds it here, in ``ABSENT`` and in ``things``; until then
``test_isolation`` fails.
"""

from tests.api.shop import Shop, got, unique

Names = dict[str, list[str]]
"""Per noun, the names that one thing goes by."""

_ID, _REFERENCE, _SKU = "vxqQJ3Yg", "no-such-reference", "no-such-sku"

ABSENT: Names = {
    "profile": [_ID],
    "product": [_ID, _REFERENCE, _SKU],
    "variant": [_ID, _REFERENCE, _SKU],
    "order": [_ID, _REFERENCE],
    "item": [_ID],
    "cart": [_ID, _REFERENCE],
    "coupon": [_ID, _REFERENCE, "no-such-code"],
    "refund": [_ID, _REFERENCE],
    "app": [_ID, _REFERENCE],
    "form": [_ID, _REFERENCE],
    "session": [_ID],
    "action": [_ID],
    "event": [_ID, "no-such-key"],
    "structure": [_ID, "no_such_name"],
    "instance": [_ID],
    "property": [_ID],
    "list": [_ID],
    "change": [_ID],
    "conflict": [_ID],
    "link": [_ID],
    "delivery": [_ID],
    "conversion": [_ID, _REFERENCE],
    "business": [_ID],
}
"""Per noun an id that nobody has, and any other name it goes by."""


def things(shop: Shop) -> Names:
    """Make one of everything; return their names in the order of ``ABSENT``.

    What is inside something else in a path is inside that: the instance is one of the structure.
    """
    customers = shop.a_list()
    red = {"name": "Red", "reference": unique("red-"), "sku": unique("SKU-")}
    product = shop.product(sku=unique("SKU-"), variants=[red])
    variant = product["variants"][0]
    order = shop.order(items=[{"product": product["id"]}])
    cart = shop.cart()
    coupon = shop.coupon(reference=unique("coupon-"))
    refund = shop.refund(order=order["id"])
    app = shop.app(reference=unique("app-"))
    form = shop.form(reference=unique("form-"))
    session = got(shop.client.get(f"/v1/sessions/{shop.session()}"))
    event = shop.event(session=session["session"])
    profile = shop.profile(first_name="A", lists=[customers["name"]], session=session["session"])
    shop.profile(first_name="B", session=session["session"])  # whose it cannot be as well
    conflict, change = got(shop.client.get("/v1/identity-log", params={"limit": 2}))["data"]
    for _ in range(2):  # the second one is a sighting
        shop.track(action="order.placed", order=order["id"], session=session["session"])
    sold = {"reference": unique("sale-"), "total": "10.00", "currency": "USD"}
    sale = shop.event(action="order.placed", session=session["session"], order_parameters=sold)
    structure = shop.structure()
    return {
        "profile": [profile["id"]],
        "product": [product["id"], product["reference"], product["sku"]],
        "variant": [variant["id"], variant["reference"], variant["sku"]],
        "order": [order["id"], order["reference"]],
        "item": [order["items"][0]["id"]],
        "cart": [cart["id"], cart["reference"]],
        "coupon": [coupon["id"], coupon["reference"], coupon["code"]],
        "refund": [refund["id"], refund["reference"]],
        "app": [app["id"], app["reference"]],
        "form": [form["id"], form["reference"]],
        "session": [session["id"]],
        "action": [shop.action()["id"]],
        "event": [event["id"], event["event_id"]],
        "structure": [structure["id"], structure["name"]],
        "instance": [shop.instance(structure)["id"]],
        "property": [shop.field()["id"]],
        "list": [customers["id"]],
        "change": [change["id"]],
        "conflict": [conflict["id"]],
        "link": [shop.link(profile=profile["id"])["id"]],
        "delivery": [shop.delivery(profile=profile["id"])["id"]],
        "conversion": [sale["id"], sold["reference"]],
        "business": [shop.business_id],
    }
