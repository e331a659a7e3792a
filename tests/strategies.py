"""What Hypothesis draws for tests of tracking: JSON, right and wrong, and bodies of events.

``json_values`` are values a body may hold; ``json_texts`` are documents written by hand, with every
trick that two parsers could read differently; ``bodies`` are objects with the real keys of an
event and values that lie near what is allowed; ``described_bodies`` describe objects of every kind.
"""

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from footfall.ingest.payloads import FIELDS

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
whole = st.integers(-(2**63), 2**64 - 1)
fractions = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | whole | fractions | texts

json_values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)

_NUMBERS = [
    *("0", "-0", "-0.0", "1", "1.0", "1e2", "1E400", "-1e-400", "1e999", "00", "01", "+1", ".5"),
    *("5.", "0x1", "1_000", "NaN", "Infinity", "-Infinity", "9007199254740993", "1e"),
    *(str(2**63), str(2**64 - 1), str(2**64), str(-(2**63)), str(-(2**63) - 1), "9" * 400),
    *("0.1", "1.7976931348623157e308", "4.9e-324", "123456789012345678901.5"),
]
_PIECES = [
    *(
        "a",
        "profile",
        "é",
        "😀",
        "\\u0061",
        "\\n",
        "\\\\",
        '\\"',
        "\\/",
        "\\u0000",
        "\\ud83d\\ude00",
    ),
    *("\\ud83d", "\\ude00", "\\u12", "\\x41", "\t", "\x7f", "\u2028"),
]
_quoted = st.lists(st.sampled_from(_PIECES), max_size=3).map(lambda parts: f'"{"".join(parts)}"')
_spaces = st.sampled_from(["", "", "", " ", "\n", "\r\n", "\t", "\x0b", "\ufeff"])
_atoms = st.sampled_from([*_NUMBERS, "true", "false", "null", "True", "nul", ""]) | _quoted


def _array(items: list[str]) -> str:
    return "[" + ",".join(items) + "]"


def _object(pairs: list[tuple[str, str, str]]) -> str:
    return "{" + ",".join(f"{key}{space}:{value}" for key, space, value in pairs) + "}"


json_texts: st.SearchStrategy[str] = st.recursive(
    _atoms,
    lambda inner: (
        st.lists(inner, max_size=3).map(_array)
        | st.lists(st.tuples(_quoted, _spaces, inner), max_size=4).map(_object)
    ),
    max_leaves=10,
)


@st.composite
def json_bytes(draw: st.DrawFn) -> bytes:
    """A document: valid, nearly valid, or valid until one byte was changed."""
    written = st.builds(json.dumps, json_values, ensure_ascii=st.booleans()) | json_texts
    body = draw(written).encode()
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(body)))
        change = draw(st.binary(max_size=2) | st.sampled_from([b'"', b"}", b"]", b",", b"\\"]))
        body = body[:at] + change + body[at + draw(st.integers(0, 1)) :]
    return body


near_misses = st.sampled_from(
    [
        *(0, -1, 1.5, True, False, None, "", " ", "0", "-1", "1e400", "١٢", "NaN", "undefined"),
        *("null", "USD", "usd", "XAU", "JPY", 10**11, 10**18, "1665684173", 1665684173),
        *("2022-10-13T18:02:53Z", "2022-10-13T18:02:53", "9999-12-31T23:59:59-23:59"),
        *("0001-01-01T00:00:00+23:59", "product", "order", "cart", "nothing", [], {}, [None]),
        *({"name": "Mug"}, {"reference": 7}, {"name": None}, {"amount": 1, "currency": []}),
        *({"name": "Mug", "price": {"amount": "1", "currency": "EUR"}}, {"url": "/"}, "x" * 300),
        *("product.purchased", "order.placed", "page.viewed", "cart.added", "subscribed"),
        *("known", "b" * 32, "00000000-0000-4000-8000-000000000000", "vxqQJ3Yg", "a b", "\x7f"),
    ]
)

_keys = st.sampled_from(
    [*FIELDS, "metadata", "url", "page", "user", "user_parameters", "utm_params", "device", "x"]
)

bodies: st.SearchStrategy[dict[str, Any]] = st.builds(
    lambda first, rest: first | rest,
    st.fixed_dictionaries(
        {},
        optional={
            "action": st.sampled_from(["product.purchased", "order.placed", "subscribed", "a.b"]),
            "profile": st.sampled_from(["known", "unknown"]),
            "product": st.sampled_from(["known", "unknown"]),
        },
    ),
    st.dictionaries(_keys, near_misses | json_values, max_size=6),
)

_wrong = near_misses | json_values


