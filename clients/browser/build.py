"""The client's source → the files that the server sends: a script, a module and its types.

``make client`` runs it and prints each size; a test compares what is committed with what it makes.
The two builds differ in their last line: a module exports the client, a script hangs it on
``window``. Only whoever changes the client needs the minifier.
"""

import gzip
import re
from pathlib import Path
from typing import Final

import minify  # type: ignore[import-untyped]

HERE: Final = Path(__file__).parent
BUILT: Final = HERE.parents[1] / "src" / "footfall" / "api" / "static" / "hellotext"

SCRIPT_LIMIT_BYTES: Final = 4096
"""What the script may weigh, gzipped: less than many a page's icon."""

_LAST_LINE: Final = "export default create(globalThis, import.meta.url);\n"
# Inside a function every name can be shortened.
_AS_SCRIPT: Final = (
    "(() => {{\n{}window.Hellotext = create(window, document.currentScript);\n}})();\n"
)
_AS_MODULE: Final = (
    "export default (() => {{\n{}return create(globalThis, import.meta.url);\n}})();\n"
)
_CONSTANT: Final = re.compile(r"^const ([A-Z_]+) = (\"[^\"]*\"|\d+);\n", re.MULTILINE)
_VERSION: Final = re.compile(r"version (\d+\.\d+\.\d+)")


def build() -> dict[str, bytes]:
    """Return the built files by name.

    Raises:
        ValueError: the source lacks its version or its last line, or the script is too large.
    """
    source = (HERE / "hellotext.js").read_text(encoding="utf-8")
    version = _VERSION.search(source)
    if version is None or not source.endswith(_LAST_LINE):
        raise ValueError("hellotext.js must have its VERSION, and end with its export")
    # What only tests import stays inside.
    body = _inlined(source.removesuffix(_LAST_LINE).replace("export const ", "const "))
    module = _minified(version[1], _AS_MODULE.format(body))
    script = _minified(version[1], _AS_SCRIPT.format(body))
    if packed_size(script) > SCRIPT_LIMIT_BYTES:
        raise ValueError(
            f"the script has {packed_size(script)} bytes gzipped; {SCRIPT_LIMIT_BYTES} are allowed"
        )
    return {
        "hellotext.js": script,
        "hellotext.mjs": module,
        "hellotext.d.ts": (HERE / "hellotext.d.ts").read_bytes(),
    }


def packed_size(content: bytes) -> int:
    """Return the size of a file as browsers receive it, gzipped."""
    return len(gzip.compress(content, 9, mtime=0))


def main() -> None:
    """Write the built files and print their sizes."""
    BUILT.mkdir(parents=True, exist_ok=True)
    for name, content in build().items():
        (BUILT / name).write_bytes(content)
        print(f"{name:16}{len(content):6} bytes, {packed_size(content):5} gzipped")


def _inlined(source: str) -> str:
    """Return the source with the values of its constants in place of their names."""
    for name, value in _CONSTANT.findall(source):
        source = re.sub(rf"\b{name}\b(?! =)", value.replace("\\", r"\\"), source)
    return _CONSTANT.sub("", source)


def _minified(version: str, source: str) -> bytes:
    text = minify.string("application/javascript", source)
    return f"/* Footfall {version}, Apache-2.0 */\n{text}\n".encode()


if __name__ == "__main__":
    main()
