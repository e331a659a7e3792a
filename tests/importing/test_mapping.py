"""A mapping says what it means, or an error names the key and the remedy."""

from pathlib import Path

import pytest

from footfall.errors import ConfigurationError
from footfall.importing.mapping import leaves, load_mapping, read_mapping
from tests.importing.builders import mapping, toml


def refusal(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_mapping(text.encode())
    return str(caught.value)


def test_leaves_are_named_by_their_full_key() -> None:
    fields = mapping().event
    assert ("event.object_parameters.reference", "article") in list(leaves("event", fields))


def test_an_unknown_event_key_is_refused_with_the_known_ones() -> None:
    said = refusal(toml(event={"ammount": "price"}))
    assert "“event.ammount”" in said
    assert "amount" in said.partition("may have")[2]


def test_an_unknown_profile_key_is_refused() -> None:
    assert "“profile.frist_name”" in refusal(toml(profile={"frist_name": "x"}))


def test_an_unknown_section_is_refused() -> None:
    assert "“events”" in refusal(toml() + "\n[events]\naction = 'x'\n").replace(
        "`", "“", 1
    ).replace("`", "”", 1)


def test_an_unknown_file_key_is_refused_with_its_section() -> None:
    said = refusal(toml() + "\n[file]\nwheer = 'x'\n")
    assert said.startswith("“file”")
    assert "wheer" in said


def test_an_action_flag_that_is_no_boolean_is_refused_with_its_key() -> None:
    said = refusal(toml() + '\n[actions."a.b"]\ngoal = "yes"\n')
    assert "goal" in said


@pytest.mark.parametrize("value", ["5", "true", "['a']", "''", "{}"])
def test_a_value_that_is_no_expression_is_refused_with_an_example(value: str) -> None:
    said = refusal(f"[event]\naction = \"'a.b'\"\namount = {value}\n")
    assert said.startswith("“event.amount” must be a SQL expression")


def test_a_mapping_without_action_is_refused() -> None:
    assert "[event] needs “action”" in refusal(toml(event={"action": None}))


def test_a_profile_without_reference_is_refused() -> None:
    assert "[profile] needs “reference”" in refusal(toml(profile={"reference": None}))


def test_two_ways_to_name_the_profile_are_refused() -> None:
    assert "keep one" in refusal(toml(event={"profile": "customer"}))


def test_broken_toml_is_refused_with_its_line() -> None:
    assert "line 2" in refusal("[event]\naction = \n")


def test_text_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    file.write_bytes(b"[event]\naction = '\xff'\n")
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        load_mapping(file)


def test_an_error_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    file.write_text("[event]\n")
    with pytest.raises(ConfigurationError, match=r"map\.toml: \[event\] needs"):
        load_mapping(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")


def test_two_mappings_have_two_digests() -> None:
    assert mapping().digest != mapping(event={"amount": "1"}).digest
