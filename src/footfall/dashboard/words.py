"""What pages say, in English and Spanish.

Templates and modules are written in English; ``words.es.toml`` has the Spanish of each sentence. A
test finds what is missing there and what nobody says any more.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = {"en": "English", "es": "Español"}


def translate(language: str, text: str) -> str:
    """Return a sentence in a language; English when it has none of its own."""
    return spanish().get(text, text) if language == "es" else text


def preferred(accept_language: str) -> str:
    """Return the language of ours that a browser likes best.

    >>> preferred("es-UY,es;q=0.9,en;q=0.8"), preferred("de, es;q=0.5"), preferred("*")
    ('es', 'es', 'en')
    """
    wanted: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        tag, _, weight = part.partition(";q=")
        language = tag.strip().lower().partition("-")[0]
        try:
            wanted.append((-float(weight or 1), language))
        except ValueError:
            continue
    known = [language for _, language in sorted(wanted, key=lambda each: each[0])]
    return next((language for language in known if language in LANGUAGES), "en")


@cache
def spanish() -> dict[str, str]:
    """Return the Spanish of each English sentence."""
    text = files("footfall.dashboard").joinpath("words.es.toml").read_text("utf-8")
    words: dict[str, str] = tomllib.loads(text)
    return words
