"""Whatever an operator or a caller can meet is in docs, and docs name nothing that is not there."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from click import Context, Group

from footfall.cli.main import COMMANDS, main
from footfall.errors import wire_types
from footfall.settings import Settings, describe
from tests.docs.pages import DEPLOY, DOCS, ROOT, pages, told
from tests.server import Server, serving

TEXTS: Final = {
    page.relative_to(ROOT).as_posix(): page.read_text()
    for page in [*pages(), *sorted(DEPLOY.glob("*.*")), DEPLOY / "Caddyfile"]
}
ELSEWHERE: Final = {"FOOTFALL_URL", "FOOTFALL_TOKEN", "FOOTFALL_TEST_DATABASE"}
"""Variables that are no settings: of ``footfall import``, and of the tests."""

_METHODS: Final = "GET|POST|PATCH|PUT|DELETE"
_COMMAND: Final = r"(?:`|bin/|^|\| |\$\()footfall ([a-z]+(?: [a-z]+(?:-[a-z]+)*\b(?![/.]))?)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    with serving(f"sqlite:///{data / 'footfall.db'}", data) as started:
        yield started


def mentions(pattern: str) -> dict[str, str]:
    """Return what matches anywhere in pages and configuration, each with a place it is at."""
    each = re.compile(pattern, re.MULTILINE)
    return {found: name for name, text in TEXTS.items() for found in each.findall(text)}


def commands() -> set[str]:
    """Return the full names of all commands."""
    context = Context(main)
    found = {name: main.get_command(context, name) for name in COMMANDS}
    while groups := [name for name, command in found.items() if isinstance(command, Group)]:
        for name in groups:
            group = found.pop(name)
            assert isinstance(group, Group)
            found |= {f"{name} {each}": command for each, command in group.commands.items()}
    return set(found)


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    known = {each["variable"] for each in describe(Settings())}
    assert known <= set(re.findall(r"FOOTFALL_[A-Z_]+", told()))
    documented = mentions(r"\bFOOTFALL_[A-Z][A-Z_]*[A-Z]\b")
    assert {name: documented[name] for name in documented.keys() - known - ELSEWHERE} == {}


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    known = commands()
    page = told()
    assert {name for name in known if f"`footfall {name}`" not in page} == set()
    groups = {name.rpartition(" ")[0] for name in known} | {name.split()[0] for name in known}
    strange = {
        words: place
        for words, place in mentions(_COMMAND).items()
        if words not in known | groups and words.partition(" ")[0] not in known
    }
    assert strange == {}


def test_every_error_type_is_documented_and_every_one_shown_exists() -> None:
    page = (DOCS / "errors.md").read_text()
    assert {name for name in wire_types() if f"\n## {name}\n" not in page} == set()
    shown = mentions(r"docs/errors#(\w+)")
    assert shown
    assert shown.keys() <= wire_types().keys()


def test_every_metric_is_documented_and_every_documented_one_exists(server: Server) -> None:
    exposed = server.client.get("/metrics").text
    families = set(re.findall(r"^# TYPE (footfall_\w+)", exposed, re.MULTILINE))
    series = families | set(re.findall(r"^(footfall_\w+)", exposed, re.MULTILINE))
    assert families
    page = (DOCS / "operations.md").read_text()
    assert {name for name in families if f"| `{name}` |" not in page} == set()
    histograms = {f"{name}_{part}" for name in families for part in ("bucket", "count", "sum")}
    documented = mentions(r"\b(footfall_[a-z_]+_(?:total|events|facts|seconds|sum|count|bucket))\b")
    assert documented.keys() - series - histograms == set()


def test_every_log_event_is_documented() -> None:
    source = "\n".join(file.read_text() for file in (ROOT / "src").rglob("*.py"))
    named = set(re.findall(r"\blog\.(?:debug|info|warning|error)\(\s*\"(\w+)\"", source))
    assert named
    page = (DOCS / "operations.md").read_text()
    assert {name for name in named if f"`{name}`" not in page} == set()


def test_every_operation_is_documented_and_every_documented_one_exists(server: Server) -> None:
    paths: dict[str, Any] = server.client.get("/openapi.json").json()["paths"]
    known = {f"{method.upper()} {path}" for path, told in paths.items() for method in told}
    page = (DOCS / "http-api.md").read_text()
    table = re.findall(rf"^\| `((?:{_METHODS}) /\S*)`", page, re.MULTILINE)
    assert sorted(table) == sorted(known)
    shapes = [re.compile(re.sub(r"\\{.*?\\}", r"[^/]+", re.escape(each))) for each in known]
    documented = mentions(rf"`((?:{_METHODS}) /(?:v1/)?[\w/{{}}:.-]*)`")
    strange = {
        words: place
        for words, place in documented.items()
        if not any(shape.fullmatch(words) for shape in shapes)
    }
    assert strange == {}
