"""Every sentence of the pages has its Spanish, and no Spanish is left of what nobody says."""

import ast
import re
from pathlib import Path

from footfall import dashboard
from footfall.dashboard.words import spanish
from footfall.domain.tokens import SCOPES

FOLDER = Path(str(dashboard.__file__)).parent
SAID = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"')
SENTENCE = re.compile(r"[A-Z][^<>{}]*\.")


def said_in_templates() -> set[str]:
    pages = (page.read_text() for page in FOLDER.glob("templates/*.jinja"))
    return {text for page in pages for text in SAID.findall(page)}


def said_in_modules() -> set[str]:
    """Return each text of a module that reads like a sentence, other than docstrings."""
    found: set[str] = set()
    for module in FOLDER.glob("*.py"):
        tree = ast.parse(module.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and SENTENCE.fullmatch(node.value)
        }
    return found


def test_everything_is_said_in_spanish_too_and_nothing_else() -> None:
    said = said_in_templates() | said_in_modules() | set(SCOPES.values())
    assert said == set(spanish())


def test_values_have_their_places_in_both_languages() -> None:
    for english, other in spanish().items():
        assert sorted(re.findall(r"%\(\w+\)\w", english)) == sorted(
            re.findall(r"%\(\w+\)\w", other)
        )
