"""Runs ``footfall`` commands in this process, as a shell would see them."""

import json
from typing import Any

from click.testing import CliRunner, Result

from footfall.cli.main import main


def footfall(*arguments: object, status: int = 0, **environment: str) -> Result:
    """Run a command that must end with this status."""
    result = CliRunner(env=environment).invoke(main, [str(each) for each in arguments])
    assert result.exit_code == status, result.output
    return result


def footfall_json(*arguments: object, **environment: str) -> Any:
    """Run a command with ``--json`` and return what it printed."""
    return json.loads(footfall(*arguments, "--json", status=0, **environment).stdout)
