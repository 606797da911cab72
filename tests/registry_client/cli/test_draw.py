"""``registryctl roster``, ``plan``, ``draw`` and ``verify-draw``: from two files to a draw that a third party
repeats with nothing but the published package and the log's key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from registry.access.identity import Caller, CallerRole
from registry_client import Numbering
from registry_client.cli.draw import write_zip
from registry_client.cli.group import registryctl
from registry_client.supervision.draw_package import zipped
from tests.registry_client.cli.conftest import Run
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.clock import this_day
from tests.support.draw_packages import MadeLog
from tests.support.draws import DrawOffice, inspector_rows, object_rows, storing
from tests.support.matters import MARKET, MatterTown
from tests.support.served import serving
from tests.support.spine import ORIGIN, furnish

_ROSTER = "统一社会信用代码或编号,对象种类,名称,信用等级,所属地区,行业,适用事项\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """A market bureau at its terminal."""

    made: DrawOffice
    office: Office
    folder: Path
    day: date

    @property
    def last(self) -> str:
        return f"{self.day.year}-12-31"

    def act(self, *arguments: str | Path) -> Run:
        return self.office.ctl(*arguments, "--act", "--key", self.office.directory / "own.pem")

    def write(self, name: str, text: str) -> Path:
        path = self.office.directory / name
        path.write_text(text, "utf-8")
        return path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    day = this_day()
    spine = furnish(storing(tmp_path / "registry", day), ["市场监管", "住建"], delivered=False)
    made = DrawOffice.of(MatterTown.of(spine))
    with serving(spine) as served:
        office = office_of(served, tmp_path / "office", Caller(CallerRole.DEPARTMENT, MARKET, ORIGIN))
        made.town.keys["监管员"].save(office.directory / "own.pem", None)
        Numbering.generate().save(office.directory / "statement.secret")
        (tmp_path / "published").mkdir()
        yield Desk(made, office, tmp_path / "published", day)


def objects_text() -> str:
    rows = [f"{code},企业,{name},{grade},{region},{industry},SP-1\n"
            for code, _, name, grade, region, industry, _ in object_rows(20)]  # fmt: skip
    return _ROSTER + "".join(rows)


def inspectors_text() -> str:
    rows = [f"{each[0]},{each[1]},{each[2]}\n" for each in inspector_rows(6)]
    return "工号,科室,执法证号\n" + "".join(rows)


def plan_text(year: int) -> str:
    heading = "事项编号,审批事项或类别,抽查内容,事项类别,抽查数量,抽查千分比,开始日期,结束日期\n"
    return heading + f"1,SP-1,进货查验,一般,4,,{year}/1/1,{year}-12-31\n"


def draw_ordered(desk: Desk) -> None:
    """From files to the order."""
    objects, inspectors = desk.write("对象.csv", objects_text()), desk.write("人员.csv", inspectors_text())
    recusals = desk.write("回避.csv", f"应回避对象,应回避人员工号\n{object_rows(1)[0][0]},SC-01\n")
    shared = ("--as-of", desk.day.isoformat(), "--upload")
    for path, kind, number in ((objects, "objects", "M-1"), (inspectors, "inspectors", "R-1")):
        out = desk.folder / f"{kind}.csv"
        run = desk.act("roster", "commit", path, "--kind", kind, "--number", number, *shared, "--out", out)
        assert run.exit_code == 0, run.output + run.errors
    filed = ("--filing-number", "沧示备1号", "--filed-on", desk.day.isoformat())
    plan = desk.write("计划.csv", plan_text(desk.day.year))
    run = desk.act(
        "plan", "record", plan, "--number", "JH", "--year", str(desk.day.year), "--title", "计划", *filed
    )
    assert run.exit_code == 0, run.output
    run = desk.act(
        "draw", "order", "--number", "CQ-1", "--plan", "JH", "--item", "1", "--objects", "M-1",
        "--inspectors", "R-1", "--wanted", "4", "--weight", "D=4", "--recusals", recusals, "--recusals-out",
        desk.folder / "recusals.csv", "--inspect-by", desk.last, "--files", desk.folder, "--upload",
    )  # fmt: skip
    assert run.exit_code == 0, run.output + run.errors


def test_a_draw_from_files_to_a_package_that_a_third_party_repeats(desk: Desk, tmp_path: Path) -> None:
    draw_ordered(desk)
    out, package = desk.folder / "result.csv", tmp_path / "CQ-1.zip"
    early = desk.office.ctl("draw", "run", "CQ-1", "--files", desk.folder, "--out", out)
    assert (early.exit_code, out.exists()) == (3, False)
    assert "还没有可以取随机数" in early.errors
    desk.made.beacon()
    run = desk.act("draw", "run", "CQ-1", "--out", out, "--upload")
    assert run.exit_code == 0, run.output + run.errors
    assert out.read_bytes().count(b"\n") == 5
    for more, target in ((("--files", desk.folder), tmp_path / "folder"), ((), package)):
        run = desk.office.ctl("draw", "publish", "CQ-1", *more, "--out", target)
        assert run.exit_code == 0, run.errors
    assert offline(tmp_path / "folder", "--log-key", vkey_of(desk)).exit_code == 0
    assert "4户" in desk.office.ctl("draw", "list").output
    assert "4" in desk.office.ctl("plan", "list").output
    key = vkey_of(desk)
    checked = offline(package, "--log-key", key)
    assert checked.exit_code == 0, checked.output
    assert "抽取相符" in checked.output


def vkey_of(desk: Desk) -> str:
    """What the log prints as its key."""
    from registry.provenance.keys import FileSigner
    from registry.provenance.verifying_key import load_verifying_key
    from registry.provenance.vkey import NoteKey

    spine = desk.made.town.spine
    signer = FileSigner.load(spine.directory / "keys" / "log.key", None)
    return NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key)).vkey


def offline(package: Path, *options: str | Path) -> Run:
    """``verify-draw`` with nothing in its environment."""
    done = CliRunner().invoke(
        registryctl, ["verify-draw", str(package), *map(str, options)], env={"COLUMNS": "80"}
    )
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Run(done.exit_code, done.stdout, done.stderr)


def test_an_order_that_might_fail_for_want_of_inspectors_is_stopped_beforehand(desk: Desk) -> None:
    draw_ordered(desk)
    gone = "".join(f"{object_rows(1)[0][0]},SC-0{number}\n" for number in range(1, 6))
    recusals = desk.write("多.csv", f"应回避对象,应回避人员工号\n{gone}")
    run = desk.office.ctl(
        "draw", "order", "--number", "CQ-2", "--plan", "JH", "--item", "1", "--objects", "M-1",
        "--inspectors", "R-1", "--wanted", "4", "--recusals", recusals, "--inspect-by", desk.last,
        "--files", desk.folder,
    )  # fmt: skip
    assert run.exit_code == 3
    assert "只有1人" in run.errors


def test_every_fault_of_a_roster_is_told_by_its_cell(desk: Desk) -> None:
    text = _ROSTER + "91350100M000100Y44,企业,,A,13,食品,\nP-1,公司,示例,A,,,\n"
    run = desk.office.ctl(
        "roster", "prepare", desk.write("坏.csv", text), "--kind", "objects", "--out", desk.folder / "x.csv"
    )
    assert run.exit_code == 1
    for place in ("名称", "所属地区", "行业", "对象种类"):
        assert place in run.output
    assert not (desk.folder / "x.csv").exists()


def made_package(tmp_path: Path) -> tuple[MadeLog, Path]:
    log = MadeLog()
    log.draw()
    with (tmp_path / "package.zip").open("wb") as target:
        zipped(log.package(), target)
    return log, tmp_path / "package.zip"


def test_verify_draw_tells_what_is_wrong_by_line_and_exit_code(tmp_path: Path) -> None:
    log, package = made_package(tmp_path)
    assert offline(package, "--log-key", log.vkey).exit_code == 0
    as_json = offline(package, "--log-key", log.vkey, "--json").objects[0]
    assert as_json["ok"] is True
    log.files["result.csv"] = log.files["result.csv"].replace(b"1,", b"9,", 1)
    with (tmp_path / "lie.zip").open("wb") as target:
        zipped(log.package(), target)
    lie = offline(tmp_path / "lie.zip", "--log-key", log.vkey)
    assert lie.exit_code == 1
    assert "FAILED" in lie.output
    assert "抽取不符" in lie.output
    assert offline(tmp_path / "none.zip", "--log-key", log.vkey).exit_code == 3
    assert offline(package, "--log-key", "no key").exit_code == 3
    assert offline(package).exit_code == 2


def test_a_zip_that_breaks_off_is_not_left_in_the_way(tmp_path: Path) -> None:
    log, _ = made_package(tmp_path)

    def full(_name: str) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        write_zip(replace(log.package(), opened=full), tmp_path / "new.zip")
    assert not (tmp_path / "new.zip").exists()
    write_zip(log.package(), tmp_path / "new.zip")
    with pytest.raises(FileExistsError):
        write_zip(log.package(), tmp_path / "new.zip")


def test_verify_draw_takes_a_policy_of_log_and_witnesses(tmp_path: Path) -> None:
    log, package = made_package(tmp_path)
    policy = tmp_path / "policy"
    policy.write_text(f"log {log.vkey}\nquorum none\n", "utf-8")
    assert offline(package, "--policy", policy).exit_code == 0


def test_verify_draw_needs_no_network_library() -> None:
    asked = (
        "import sys; from registry_client.cli.group import registryctl; registryctl.commands['verify-draw'];"
        "print('grpc' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
