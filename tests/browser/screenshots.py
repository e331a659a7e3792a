"""``make screenshots``: every page of the dashboard at two widths in both themes, as PNG files."""

import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import open_browser
from tests.browser.owner import PAGES, fill_shop, links_of, owning
from tests.server import serving

WIDTHS = {"desktop": 1280, "phone": 390}


def main(folder: Path) -> None:
    """Write the files and say where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        serving(f"sqlite:///{data}/footfall.db", Path(data)) as server,
        open_browser() as browser,
        owning(browser, server) as owner,
    ):
        owner.join()
        fill_shop(server)
        for address in [*PAGES, *links_of(owner), "../account"]:
            page = owner.open(address)
            name = address.removeprefix("../").removeprefix("live/").partition("/")[0]
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                for device, width in WIDTHS.items():
                    page.set_viewport_size({"width": width, "height": 860})
                    page.screenshot(path=folder / f"{name}-{device}-{scheme}.png", full_page=True)
    print(f"Screenshots are in {folder}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
