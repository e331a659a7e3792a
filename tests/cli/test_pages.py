"""docs/cli.md and docs/settings.md say what the program says."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from footfall.cli.main import COMMANDS, main
from footfall.settings import Settings, describe

DOCS = Path(__file__).parents[2] / "docs"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by its full name."""
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        yield from within(name, command)


def within(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for each in command.commands.values():
        yield from within(f"{name} {each.name}", each)


COMMANDS_BY_NAME = dict(commands())


def section(name: str) -> str:
    text = (DOCS / "cli.md").read_text()
    found = re.search(rf"^## `footfall {name}`\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"docs/cli.md has no section on `footfall {name}`"
    return found[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_shown_without_loading_is_the_commands_own(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert command.help is not None
    assert " ".join(command.help.partition("\n\n")[0].split()) == COMMANDS[name].summary


@pytest.mark.parametrize("name", COMMANDS_BY_NAME)
def test_every_command_and_option_has_help_and_is_documented(name: str) -> None:
    command = COMMANDS_BY_NAME[name]
    page = section(name)
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]} has no help"
            assert f"`{parameter.opts[0]}" in page, f"{name} {parameter.opts[0]} is not documented"


@pytest.mark.parametrize("name", COMMANDS_BY_NAME)
def test_every_documented_option_exists(name: str) -> None:
    known = {option for parameter in COMMANDS_BY_NAME[name].params for option in parameter.opts}
    assert set(re.findall(r"^\| `(--[a-z-]+)", section(name), re.MULTILINE)) <= known


def test_every_documented_command_exists() -> None:
    documented = re.findall(r"^## `footfall (.*)`$", (DOCS / "cli.md").read_text(), re.MULTILINE)
    assert documented == list(COMMANDS_BY_NAME)


def test_the_table_of_settings_is_what_the_program_knows() -> None:
    def cell(default: object) -> str:
        return f"`{default}`" if default != "" else "–"

    lines = ["| variable | default | what it is |", "|---|---|---|"]
    lines += [
        f"| `{each['variable']}` | {cell(each['default'])} | {each['help']} |"
        for each in describe(Settings())
    ]
    page = (DOCS / "settings.md").read_text()
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert "\n".join(table) == "\n".join(lines)
