"""Every example in docs works when pasted, and prints what the page shows.

A page is followed from top to bottom in one shell, against a new server.
"""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.docs import shell
from tests.docs.answers import Placeholders
from tests.docs.pages import DOCS, examples
from tests.server import Server

PAGES: Final = [page for page in sorted(DOCS.rglob("*.md")) if examples(page)]
NEEDED: Final = ("bash", "curl", "gzip", "jq")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_print_what_it_shows(
    page: Path, footfall_server: Server, tmp_path: Path
) -> None:
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    if lacking:
        pytest.skip(f"the examples use {', '.join(lacking)}, which this machine does not have")
    folder = tmp_path / "page"
    folder.mkdir()
    told = examples(page)
    environment = {
        **footfall_server.environment,
        "FOOTFALL_URL": footfall_server.url,
        "TOKEN": footfall_server.token,
        "BUSINESS": footfall_server.business_id,
    }
    status, printed = shell.run(told, folder, environment)
    placeholders = Placeholders()
    problems: list[str] = []
    for example, found in zip(told, printed, strict=True):
        where = f"{page.name}:{example.command.line}"
        if not found.is_run:
            problems.append(f"{where}: not reached")
        elif example.answer is not None:
            differences = placeholders.differences(example.answer.text, found.output)
            problems += [f"{where}: {each}" for each in differences]
        if found.errors:
            problems.append(f"{where}: {found.errors.strip()}")
    assert not problems, "\n".join(problems)
    assert status == 0


def test_there_are_examples_to_try() -> None:
    assert {"http-api.md", "operations.md"} <= {page.name for page in PAGES}
