"""Complaints through the console: taken in, recorded by telephone, every step, the consent of two; and
nothing readable of what is sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.commands.supervision.complaints import Complaints
from registry.evidence.inbox import InboxFiles
from registry.provenance.custodian_proof import opening_key
from registry.provenance.keys import FileSigner
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import OFFICIAL_ROLE_SUBMITTER
from registry_client.supervision.complaints import Desk, Report, sealed_request
from registry_client.supervision.custody import CustodyKey
from registry_client.supervision.sealing import hand_over, open_sealed
from registry_web.console.accounts import Identity
from tests.registry_web.console_core.office import PIN, Office, csrf_of, hidden, office, own
from tests.registry_web.console_pages.forms import At, words
from tests.servicer.supervision.marks import everything_on_disk
from tests.support.ban_cases import KEY
from tests.support.clock import this_day
from tests.support.events import placed
from tests.support.spine import ORIGIN

LIST = "/supervision/complaints"
SAID, WHO = "密言七一九: 后厨有老鼠", "密名七一九, 电话13999999999"
CUSTODIANS = {"handler": "B-11", "partner": "B-12"}


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The bureau with an evidence store and two custodians; the registry's clock is the wall's."""
    with office(tmp_path_factory.mktemp("said")) as made:
        made.spine.clock.move_to(this_day())
        signer = made.spine.appoint(KEY, "B-12", "办公室", OFFICIAL_ROLE_SUBMITTER)
        identity = Identity("department", made.spine.code(KEY), "B-12")
        made.accounts.add("partner", "示例B-12", identity)
        made.ring.add(signer, made.spine.code(KEY), "B-12", PIN)
        state_key(made, "handler", made.bans.signers["handler"])
        state_key(made, "partner", signer)
        yield made


SEEDS = {name: Ed25519PrivateKey.generate() for name in CUSTODIANS}


def state_key(made: Office, name: str, by: FileSigner) -> None:
    key = CustodyKey(SEEDS[name]).statement(
        number=f"BG-{CUSTODIANS[name]}", origin=ORIGIN, department=made.spine.code(KEY),
        official_id=CUSTODIANS[name], window=(today(), "2029-12-31"),
    )  # fmt: skip
    placed(made.spine.say(KEY, by=by, supervision=pb.Supervision(custodian_key=key)))


@pytest.fixture
def at(bureau: Office) -> Iterator[At]:
    made = At(bureau)
    yield made
    for clerk in made.clerks.values():
        clerk.client.close()


def today() -> str:
    return this_day().isoformat()


def one(bureau: Office, number: str) -> str:
    department = bureau.spine.engine.state.directory.department(bureau.spine.code(KEY))
    assert department is not None
    return f"{LIST}/at/{department.position}/{number}"


def telephone(number: str, **changes: str) -> dict[str, str]:
    return {
        "number": number, "kind": "2", "channel": "2", "received_on": today(), "summary": "餐饮门店后厨卫生",
        "matter": "", "subject_name": "", "subject_code": "", "region": "130902", "text": SAID,
        "reporter": WHO,
    } | changes  # fmt: skip


def opened(bureau: Office, digest: str, size: int) -> str:
    keep = bureau.spine.engine.evidence
    assert keep is not None
    blob = b"".join(keep.read(bytes.fromhex(digest), 0, size, caller="test"))
    one_, other = (opening_key(seed) for seed in SEEDS.values())
    message = hand_over(blob, one_, other.public_key().public_bytes_raw())
    return open_sealed(blob, other, message).decode()


def test_a_complaint_by_telephone_is_sealed_and_goes_its_way(bureau: Office, at: At) -> None:
    handler = at("handler")
    done = handler.act(f"{LIST}/new", telephone("TS-1"))
    assert done.accepted, done.text
    page = handler.read(one(bureau, "TS-1"))
    assert "餐饮门店后厨卫生" in page
    assert "密言" not in page
    assert handler.get(f"{one(bureau, 'TS-1')}/accept").status_code == 409
    verified = {"result": "1", "text": "属实", "decision": "", "referral": "", "on": today()}
    assert handler.act(f"{one(bureau, 'TS-1')}/verify", verified).accepted
    told = handler.act(f"{one(bureau, 'TS-1')}/answer", {"manner": "电话", "text": "已立案", "on": today()})
    assert told.accepted, told.text
    page = handler.read(one(bureau, "TS-1"))
    assert "立案" in page
    assert "告知举报人" in page
    assert "TS-1" in handler.read(LIST)
    complaint = bureau.spine.engine.state.store.files(
        [(pb.FILE_KIND_COMPLAINT, bureau.spine.code(KEY), "TS-1")]
    )
    assert complaint


