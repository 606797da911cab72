"""``--pdf`` of check, screen and certificate, against the running services: filed, then verified alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from registry.access.identity import CallerRole
from registry.provenance.witness_policy import Policy
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF
from registry_client.cli.failure import Failure
from registry_client.cli.group import registryctl
from registry_client.cli.receipt_options import Filing, Unsigned
from registry_client.verification import verify
from registry_papers.answers import check_page
from tests.receipts.serving import serving_receipts
from tests.registry_papers import answer_samples as samples
from tests.registry_papers.fonts_here import need_font
from tests.support.events import ban, new_firm, placed
from tests.support.served import Served
from tests.support.spine import found_spine, furnish
from tests.verification.world import policy_text

VERIFY_AT = "https://credit.example/verify"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("papers") / "registry"))
    with serving_receipts(spine) as running:
        yield running


@pytest.fixture(scope="module")
def policy(served: Served) -> Policy:
    return Policy.parse(policy_text(served.spine).encode())


@pytest.fixture(scope="module")
def asker(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    uri = served.system(CallerRole.PROCUREMENT_SYSTEM).uri
    return credentials(served, uri, tmp_path_factory.mktemp("asker"))


def credentials(served: Served, uri: str, directory: Path) -> Path:
    given = served.authority.client(uri)
    (directory / "ca.pem").write_bytes(served.trusted)
    (directory / "cert.pem").write_bytes(given.certificate)
    (directory / "key.pem").write_bytes(given.key)
    return directory


@pytest.fixture(scope="module")
def banned(served: Served) -> str:
    firm = new_firm()
    placed(served.spine.say("财政", event=ban("财政", firm, "M-PRO-01", "2026-03-01", "2028-03-01")))
    return firm.identifier.value


def ctl(served: Served, caller: Path, *arguments: str | Path) -> Any:
    given = {
        "REGISTRY_TARGET": served.target,
        "REGISTRY_CREDENTIALS": str(caller),
        "REGISTRY_VERIFY_AT": VERIFY_AT,
        "COLUMNS": "80",
    }
    return CliRunner().invoke(registryctl, [str(each) for each in arguments], env=given)


@pytest.mark.parametrize("evidence", ["proof", "signed"])
def test_check_files_a_paper_that_is_verified_by_itself(
    served: Served, asker: Path, policy: Policy, banned: str, tmp_path: Path, evidence: str
) -> None:
    need_font()
    path = tmp_path / "回执.pdf"
    words = ("check", banned, "--domain", "政府采购", "--role", "投标人", "--evidence", evidence)
    run = ctl(served, asker, *words, "--pdf", path)
    assert run.exit_code == 1, run.stderr
    assert f"文书：{path}" in run.stderr
    report = verify(path, policy)
    assert report.ok, report.faults
    assert "逐字节一致" in report.lines[-1].detail


def test_of_several_subjects_each_has_its_paper_and_its_receipt(
    served: Served, asker: Path, policy: Policy, banned: str, tmp_path: Path
) -> None:
    need_font()
    other = new_firm().identifier.value
    words = ("check", banned, other, "--domain", "政府采购", "--receipt", tmp_path / "r.pb")
    run = ctl(served, asker, *words, "--pdf", tmp_path / "r.pdf")
    assert run.exit_code == 1, run.stderr
    for number in (1, 2):
        receipt = (tmp_path / f"r-{number}.pb").read_bytes()
        assert check_page((tmp_path / f"r-{number}.pdf").read_bytes()).receipt == receipt
        assert verify(tmp_path / f"r-{number}.pdf", policy).ok


def test_a_screening_report_is_filed_and_verified(
    served: Served, asker: Path, policy: Policy, banned: str, tmp_path: Path
) -> None:
    need_font()
    tender, path = tmp_path / "tender.json", tmp_path / "report.pdf"
    parties = [{"bid": "1", "role": "投标人", "code": banned}]
    parties.append({"bid": "2", "role": "投标人", "code": new_firm().identifier.value})
    told = {"number": "C-1", "title": "示例项目", "domain": "政府采购", "parties": parties}
    tender.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    run = ctl(served, asker, "screen", tender, "--pdf", path)
    assert path.exists(), run.stderr
    assert verify(path, policy).ok
    watched = ctl(served, asker, "screen", tender, "--watch", "--pdf", tmp_path / "other.pdf")
    assert watched.exit_code == 2


def test_what_a_file_contains_is_printed_and_verified(
    served: Served, policy: Policy, banned: str, tmp_path: Path
) -> None:
    need_font()
    office = credentials(served, served.department("财政").uri, tmp_path)
    run = ctl(served, office, "record", banned, "--pdf", tmp_path / "record.pdf")
    assert run.exit_code == 0, run.stderr
    report = verify(tmp_path / "record.pdf", policy)
    assert report.ok, report.faults


def test_a_special_credit_report_is_printed_and_verified(
    served: Served, asker: Path, policy: Policy, banned: str, tmp_path: Path
) -> None:
    need_font()
    path = tmp_path / "report.pdf"
    run = ctl(served, asker, "certificate", banned, "--domain", "政府采购", "--pdf", path)
    assert run.exit_code == 0, run.stderr
    report = verify(path, policy)
    assert report.ok, report.faults
    assert "附全部证明" in run.stderr


def test_a_report_of_a_registry_that_signs_none_is_printed_as_unsigned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    need_font()
    answer = samples.answer_of(samples.certificate()).SerializeToString(deterministic=True)
    path = tmp_path / "report.pdf"
    Filing(None, EVIDENCE_LEVEL_PROOF, path).save([Unsigned(answer)])
    assert "没有签名，不能核验" in capsys.readouterr().err
    assert check_page(path.read_bytes()).receipt is None
    with pytest.raises(Failure, match="没有为这一答复出具回执"):
        Filing(tmp_path / "report.pb", EVIDENCE_LEVEL_PROOF).save([Unsigned(answer)])
    assert not (tmp_path / "report.pb").exists()


def test_what_cannot_be_printed_is_said_before_anything_is_asked(
    served: Served, asker: Path, banned: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, words = tmp_path / "r.pdf", ("check", banned, "--domain", "政府采购")
    assert ctl(served, asker, *words, "--receipt", path).exit_code == 2
    path.write_bytes(b"there")
    taken = ctl(served, asker, *words, "--pdf", path)
    assert (taken.exit_code, taken.stdout) == (3, "")
    monkeypatch.setattr("registry_papers.fonts.usual_folders", lambda: ())
    without = ctl(served, asker, *words, "--pdf", tmp_path / "s.pdf")
    assert (without.exit_code, without.stdout) == (3, "")
    assert "fonts-noto-cjk" in without.stderr


def test_a_paper_that_fails_after_all_costs_no_receipt(
    served: Served, asker: Path, policy: Policy, tmp_path: Path
) -> None:
    need_font()
    tender = tmp_path / "tender.json"
    parties = [
        {"bid": "1", "role": "投标人", "code": new_firm().identifier.value, "name": "沧州\ue000(示例)"}
    ]
    told = {"number": "C-1", "domain": "政府采购", "parties": parties}
    tender.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    run = ctl(served, asker, "screen", tender, "--pdf", tmp_path / "report.pdf")
    assert run.exit_code == 3
    assert "U+E000" in run.stderr
    assert "回执已经保存" in run.stderr
    assert not (tmp_path / "report.pdf").exists()
    assert verify(tmp_path / "report.receipt", policy).ok
