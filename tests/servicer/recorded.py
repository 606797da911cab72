"""A registry that records somebody of each kind, and how its RecordService is called."""

from __future__ import annotations

from pathlib import Path

from registry.access.identity import Caller, CallerRole
from registry.v1 import statement_pb2
from registry.v1.record_service_pb2_grpc import RecordServiceStub
from registry.v1.subject_pb2 import (
    CAPACITY_EXPERT,
)
from tests.support.events import (
    ban,
    fields,
    firm,
    licence,
    list_entry,
    penalty,
    person,
    placed,
)
from tests.support.served import Served
from tests.support.spine import Spine, found_spine, furnish

FIRM, FINED, PERSON, NUMBER = firm(1), person(1), person(2), person(1).identifier.value


def recorded(directory: Path) -> Spine:
    """A firm with a penalty and a ban, a person who was fined, and one who is listed and banned."""
    spine = furnish(found_spine(directory))
    spine.deliver()
    placed(spine.say("市场监管", event=licence("市场监管", FIRM)))
    content = fields(
        cflb="罚款",
        nr_fk="5",
        frdb="示例某",
        fr_zjlx="身份证",
        fr_zjhm=NUMBER,
        wfxw=f"法定代表人({NUMBER})授意",
        xdr_shxym=FIRM.identifier.value,
    )
    fine = penalty("住建", FIRM, "2026-04-10", severity=statement_pb2.SEVERITY_GENERAL, content=content)
    placed(spine.say("住建", "fine", event=fine))
    placed(spine.say("财政", event=ban("财政", FIRM, "M-PRO-01", "2026-03-01", "2028-03-01")))
    content = fields(cflb="罚款", xdr_mc="示例某", fr_zjhm=NUMBER, wfxw="示例某无证经营", sy=NUMBER)
    fine = penalty("市场监管", FINED, "2026-04-10", severity=statement_pb2.SEVERITY_GENERAL, content=content)
    placed(spine.say("市场监管", event=fine))
    expert = ban("财政", PERSON, "M-PRO-03", "2026-03-01", "2029-03-01", capacity=CAPACITY_EXPERT)
    placed(spine.say("财政", event=expert))
    placed(spine.say("法院", event=list_entry("法院", PERSON, "L-01", "2026-03-01", "2028-03-01")))
    return spine


def stub(served: Served, caller: Caller | None = None) -> RecordServiceStub:
    return RecordServiceStub(served.channel(caller or served.department("住建")))


def portal(served: Served) -> Caller:
    return served.system(CallerRole.PROCUREMENT_SYSTEM)
