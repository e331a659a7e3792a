"""Reads the project's Markdown: its fenced blocks, its links, its headings.

A block fenced as ``bash`` is an example that works as it stands; the ``json`` or ``text`` block
right after it is what it prints. Blocks fenced otherwise (``sh``, ``sql``) are only shown.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
DEPLOY: Final = ROOT / "deploy"

_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$\n*", re.DOTALL | re.MULTILINE)
_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)
_NO_ANCHOR: Final = re.compile(r"[^\w\- ]")


class Block(NamedTuple):
    """A fenced block and the line of its page it begins at."""

    language: str
    text: str
    line: int


class Example(NamedTuple):
    """A command and, where the page shows it, what it prints."""

    command: Block
    answer: Block | None


def pages() -> list[Path]:
    """Return every Markdown page of the project that tells people something."""
    folders = [ROOT, DOCS, DEPLOY, ROOT / "examples"]
    found = [*ROOT.glob("*.md")]
    for folder in folders[1:]:
        found += folder.rglob("*.md")
    return sorted(found)


def blocks(page: Path) -> Iterator[tuple[Block, bool]]:
    """Yield a page's fenced blocks, each with whether it follows the one before directly."""
    text = page.read_text()
    end = -1
    for match in _FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Block(match[1], match[2], line), match.start() == end
        end = match.end()


def examples(page: Path) -> list[Example]:
    """Return a page's examples, in order."""
    found: list[Example] = []
    for block, is_next in blocks(page):
        if block.language == "bash":
            found.append(Example(block, None))
        elif block.language in ("json", "text") and is_next and found:
            last = found[-1]
            if last.answer is None:
                found[-1] = Example(last.command, block)
    return found


def links(page: Path) -> list[str]:
    """Return the targets of a page's links, those in code left out."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", page.read_text()))
    return _LINK.findall(prose)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as repository viewers make them."""
    prose = _FENCE.sub("", page.read_text())
    return {
        _NO_ANCHOR.sub("", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose)
    }


def told() -> str:
    """Return everything the pages under ``docs`` say."""
    return "\n".join(page.read_text() for page in sorted(DOCS.rglob("*.md")))
