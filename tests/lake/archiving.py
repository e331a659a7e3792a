"""``python -m tests.lake.archiving``: archives again and again until it is killed.

With a third argument it also has the store let go of everything.
"""

import sys
from pathlib import Path

from footfall.domain.times import now_us
from footfall.lake import archive, release
from footfall.lake.lake import Lake
from footfall.settings import Settings


def main() -> None:
    """Archive in commits of a few rows, so that there is much to be interrupted."""
    archive.ROWS_PER_READ, archive.ROWS_PER_COMMIT = 3, 3  # type: ignore[misc]
    release.EVENTS_AT_ONCE, release.PART = 7, 2  # type: ignore[misc]
    lake = Lake(Settings(data=Path(sys.argv[1]), database=sys.argv[2]))
    print("archiving", flush=True)
    while True:
        lake.archive()
        lake.compact(files_max=2)
        if len(sys.argv) > 3:
            lake.release(now_us())


if __name__ == "__main__":
    main()
