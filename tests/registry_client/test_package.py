"""What importing the package costs, and that its parts keep to themselves."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import registry_client

PACKAGE = Path(registry_client.__file__).parent
OUTSIDE_THE_COMMAND_LINE = sorted(PACKAGE.glob("*.py"))


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_package_imports_nothing_else() -> None:
    assert run("import registry_client, sys; print('grpc' in sys.modules, 'google' in sys.modules)") == (
        "False False"
    )


def test_reading_files_needs_no_network() -> None:
    assert run("from registry_client import read_table; import sys; print('grpc' in sys.modules)") == "False"


@pytest.mark.parametrize("name", registry_client.__all__)
def test_every_public_name_is_found_in_its_module(name: str) -> None:
    assert getattr(registry_client, name).__module__.startswith("registry_client.")
    assert name in dir(registry_client)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = registry_client.nothing


@pytest.mark.parametrize("path", OUTSIDE_THE_COMMAND_LINE, ids=lambda path: path.name)
def test_only_the_command_line_needs_click_and_rich(path: Path) -> None:
    imported = {
        name.split(".")[0] for node in ast.walk(ast.parse(path.read_text("utf-8"))) for name in _names(node)
    }
    assert not imported & {"click", "rich"}


def test_without_click_the_command_says_what_is_missing() -> None:
    program = "import sys; sys.modules['click'] = None; import registry_client.cli as c; c.main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "registryctl needs click and rich: pip install 'credit-registry[cli]'\n"


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
