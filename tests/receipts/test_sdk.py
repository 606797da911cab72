"""Receipts as a program and a clerk get them: asked for, held against the question, put on file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from click.testing import CliRunner
from google.protobuf.json_format import Parse

from registry.access.identity import CallerRole
from registry.v1 import receipt_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.receipt_pb2 import EVIDENCE_LEVEL_PROOF, EVIDENCE_LEVEL_SIGNED
from registry.v1.restriction_service_pb2 import CheckRequest
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry_client import AnswerError, Credentials, Question, Registry, Tender, TenderParty, uscc
from registry_client.cli.group import registryctl
from registry_client.receipts import Receipt, Wanted
from tests.receipts.checking import proven, signed
from tests.receipts.serving import serving_receipts
from tests.support.events import ban, list_entry, new_firm, placed
from tests.support.served import Served
from tests.support.spine import found_spine, furnish

QUESTION = Question(domain=subject_pb2.DOMAIN_PROCUREMENT, role=subject_pb2.SUBJECT_ROLE_BIDDER)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("sdk") / "registry"))
    with serving_receipts(spine) as running:
        yield running


@pytest.fixture(scope="module")
def credentials(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Path]:
    """A directory with the credentials of a caller."""

    def make(caller: Any) -> Path:
        directory = tmp_path_factory.mktemp("caller")
        given = served.authority.client(caller.uri)
        (directory / "ca.pem").write_bytes(served.trusted)
        (directory / "cert.pem").write_bytes(given.certificate)
        (directory / "key.pem").write_bytes(given.key)
        return directory

    return make


@pytest.fixture(scope="module")
def asker(served: Served, credentials: Callable[[Any], Path]) -> Path:
    return credentials(served.system(CallerRole.PROCUREMENT_SYSTEM))


@pytest.fixture(scope="module")
def registry(served: Served, asker: Path) -> Iterator[Registry]:
    with Registry(served.target, Credentials.load(asker)) as connection:
        yield connection


@pytest.fixture(scope="module")
def banned(served: Served) -> str:
    firm = new_firm()
    placed(served.spine.say("财政", event=ban("财政", firm, "M-PRO-01", "2026-03-01", "2028-03-01")))
    return firm.identifier.value


@pytest.mark.parametrize("name", ["receipt.bin", "receipt.json"])
def test_a_receipt_is_saved_and_proves_what_it_proved(
    served: Served, registry: Registry, banned: str, tmp_path: Path, name: str
) -> None:
    result = registry.check(uscc(banned), QUESTION, receipt=EVIDENCE_LEVEL_PROOF)
    assert result.receipt is not None
    assert result.receipt.is_proven
    path = tmp_path / name
    result.receipt.save(path)
    content = path.read_bytes()
    saved = Parse(content, pb.Receipt()) if name.endswith("json") else pb.Receipt.FromString(content)
    proven(saved, served.spine.engine.state)
    with pytest.raises(FileExistsError):
        result.receipt.save(path)


def test_without_a_level_there_is_no_receipt(registry: Registry, banned: str) -> None:
    assert registry.check(uscc(banned), QUESTION).receipt is None


@pytest.mark.parametrize("each", [False, True])
def test_a_batch_has_one_receipt_or_one_for_each(
    served: Served, registry: Registry, banned: str, each: bool
) -> None:
    codes = [banned, new_firm().identifier.value]
    found = registry.batch_check(
        subject_pb2.IDENTIFIER_TYPE_USCC, codes, QUESTION, receipt=EVIDENCE_LEVEL_SIGNED, each=each
    )
    assert len(found.receipts) == (2 if each else 1)
    for receipt in found.receipts:
        signed(receipt.message, served.spine.engine.state)


def test_a_tender_has_a_receipt(served: Served, registry: Registry, banned: str) -> None:
    bidder = TenderParty(uscc(banned), subject_pb2.SUBJECT_ROLE_BIDDER, bid="1")
    tender = Tender(domain=subject_pb2.DOMAIN_PROCUREMENT, number="CZCG-2026-9", parties=(bidder,))
    (receipt,) = registry.screening.screen(tender, receipt=EVIDENCE_LEVEL_PROOF).receipts
    proven(receipt.message, served.spine.engine.state)


def test_a_shortfall_is_told_in_words(registry: Registry) -> None:
    result = registry.check(uscc("91130902DEM0000000"), QUESTION, receipt=EVIDENCE_LEVEL_PROOF)
    assert result.receipt is not None
    assert not result.receipt.is_proven
    assert result.receipt.shortfalls == ("代码无效, 没有可证明的内容 91130902DEM0000000",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"request_sha256": bytes(32)}, "another request"),
        ({"nonce": b"old"}, "older question"),
        ({"response": b""}, "another answer"),
        ({"method": "registry.v1.RestrictionService/Screen"}, "another answer"),
        ({"given": EVIDENCE_LEVEL_SIGNED}, "less than was asked for"),
    ],
)
def test_a_receipt_that_is_not_for_the_question_is_no_receipt(
    served: Served, asker: Path, banned: str, change: dict[str, Any], words: str
) -> None:
    wanted = Wanted.of(EVIDENCE_LEVEL_PROOF)
    request = CheckRequest(subject=uscc(banned), purpose=QUESTION.purpose(), receipt=wanted.request)
    channel = served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM))
    response = _check(channel)(request)
    answer = pb.Answer.FromString(response.receipt.answer)
    for name, value in change.items():
        setattr(answer, name, value)
    response.receipt.answer = answer.SerializeToString()
    with pytest.raises(AnswerError, match=words):
        wanted.one(request, response, "registry.v1.RestrictionService/Check")


def _check(channel: grpc.Channel) -> Any:
    return RestrictionServiceStub(channel).Check


# --- registryctl


def ctl(served: Served, caller: Path, *arguments: str | Path) -> Any:
    given = {"REGISTRY_TARGET": served.target, "REGISTRY_CREDENTIALS": str(caller), "COLUMNS": "80"}
    return CliRunner().invoke(registryctl, [str(each) for each in arguments], env=given)


def test_registryctl_check_files_a_receipt_for_each_subject(
    served: Served, asker: Path, banned: str, tmp_path: Path
) -> None:
    other, path = new_firm().identifier.value, tmp_path / "回执.bin"
    words = ("check", banned, other, "--domain", "政府采购", "--role", "投标人", "--receipt", path)
    run = ctl(served, asker, *words)
    assert run.exit_code == 1, run.stderr
    for number in (1, 2):
        saved = pb.Receipt.FromString((tmp_path / f"回执-{number}.bin").read_bytes())
        proven(saved, served.spine.engine.state)
    assert run.stderr.count("附全部证明") == 2
    again = ctl(served, asker, *words)
    assert again.exit_code == 3
    assert "已存在" in again.stderr


def test_registryctl_says_where_a_receipt_is_a_signature_alone(
    served: Served, asker: Path, banned: str, tmp_path: Path
) -> None:
    path = tmp_path / "receipt.json"
    run = ctl(
        served, asker, "check", banned, "--domain", "政府采购", "--receipt", path, "--evidence", "signed"
    )
    assert "只有登记系统的签名" in run.stderr
    assert json.loads(path.read_bytes())["version"] == 1


def test_registryctl_record_files_what_it_shows(
    served: Served, credentials: Callable[[Any], Path], tmp_path: Path
) -> None:
    firm, path = new_firm(), tmp_path / "record.bin"
    entry = list_entry("人社", firm, "L-04", "2025-03-01", "2027-03-01")
    position = placed(served.spine.say("人社", event=entry))
    caller = credentials(served.department("人社"))
    run = ctl(served, caller, "record", firm.identifier.value, "--receipt", path, "--json")
    assert run.exit_code == 0, run.stderr
    assert "receipt" not in json.loads(run.stdout)
    checked = proven(pb.Receipt.FromString(path.read_bytes()), served.spine.engine.state)
    assert position in checked.statements


def test_registryctl_screen_files_the_report(
    served: Served, asker: Path, banned: str, tmp_path: Path
) -> None:
    tender, path = tmp_path / "tender.json", tmp_path / "report.bin"
    parties = [{"bid": "1", "role": "投标人", "code": banned}]
    tender.write_text(json.dumps({"number": "C-1", "domain": "政府采购", "parties": parties}), "utf-8")
    run = ctl(served, asker, "screen", tender, "--receipt", path)
    assert path.exists(), run.stderr
    checked = proven(pb.Receipt.FromString(path.read_bytes()), served.spine.engine.state)
    assert checked.answer.method == "registry.v1.RestrictionService/Screen"
    watched = ctl(served, asker, "screen", tender, "--watch", "--receipt", tmp_path / "other.bin")
    assert watched.exit_code == 2


def test_what_cannot_be_read_is_no_receipt() -> None:
    with pytest.raises(AnswerError):
        Receipt.of(pb.Receipt(answer=b"\xff"))
