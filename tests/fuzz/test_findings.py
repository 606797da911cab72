"""What was found by fuzzing and mended: one test for each, by the input or the smallest like it.

Those that reading found on the way stand here as well. The table is in docs/reliability.md § Findings.
"""

from __future__ import annotations

import io
import json
import zipfile
from base64 import encodebytes, urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from google.protobuf import json_format
from starlette.requests import Request

from registry.config import CONFIG_NAME, ConfigError, load_config
from registry.domain.documents import normalise_number
from registry.domain.identifiers import normalise
from registry.indexing.record_file import RecordFile, RecordWriter
from registry.provenance import der
from registry.provenance.note import NoteError, parse_vkey
from registry.provenance.timestamp import TimeAuthority, TimestampError, token_in
from registry.provenance.vkey import is_key_name
from registry.sanctions.catalogue.faults import CatalogueError
from registry.sanctions.catalogue.parser import parse_edition
from registry.sanctions.ground import SubjectRecord
from registry.servicer.disclosure_messages import public_text
from registry.setup_answers import AnswerError, read_answers
from registry.store.interface import StoreError
from registry.supervision.traces import has_trace
from registry.v1 import statement_pb2 as pb
from registry.v1.receipt_pb2 import Receipt
from registry.verification import check_receipt
from registry.witness.config import WITNESS_CONFIG_NAME, load_witness
from registry_client.articles import split_articles
from registry_client.cli.failures import Failure
from registry_client.cli.saved_answer import read_answers as read_saved
from registry_client.supervision.draw_package import PackageError, read_package
from registry_client.tender_file import TenderFileError, read_tender
from registry_web.config import Oidc, WebConfigError, load_web_config
from registry_web.console import oidc
from registry_web.console.pages.ban_papers import COOKIE, office_of
from registry_web.console.pages.edition_archive import ArchiveError, read_archive
from tests.receipts_of_releases.folder import FOLDER, policy_of
from tests.support.stamps import PlainAuthority

DEEP = "[" * 5000
EDITION = Path(__file__).parents[2] / "registry" / "sanctions" / "editions" / "2026.1"


def test_a_key_name_with_half_a_surrogate_pair_is_refused_as_no_name() -> None:
    name = b"log\xff".decode("utf-8", "surrogateescape")
    assert not is_key_name(name)
    with pytest.raises(NoteError):
        parse_vkey(f"{name}+00000000+AQ==")


@pytest.mark.parametrize("raw", ["ᄀ\u200bᅡ", "J-\u030c", "ΐ1", " y\u02da"])
def test_the_normal_form_of_a_code_or_a_number_is_normal(raw: str) -> None:
    assert normalise(normalise(raw)) == normalise(raw)
    assert normalise_number(normalise_number(raw)) == normalise_number(raw)


