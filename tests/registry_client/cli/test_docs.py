"""docs/registryctl.md says what the commands say (in the manner of sqlite-utils' tests/test_docs.py)."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from registry_client.cli.docs import command_of, command_paths, help_text, page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "registryctl.md"
COMMANDS = sorted(command_paths())
BRIEF = {
    "submit",
    "check",
    "departments",
    "keys",
    "officials",
    "checkpoint",
    "keygen",
    "refusals",
    "statement",
    "catalogue",
    "catalogue check",
    "catalogue diff",
    "catalogue simulate",
}


def test_the_page_is_what_the_help_texts_make() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m registry_client.cli.docs > docs/registryctl.md"


def test_the_module_writes_the_page() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "registry_client.cli.docs"], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == page()


def test_every_command_is_there() -> None:
    assert set(COMMANDS) >= {f"registryctl {name}" for name in BRIEF}


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_explained_in_the_page(path: str) -> None:
    text = PAGE.read_text("utf-8")
    assert f"$ {path} --help" in text
    assert help_text(path) in text
    for parameter in command_of(path).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert all(option in help_text(path) for option in parameter.opts)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_a_help_text_in_chinese_first(path: str) -> None:
    command = command_of(path)
    assert command.help
    assert "\u4e00" <= command.help[0] <= "\u9fff"
    if path != "registryctl":
        assert command.short_help
        assert "\u4e00" <= command.short_help[0] <= "\u9fff"


def test_no_line_of_a_help_text_is_wider_than_the_terminal() -> None:
    assert max(map(cell_len, page().splitlines())) <= 80


@pytest.mark.parametrize("path", ["registryctl", "registryctl check", "registryctl log prove"])
def test_the_short_option_asks_for_help_too(path: str) -> None:
    _, *words = path.split()
    said = [CliRunner().invoke(command_of("registryctl"), [*words, option]) for option in ("-h", "--help")]
    assert said[0].exit_code == 0
    assert said[0].output == said[1].output
