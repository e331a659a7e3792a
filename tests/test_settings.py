"""What settings are in effect, and from where."""

from pathlib import Path

import pytest

from footfall.errors import ConfigurationError
from footfall.settings import Settings, describe, load, mask_url, warnings

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


@pytest.mark.parametrize(
    ("variable", "text", "remedy"),
    [
        ("FOOTFALL_PORT", "99999", "from 0 to 65535"),
        ("FOOTFALL_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("FOOTFALL_PUBLIC_URL", "shop", "https://"),
        ("FOOTFALL_PUBLIC_URL", "https://", "https://"),
        ("FOOTFALL_PUBLIC_URL", "ftp://shop.example", "https://"),
        ("FOOTFALL_PUBLIC_URL", "http://shop:port", "https://"),
        ("FOOTFALL_QUEUE_EVENTS_MAX", "0", "1 or more"),
        ("FOOTFALL_BATCH_EVENTS_MAX", "0", "1 or more"),
        ("FOOTFALL_CACHE_FACTS_MAX", "0", "1 or more"),
        ("FOOTFALL_INDEX_EVENTS_COUNT", "0", "1 or more"),
        ("FOOTFALL_SHUTDOWN_TIMEOUT_S", "-1", "0 or more"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(variable: str, text: str, remedy: str) -> None:
    with pytest.raises(ConfigurationError, match=variable) as refused:
        load({variable: text})
    assert remedy in str(refused.value)


def test_a_level_may_be_written_large() -> None:
    assert load({"FOOTFALL_LOG_LEVEL": "WARNING"}).log_level == "WARNING"


def test_every_default_would_be_taken_from_the_environment() -> None:
    environment = {row["variable"]: str(row["default"]) for row in describe(Settings())}
    assert load(environment) == Settings()


def test_an_option_that_cannot_be_is_refused_by_its_own_name() -> None:
    with pytest.raises(ConfigurationError, match="--port is -1"):
        load({"FOOTFALL_PORT": "9000"}, port=-1)


def test_a_mistyped_variable_is_told_with_the_one_that_was_meant() -> None:
    (warning,) = warnings({"FOOTFALL_PROT": "9000", "PATH": "/bin"})
    assert "FOOTFALL_PROT is no setting" in warning
    assert "Did you mean “FOOTFALL_PORT”?" in warning
    (warning,) = warnings({"FOOTFALL_ZZZZZZZZ": "1"})
    assert "`footfall settings`" in warning


def test_variables_that_something_reads_are_no_mistakes() -> None:
    known = {row["variable"]: "" for row in describe(Settings())}
    others = ("FOOTFALL_URL", "FOOTFALL_TOKEN", "FOOTFALL_TEST_DATABASE")
    assert warnings(known | dict.fromkeys(others, "x")) == []
