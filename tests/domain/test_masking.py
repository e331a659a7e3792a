"""What is kept of a refused request shows no secret and no contact, and still explains itself."""

import json
from collections.abc import Callable
from copy import deepcopy

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footfall.domain.contacts import normalise_email, normalise_phone
from footfall.domain.masking import EMAIL, LONGEST_TEXT, PHONE, SECRET, mask_text, mask_value
from footfall.domain.money import parse_amount
from footfall.domain.times import parse_instant


def example(region: str) -> phonenumbers.PhoneNumber:
    """A mobile number of the region, or a fixed one where there are no mobiles."""
    mobile = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    number = mobile or phonenumbers.example_number(region)
    assert number is not None
    return number


REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
NUMBER_FORMATS = [
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.RFC3966,
]

keys = st.sampled_from(["action", "session", "reference", "url", "metadata", "0", ""]) | st.text(
    max_size=8
)
tokens = st.text("abcdefghijkmnXYZ0123456789", min_size=12, max_size=40).map("ALK_".__add__)
around = st.sampled_from(["", " ", "'", '"', "\n", "=", ":", "/", "?q=", ",", "<", "(", "é "])


@st.composite
def bodies(draw: st.DrawFn, planted: str) -> object:
    """Any JSON with a text planted somewhere: as a value, inside a value, or as a key."""
    others = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
    body: object = draw(around) + planted + draw(around)
    for _ in range(draw(st.integers(0, 4))):
        match draw(st.integers(0, 2)):
            case 0:
                body = [draw(others), body]
            case 1:
                body = {**draw(st.dictionaries(keys, others, max_size=3)), draw(keys): body}
            case _:
                body = {planted: draw(others), draw(keys): body}
    return body


@given(data=st.data(), email=st.emails())
def test_no_email_survives_anywhere_in_a_body(data: st.DataObject, email: str) -> None:
    shown = json.dumps(mask_value(data.draw(bodies(email))), ensure_ascii=False)
    assert email not in shown


@given(data=st.data(), token=tokens)
def test_no_token_survives_anywhere_in_a_body(data: st.DataObject, token: str) -> None:
    shown = json.dumps(mask_value(data.draw(bodies(token))), ensure_ascii=False)
    assert token not in shown
    assert "ALK_" not in shown


@pytest.mark.parametrize("region", REGIONS)
def test_no_phone_number_of_any_country_survives_in_a_text(region: str) -> None:
    number = example(region)
    for style in NUMBER_FORMATS:
        written = phonenumbers.format_number(number, style)
        assert mask_text(f"call {written}, please") in (
            f"call {PHONE}, please",
            f"call tel:{PHONE}, please",
        )


@given(text=st.text(), secret=tokens | st.emails())
def test_a_secret_next_to_any_text_does_not_survive(text: str, secret: str) -> None:
    assert secret not in mask_text(f"{text} {secret}")
    assert secret not in mask_text(f"{secret} {text}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to ana@example.com today", f"write to {EMAIL} today"),
        ("Ana <ana@example.com>", f"Ana <{EMAIL}>"),
        ("https://x.test/?email=ana%40example.com&q=1", f"https://x.test/?email={EMAIL}&q=1"),
        ('"ana lopez"@example.com', EMAIL),
        ("ana＠example.com", EMAIL),
        ("+598 99 000 001", PHONE),
        ("(415) 555-2671", PHONE),
        ("415.555.2671 x5", f"{PHONE} x5"),
        ("415%20555%202671", PHONE),
        ("?phone=%2B59899000001", f"?phone=%2B{PHONE}"),
        ("12345678", PHONE),
        (r"a\n59899000001", rf"a\n{PHONE}"),
        ("ALK_eSMRuwJ2Al", SECRET),
        ("Authorization: Bearer abc.def-ghi", f"Authorization: {SECRET}"),
        ("bearer xy76ks", f"bearer {SECRET}"),
        ("Basic Y2tfYWJjOmNzX2RlZg==", f"Basic {SECRET}"),
        ("https://ck:cs@shop.example", f"https://{SECRET}@shop.example"),
        ("postgresql://root:hunter2@db/footfall", f"postgresql://{SECRET}@db/footfall"),
        ("?consumer_secret=cs_12&x=1", f"?consumer_secret={SECRET}&x=1"),
        ("password: hunter2", f"password: {SECRET}"),
        ('{"api_key": "a b c", "x": 1}', f'{{"api_key": {SECRET}, "x": 1}}'),
        (r"{\"token\":\"abc\",\"x\":1}", rf"{{\"token\":{SECRET},\"x\":1}}"),
    ],
)
def test_contacts_and_secrets_in_free_text_are_replaced(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "product.purchased",
        "vxqQJ3Yg",
        "bBJn9vR15yPaYkWmR2QK0jopMeNxrA6l",
        "0b9c6f3e-1d2a-4f5b-8c7d-123456789012",
        "2026-01-31",
        "2026-01-31T10:00:00.123Z",
        "2026-01-31 10:00:00+02:00",
        "395.00",
        "1234567",
        "WC10012345",
        "Basic T-shirt",
        "https://www.example.org/products?utm_source=google&page=2",
        "The time looks like milliseconds. Send seconds: divide it by 1000.",
    ],
)
def test_what_explains_a_refusal_stays_readable(text: str) -> None:
    assert mask_text(text) == text
    assert mask_value({"anything": text}) == {"anything": text}


