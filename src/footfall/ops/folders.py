"""Makes the folders an installation lives in, and says what to do where that cannot be.

``lock``, ``serve`` and ``restore`` make folders through here; ``doctor`` gives the same remedy.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from footfall.errors import ConfigurationError


def make_folder(folder: Path) -> bool:
    """Make a folder for its owner alone, unless it is there; tell whether it was not.

    Raises:
        ConfigurationError: it cannot be made.
    """
    is_new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise unusable(folder, problem) from problem
    return is_new


def unusable(folder: Path, problem: OSError) -> ConfigurationError:
    """Return what to say of a data folder that cannot be made or written to."""
    reason = problem.strerror or str(problem)
    if not folder.is_dir():
        there = _nearest(folder)
        return ConfigurationError(
            f"The data folder {folder} cannot be made in {there} ({reason}). "
            f"Name another with --data or FOOTFALL_DATA, or make it yourself: "
            f"sudo install -d -m 700 -o $USER {folder}"
        )
    return ConfigurationError(
        f"The data folder {folder} cannot be written to ({reason}). {owner_remedy(folder)} "
        "Or name another with --data or FOOTFALL_DATA."
    )


def owner_remedy(path: Path) -> str:
    """Return what to do about a file or folder that belongs to somebody else."""
    try:
        owner = path.owner()
    except (KeyError, OSError):
        return "Change its owner with chown."
    return f"Run as its owner ({owner}), or change the owner with chown."


@contextmanager
def taken_back(*folders: Path) -> Iterator[None]:
    """Remove the folders made meanwhile, if what is done in them fails and leaves them empty."""
    missing = {
        each for folder in folders for each in (folder, *folder.parents) if not each.exists()
    }
    try:
        yield
    except BaseException:
        for each in sorted(missing, reverse=True):
            with suppress(OSError):
                each.rmdir()
        raise


def _nearest(folder: Path) -> Path:
    """Return the nearest folder above that is there."""
    return next(each for each in folder.absolute().parents if each.exists())
