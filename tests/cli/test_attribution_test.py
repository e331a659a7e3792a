"""``footfall attribution test``: histories with known credit, as folders and as YAML files."""

from pathlib import Path
from typing import Final

import pytest

from tests.cli.run import footfall, footfall_json

HISTORIES: Final = Path(__file__).parents[1] / "histories"

YAML: Final = """
story: An ad, then a newsletter, then a course is booked.
by: channel
definition:
  goals: [course.booked]
  first_share: 0.25
  last_share: 0.75
events:
  - {occurred_at: 2026-03-01T10:00:00Z, session_id: 1, utm_source: google, utm_medium: cpc}
  - {occurred_at: 2026-03-02T10:00:00Z, session_id: 1, utm_source: hellotext, utm_medium: email}
  - {occurred_at: 2026-03-02T11:00:00Z, session_id: 1, action: course.booked,
     amount_minor: 100, object_reference: B1}
credits:
  - {order: B1, model: position, value: Paid Search, credit_minor: 25}
  - {order: B1, model: position, value: Email, credit_minor: 75}
"""


def test_all_histories_of_this_project_hold() -> None:
    told = footfall("attribution", "test", HISTORIES).stdout.splitlines()
    count = len(list(HISTORIES.iterdir()))
    assert told[-1] == f"{count} histories, 0 failed."
    assert told[:-1] == sorted(told[:-1])
    assert all(line.startswith("ok ") for line in told[:-1])


def test_a_history_in_yaml_is_told_as_one_in_a_folder_is(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text(YAML)
    folder = tmp_path / "course_in_a_folder"
    folder.mkdir()
    (folder / "definition.toml").write_text(
        'by = "channel"\ngoals = ["course.booked"]\nfirst_share = 0.25\nlast_share = 0.75\n'
    )
    (folder / "events.csv").write_text(
        "occurred_at,session_id,action,utm_source,utm_medium,amount_minor,object_reference\n"
        "2026-03-01T10:00:00Z,1,page.viewed,google,cpc,,\n"
        "2026-03-02T10:00:00Z,1,page.viewed,hellotext,email,,\n"
        "2026-03-02T11:00:00Z,1,course.booked,,,100,B1\n"
    )
    (folder / "credits.csv").write_text(
        "order,model,value,credit_minor\nB1,position,Paid Search,25\nB1,position,Email,75\n"
    )
    results = footfall_json("attribution", "test", tmp_path)
    assert [(each["name"], each["ok"]) for each in results] == [
        ("course", True),
        ("course_in_a_folder", True),
    ]


def test_what_differs_is_shown_and_the_status_is_1(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text(YAML.replace("credit_minor: 25", "credit_minor: 30"))
    (tmp_path / "right.yaml").write_text(YAML)
    told = footfall("attribution", "test", tmp_path, status=1).stdout
    assert "FAILED course" in told
    assert "ok     right" in told
    assert "An ad, then a newsletter" in told
    (line,) = (line.split() for line in told.splitlines() if "Paid Search" in line)
    assert line == ["B1", "position", "Paid", "Search", "30", "25"]
    assert told.endswith("2 histories, 1 failed.\n")


def test_a_definition_and_channels_hold_where_a_history_has_none(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text(YAML)
    other = tmp_path / "other.toml"
    other.write_text("external_lookback = '1h'\n")
    told = footfall("attribution", "test", tmp_path, "--definition", other, status=1).stdout
    assert "Paid Search" in told
    rules = tmp_path / "channels.toml"
    rules.write_text('[sources]\n[[channel]]\nname = "Ads"\nmedium_is = ["cpc"]\n')
    told = footfall("attribution", "test", tmp_path, "--channels", rules, status=1).stdout
    assert "Ads" in told
    own = YAML.replace("by: channel", "by: channel\nchannels: |\n  [sources]\n  [[channel]]\n"
                       '  name = "Paid Search"\n  medium_is = ["cpc"]\n  [[channel]]\n'
                       '  name = "Email"\n  medium_is = ["email"]\n')  # fmt: skip
    (tmp_path / "course.yaml").write_text(own)
    footfall("attribution", "test", tmp_path, "--channels", rules)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("story:", "stories:", "story"),
        ("by: channel", "by: colour", "colour"),
        ("first_share: 0.25", "first_share: 2", "first_share"),
        ("first_share: 0.25", "first_share: 0.5", "more than 1 together"),
        ("utm_source: google", "utm_sorce: google", "events, row 1"),
        ("2026-03-01T10:00:00Z", "2026-03-01", "events, row 1, occurred_at"),
        ("session_id: 1, action", "session_id: one, action", "events, row 3, session_id"),
        ("amount_minor: 100", "amount_minor: 1e2", "events, row 3, amount_minor"),
        ("amount_minor: 100", "amount_minor: 99999999999999999999", "64 bits"),
        ("amount_minor: 100", "amount_minor: [100]", "no single value"),
        ("model: position", "model: positon", "position"),
        ("value: Email", "value: Paid Search", "credits, row 2"),
        ("credit_minor: 75", "credit: 75", "credits, row 2"),
        ("credits:", "credits: {}\nx:", "there is no key"),
        ("events:", "events: [", "no YAML"),
    ],
)
def test_a_history_that_cannot_be_used_fails_by_its_place(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in YAML
    (tmp_path / "course.yaml").write_text(YAML.replace(old, new, 1))
    (tmp_path / "right.yaml").write_text(YAML)
    told = footfall("attribution", "test", tmp_path, status=1).stdout
    assert "FAILED course.yaml" in told
    assert said in told
    assert "ok     right" in told


def test_a_folder_without_histories_says_what_one_is(tmp_path: Path) -> None:
    assert "credits.csv" in footfall("attribution", "test", tmp_path, status=1).stderr
    strange = tmp_path / "strange"
    strange.mkdir()
    (strange / "credits.csv").write_text("order,model,value,credit_minor\n")
    (strange / "event.csv").write_text("occurred_at\n")
    assert "Did you mean “events”?" in footfall("attribution", "test", tmp_path, status=1).stdout
