"""Turns text and decoded JSON into what may be kept and shown without secrets or contacts.

Called for every refused request before its body is kept, and wherever settings or messages are
printed. In doubt it masks: a reference that looks like a phone number is lost sooner than a phone
number is shown. What explains a refusal stays readable: keys, numbers, times, UUIDs and identifiers
of things. It never changes what it is given, and it is not encryption: who needs the value asks the
sender.
"""

import re
from typing import Final, NamedTuple

__all__ = ["EMAIL", "LONGEST_TEXT", "PHONE", "SECRET", "mask_text", "mask_value"]

SECRET: Final = "[secret]"
EMAIL: Final = "[e-mail]"
PHONE: Final = "[phone]"

LONGEST_TEXT: Final = 256
_DEEPEST: Final = 32
_CUT: Final = "…"

_SECRETS: Final = re.compile(
    # Known by its own look (our tokens, WooCommerce's keys), by the scheme before it, by its place
    # in an address, or by its name.
    r"""(?P<own>ALK_[\w-]*|\bc[ks]_[\w-]{16,})
    | (?P<scheme>\b(?:bearer\s{1,8})+|\bbasic\s{1,8}(?=[a-z0-9+/=]{12}))[^\s"',;]+
    | (?P<slashes>://)[^\s/@]+(?=@)
    | (?P<name>
        (?:token|passw|secret|authorization|credential|(?:api|consumer|access|private)[_-]?key)
        [\w\-\]]{0,40} \\?["']?\s{0,3}[:=]\s{0,3}
      )
      (?:\\?"[^"]*"? | '[^']*'? | (?:(?:bearer|basic|digest)\s{1,8})*[^\s"'&,;}]+)
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Up to the next delimiter everything counts as part of an address, valid or not. A match begins
# only where such a run begins, which keeps the search linear on long texts.
_NAME: Final = r"[^\s<>\"(),:;\[\]\\@＠﹫/?&=]"
_EMAILS: Final = re.compile(
    rf"(?:\"[^\"\n]{{1,64}}\"|(?<!{_NAME}){_NAME}+|[/?&=])(?:[@＠﹫]|%40){_NAME}*", re.IGNORECASE
)

_GAP: Final = r"(?:[\s().\-/+‐-―−·]|%20){0,3}"
_PHONES: Final = re.compile(
    rf"""(?P<keep>
        \b[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\b
      | (?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)
        (?:[T ][0-2]\d:[0-5]\d(?::\d\d(?:[.,]\d{{1,9}})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d))?
    )
    | (?:[+＋]|(?<=%2B))\(?\d(?:{_GAP}\d){{6,}}
    | (?:(?<=\\[nrt])|(?<!\w))\(?\d(?:{_GAP}\d){{7,}}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PLAIN_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)

# Compared with keys in lower case without punctuation.
_SECRET_KEY: Final = re.compile(
    r"token|passw|secret|authorization|apikey|consumerkey|accesskey|privatekey|credential|cookie"
    r"|cardnumber|^(?:auth|cvv|cvc|iban|document)$"
)
_EMAIL_KEY: Final = re.compile(r"email|correo|^mail$")
_PHONE_KEY: Final = re.compile(r"phone|telefon|mobile|celular|whatsapp|msisdn|^(?:tel|cell|fax)$")

_MARKERS: Final = ((_SECRET_KEY, SECRET), (_EMAIL_KEY, EMAIL), (_PHONE_KEY, PHONE))

# Under these a text of digits is the identifier of a thing, an amount or a time.
_THING: Final = (
    "app|cart|coupon|event|form|object|order|product|property|refund|request|session|variant"
)
_NUMBER_KEY: Final = re.compile(
    rf"^(?:{_THING})(?:id|reference)?$|^(?:reference|sku|idempotencykey)$"
    r"|^(?:amount|convertedamount|price|total|quantity)$"
    r"|^(?:at|time|timestamp|date)$|(?:tracked|observed|created|updated|sent|received)at$"
)


def mask_text(text: str) -> str:
    """Return a text with its credentials, e-mail addresses and phone-like runs of digits replaced.

    A run counts as a phone number from eight digits on, seven after a plus, with the separators
    people use; ISO dates and UUIDs are left alone, and so are digits that follow a letter
    (``WC10012345``).

    Cost: linear in the length of the text.

    >>> mask_text("ana@example.com, +598 99 000 001, Bearer ALK_x1, 2026-01-31T10:00:00Z")
    '[e-mail], [phone], Bearer [secret], 2026-01-31T10:00:00Z'
    """
    text = _SECRETS.sub(_without_secret, text)
    text = _EMAILS.sub(EMAIL, text)
    return _PHONES.sub(lambda match: match["keep"] or PHONE, text)


def mask_value(value: object) -> object:
    """Return decoded JSON with secrets and contacts replaced and every text cut to 256 characters.

    Under a key that names a secret or a contact, in bracket spelling too, every value is replaced
    whole, label by label when it is an object. All other texts, keys included, pass through
    `mask_text`. Other numbers stay, and so do booleans, ``null`` and the empty text everywhere.
    What lies deeper than 32 levels is left out.

    >>> mask_value({"email[primary]": "ana@example.com", "tracked_at": "1665684173"})
    {'email[primary]': '[e-mail]', 'tracked_at': '1665684173'}
    """
    return _masked(value, _FREE, 0)


class _Rule(NamedTuple):
    """What applies to a value because of the key it stands under."""

    marker: str | None
    keeps_digits: bool


_FREE: Final = _Rule(marker=None, keeps_digits=False)


def _masked(value: object, rule: _Rule, depth: int) -> object:
    if isinstance(value, dict):
        if depth == _DEEPEST:
            return _CUT
        return {
            _shown(str(key)): _masked(item, _rule_for(str(key), rule), depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return _CUT if depth == _DEEPEST else [_masked(item, rule, depth + 1) for item in value]
    if value is None or isinstance(value, bool) or value == "":
        return value
    if rule.marker is not None:
        return rule.marker
    if isinstance(value, int | float):
        return value
    text = str(value)
    if rule.keeps_digits and len(text) <= LONGEST_TEXT and _PLAIN_NUMBER.fullmatch(text):
        return text
    return _shown(text)


def _rule_for(key: str, outer: _Rule) -> _Rule:
    if outer.marker is not None:
        return outer
    words = [re.sub(r"[^a-z0-9]", "", part.lower()) for part in key[:LONGEST_TEXT].split("[")]
    for pattern, marker in _MARKERS:
        if any(pattern.search(word) for word in words):
            return _Rule(marker, keeps_digits=False)
    return _Rule(None, keeps_digits=_NUMBER_KEY.search(words[-1]) is not None)


def _shown(text: str) -> str:
    # Cut before as well, so that a megabyte in one value costs no more than what is shown of it.
    masked = mask_text(text[: 8 * LONGEST_TEXT])
    return masked if len(masked) <= LONGEST_TEXT else masked[: LONGEST_TEXT - 1] + _CUT


def _without_secret(match: re.Match[str]) -> str:
    return next((kept for kept in match.group("scheme", "slashes", "name") if kept), "") + SECRET