def _mostly(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What is right, one time in sixteen anything else, so that a body has few wrong fields."""
    return st.integers(0, 15).flatmap(lambda number: right if number else _wrong)


_amounts = _mostly(st.sampled_from([0, 5, 29.99, "29.99", "395.00", "1e3", "", None, False]))
_currencies = _mostly(st.sampled_from(["USD", "USD", "EUR", "JPY", "usd", "", None]))
_prices = st.one_of(
    _amounts,
    st.builds(lambda amount: {"amount": amount, "currency": "USD"}, _amounts),
    st.fixed_dictionaries(
        {"amount": _amounts, "currency": _currencies},
        optional={"converted_amount": _amounts, "converted_currency": _currencies},
    ),
)
_names = _mostly(st.sampled_from(["Mug", "Cup", "SAVE10", "Ü\u200b", 17]) | texts)
_references = _mostly(st.sampled_from(["17", 17, 1001, "A-1", "Ä"]))
_counts = _mostly(st.sampled_from([1, 2, "2", 3.0]))


def _described(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    every = {
        "reference": _references,
        "source": st.sampled_from(["woo", "vtex", "", None, 5]),
        "name": _names,
        "currency": _currencies,
        "amount": _amounts,
        "metadata": st.dictionaries(texts, json_values, max_size=2),
        "property_by_id": st.just({}),
    }
    return st.fixed_dictionaries(
        {}, optional={name: _mostly(told) for name, told in {**every, **fields}.items()}
    )


_lists_of_texts = st.lists(texts | scalars, max_size=3)
_products = _described(
    sku=_references,
    price=_prices,
    categories=_lists_of_texts,
    collection=_lists_of_texts,
    tags=_lists_of_texts,
    variants=st.lists(st.fixed_dictionaries({"name": _names}), max_size=2),
    image_url=texts,
    url=texts,
    quantity=_counts,
    product=json_values,
)
_lines = st.lists(
    _mostly(
        st.fixed_dictionaries(
            {},
            optional={
                "product": _products | _references | json_values,
                "quantity": _counts,
                "price": _prices,
            },
        )
        | _products
    ),
    max_size=3,
)
_DESCRIBED: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "product": _products,
    "order": _described(
        items=_lines,
        products=_lines,
        total=_prices,
        delivery=st.sampled_from(["deliver", "collect", "", None, "x"]),
        payment_method=texts,
    ),
    "cart": _described(items=_lines, products=_lines, total=_prices),
    "coupon": _described(code=_names, description=_names, destination_url=_names),
    "refund": _described(
        total=_prices, order=_references, refundable=st.fixed_dictionaries({"amount": _amounts})
    ),
    "app": _described(),
    "form": _described(title=_names, steps=json_values),
    "thing": _described(title=_names),
}
_ACTIONS = {
    "product": ["product.viewed", "product.purchased", "cart.added"],
    "order": ["order.placed", "order.confirmed", "order.cancelled"],
    "cart": ["cart.added", "cart.removed", "cart.viewed", "cart.abandoned", "checkout.started"],
    "coupon": ["coupon.redeemed"],
    "refund": ["refund.requested", "refund.received"],
    "app": ["app.installed", "app.spent", "app.install"],
    "form": ["form.completed"],
    "thing": ["a.b", "page.viewed"],
}


@st.composite
def described_bodies(draw: st.DrawFn, owner: dict[str, Any]) -> dict[str, Any]:
    """An event that describes its object inside itself, of any kind, lines and all."""
    kind = draw(st.sampled_from([*_DESCRIBED]))
    told = draw(_DESCRIBED[kind])
    key = st.sampled_from(["object_parameters", f"{kind}_parameters", kind])
    body = {"action": draw(st.sampled_from(_ACTIONS[kind])), draw(key): told} | owner
    more = st.fixed_dictionaries(
        {},
        optional={
            "amount": _amounts,
            "currency": _currencies,
            "object_type": _mostly(st.sampled_from([kind, "", None])),
            "products": _lines,
            "user_parameters": st.fixed_dictionaries(
                {}, optional={"id": _references, "source": _names, "email": _names}
            ),
            "page": st.fixed_dictionaries({}, optional={"url": texts, "title": json_values}),
            "utm_params": st.dictionaries(texts, json_values, max_size=2),
            "device": st.dictionaries(texts, json_values, max_size=2),
            "tracked_at": _mostly(
                st.sampled_from([1665684173, "1665684173", "2022-10-13T18:02:53Z"])
            ),
        },
    )
    return body | draw(more)


_form_names = st.sampled_from(
    [
        *("name", "reference", "email", "email[primary]", "phone[mobile]", "phone", "first_name"),
        *("price", "price[amount]", "price[currency]", "tags[]", "categories[]", "metadata[a][b]"),
        *("items[][product]", "items[][quantity]", "items[0][product]", "total[amount]", "profile"),
        *(
            "property_by_id[vxqQJ3Yg]",
            "property_by_id",
            "lists[]",
            "lists",
            "a[",
            "a]",
            "[a]",
            "a[]b",
        ),
        *("a[b][]", "a[b]", "a", "[]", "kind", "code", "title", "properties[][name]", "steps[]"),
    ]
)
form_bodies: st.SearchStrategy[bytes] = st.lists(
    st.tuples(
        _form_names | texts, texts | st.sampled_from(["5", "USD", "a@b.co", "undefined", "true"])
    ),
    max_size=6,
).map(lambda pairs: urlencode(pairs).encode()) | st.binary(max_size=30)
"""Bodies as HTML forms and ``curl -d`` send them, brackets and all."""
