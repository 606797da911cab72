"""Who may put evidence in, find it and have it, over the wire; by the writer and by a reader beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.config import CONFIG_NAME, load_config
from registry.v1 import evidence_service_pb2 as pb
from registry.v1 import supervision_pb2 as act
from registry.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from registry_client.calls import Calls
from registry_client.errors import AnswerError, RegistryCallError
from registry_client.supervision.evidence import EvidenceDesk
from tests.support.events import placed
from tests.support.evidence import content_of, digest
from tests.support.referrals import FIRE, HOUSING, MARKET, POLICE, Town, clue, receipt, today, town_of
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish

VIDEO = content_of((1 << 20) * 3 + 5)


class At:
    """A registry that keeps evidence, and the desks of its callers."""

    def __init__(self, town: Town, served: Served) -> None:
        self.town, self.served = town, served

    def desk(self, who: str | CallerRole) -> EvidenceDesk:
        """The desk of a department by its short name, or of somebody in a role."""
        served = self.served
        caller = served.of_role(who) if isinstance(who, CallerRole) else served.department(HOUSING)
        if isinstance(who, str):
            caller = type(caller)(CallerRole.DEPARTMENT, self.town.code(who), caller.origin)
        return EvidenceDesk(served.channel(caller), Calls(20))

    def put(self, who: str, content: bytes, number: str, kind: act.FileKind.ValueType) -> bytes:
        """Uploads for a department, as evidence of a file of its own; answers the digest."""
        file = act.FileReference(kind=kind, department=self.town.code(who), number=number)
        self.desk(who).upload_bytes(content, file, media_type="text/csv", title="材料")
        return digest(content)

    def seen_by(self, who: str | CallerRole, sha256: bytes) -> str:
        """What somebody gets of a digest: bytes, description, or nothing."""
        desk = self.desk(who)
        try:
            found = desk.get(sha256)
        except RegistryCallError as error:
            if error.reason != "NOT_FOUND":
                raise
            with pytest.raises(RegistryCallError, match="NOT_FOUND"):
                desk._calls.unary(desk._stub.DownloadPart, pb.DownloadPartRequest(sha256=sha256))
            return "nothing"
        if not found.readable:
            with pytest.raises(RegistryCallError, match="NOT_FOUND"):
                list(desk.pieces(sha256))
            return "description"
        assert hashlib.sha256(b"".join(desk.pieces(sha256))).digest() == sha256
        return "bytes"


@pytest.fixture(scope="module", params=["writer", "reader"])
def at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[At]:
    spine = found_spine(tmp_path_factory.mktemp("evidence") / "registry")
    settings = spine.directory / CONFIG_NAME
    bounded = "[evidence]\nmax_mib = 64\nquota_mib = 256\n"
    settings.write_text(settings.read_text("utf-8").replace("[evidence]\n", bounded), "utf-8")
    spine.config = load_config(spine.directory)
    spine.reopen()
    town = town_of(furnish(spine))
    with serving(spine, by_reader=request.param == "reader") as served:
        yield At(town, served)


REFERRAL, INSPECTION = act.FILE_KIND_REFERRAL, act.FILE_KIND_INSPECTION


def test_a_file_is_uploaded_and_downloaded_again_from_where_it_was_cut(at: At, tmp_path: Path) -> None:
    source, target = tmp_path / "现场.mp4", tmp_path / "again.mp4"
    source.write_bytes(VIDEO)
    file = act.FileReference(kind=INSPECTION, department=at.town.code(FIRE), number="JC-1")
    told: list[int] = []
    item = at.desk(FIRE).upload(
        source, file, media_type="video/mp4", title="现场视频", progress=lambda done, _: told.append(done)
    )
    assert (item.sha256, item.size, item.title) == (digest(VIDEO), len(VIDEO), "现场视频")
    assert told == [1 << 20, 2 << 20, 3 << 20, len(VIDEO)]
    target.with_name("again.mp4.part").write_bytes(VIDEO[:1_000_001])
    at.desk(FIRE).download(item.sha256, target)
    assert target.read_bytes() == VIDEO
    assert not target.with_name("again.mp4.part").exists()
    (listed,) = at.desk(FIRE).of_file(file).evidence
    assert (listed.complete, listed.readable, listed.size) == (True, True, len(VIDEO))
    assert listed.labels[0].title == "现场视频"


def test_a_download_that_began_with_other_bytes_is_not_kept(at: At, tmp_path: Path) -> None:
    sha256 = at.put(FIRE, VIDEO, "JC-1", INSPECTION)
    (tmp_path / "x.part").write_bytes(b"something else")
    with pytest.raises(AnswerError, match="摘要不符"):
        at.desk(FIRE).download(sha256, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_evidence_of_ones_own_is_for_nobody_else_until_they_are_told(at: At) -> None:
    sha256 = at.put(MARKET, b"found in the store room", "YS-1", REFERRAL)
    others = (FIRE, POLICE, HOUSING, CallerRole.PUBLIC)
    assert at.seen_by(MARKET, sha256) == "bytes"
    assert {who: at.seen_by(who, sha256) for who in others} == dict.fromkeys(others, "nothing")
    placed(at.town.act(MARKET, referral=clue(at.town, "YS-1", to=FIRE)))
    assert [at.seen_by(who, sha256) for who in others] == ["bytes", "nothing", "nothing", "nothing"]
    placed(at.town.act(FIRE, receipt=receipt(at.town, "YS-1")))
    onward = clue(at.town, "YS-2", to=POLICE, source=at.town.file("YS-1"))
    placed(at.town.act(FIRE, referral=onward))
    assert [at.seen_by(who, sha256) for who in others] == ["bytes", "bytes", "nothing", "nothing"]


@pytest.mark.parametrize("role", [CallerRole.AUDITOR, CallerRole.REGISTRAR])
def test_who_oversees_sees_what_there_is_and_never_the_bytes(at: At, role: CallerRole) -> None:
    sha256 = at.put(FIRE, b"seen by few", "JC-2", INSPECTION)
    assert at.seen_by(role, sha256) == "description"
    file = act.FileReference(kind=INSPECTION, department=at.town.code(FIRE), number="JC-2")
    assert [each.readable for each in at.desk(role).of_file(file).evidence] == [False]


def test_of_a_complaint_only_who_handles_it_has_evidence(at: At) -> None:
    sha256 = at.put(MARKET, b"sealed to the custodians", "TS-1", act.FILE_KIND_COMPLAINT)
    seen = [at.seen_by(who, sha256) for who in (MARKET, FIRE, CallerRole.AUDITOR, CallerRole.PUBLIC)]
    assert seen == ["bytes", "nothing", "description", "nothing"]


def test_a_roster_is_everybodys_once_an_act_names_it_and_what_no_act_names_never(at: At) -> None:
    rows, notes = b"uscc,name\n", b"notes of the section\n"
    sha256 = at.put(MARKET, rows, "ML-1", act.FILE_KIND_ROSTER)
    other = at.put(MARKET, notes, "ML-1", act.FILE_KIND_ROSTER)
    public = (CallerRole.PUBLIC, HOUSING)
    file = act.FileReference(kind=act.FILE_KIND_ROSTER, department=at.town.code(MARKET), number="ML-1")
    assert [at.seen_by(who, sha256) for who in public] == ["nothing", "nothing"]
    assert list(at.desk(CallerRole.PUBLIC).of_file(file).evidence) == []
    item = act.EvidenceItem(sha256=sha256, size=len(rows), media_type="text/csv", title="名录")
    roster = act.Roster(
        number="ML-1", kind=act.ROSTER_KIND_OBJECTS, title="名录", root=bytes(32), rows=1, file=item,
        as_of=today(at.town),
    )  # fmt: skip
    placed(at.town.act(MARKET, roster=roster))
    assert [at.seen_by(who, sha256) for who in public] == ["bytes", "bytes"]
    assert [at.seen_by(who, other) for who in public] == ["nothing", "nothing"]
    assert [each.sha256 for each in at.desk(CallerRole.PUBLIC).of_file(file).evidence] == [sha256]


def test_what_is_published_is_listed_however_much_else_lies_before_it(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.commands.supervision.evidence.MAX_LISTED", 2)
    for number in range(4):
        at.put(MARKET, b"notes %d\n" % number, "ML-7", act.FILE_KIND_ROSTER)
    rows = b"uscc,name\nlast\n"
    sha256 = at.put(MARKET, rows, "ML-7", act.FILE_KIND_ROSTER)
    item = act.EvidenceItem(sha256=sha256, size=len(rows), media_type="text/csv", title="名录")
    roster = act.Roster(
        number="ML-7", kind=act.ROSTER_KIND_OBJECTS, title="名录", root=bytes(32), rows=1, file=item,
        as_of=today(at.town),
    )  # fmt: skip
    placed(at.town.act(MARKET, roster=roster))
    file = act.FileReference(kind=act.FILE_KIND_ROSTER, department=at.town.code(MARKET), number="ML-7")
    listed = at.desk(CallerRole.PUBLIC).of_file(file)
    assert ([each.sha256 for each in listed.evidence], listed.more) == ([sha256], False)
    own = at.desk(MARKET).of_file(file)
    assert (len(own.evidence), own.more) == (2, True)


def test_to_send_what_another_has_shows_nothing_of_it(at: At) -> None:
    content = content_of(1 << 20, seed=7)
    at.put(FIRE, content, "JC-3", INSPECTION)
    stub = EvidenceServiceStub(at.served.channel(at.served.department(HOUSING)))
    file = act.FileReference(kind=INSPECTION, department=at.town.code(HOUSING), number="X-1")
    begin = pb.BeginUploadRequest(
        sha256=digest(content), size=len(content), media_type="text/csv", file=file, title="材料"
    )
    unknown = pb.BeginUploadRequest(
        sha256=digest(b"?"), size=len(content), media_type="text/csv", file=file, title="材料"
    )
    assert stub.BeginUpload(begin) == stub.BeginUpload(unknown) == pb.BeginUploadResponse()
    held = stub.GetEvidence(pb.GetEvidenceRequest(sha256=digest(content))).evidence
    assert (held.complete, held.readable, held.offset, len(held.labels)) == (False, False, 0, 1)
    assert list(stub.ListEvidence(pb.ListEvidenceRequest(file=file)).evidence) == []
    with pytest.raises(grpc.RpcError):
        stub.DownloadPart(pb.DownloadPartRequest(sha256=digest(content)))


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a file of another department": ({"department": MARKET}, "NOT_YOUR_STEP"),
    "a path as digest": ({"sha256": b"../../../../etc/passwd"}, "FIELD_INVALID"),
    "a path as number": ({"number": "../../objects"}, "FIELD_INVALID"),
    "a file of no kind": ({"kind": 0}, "FIELD_REQUIRED"),
    "a person in the title": ({"title": "示例 130999199001010012"}, "FIELD_INVALID"),
    "nothing": ({"size": 0}, "FIELD_INVALID"),
    "too much": ({"size": (64 << 20) + 1}, "TOO_LARGE"),
    "no media type": ({"media_type": "../x"}, "FIELD_INVALID"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrongly_described_is_refused(at: At, what: str) -> None:
    change, reason = WRONG[what]
    said: dict[str, Any] = {
        "department": FIRE, "number": "JC-9", "kind": INSPECTION, "sha256": bytes(32), "size": 9,
        "media_type": "a/b", "title": "x", **change,
    }  # fmt: skip
    file = act.FileReference(
        kind=said.pop("kind"), department=at.town.code(said.pop("department")), number=said.pop("number")
    )
    desk = at.desk(FIRE)
    with pytest.raises(RegistryCallError) as refused:
        desk._calls.unary(desk._stub.BeginUpload, pb.BeginUploadRequest(file=file, **said))
    assert refused.value.reason == reason


def test_a_digest_that_is_none_reaches_no_path(at: At) -> None:
    for sha256 in (b"", b"../" * 11, bytes(31), b"\x00" * 33):
        with pytest.raises(RegistryCallError, match="FIELD_INVALID"):
            at.desk(FIRE).get(sha256)


def test_a_part_may_be_cut_off_anywhere_and_the_upload_goes_on(at: At) -> None:
    content = content_of((1 << 20) * 2 + 1, seed=9)
    file = act.FileReference(kind=INSPECTION, department=at.town.code(FIRE), number="JC-5")
    desk = at.desk(FIRE)
    stub = desk._stub
    stub.BeginUpload(
        pb.BeginUploadRequest(
            sha256=digest(content), size=len(content), media_type="a/b", file=file, title="x"
        )
    )
    stub.UploadPart(pb.UploadPartRequest(sha256=digest(content), offset=0, content=content[:65_536]))
    with pytest.raises(RegistryCallError) as refused:
        desk._calls.unary(
            stub.UploadPart, pb.UploadPartRequest(sha256=digest(content), offset=0, content=content[:65_536])
        )
    assert (refused.value.reason, refused.value.metadata["offset"]) == ("UPLOAD_OFFSET", "65536")
    assert at.put(FIRE, content, "JC-5", INSPECTION) == digest(content)
    assert desk.content(digest(content)) == content
