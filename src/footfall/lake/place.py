"""Where a lake is, as the settings say: beside a SQLite file, like all that is derived from it."""

from pathlib import Path

from footfall.settings import Settings
from footfall.store.engine import parse_url


def place_of(settings: Settings) -> str:
    """Return the folder or address of the lake."""
    return settings.lake_url or str((_folder(settings) / "lake").absolute())


def cache_of(settings: Settings) -> Path:
    """Return the folder for copies of a lake that is not on this machine."""
    return _folder(settings) / "lake-cache"


def derived_of(settings: Settings) -> Path:
    """Return the folder for what is derived from the lake, on this machine."""
    return _folder(settings) / "derived"


def _folder(settings: Settings) -> Path:
    url = parse_url(settings.database_url)
    is_file = url.get_backend_name() == "sqlite"
    return Path(str(url.database)).parent if is_file else settings.data
