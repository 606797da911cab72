"""Evidence through the gateway: an upload in parts that goes on after a cut, and back in parts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from tests.support.evidence import content_of, digest
from tests.support.faces import facing
from tests.support.gateway import Gateway, gateway
from tests.support.spine import ORIGIN, found_spine, furnish

VIDEO = content_of((2 << 20) + 9)
NAME = b64encode(digest(VIDEO)).decode()


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, str]]:
    """A gateway before a registry that keeps evidence, and the code of a department."""
    spine = found_spine(tmp_path_factory.mktemp("evidence") / "registry")
    furnish(spine, ["财政"], delivered=False)
    with facing(spine) as faced, gateway(faced) as url:
        yield Gateway(url, faced), spine.code("财政")


def test_an_upload_in_parts_goes_on_after_a_cut_and_comes_back_byte_for_byte(
    keeping: tuple[Gateway, str],
) -> None:
    running, code = keeping
    begin = {
        "sha256": NAME, "size": str(len(VIDEO)), "media_type": "video/mp4", "title": "现场",
        "file": {"kind": "FILE_KIND_INSPECTION", "department": code, "number": "JC-1"},
    }  # fmt: skip
    with running.caller(Caller(CallerRole.DEPARTMENT, code, ORIGIN)) as client:

        def call(name: str, **fields: Any) -> dict[str, Any]:
            answered = client.post(f"/v1/evidence:{name}", json=fields)
            assert answered.status_code == 200, answered.text
            return dict(answered.json())

        def part(at: int) -> dict[str, Any]:
            content = b64encode(VIDEO[at : at + (1 << 20)]).decode()
            return {"sha256": NAME, "offset": str(at), "content": content}

        call("beginUpload", **begin)
        call("uploadPart", **part(0))
        assert call("beginUpload", **begin)["offset"] == str(1 << 20)
        wrong = client.post("/v1/evidence:uploadPart", json=part(0))
        assert wrong.status_code == 422
        assert "1048576" in wrong.text
        call("uploadPart", **part(1 << 20))
        assert call("uploadPart", **part(2 << 20))["complete"]
        back = b""
        while len(back) < len(VIDEO):
            back += b64decode(call("downloadPart", sha256=NAME, offset=str(len(back)))["content"])
        assert back == VIDEO
        (listed,) = call("listEvidence", file=begin["file"])["evidence"]
        assert (listed["sha256"], listed["readable"]) == (NAME, True)


def test_the_stream_is_not_to_be_had_as_json(keeping: tuple[Gateway, str]) -> None:
    running, code = keeping
    with running.caller(Caller(CallerRole.DEPARTMENT, code, ORIGIN)) as client:
        assert client.post("/v1/evidence:download", json={"sha256": NAME}).status_code == 404
