"""What settings are in effect, and from where."""

from pathlib import Path

import pytest

from footfall.errors import ConfigurationError
from footfall.settings import Settings, describe, load, mask_url

PRODUCTION = "postgresql://footfall:secret@db/footfall"


def test_the_environment_overrides_defaults() -> None:
    assert load({"FOOTFALL_PORT": "9_000"}).port == 9000


def test_an_option_overrides_the_environment() -> None:
    assert load({"FOOTFALL_PORT": "9000"}, port=7000, host=None).port == 7000


def test_a_folder_as_option_means_the_database_in_it() -> None:
    settings = load({"FOOTFALL_DATABASE": PRODUCTION}, data=Path("elsewhere"))
    assert settings.database_url == "sqlite:///elsewhere/footfall.db"


def test_a_folder_and_a_database_as_options_both_count() -> None:
    settings = load({}, data=Path("elsewhere"), database=PRODUCTION)
    assert (settings.data, settings.database_url) == (Path("elsewhere"), PRODUCTION)


@pytest.mark.parametrize("text", ["many", "1.5", "-1"])
def test_a_number_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(ConfigurationError, match="FOOTFALL_PORT"):
        load({"FOOTFALL_PORT": text})


def test_empty_means_not_set() -> None:
    assert load({"FOOTFALL_PORT": ""}) == Settings()


def test_secrets_are_masked_where_settings_are_shown() -> None:
    rows = {row["name"]: row["value"] for row in describe(load({"FOOTFALL_DATABASE": PRODUCTION}))}
    assert rows["database"] == "postgresql://footfall:***@db/footfall"
    assert mask_url("sqlite:///footfall.db") == "sqlite:///footfall.db"
