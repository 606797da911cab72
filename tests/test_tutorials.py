"""The first hour of each of the three users: what the page says is run, and prints what the page says."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import pytest

from demo.departments import BY_KEY, OPERATOR
from demo.parties import CLEAN, COLLUDED
from demo.town import founded_town, served_at
from registry.access.identity import Caller, CallerRole
from registry.domain.periods import china_day
from registry.editions import CURRENT_LABEL
from registry.engine import now_ms
from registry.installation import issue_client
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry_client.numbering import Numbering
from tests.support.command import ROOT, in_process
from tests.support.tutorial import Shell, brought_to, fences, first_missing, free_port, run_page

PAGES = ROOT / "docs/tutorials"
ORIGIN = "credit.example/cangzhou"
DELIVERED = {
    "法院": ["L-01"], "财政": ["L-02"], "税务": ["L-03"], "人社": ["L-04"], "应急": ["L-05"],
    "市场监管": ["L-06", "L-90"],
}  # fmt: skip


@contextmanager
def nothing(_directory: Path) -> Iterator[str]:
    """The administrator begins with an empty directory; the port that the page will listen on."""
    yield free_port()


@contextmanager
def founded(directory: Path) -> Iterator[str]:
    """What a department is handed, and what its registrar has, at a registry that knows neither yet."""
    home = directory.parent / "registry"
    given = ("--operator-code", OPERATOR.office.code, "--operator-name", OPERATOR.office.name)
    made = in_process("init", "--directory", home, "--address", "127.0.0.1:0", *given)
    assert made.code == 0, made.err
    caller = Caller(CallerRole.DEPARTMENT, BY_KEY["财政"].office.code, ORIGIN)
    shutil.copytree(issue_client(home, "finance", caller, now_ms=now_ms()), directory / "finance")
    registrar = Path(shutil.copytree(home / "clients/registrar", directory / "registrar"))
    shutil.copy(home / "keys/operator.key", directory)
    Numbering.generate().save(registrar / "statement.secret")
    with served_at(home) as target:
        yield target.rpartition(":")[2]


@contextmanager
def inhabited(directory: Path) -> Iterator[str]:
    """What a procurement platform is handed, at a registry in which every list is delivered, one firm is
    barred and another is not."""
    with founded_town(directory.parent / "registry", CURRENT_LABEL) as town:
        today = china_day(now_ms())
        for party in (CLEAN, COLLUDED):
            subject = subject_pb2.Subject(identifier=party.identifier, kind=party.kind, name=party.name)
            town.state("市场监管", pb.Event(subject=subject, category="E-01", effective_from="2020-01-06"))
        town.state("财政", barred(today))
        for department, lists in DELIVERED.items():
            for code in lists:
                town.state(department, pb.Delivery(list_code=code, as_of=today.isoformat()))
        shutil.copytree(town.directory / "clients/procurement", directory / "platform")
        policy = in_process("policy", "--directory", town.directory)
        (directory / "verify.policy").write_text(policy.out, encoding="utf-8")
        yield town.target.rpartition(":")[2]


def barred(today: date) -> pb.Event:
    """A firm is barred from government procurement from this year on."""
    office, decided = BY_KEY["财政"].office, date(today.year, 1, 1).isoformat()
    return pb.Event(
        subject=subject_pb2.Subject(identifier=COLLUDED.identifier, kind=COLLUDED.kind, name=COLLUDED.name),
        category="E-51",
        document=pb.Document(
            number="沧示财采罚〔2026〕1号",
            authority=office.name,
            authority_code=office.code,
            decided_on=decided,
        ),
        legal_basis=["政府采购法 第七十七条"],
        measures=[
            pb.ImposedMeasure(
                measure_code="M-PRO-01",
                **{"from": decided},  # type: ignore[arg-type]
                until=date(today.year + 2, 1, 1).isoformat(),
            )
        ],
    )


BEGINNINGS = {"administrator": nothing, "department": founded, "procurement-system": inhabited}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_commands_of_the_tutorial_do_what_its_page_says(name: str, tmp_path: Path) -> None:
    directory = tmp_path / "work"
    directory.mkdir()
    page = (PAGES / f"{name}.md").read_text("utf-8")
    with BEGINNINGS[name](directory) as port, closing(Shell(directory)) as shell:
        ran = list(run_page(brought_to(page, china_day(now_ms()), port), shell, directory))
    assert len(ran) > 15


def test_every_tutorial_is_run() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == set(BEGINNINGS)


def test_output_that_a_page_tells_must_come_in_its_order() -> None:
    printed = "结果  序号\n接收  1   event.0a1b\n完成\n"
    assert first_missing("接收 1 event.…\n完成", printed) is None
    assert first_missing("完成\n接收 1", printed) == "接收1"
    assert first_missing("接收 2", printed) == "接收2"


def test_page_is_brought_to_the_year_in_which_it_is_read() -> None:
    page = "127.0.0.1:8443 2026-03-02 2028-12-31 〔2026〕7号"
    assert brought_to(page, date(2027, 1, 5), "1") == "127.0.0.1:1 2026-03-02 2028-12-31 〔2026〕7号"
    assert brought_to(page, date(2027, 11, 25), "1") == "127.0.0.1:1 2027-03-02 2029-12-31 〔2026〕7号"


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.md")), ids=lambda path: path.stem)
def test_every_command_of_a_tutorial_is_marked_to_be_run(path: Path) -> None:
    page = path.read_text("utf-8")
    marked = [fence.line for fence in fences(page)]
    opened = [
        number for number, line in enumerate(page.splitlines(), 1) if line.startswith("```") and line != "```"
    ]
    assert marked == opened
