"""Referrals over the wire: who may count what, and who sees whose files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.v1 import referral_service_pb2 as pb
from registry.v1 import supervision_file_pb2 as files
from registry.v1 import supervision_pb2 as acts
from registry.v1.referral_service_pb2_grpc import ReferralServiceStub
from registry.v1.supervision_file_service_pb2_grpc import SupervisionFileServiceStub
from tests.support.events import placed
from tests.support.referrals import (
    FIRE,
    HOUSING,
    MARKET,
    OVERSIGHT,
    POLICE,
    Town,
    acceptance,
    clue,
    receipt,
    town_of,
    urging,
)
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import ORIGIN, found_spine, furnish

BEGUN = date(2026, 11, 2)
_Served = tuple[Served, Town]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Served]:
    """Two clues to 消防, one read late and the other never, and one to 住建 that it refused."""
    directory = tmp_path_factory.mktemp("referrals") / "registry"
    town = town_of(furnish(found_spine(directory, BEGUN), [MARKET, HOUSING], delivered=False))
    with serving(town.spine) as served:
        for number, to in (("YS-1", FIRE), ("YS-2", FIRE), ("YS-3", HOUSING)):
            placed(town.act(MARKET, referral=clue(town, number, to=to)))
        placed(town.act(HOUSING, receipt=receipt(town, "YS-3")))
        refusal = acceptance(town, "YS-3", accepted=False)
        placed(town.act(HOUSING, referral_acceptance=refusal))
        town.spine.clock.move_to(date(2026, 11, 9))
        placed(town.act(FIRE, receipt=receipt(town, "YS-1")))
        placed(town.act(OVERSIGHT, urging=urging(town, town.file("YS-2"), due_on="2026-11-11")))
        yield served, town


def caller(town: Town, key: str) -> Caller:
    return Caller(CallerRole.DEPARTMENT, town.code(key), ORIGIN)


def counted(running: _Served, who: Caller, **asked: str) -> dict[str, dict[str, int]]:
    stub = ReferralServiceStub(running[0].channel(who))
    request = pb.GetReferralStatisticsRequest(**asked)
    found = stub.GetReferralStatistics(request, timeout=DEADLINE_S).counts
    names = [field.name for field in pb.ReferralCount.DESCRIPTOR.fields if field.name not in ("kind", "to")]
    return {row.to: {name: getattr(row, name) for name in names if getattr(row, name)} for row in found}


def test_referrals_are_counted_by_what_became_of_them(running: _Served) -> None:
    served, town = running
    assert counted(running, served.system(CallerRole.AUDITOR), on="2026-11-09") == {
        town.code(FIRE): {
            "referred": 2, "received": 1, "urged": 1, "steps_late": 1, "steps_overdue": 1,
        },
        town.code(HOUSING): {"referred": 1, "received": 1, "refused": 1, "steps_in_time": 2},
    }  # fmt: skip


def test_department_counts_its_own_and_who_oversees_everybodys(running: _Served) -> None:
    served, town = running
    fire, housing = town.code(FIRE), town.code(HOUSING)
    assert counted(running, caller(town, FIRE)).keys() == {fire}
    assert counted(running, caller(town, MARKET)).keys() == {fire, housing}
    assert counted(running, caller(town, POLICE)) == {}
    assert counted(running, caller(town, OVERSIGHT)).keys() == {fire, housing}
    assert counted(running, served.registrar(), department=fire).keys() == {fire}
    with pytest.raises(grpc.RpcError):
        counted(running, caller(town, FIRE), department=housing)


def test_counts_are_of_a_period_as_seen_on_a_day(running: _Served) -> None:
    auditor = running[0].system(CallerRole.AUDITOR)
    assert counted(running, auditor, **{"from": "2026-11-03"}) == {}
    assert counted(running, auditor, until="2026-11-01") == {}
    early = counted(running, auditor, on="2026-11-02")
    assert "urged" not in early[running[1].code(FIRE)]
    call = ReferralServiceStub(running[0].channel(auditor)).GetReferralStatistics
    request = pb.GetReferralStatisticsRequest(until="昨天")
    assert refused(lambda: call(request, timeout=DEADLINE_S)).reason == "DATE_INVALID"


def file_at(running: _Served, who: Caller, number: str) -> Any:
    stub = SupervisionFileServiceStub(running[0].channel(who))
    request = files.GetFileRequest(file=running[1].file(number))
    return stub.GetFile(request, timeout=DEADLINE_S)


def test_who_oversees_sees_what_is_due_and_reads_what_it_acted_in(running: _Served) -> None:
    served, town = running
    oversight = caller(town, OVERSIGHT)
    stub = SupervisionFileServiceStub(served.channel(oversight))
    due = stub.ListObligations(files.ListObligationsRequest(), timeout=DEADLINE_S).obligations
    assert {each.department for each in due} == {town.code(FIRE), town.code(MARKET)}
    assert file_at(running, oversight, "YS-1").file.addressee == town.code(FIRE)
    assert not file_at(running, oversight, "YS-1").statements
    assert len(file_at(running, oversight, "YS-2").statements) == 2


def test_a_referral_is_known_to_its_parties_alone(running: _Served) -> None:
    town = running[1]
    assert len(file_at(running, caller(town, FIRE), "YS-1").statements) == 2
    with pytest.raises(grpc.RpcError):
        file_at(running, caller(town, POLICE), "YS-1")
    stub = SupervisionFileServiceStub(running[0].channel(caller(town, POLICE)))
    listed = stub.ListFiles(files.ListFilesRequest(kind=acts.FILE_KIND_REFERRAL), timeout=DEADLINE_S)
    assert not listed.files