REFUSING: list[tuple[Callable[[object], object], list[object]]] = [
    (normalise_email, ["", "ana", "a na@x.test", "ana@printer.local", "ana\ud800@x.test", 7]),
    (lambda text: normalise_phone(text, None), ["1", "+1", "x", "+999 123 4567", "+1 415", 7]),
    (lambda value: parse_amount(value, "USD"), ["x", -1, 10**30, None]),
    (lambda at: parse_instant(at, received_at=0), ["x", -1, 10**12, 10**10, None, "2022-10-13"]),
]


@pytest.mark.parametrize(("read", "refused"), REFUSING)
def test_the_advice_in_an_error_stays_readable(
    read: Callable[[object], object], refused: list[object]
) -> None:
    """Messages are masked as well before they are kept: an example like a contact would be lost."""
    for value in refused:
        with pytest.raises(ValueError, match="Send") as error:
            read(value)
        assert mask_text(str(error.value)) == str(error.value)


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "access_token",
        "Password",
        "client_secret",
        "authorization",
        "consumer_key",
        "api_key",
        "apiKey",
        "X-Api-Key",
        "object_parameters[password]",
        "document",
    ],
)
@pytest.mark.parametrize("value", ["x", 7, {"a": ["x", {"b": 1.5}]}])
def test_everything_under_the_name_of_a_secret_is_replaced(key: str, value: object) -> None:
    shown = json.dumps(mask_value({key: value}))
    assert SECRET in shown
    assert not {'"x"', "7", "1.5"} & set(shown.replace("}", " ").replace(",", " ").split())


def test_contacts_are_replaced_in_each_of_their_spellings() -> None:
    body = {
        "email": "not an address",
        "email[primary]": "ana",
        "phone": {"mobile": "099", "home": ["1", 2]},
        "phone[mobile]": 99000001,
        "user_parameters": {"customerEmail": "x", "tel": "12"},
    }
    assert mask_value(body) == {
        "email": EMAIL,
        "email[primary]": EMAIL,
        "phone": {"mobile": PHONE, "home": [PHONE, PHONE]},
        "phone[mobile]": PHONE,
        "user_parameters": {"customerEmail": EMAIL, "tel": PHONE},
    }


def test_missing_contacts_show_that_they_were_missing() -> None:
    body = {"email": None, "phone": "", "token": False}
    assert mask_value(body) == body


def test_times_amounts_and_identifiers_of_things_stay_readable() -> None:
    body = {
        "action": "order.placed",
        "tracked_at": "1665684173",
        "object_parameters": {"reference": "4006381333931", "sku": 4006381333931},
        "order_id": "100123456789",
        "amount": "12345678.90",
        "utm_params": {"observed_at": "2026-01-31T10:00:00.000Z"},
        "at": 1665684173000,
        "count": 59899000001,
        "flag": True,
    }
    assert mask_value(body) == body


def test_a_phone_under_the_name_of_a_thing_is_replaced_when_it_is_written_as_one() -> None:
    body = {"reference": "+59899000001", "user_id": "59899000001", "order": "415-555-2671"}
    assert mask_value(body) == dict.fromkeys(body, PHONE)


def test_keys_are_masked_as_well() -> None:
    assert mask_value({"ana@example.com": {"+59899000001": 1}}) == {EMAIL: {PHONE: 1}}


def test_a_long_text_is_cut() -> None:
    shown = mask_value(["ab " * LONGEST_TEXT])
    assert isinstance(shown, list)
    assert len(shown[0]) == LONGEST_TEXT
    assert shown[0].endswith("…")


def test_a_contact_across_the_cut_does_not_show_its_beginning() -> None:
    assert "ana" not in str(mask_value("- " * 126 + "ana.lopez@example.com"))


def test_what_lies_too_deep_is_left_out() -> None:
    body: object = "ana@example.com"
    for _ in range(10_000):
        body = [body]
    shown = json.dumps(mask_value(body))
    assert shown == "[" * 32 + '"\\u2026"' + "]" * 32


def test_a_long_text_without_a_delimiter_is_searched_in_linear_time() -> None:
    """A search that is quadratic here would not end within the time any test is given."""
    for text in (
        "a" * 1_000_000,
        "1-a" * 300_000,
        '"' * 300_000,
        "://" * 300_000,
        "token" * 200_000,
    ):
        assert mask_text(text) == text


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    )
)
def test_masking_keeps_the_shape_and_leaves_its_argument_alone(body: object) -> None:
    before = deepcopy(body)
    shown = mask_value(body)
    assert body == before
    assert type(shown) is type(body) or isinstance(shown, str)
    if isinstance(body, list):
        assert len(body) == len(mask_value(body))  # type: ignore[arg-type]
