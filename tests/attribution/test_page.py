"""The page on attribution shows numbers: all of them are those that come out."""

import re
from pathlib import Path
from typing import Final

import pytest

from footfall.attribution import definition_file, engine, words
from footfall.attribution.definition import Definition
from tests.attribution.reference import TOUCH_CHANNELS, Asked, table, touches
from tests.docs.pages import DOCS

PAGE: Final = (DOCS / "attribution.md").read_text("utf-8")
DEFINITION: Final = Definition(external_lookback_us=None, visit_us=0, journeys="split")

LIBRARIES: Final = {
    ("**`time_decay`, 7 days**", "marketing-attribution-models 2"): ("mam2", "time_decay_hl7d"),
    ("**`time_decay`, 7 days**", "mta"): ("mta", "time_decay_by_position"),
    ("**`markov_1`**", "ChannelAttribution 2.2.5"): (
        "channelattribution",
        "markov1_default_nsim1e5_seed0",
    ),
    ("**`markov_1`**", "the same, 5 × 10⁷ journeys"): (
        "channelattribution",
        "markov1_nsim5e7_seed1",
    ),
    ("**`markov_1`**", "marketing-attribution-models 2"): ("mam2", "markov1"),
    ("**`markov_1`**", "mta"): ("mta", "markov1"),
    ("**`shapley_sum`**", "mta"): ("mta", "shapley"),
    ("**`shapley_rate`**", "marketing-attribution-models 2, all sizes"): (
        "mam2",
        "shapley_sizeall_rate",
    ),
    ("**`shapley_rate`**", "the same, its default of 4"): ("mam2", "shapley_size4_rate"),
}


def shown() -> dict[tuple[str, str], list[str]]:
    """Return the numbers of the comparison, by our model and whose they are."""
    found: dict[tuple[str, str], list[str]] = {}
    model = ""
    for line in PAGE.partition("\n## Beside other software\n")[2].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 7 or not re.fullmatch(r"−?[\d,.]+", cells[1]):
            continue
        if cells[0].startswith("**"):
            model = cells[0]
        found[model, cells[0]] = [cell.replace("−", "-").replace(",", "") for cell in cells[1:6]]
    return found


def rounded(text: str, value: float) -> bool:
    digits = len(text.partition(".")[2])
    return float(text) == pytest.approx(value, abs=0.51 * 10**-digits)


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Asked(touches(DEFINITION))


def test_our_numbers_on_the_page_are_those_that_come_out(asked: Asked) -> None:
    paths = engine.paths(asked.connection, asked.found, DEFINITION, asked.values)
    ours = {model: numbers for (model, who), numbers in shown().items() if model == who}
    assert len(ours) == 6
    for told, numbers in ours.items():
        model = re.findall(r"`(\w+)`", told)[0]
        if model in words.RULES:
            earned = asked.earned(asked.weigh(model))
            values = [earned[channel][0] for channel in TOUCH_CHANNELS]
        else:
            values = engine.credit_whole(model, paths).conversions.tolist()
        assert all(map(rounded, numbers, values)), told


def test_the_numbers_of_libraries_on_the_page_are_those_they_gave() -> None:
    theirs = {key: numbers for key, numbers in shown().items() if key[0] != key[1]}
    assert theirs.keys() == LIBRARIES.keys()
    rows = table("touches_reset_library_results.csv")
    for key, numbers in theirs.items():
        library, model = LIBRARIES[key]
        # This library gives shares.
        scale = 1838 if library == "mta" else 1
        given = {
            row["channel"]: float(row["conversions"]) * scale
            for row in rows
            if (row["library"], row["model"]) == (library, model) and row["conversions"]
        }
        values = [given[channel] for channel in TOUCH_CHANNELS]
        assert all(map(rounded, numbers, values)), key


def test_every_model_and_parameter_of_windows_is_on_the_page() -> None:
    told = PAGE.replace("`shapley_sum`, `_rate`, `_count`, `_chain`", " ".join(words.GAMES))
    told = told.replace("`markov_1` … `markov_4`", " ".join(words.CHAINS))
    assert [model for model in words.MODELS if model not in told] == []
    for name in ("external_lookback_us", "active_lookback_us", "passive_lookback_us"):
        assert f"`{name}`" in PAGE


def test_sections_that_the_code_refers_to_are_on_the_page() -> None:
    folder = Path(engine.__file__).parent
    texts = [path.read_text("utf-8") for path in folder.rglob("*.*") if path.suffix != ".pyc"]
    named = {
        name
        for text in texts
        for name in re.findall(r"docs/attribution\.md,\s+[“\"]([^”\"]+)[”\"]", text)
    }
    assert len(named) >= 10
    assert {name for name in named if f"\n## {name}\n" not in PAGE} == set()


def test_the_page_names_every_key_of_a_definition_and_no_other() -> None:
    section = PAGE.partition("\n## Definitions of one's own\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    documented = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    assert documented == set(definition_file.KEYS)
    assert definition_file.read(section.split("```")[1].removeprefix("toml"))["journeys"] == "split"
