"""The project's own promises: the commands that the documents name exist, and dependencies are bounded."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
# At the beginning of a line or of a piece of code; "make" is an English word too.
MAKE_IN_TEXT = re.compile(r"(?:^[ \t$]*|`)make ([a-z][a-z-]*)", re.MULTILINE)
READMES = ["README.md", "README.zh-CN.md"]
TOP = [
    "registry",
    "tests",
    "docs",
    "clients",
    "deploy",
    "torture",
    "fuzz",
    "scripts",
    "protos",
    "demo",
    "bench",
]
"""Directories in which a path that a document names begins."""
BOUNDED = re.compile(r"(?P<name>[A-Za-z0-9-]+)>=(?P<lowest>[0-9][0-9.]*),<(?P<below>[0-9][0-9.]*)(; .+)?")


def phony_targets() -> set[str]:
    """The targets of the Makefile, by its own declaration."""
    (declared,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    return set(str(declared).split())


def requirements() -> list[str]:
    """Every requirement of pyproject.toml that is not another part of this project."""
    project = PROJECT["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    everything = [*PROJECT["build-system"]["requires"], *project["dependencies"], *extras]
    return [each for each in everything if not each.startswith(f"{project['name']}[")]


@pytest.mark.parametrize("readme", READMES)
def test_the_readme_begins_with_the_demo_and_the_tests(readme: str) -> None:
    named = MAKE_IN_TEXT.findall((ROOT / readme).read_text("utf-8"))
    assert named[:2] == ["demo", "test"]


@pytest.mark.parametrize("document", [*READMES, ".ci/run"])
def test_every_command_that_a_document_names_exists(document: str) -> None:
    named = set(MAKE_IN_TEXT.findall((ROOT / document).read_text("utf-8")))
    assert named <= phony_targets()


def test_every_command_is_listed_by_make_help_in_one_line() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [line.split(maxsplit=2) for line in listed.splitlines()]
    assert {target for _, target, _ in lines} == phony_targets()
    assert len(lines) == len(phony_targets())


def test_make_alone_lists_the_commands() -> None:
    answers = [
        subprocess.run(["make", *target], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for target in ([], ["help"])
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("requirement", requirements())
def test_every_dependency_has_a_lower_and_an_upper_bound(requirement: str) -> None:
    assert BOUNDED.fullmatch(requirement)


@pytest.mark.parametrize("requirement", requirements())
def test_every_dependency_is_locked_within_its_bounds_and_has_its_reason(requirement: str) -> None:
    bounds = BOUNDED.fullmatch(requirement)
    assert bounds
    name = bounds["name"].lower()
    locked = re.search(rf"^{name}==([0-9.]+) ", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert locked, "run make lock"
    lowest, version, below = (
        [int(part) for part in text.split(".")] for text in (bounds["lowest"], locked[1], bounds["below"])
    )
    assert lowest <= version < below
    reasons = (ROOT / "docs/decisions/0001-dependencies.md").read_text("utf-8")
    assert f"\n| {bounds['name']} |" in reasons


def test_every_locked_package_has_a_hash_and_no_address_is_written_down() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    packages = re.split(r"^(?=[a-z0-9-]+==)", lock, flags=re.MULTILINE)[1:]
    assert len(packages) > len(PROJECT["project"]["dependencies"])
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in lock
    assert not re.search(r"^--", lock, re.MULTILINE)


@pytest.mark.parametrize("document", ["SECURITY.md", "docs/reliability.md", *READMES, "docs/upgrading.md"])
def test_every_path_and_link_of_a_document_leads_somewhere(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    lost = {link for link in links if link and not ((ROOT / document).parent / link).exists()}
    code = re.findall(r"`((?:[a-z_.]+/)+[\w.*-]*)(?:::\w+)?`", text)
    named = {path for path in code if path.partition("/")[0] in TOP}
    assert len(links) + len(named) > 1
    assert lost | {path for path in named if not list(ROOT.glob(path.rstrip("/")))} == set()


def test_decisions_are_numbered_once_without_a_gap_and_by_their_heading() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    headings = {path.name: path.read_text("utf-8").partition("\n")[0] for path in decisions}
    assert {name for name, text in headings.items() if not re.match(rf"# 0*{int(name[:4])}\b", text)} == set()


def test_every_part_of_the_registry_stands_in_the_import_contracts() -> None:
    contracts = (ROOT / "pyproject.toml").read_text("utf-8").partition("[tool.importlinter]")[2]
    modules = {path.stem for path in (ROOT / "registry").glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in (ROOT / "registry").glob("*/*.py")}
    named = set(re.findall(r"\bregistry\.(\w+)\b", contracts))
    assert modules | packages <= named


def test_every_directory_with_code_is_a_package() -> None:
    # Import contracts and wheels pass over a directory without __init__.py; migrations are read as files.
    sources = [ROOT / "registry", ROOT / "clients" / "registry_client"]
    folders = {path.parent for source in sources for path in source.rglob("*.py")}
    code = {folder for folder in folders if "migrations" not in folder.parts}
    assert {folder for folder in code if not (folder / "__init__.py").exists()} == set()
