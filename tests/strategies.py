"""What Hypothesis draws for tests of tracking: JSON, right and wrong, and bodies of events.

``json_values`` are values a body may hold; ``json_texts`` are documents written by hand, with every
trick that two parsers could read differently; ``bodies`` are objects with the real keys of an
event and values that lie near what is allowed.
"""

import json
from typing import Any

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
