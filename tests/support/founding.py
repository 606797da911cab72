"""A registry founded with another edition than the current one, to go through a change of law."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from demo.departments import OPERATOR
from registry.commands.found import Operator
from registry.config import load_config
from registry.engine import start_engine
from registry.installation import Plan, create_installation
from registry.provenance.keys import FileSigner
from tests.support.clock import SetClock
from tests.support.spine import ORIGIN, Spine


def found_with(directory: Path, edition: str, today: date) -> Spine:
    """An installation whose only statement is the genesis, with a shipped edition by its label."""
    clock = SetClock(today)
    operator = Operator(OPERATOR.office.code, OPERATOR.office.name, "130900")
    plan = Plan(ORIGIN, operator, "127.0.0.1:0", ["127.0.0.1", "localhost"], edition)
    create_installation(directory, plan, clock=clock)
    config = load_config(directory)
    spine = Spine(directory, config, clock, start_engine(config, clock))
    spine.signers[OPERATOR.key] = FileSigner.load(directory / "keys" / "operator.key", None)
    return spine
