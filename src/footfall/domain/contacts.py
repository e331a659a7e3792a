"""Turns e-mail addresses, phone numbers and countries as written into one form to compare.

Called where profiles are created, changed and matched, and where a business is created. Only the
form is checked, never whether anybody answers: no name server is asked and no message is sent. The
text as it was sent is the caller's to keep; what is returned here is for identity. Both libraries
are imported at first use, because a server that never sees a contact should not pay for their
tables.
"""

import re
import unicodedata
from typing import Final

__all__ = ["normalise_email", "normalise_phone", "parse_country"]

# What people write between the digits; letters would be an extension or a vanity number.
_PHONE: Final = re.compile(r"(?:tel:)?[\d\s+＋()\[\].\-/‐-―−·]+", re.IGNORECASE)

_EMAIL_FORM: Final = "Send a string of one name, an @ and a domain."
_PHONE_FORM: Final = (
    "Send a string of digits with the area, after + and the country code (+34 for Spain)."
)


def normalise_email(text: object) -> str:
    """Return an e-mail address in the form by which two spellings are one identity.

    The whole address is in lower case. RFC 5321 leaves the case of the part before the @ to the
    receiving host, but hosts that tell ``Ana@`` from ``ana@`` are all but extinct, while people
    type both. Dots and ``+tags`` stay, because what they mean differs between hosts. Names reserved
    for failing (``.invalid``, ``.local``) are refused: shops write them into records they emptied,
    and they would merge strangers.

    Raises:
        ValueError: no text, or not an address.

    Source: RFC 5321, RFC 6531; python-email-validator for the syntax.

    >>> normalise_email(" Ana.Lopez@Example.COM ")
    'ana.lopez@example.com'
    """
    from email_validator import EmailNotValidError, validate_email

    if not isinstance(text, str):
        raise ValueError(f"The e-mail address is not text. {_EMAIL_FORM}")
    try:
        # `test_environment` admits the reserved `.test`, which is what trial data ought to use.
        address = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"The e-mail address is not valid. {error} {_EMAIL_FORM}") from None
    except ValueError:
        raise ValueError(
            f"The e-mail address holds characters that no address has. {_EMAIL_FORM}"
        ) from None
    return unicodedata.normalize("NFC", address.normalized.lower())


def normalise_phone(text: object, country: str | None) -> str:
    """Return a phone number in E.164, such as ``+59899000001``.

    Numbers without a country code are read as dialled inside ``country``. A number counts when its
    length is one its country uses; whether the range is in service is not asked, because ranges
    open faster than tables are updated. Extensions and letters are refused: the number without them
    is somebody else's too.

    Raises:
        ValueError: no text, no possible number, without its area, or without a country to read it
            in.

    Source: ITU-T E.164; libphonenumber for the plans.

    >>> normalise_phone("099 000 001", "UY"), normalise_phone("+598 99 000 001", None)
    ('+59899000001', '+59899000001')
    """
    import phonenumbers

    if not isinstance(text, str):
        raise ValueError(f"The phone number is not text. {_PHONE_FORM}")
    if not _PHONE.fullmatch(text):
        raise ValueError(
            "The phone number holds more than a number. "
            "Send the digits without letters and without an extension."
        )
    region = None if country is None else parse_country(country)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError(_phone_fault(error.error_type, region)) from None
    # `is_possible_number` would also pass a number without its area, whose E.164 form is another's.
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError(f"The phone number has a length its country does not use. {_PHONE_FORM}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_country(text: object) -> str:
    """Return the ISO 3166 two-letter code of a country in capitals.

    Raises:
        ValueError: no text, or no country whose phone numbers are known.

    >>> parse_country("uy")
    'UY'
    """
    from phonenumbers import SUPPORTED_REGIONS

    code = text.upper() if isinstance(text, str) and text.isascii() else ""
    if code not in SUPPORTED_REGIONS:
        raise ValueError(
            "The country is not known. Give the two letters of ISO 3166, such as US, UY or GB."
        )
    return code


def _phone_fault(kind: int, region: str | None) -> str:
    from phonenumbers import NumberParseException

    if kind == NumberParseException.INVALID_COUNTRY_CODE and region is None:
        return f"The phone number names no known country. {_PHONE_FORM}"
    return f"The phone number cannot be read. {_PHONE_FORM}"
