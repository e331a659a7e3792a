"""Contacts written in several ways are one identity; what names nobody is refused with a remedy."""

import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.contacts import normalise_email, normalise_phone, parse_country

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
address_like = st.from_regex(r"[\w.+'-]{1,12}@[\w-]{1,8}\.[\w]{2,6}", fullmatch=True)
number_like = st.text("0123456789+-() .", max_size=20)


@pytest.mark.parametrize(
    "spelling",
    ["ana.lopez@example.com", "Ana.Lopez@Example.COM", "  ANA.LOPEZ@example.com\n"],
)
def test_spellings_of_one_address_are_one_identity(spelling: str) -> None:
    assert normalise_email(spelling) == "ana.lopez@example.com"


def test_composed_and_decomposed_letters_are_one_address() -> None:
    assert normalise_email("zoe\u0308@example.com") == normalise_email("ZO\u00cb@example.com")


def test_a_domain_in_punycode_and_in_its_script_are_one_address() -> None:
    assert normalise_email("a@xn--bdk.life") == normalise_email("a@ツ.life")


def test_dots_and_tags_stay_different_addresses() -> None:
    spellings = ["ana@example.com", "ana+shop@example.com", "a.na@example.com"]
    assert len({normalise_email(spelling) for spelling in spellings}) == len(spellings)


def test_the_domain_for_trials_is_taken() -> None:
    assert normalise_email("ana@shop.test") == "ana@shop.test"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "deleted@site.invalid",
        "ana@printer.local",
        "a na@example.com",
        "Ana <ana@example.com>",
        "ana@example.com, bob@example.com",
        "ana@[127.0.0.1]",
        "ana@example.com\x00",
        "ana\ud800@example.com",
        "a" * 300 + "@example.com",
        None,
        False,
        7,
        ["ana@example.com"],
    ],
)
def test_what_is_no_address_is_refused_with_the_form_to_send(text: object) -> None:
    with pytest.raises(ValueError, match="one name, an @ and a domain"):
        normalise_email(text)


@given(text=anything | address_like | st.emails())
def test_an_address_normalised_again_stays_as_it_is(text: object) -> None:
    try:
        address = normalise_email(text)
    except ValueError:
        return
    assert normalise_email(address) == address


@given(text=st.emails())
def test_letters_in_capitals_never_make_another_person(text: str) -> None:
    try:
        address = normalise_email(text)
    except ValueError:
        return
    assert normalise_email(text.upper()) == normalise_email(text.lower()) == address


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("+59899000001", None),
        ("+598 99 000 001", "US"),
        ("099 000 001", "UY"),
        ("099-000-001", "uy"),
        ("99000001", "UY"),
        ("00598 99000001", "ES"),
        ("tel:+59899000001", None),
        (" +598 (99) 000.001 ", None),
        ("＋５９８９９０００００１", None),
    ],
)
def test_spellings_of_one_number_are_one_identity(text: str, country: str | None) -> None:
    assert normalise_phone(text, country) == "+59899000001"


@pytest.mark.parametrize(
    ("text", "country", "problem"),
    [
        ("099 000 001", None, "country code"),
        ("4155552671", None, "country code"),
        ("+999 123 4567", None, "country code"),
        ("123", "US", "length"),
        ("911", "US", "length"),
        ("555-2671", "US", "area"),
        ("+1 415 555 26711111", "US", "length"),
        ("415 555 2671 ext. 5", "US", "extension"),
        ("1-800-FLOWERS", "US", "letters"),
        ("call 415 555 2671", "US", "letters"),
        ("ana@example.com", "US", "letters"),
        ("", "US", "letters"),
        ("   ", "US", "cannot be read"),
        ("1" * 300, "US", "cannot be read"),
        (59899000001, "UY", "not text"),
        (None, "UY", "not text"),
        (True, "UY", "not text"),
        ("099 000 001", "XX", "country is not known"),
    ],
)
def test_what_is_no_number_is_refused_with_its_problem(
    text: object, country: str | None, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        normalise_phone(text, country)


@given(text=anything | number_like, country=st.none() | st.sampled_from(REGIONS) | st.text())
def test_any_value_is_a_number_that_reads_as_itself_anywhere_or_a_value_error(
    text: object, country: str | None
) -> None:
    try:
        number = normalise_phone(text, country)
    except ValueError:
        return
    assert number.startswith("+")
    assert number[1:].isdecimal()
    assert number.isascii()
    assert normalise_phone(number, None) == normalise_phone(number, "US") == number


@pytest.mark.parametrize("region", REGIONS)
def test_every_country_reads_its_own_numbers_as_dialled_at_home(region: str) -> None:
    number = phonenumbers.example_number(region)
    assert number is not None
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert normalise_phone(dialled, region) == normalise_phone(whole, None) == whole


@pytest.mark.parametrize("text", ["UY", "uy", "Uy"])
def test_a_country_is_its_two_letters_in_capitals(text: str) -> None:
    assert parse_country(text) == "UY"


@pytest.mark.parametrize("text", ["", "URY", "Uruguay", "ZZ", "001", "ß", None, 858, ["UY"]])
def test_an_unknown_country_is_refused_with_examples(text: object) -> None:
    with pytest.raises(ValueError, match="US, UY or GB"):
        parse_country(text)


def test_importing_the_module_loads_neither_library() -> None:
    """Start-up time and idle memory are promises; both libraries cost some of each."""
    script = (
        "import sys, footfall.domain.contacts; "
        "print(sorted({'phonenumbers', 'email_validator'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert shown.stdout.decode().strip() == "[]"