NAMED = bytes.fromhex("0603550403") + b"\x0c\x04root"  # commonName, UTF8String
CONSTRAINTS = bytes.fromhex("0603551d13")
ALTERED = {
    "name": (NAMED, b"\x07" + NAMED[1:]),
    "bits": (NAMED, NAMED.replace(b"\x0c", b"\x03")),
    "version": (bytes.fromhex("a003020102"), bytes.fromhex("a003020112")),
    "extension": (CONSTRAINTS, CONSTRAINTS[:-1] + b"\x11"),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_certificate_with_a_part_that_cannot_be_read_is_no_authority(what: str) -> None:
    root, (right, wrong) = PlainAuthority().root.public_bytes(Encoding.DER), ALTERED[what]
    assert right in root
    pem = b"-----BEGIN CERTIFICATE-----\n" + encodebytes(root.replace(right, wrong, 1))
    pem += b"-----END CERTIFICATE-----\n"
    with pytest.raises(TimestampError):
        TimeAuthority.from_pem(pem)


@pytest.mark.parametrize("line", [DEEP, '{"asked": 1e999}', "{}", "[1]", "9" * 5000])
def test_a_saved_answer_that_is_none_is_told(line: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(line)
    with pytest.raises(Failure, match="不是查询结果"):
        read_saved(path)


def test_an_office_that_a_browser_keeps_nested_deeply_is_none() -> None:
    cookie = urlsafe_b64encode(DEEP.encode())
    request = Request({"type": "http", "headers": [(b"cookie", f"{COOKIE}=".encode() + cookie)]})
    assert office_of(request) == {}


@pytest.mark.parametrize("text", [f"a = {DEEP}", "a = " + "{b=" * 5000, "a = " + "9" * 6000])
def test_settings_nested_deeply_are_told_as_unreadable(text: str, tmp_path: Path) -> None:
    for name in (CONFIG_NAME, WITNESS_CONFIG_NAME, "web.toml", "answers.toml"):
        (tmp_path / name).write_text(text)
    reads: list[tuple[Callable[[], object], type[Exception]]] = [
        (lambda: load_config(tmp_path), ConfigError),
        (lambda: load_witness(tmp_path), ConfigError),
        (lambda: load_web_config(tmp_path / "web.toml"), WebConfigError),
        (lambda: read_answers(tmp_path / "answers.toml"), AnswerError),
    ]
    for read, error in reads:
        with pytest.raises(error):
            read()


def test_an_address_with_brackets_and_nothing_in_them_is_a_fault_of_its_setting(tmp_path: Path) -> None:
    face = 'address = "127.0.0.1:1"\nurl = "https://[x"\ncredentials = "c"\n'
    (tmp_path / "web.toml").write_text(f'[registry]\ntarget = "t"\n[gateway]\n{face}')
    with pytest.raises(WebConfigError, match=r"\[gateway\] url"):
        load_web_config(tmp_path / "web.toml")


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return target.getvalue()


def damaged(content: bytes, inside: bytes) -> bytes:
    """The archive with the packed bytes of its first member spoilt."""
    at = content.index(inside) + len(inside)
    return content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :]


ARCHIVES = [
    pytest.param(archive((".", b"x"), ("a.yaml", b"a")), id="a name without parts"),
    pytest.param(archive(("a.yaml", b"a" * 99), method=zipfile.ZIP_LZMA), id="lzma"),
    pytest.param(archive(("a.yaml", b"a" * 99), method=zipfile.ZIP_BZIP2), id="bzip2"),
    pytest.param(damaged(archive(("a.yaml", b"a" * 99)), b"a.yaml"), id="spoilt"),
]


@pytest.mark.parametrize("content", ARCHIVES[1:])
def test_an_archive_of_an_edition_that_is_spoilt_or_packed_otherwise_is_told(content: bytes) -> None:
    with pytest.raises(ArchiveError):
        read_archive(io.BytesIO(content))


def test_a_member_of_an_archive_named_by_a_dot_is_passed_over() -> None:
    assert read_archive(io.BytesIO(archive((".", b"x"), ("a.yaml", b"a")))).files == {"a.yaml": "a"}


def package(stated: str) -> bytes:
    return archive(("draw.json", stated.encode()), ("leaves.bin", b""))


FORM = (
    '{"format": "registry.v1.draw-package/1", "range": [[], []], "growth": [], "checkpoint": "", '
    '"statements": '
)


@pytest.mark.parametrize(
    "content",
    [
        package(DEEP),
        package(FORM + '[{"role": "plan", "position": 1e999}]}'),
        *(each.values[0] for each in ARCHIVES[1:]),
        damaged(package("{}"), b"draw.json"),
    ],
)
def test_a_draw_package_that_is_spoilt_or_nested_deeply_is_told(content: Any, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    with pytest.raises(PackageError):
        read_package(path)


@pytest.mark.parametrize("text", [DEEP, '{"domain": ' + "9" * 5000 + "}"])
def test_a_tender_nested_deeply_or_with_an_endless_number_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tender.json"
    path.write_text(text)
    with pytest.raises(TenderFileError):
        read_tender(path)


@pytest.mark.parametrize("spelled", ["1.0", "true", "1e0"])
def test_a_json_receipt_has_one_spelling_of_its_numbers(spelled: str) -> None:
    path = FOLDER / "0.1.0" / "signed.pb"
    text = json_format.MessageToJson(Receipt.FromString(path.read_bytes()), preserving_proto_field_name=True)
    assert check_receipt(text.encode(), policy_of(path)).ok
    other = text.replace('"version": 1,', f'"version": {spelled},')
    assert other != text
    assert not check_receipt(other.encode(), policy_of(path)).ok


def test_every_changed_byte_of_an_index_file_is_read_or_refused(tmp_path: Path) -> None:
    with (tmp_path / "records").open("wb") as file:
        writer = RecordWriter(file)
        for ref in ("91130902DEMAY4CLX6", "911309000000000001"):
            writer.add(SubjectRecord(ref, live_events=1, known=((0, 1),)))
        writer.finish()
    content = (tmp_path / "records").read_bytes()
    for at in range(len(content)):
        for change in (0x01, 0x80, 0xFF):
            altered = content[:at] + bytes([content[at] ^ change]) + content[at + 1 :]
            try:
                read = RecordFile(altered, lambda _code, _day: None)  # type: ignore[arg-type]
                read.get("91130902DEMAY4CLX6")
                list(read)
            except StoreError:
                continue


def test_a_domain_whose_code_is_wrong_is_a_fault_of_the_edition() -> None:
    files = {path.name: path.read_text("utf-8") for path in EDITION.glob("*.yaml")}
    right = "code: business, name_zh: 经营, required_lists: []"
    rules = files["rules.yaml"].replace(right, right.replace("business", "nowhere").replace("[]", "[L-99]"))
    assert rules != files["rules.yaml"]
    with pytest.raises(CatalogueError, match="there is no list L-99"):
        parse_edition({**files, "rules.yaml": rules})


CLAIMS = {"iss": "i", "aud": "c", "exp": 200, "iat": 100, "nonce": "n", "sub": "s"}
CONSOLE = Oidc("i", "c", Path(), "n")


@pytest.mark.parametrize("name", ["nonce", "sub"])
def test_a_claim_with_half_a_surrogate_pair_is_a_fault(name: str) -> None:
    assert oidc._faults(CLAIMS, CONSOLE, "n", 150) == []
    assert oidc._faults({**CLAIMS, name: json.loads('"\\ud800"')}, CONSOLE, "n", 150) == [name]


def test_an_address_of_the_provider_that_is_none_is_not_guarded() -> None:
    assert not oidc._is_guarded("https://[")
    assert oidc._is_guarded("https://id.example/token")


def test_a_long_name_of_a_law_is_not_written_again_with_each_of_its_articles() -> None:
    cell = "法" * 60_000 + "第一条" + "、第二条" * 9_000
    assert sum(map(len, split_articles(cell))) < 2 * len(cell)


def test_texts_without_end_are_looked_through_once() -> None:
    """The patterns themselves are tried in test_patterns; here, that they find what they found."""
    assert public_text("编号130902******1234乙******99") == public_text("编号******乙******")
    assert has_trace("联系 a.b-c@mail.example.cn")
    assert not has_trace("a" * 60_000)
    assert split_articles("《甲、乙法》第一条、第二条（丙、丁）、丙法 第三条") == [
        "《甲、乙法》第一条", "《甲、乙法》第二条（丙、丁）", "丙法 第三条",
    ]  # fmt: skip


def test_a_statement_with_an_unknown_field_parses_and_is_known_to_have_one() -> None:
    from registry.provenance.known_fields import has_unknown_fields

    known = pb.Statement(statement_id="S-1")
    known.event.subject.name = "甲"
    content = known.SerializeToString()
    assert not has_unknown_fields(known)
    assert has_unknown_fields(pb.Statement.FromString(content + b"\xa0\x3f\x01"))
    inner = known.event.subject.SerializeToString() + b"\xa0\x3f\x01"
    event = b"\x0a" + bytes([len(inner)]) + inner
    assert has_unknown_fields(pb.Event.FromString(event))


def test_a_status_of_thousands_of_digits_is_no_answer_of_an_authority() -> None:
    status = der.encode(der.SEQUENCE, der.encode(der.INTEGER, b"\x7f" + b"\xff" * 4000))
    with pytest.raises(TimestampError):
        token_in(der.encode(der.SEQUENCE, status))
