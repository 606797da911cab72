"""A registry without ``[evidence]`` says so in one line, whatever is asked of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.v1 import evidence_service_pb2 as pb
from registry.v1.evidence_service_pb2_grpc import EvidenceServiceStub
from registry.v1.supervision_pb2 import FILE_KIND_INSPECTION, FileReference
from tests.support.evidence import without_evidence
from tests.support.served import Served, refused, serving
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = found_spine(tmp_path_factory.mktemp("without") / "registry")
    without_evidence(spine)
    with serving(furnish(spine, ["财政"])) as served:
        yield served


def test_every_method_says_that_there_is_no_evidence_store(without: Served) -> None:
    caller = without.department("财政")
    stub = EvidenceServiceStub(without.channel(caller))
    file = FileReference(kind=FILE_KIND_INSPECTION, department=caller.name, number="JC-1")
    refusals = [
        refused(lambda: stub.BeginUpload(pb.BeginUploadRequest(sha256=bytes(32), size=1, file=file))),
        refused(lambda: stub.UploadPart(pb.UploadPartRequest(sha256=bytes(32)))),
        refused(lambda: stub.GetEvidence(pb.GetEvidenceRequest(sha256=bytes(32)))),
        refused(lambda: stub.ListEvidence(pb.ListEvidenceRequest(file=file))),
        refused(lambda: list(stub.Download(pb.DownloadRequest(sha256=bytes(32))))),
        refused(lambda: stub.DownloadPart(pb.DownloadPartRequest(sha256=bytes(32)))),
    ]
    assert {(each.reason, each.message) for each in refusals} == {
        ("EVIDENCE_NOT_AVAILABLE", "本登记系统没有设置证据库(registry.toml 的 [evidence])。")
    }
