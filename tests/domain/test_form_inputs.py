"""What a page filled into a form, by the names of the form's inputs."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.form_inputs import Input, inputs_of, read_inputs, steps_of
from footfall.errors import Fault

FORM = {
    "steps": [
        {
            "inputs": [
                {"kind": "first_name", "type": "text", "required": True},
                {"kind": "email", "type": "email", "required": True},
                {"kind": "phone", "type": "tel", "required": True},
                {"kind": "text", "type": "text", "property": "vxqQJ3Yg", "required": True},
                {"kind": "text", "type": "text"},
                "no input",
            ]
        },
        {"inputs": [{"kind": "last_name", "required": True}]},
    ]
}
NAMES = ["first_name", "email", "phone", "property_by_id[vxqQJ3Yg]", "last_name"]
FULL = {
    "first_name": "Ana",
    "email": "ana@example.com",
    "phone": "+59899000001",
    "property_by_id": {"vxqQJ3Yg": "blue"},
    "last_name": "Gil",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside),
    max_leaves=8,
)


def read(told: dict[str, Any]) -> tuple[dict[str, str], list[tuple[str, str | None]]]:
    faults: list[Fault] = []
    filled = read_inputs(told, inputs_of(FORM), faults)
    return {each.name: text for each, text in filled}, [(f.type, f.parameter) for f in faults]


def test_inputs_have_the_names_that_pages_send() -> None:
    assert [each.name for each in inputs_of(FORM)] == NAMES
    # The second step is never shown.
    assert [each.is_required for each in inputs_of(FORM)] == [True] * 4 + [False]


def test_what_is_filled_in_is_read_by_name() -> None:
    filled, faults = read(FULL | {"another": "x"})
    assert (list(filled), faults) == (NAMES, [])
    assert filled["property_by_id[vxqQJ3Yg]"] == "blue"


def test_what_is_required_and_blank_is_named_exactly() -> None:
    blank = {"first_name": " ", "email": "", "phone": "+598", "property_by_id": {"vxqQJ3Yg": None}}
    assert read(blank) == ({}, [("blank", name) for name in NAMES[:-1]])
    assert read({}) == ({}, [("blank", name) for name in NAMES[:-1]])


def test_a_value_of_several_parts_is_none() -> None:
    assert read(FULL | {"email": {"x": 1}})[1] == [("invalid", "email")]
    assert read(FULL | {"email": "x" * 5000})[1] == [("invalid", "email")]


def test_a_form_that_a_page_draws_itself_takes_the_usual_inputs() -> None:
    faults: list[Fault] = []
    filled = read_inputs(FULL | {"other": "x"}, inputs_of(None), faults)
    assert {each.name for each, _ in filled} == set(NAMES)
    assert filled[-1][0] == Input("property_by_id[vxqQJ3Yg]", property="vxqQJ3Yg")


def test_a_page_always_gets_a_step_with_all_its_parts() -> None:
    stored: list[dict[str, Any] | None] = [
        None,
        {},
        {"steps": []},
        {"steps": ["x"]},
        {"steps": "x"},
    ]
    for data in stored:
        assert [set(step) for step in steps_of(data)] == [{"header", "inputs", "button", "footer"}]


@given(data=st.dictionaries(st.sampled_from(["steps", "x"]), JSON), told=JSON)
def test_whatever_a_form_holds_it_is_read(data: dict[str, Any], told: Any) -> None:
    told = told if isinstance(told, dict) else {"property_by_id": told, "email": told}
    for _, text in read_inputs(told, inputs_of(data), []):
        assert text


@given(inputs=JSON)
def test_whatever_an_input_is_it_is_read(inputs: Any) -> None:
    for each in inputs_of({"steps": [{"inputs": inputs}]}):
        assert each.name
