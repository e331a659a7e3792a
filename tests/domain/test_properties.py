"""Properties: every kind reads or refuses any value, and its one form means the same again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.properties import (
    PROPERTIES_MAX,
    Definition,
    Property,
    Values,
    check,
    given_by_id,
    given_by_name,
    name_problem,
    read_values,
)
from footfall.domain.property_kinds import (
    KINDS,
    UNIQUE_KINDS,
    Locale,
    is_empty,
    parse_value,
    render_value,
    unique_text,
)
from footfall.domain.structures import Structure, read_instance
from footfall.domain.structures import name_problem as structure_name_problem
from footfall.errors import Fault
from tests.strategies import json_values, texts

US = Locale("USD", "US")
near = st.sampled_from(
    [
        *("2027-01-31", "2027-02-30", "09:30", "24:00", "09:30:15", "ana@example.com", "a@b"),
        *(
            "+59899000001",
            "(212) 555-0100",
            "https://example.com/a",
            "http://",
            "HTTPS://A",
            "ftp:",
        ),
        *("1e3", "-0", "0.10", "1e400", "7", "true", "0", "TRUE", "a, b,,a", ",", " "),
        *({"amount": "24.9"}, {"amount": 5, "currency": "JPY"}, {"amount": None}, {"currency": 1}),
        *({"city": "Rome", "zip": None}, {"city": 5}, ["a", "b", "a"], ["", "a"], [1], -0.0, 3.0),
        *(2**63, 2**63 - 1, -(2**63), 1e300, 5e-324, "x" * 1025, "x" * 70_000, ["x"] * 101),
    ]
)
kinds = st.sampled_from(KINDS)


def prop(number: int = 1, **changes: Any) -> Property:
    values: dict[str, Any] = {
        "owner": "profile",
        "name": f"p{number}",
        "kind": "text",
        "is_required": False,
        "is_unique": False,
        "is_inherited": False,
    }
    return Property(id=number, created_at=0, updated_at=0, **values | changes)


def decode(text: str) -> int | None:
    return int(text[1:]) if text[:1] == "#" and text[1:].isdecimal() else None


def read(
    properties: list[Property], told: dict[str, Any], *, clears: bool = False
) -> tuple[Values, list[tuple[str, str | None]]]:
    faults: list[Fault] = []
    found = [
        *given_by_name(properties, told, faults),
        *given_by_id(properties, told, decode, faults),
    ]
    values = read_values(found, US, faults, clears=clears)
    return values, [(fault.type, fault.parameter) for fault in faults]


@given(kinds, near | json_values)
def test_any_value_is_read_or_refused_with_its_name(kind: str, value: Any) -> None:
    values, faults = read([prop(kind=kind)], {"p1": value})
    if faults:
        assert faults == [("invalid", "p1")]
        assert values.told == {}
    else:
        assert bool(values.told) is not is_empty(kind, value)


@given(kinds, near | json_values)
def test_what_is_shown_reads_as_the_same_value(kind: str, value: Any) -> None:
    try:
        parsed = parse_value(kind, value, US)
    except ValueError:
        return
    stored = json.loads(json.dumps(parsed))
    assert stored == parsed
    shown = json.loads(json.dumps(render_value(kind, stored)))
    assert parse_value(kind, shown, Locale("EUR", None)) == parsed
    assert type(parse_value(kind, shown, US)) is type(parsed)


@pytest.mark.parametrize(
    ("kind", "value", "parsed"),
    [
        ("text", 17, "17"),
        ("number", "3.0", 3),
        ("number", "-0", 0),
        ("number", 0.1, 0.1),
        ("boolean", "false", False),
        ("boolean", 1, True),
        ("date", "2027-01-31", "2027-01-31"),
        ("time", "09:30", "09:30:00"),
        ("money", "24.9", {"amount_minor": 2490, "currency": "USD"}),
        ("money", {"amount": 300, "currency": "jpy"}, {"amount_minor": 300, "currency": "JPY"}),
        ("phone", "(212) 555-0100", "+12125550100"),
        ("email", " Ana@Example.COM", "ana@example.com"),
        ("tags", "a, b,,a", ["a", "b"]),
        ("list", "a, b", ["a, b"]),
        ("list", ["b", "a", "b"], ["b", "a", "b"]),
        ("address", {"city": "Rome", "zip": None}, {"city": "Rome"}),
    ],
)
def test_two_spellings_of_a_value_are_one(kind: str, value: Any, parsed: Any) -> None:
    assert parse_value(kind, value, US) == parsed


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 1.5),
        ("text", "x" * 1025),
        ("number", "١"),
        ("number", True),
        ("number", 2**63),
        ("boolean", "yes"),
        ("date", "2027-02-30"),
        ("date", "20270131"),
        ("birthday", "yesterday"),
        ("time", "24:00"),
        ("money", {"currency": "USD"}),
        ("money", "-1"),
        ("url", "www.example.com"),
        ("url", "https://example.com/a b"),
        ("tags", ","),
        ("list", ["a", ""]),
        ("phone", "ask reception"),
        ("email", "ana@"),
        ("address", {"city": 5}),
    ],
)
def test_what_is_none_of_its_kind_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_value(kind, value, US)


@given(kinds, st.sampled_from([None, "", False, [], {}]))
def test_only_false_of_a_boolean_is_a_value(kind: str, value: Any) -> None:
    assert is_empty(kind, value) == (kind != "boolean" or value is not False)


@given(st.sampled_from(sorted(UNIQUE_KINDS)), near | json_values, near | json_values)
def test_unique_texts_are_equal_exactly_if_the_values_are(kind: str, one: Any, two: Any) -> None:
    try:
        first, second = parse_value(kind, one, US), parse_value(kind, two, US)
    except ValueError:
        return
    assert (unique_text(first) == unique_text(second)) == (first == second)


def test_a_property_is_told_by_name_by_id_or_in_an_object() -> None:
    known = [prop(1), prop(2), prop(3), prop(4)]
    told = {
        "p1": "a",
        "properties": {"p2": "b"},
        "property_by_id": {"#3": "c"},
        "property_by_id[#4]": "d",
        "unknown": "kept out",
    }
    values, faults = read(known, told)
    assert faults == []
    assert values.told == {"1": "a", "2": "b", "3": "c", "4": "d"}


def test_two_spellings_of_one_property_must_agree() -> None:
    assert read([prop()], {"p1": "a", "property_by_id": {"#1": "a"}})[1] == []
    assert read([prop()], {"p1": "a", "property_by_id": {"#1": "b"}})[1] == [
        ("ambiguous_parameter", "property_by_id[#1]")
    ]


def test_an_unknown_property_is_named() -> None:
    told = {"property_by_id": {"#9": 1, "x": 1}, "properties": {"nobody": 1}}
    assert read([prop()], told)[1] == [
        ("not_found", "properties[nobody]"),
        ("not_found", "property_by_id[#9]"),
        ("not_found", "property_by_id[x]"),
    ]


@pytest.mark.parametrize("name", ["properties", "property_by_id"])
def test_values_that_are_no_object_are_refused(name: str) -> None:
    assert read([prop()], {name: [1]})[1] == [("invalid", name)]
    assert read([prop()], {name: None})[1] == []


def test_an_empty_value_clears_only_where_it_is_said_to() -> None:
    assert read([prop()], {"p1": None})[0] == Values({}, [], [])
    assert read([prop()], {"p1": None}, clears=True)[0].cleared == [prop()]
    required = prop(is_required=True)
    assert read([required], {"p1": ""}, clears=True)[1] == [("parameter_invalid_empty", "p1")]


def test_a_unique_value_too_long_to_compare_is_refused() -> None:
    unique = prop(is_unique=True)
    assert read([unique], {"p1": "x" * 255})[1] == []
    assert read([unique], {"p1": "x" * 256})[1] == [("invalid", "p1")]


@pytest.mark.parametrize("name", ["1st", "a{b", "a}b", "", " a", "a\n", "properties", "x" * 256])
def test_names_that_cannot_be_told_of_are_refused(name: str) -> None:
    assert name_problem(name)


@pytest.mark.parametrize("name", ["Customer ID", "größe", "x" * 255, "_1"])
def test_other_names_are_good(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["Visit", "1a", "a b", "a-b", "", "x" * 65, "product", "ä"])
def test_names_of_objects_are_words_in_lower_case(name: str) -> None:
    assert structure_name_problem(name)
    assert structure_name_problem("visit_2") is None


def checked(*definitions: Definition, inherits: bool = True) -> list[tuple[str, str | None]]:
    faults: list[Fault] = []
    check(definitions, faults, inherits=inherits)
    return [(fault.type, fault.parameter) for fault in faults]


def test_definitions_are_checked_each_and_together() -> None:
    fee = Definition(name="fee", kind="money", is_inherited=True, where="properties[0]")
    assert checked(fee) == []
    assert checked(fee, inherits=False) == [("invalid", "properties[0][inherit]")]
    assert checked(fee, fee._replace(name="tip")) == [("invalid", "properties[0][inherit]")]
    assert checked(fee, fee._replace(is_inherited=False)) == [
        ("parameter_not_unique", "properties[0][name]")
    ]
    assert checked(fee._replace(kind="text")) == [("invalid", "properties[0][inherit]")]
    assert checked(Definition()) == [("parameter_missing", "name"), ("parameter_missing", "kind")]
    many = [Definition(name=f"p{n}", kind="text") for n in range(PROPERTIES_MAX + 1)]
    assert checked(*many) == [("not_allowed", "properties")]


def test_a_definition_is_checked_against_those_beside_it() -> None:
    fee = Definition(name="fee", kind="money")
    faults: list[Fault] = []
    check([fee], faults, inherits=False, beside=["fee"])
    assert [fault.message for fault in faults] == [
        "There is a property “fee” already; choose another name."
    ]
    full: list[Fault] = []
    check([fee], full, inherits=False, beside=[f"p{n}" for n in range(PROPERTIES_MAX)])
    assert [(fault.type, fault.parameter) for fault in full] == [("not_allowed", "properties")]


@given(kinds)
def test_only_kinds_that_identify_can_be_unique(kind: str) -> None:
    faults = checked(Definition(name="p", kind=kind, is_unique=True))
    assert faults == ([] if kind in UNIQUE_KINDS else [("invalid", "unique")])


VISIT = Structure(
    7,
    "visit",
    None,
    (
        prop(1, owner="visit", name="reference", is_required=True, is_unique=True),
        prop(2, owner="visit", name="fee", kind="money", is_inherited=True),
        prop(3, owner="visit", name="name"),
        prop(4, owner="visit", name="source"),
    ),
)


def instance(structure: Structure = VISIT, **told: Any) -> tuple[Any, list[tuple[str, str | None]]]:
    faults: list[Fault] = []
    draft = read_instance(structure, told, "USD", faults, country="US", decode=decode)
    return draft, [(fault.type, fault.parameter) for fault in faults]


def test_an_instance_is_found_by_what_is_named_like_a_column() -> None:
    draft, faults = instance(reference=17, fee="40", name="First", source="clinic")
    assert faults == []
    assert (draft.kind, draft.reference, draft.name, draft.source) == (
        "visit",
        "17",
        "First",
        "clinic",
    )
    assert (draft.amount_minor, draft.currency) == (4000, "USD")
    assert draft.data["properties"]["2"] == {"amount_minor": 4000, "currency": "USD"}
    assert [(each.scope, each.value) for each in draft.uniques] == [("property.1", "17")]
    assert draft.identity() is None


def test_a_reference_that_is_not_unique_stays_a_value_like_others() -> None:
    loose = VISIT._replace(properties=(prop(1, name="reference"),))
    draft, _ = instance(loose, reference="17")
    assert (draft.reference, draft.data) == (None, {"properties": {"1": "17"}})


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({}, ("parameter_missing", "reference")),
        ({"reference": None}, ("parameter_invalid_empty", "reference")),
        ({"property_by_id": {"#1": ""}}, ("parameter_invalid_empty", "property_by_id[#1]")),
    ],
)
def test_a_missing_required_value_and_an_empty_one_are_told_apart(
    told: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert instance(**told)[1] == [fault]


@given(
    st.dictionaries(
        st.sampled_from(["reference", "fee", "name", "source", "properties", "property_by_id"])
        | texts,
        near | json_values,
        max_size=5,
    )
)
def test_any_parameters_make_an_instance_or_name_what_is_wrong(told: dict[str, Any]) -> None:
    draft, faults = instance(**told)
    assert (draft.amount_minor is None) == (draft.currency is None)
    assert len(draft.source) <= 64
    names = {(name or "").partition("[")[0] for _, name in faults}
    assert names <= {"reference", "fee", "name", "source", "properties", "property_by_id"}