def test_what_two_custodians_read_is_what_was_said(bureau: Office, at: At) -> None:
    handler = at("handler")
    assert handler.act(f"{LIST}/new", telephone("TS-2")).accepted
    view = handler.get(one(bureau, "TS-2")).text
    digests = re.findall(r'class="mono small">([0-9a-f]{32})…', view)
    keep = bureau.spine.engine.evidence
    assert keep is not None
    reference = pb.FileReference(
        kind=pb.FILE_KIND_COMPLAINT, department=bureau.spine.code(KEY), number="TS-2"
    )
    labels = keep.of_file(reference, 10)
    assert {label.sha256.hex()[:32] for label in labels} == set(digests)
    held = {label.sha256.hex(): keep.held(label.sha256) for label in labels}
    assert {opened(bureau, digest, each.size) for digest, each in held.items() if each} == {SAID, WHO}


def test_a_complaint_from_the_web_is_taken_in(bureau: Office, at: At) -> None:
    engine, handler = bureau.spine.engine, at("handler")
    assert engine.evidence is not None
    complaints = Complaints(engine.ask, InboxFiles(engine.evidence.directory / "inbox"))
    (desk,) = complaints.desks(bureau.spine.code(KEY))
    keys = tuple(each.public_key for each in desk.custodians)
    report = Report(kind=pb.COMPLAINT_KIND_DISPUTE, category="合同纠纷", text=SAID)
    sealed = sealed_request(report, Desk(ORIGIN, desk.code, desk.name, keys))
    complaints.lodge(sealed.message)
    assert sealed.number in handler.read(LIST)
    untaken = handler.get(one(bureau, sealed.number))  # Where the list of what is due leads.
    assert (untaken.status_code, untaken.headers["location"]) == (303, f"{LIST}/take/{sealed.number}")
    done = handler.act(f"{LIST}/take/{sealed.number}", {"summary": "合同纠纷", "matter": ""})
    assert done.accepted, done.text
    assert handler.get(f"{LIST}/take/{sealed.number}").status_code == 404
    address = one(bureau, sealed.number)
    assert handler.act(f"{address}/accept", {"accepted": "yes", "reason": "", "on": today()}).accepted
    assert handler.act(f"{address}/mediate", {"stage": "1", "text": "", "on": today()}).accepted
    assert handler.act(f"{address}/mediate", {"stage": "2", "text": "退款", "on": today()}).accepted
    assert "达成调解协议" in handler.read(address)
    assert handler.get(f"{address}/mediate").status_code == 409
    assert handler.get(f"{address}/answer").status_code == 409  # Nobody to be told.


def test_an_opening_waits_for_the_second_custodian(bureau: Office, at: At) -> None:
    handler = at("handler")
    assert handler.act(f"{LIST}/new", telephone("TS-3")).accepted
    address = one(bureau, "TS-3")
    form = {"second": "B-12", "reason": "核实线索", "basis": "行政许可法 第六十五条", "on": today()}
    signed = handler.act(f"{address}/consent", form)
    assert signed.signed is not None, signed.text
    assert "依法开启" not in handler.read(address)
    place, second = signed.page.url.path, at("partner")
    page = second.get(place)
    given = {"csrf": csrf_of(page), "digest": hidden(page, "digest"), "pin": PIN, "answer": ""}
    second.client.post(place, data=given, headers=own(bureau.url))
    assert "已收下并记入日志" in words(second.get(place))
    page = handler.get(address)
    assert "依法开启密封材料" in words(page)
    assert "B-11, B-12" in words(page)
    assert "密言" not in page.text
    assert at("lawyer").get(f"{address}/consent").status_code == 409


def test_a_summary_with_a_telephone_number_is_refused_and_nothing_is_kept_in_clear(
    bureau: Office, at: At
) -> None:
    refused = at("handler").act(f"{LIST}/new", telephone("TS-9", summary="后厨, 电话13999999999"))
    assert not refused.accepted
    assert "手机号码" in refused.text
    for mark in ("密言七一九", "密名七一九"):
        assert not everything_on_disk(bureau.directory, mark.encode())


def test_custodians_are_shown_with_fingerprints_and_others_see_no_texts(bureau: Office, at: At) -> None:
    page = at("handler").read(f"{LIST}/custodians")
    assert "B-11" in page
    assert re.search(r"([0-9A-F]{4} ){7}[0-9A-F]{4}", page)
    listed = at("auditor").read(LIST)
    assert "TS-1" in listed
    assert "后厨" not in at("auditor").read(one(bureau, "TS-1"))
    assert words(at("auditor").get(f"{LIST}/new"))
