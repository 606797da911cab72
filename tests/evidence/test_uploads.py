"""Uploads, by what an uploader and a reader see: the same for both ways in which objects may lie."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from registry.errors import RegistryError
from registry.evidence.keep import MAX_PART
from registry.store.interface import StoreError
from tests.evidence.conftest import MakeSite
from tests.support.evidence import FIRE, MARKET, Site, content_of, digest, reason_of

SIZES = (1, 65_536, 65_537, MAX_PART, 9 * MAX_PART + 70_000)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_uploaded_is_read_byte_for_byte_from_any_offset(site: Site, size: int) -> None:
    content = content_of(size, seed=size)
    sha256 = site.upload(content)
    assert site.read(sha256) == content
    for start in {0, 1, size // 2, size - 1, size}:
        assert site.read(sha256, start, 100_000) == content[start : start + 100_000]


def test_an_upload_goes_on_where_it_was_cut_off_also_in_another_process(site: Site) -> None:
    content = content_of(20 * MAX_PART + 17)
    site.begin(content)
    for at in range(0, 13 * MAX_PART, MAX_PART):
        site.send(content, at)
    site.reopen()
    assert site.begin(content).offset == 13 * MAX_PART
    assert site.read(site.upload(content)) == content


def test_a_part_out_of_order_is_told_where_to_go_on(site: Site) -> None:
    content = content_of(3 * MAX_PART)
    site.begin(content)
    for wrong in (MAX_PART, 1, 2 * MAX_PART):
        with pytest.raises(RegistryError) as refused:
            site.send(content, wrong)
        assert reason_of(refused) == "UPLOAD_OFFSET"
        assert refused.value.metadata == {"offset": "0"}
    assert site.send(content, 0).offset == MAX_PART


def test_a_part_sent_again_changes_nothing(site: Site) -> None:
    content = content_of(2 * MAX_PART)
    site.begin(content)
    site.send(content, 0)
    with pytest.raises(RegistryError) as refused:
        site.send(content, 0)
    assert (reason_of(refused), refused.value.metadata["offset"]) == ("UPLOAD_OFFSET", str(MAX_PART))
    assert site.send(content, MAX_PART).complete
    assert site.send(content, MAX_PART).complete, "the answer to the last part may have been lost"
    assert site.read(digest(content)) == content


def test_the_last_part_that_was_sent_and_not_checked_is_checked_at_the_next_begin(site: Site) -> None:
    """As after a kill between the last sync and the digest."""
    content = content_of(2 * MAX_PART + 5)
    site.begin(content)
    upload = site.keep.catalogue.upload(FIRE, digest(content))
    assert upload is not None
    incoming = site.keep.shelf.incoming(upload, site.keep.objects.sealer(digest(content), len(content)))
    for number in range(0, len(content), 65_536):
        piece = content[number : number + 65_536]
        incoming.add(
            [site.keep.objects.sealer(digest(content), len(content)).seal(number // 65_536, piece, bytes(12))]
        )
    site.reopen()
    assert site.begin(content).complete
    assert site.read(digest(content)) == content


@pytest.mark.parametrize("reopened", [False, True])
def test_content_of_another_digest_leaves_nothing(site: Site, reopened: bool) -> None:
    content = content_of(2 * MAX_PART)
    other = content[:-1] + bytes([content[-1] ^ 1])
    site.begin(content)
    site.send(content, 0)
    if reopened:
        site.reopen()
    with pytest.raises(RegistryError) as refused:
        site.keep.append(FIRE, digest(content), MAX_PART, other[MAX_PART:])
    assert reason_of(refused) == "DIGEST_MISMATCH"
    assert site.keep.held(digest(content)) is None
    assert site.keep.labels(digest(content)) == []
    assert site.begin(content).offset == 0
    assert site.read(site.upload(content)) == content


def test_a_part_is_a_whole_number_of_chunks_and_not_more_than_was_announced(site: Site) -> None:
    content = content_of(3 * 65_536)
    site.begin(content)
    for length in (0, 1, 65_535, 65_537):
        with pytest.raises(RegistryError) as refused:
            site.send(content, 0, length)
        assert reason_of(refused) == "FIELD_INVALID"
    with pytest.raises(RegistryError) as refused:
        site.keep.append(FIRE, digest(content), 0, content + b"x")
    assert reason_of(refused) == "FIELD_INVALID"
    with pytest.raises(RegistryError, match="一次最多"):
        site.keep.append(FIRE, digest(content), 0, bytes(MAX_PART + 1))
    assert site.begin(content).offset == 0


def test_a_part_without_a_beginning_is_refused(site: Site) -> None:
    with pytest.raises(RegistryError) as refused:
        site.send(content_of(10), 0)
    assert reason_of(refused) == "NOT_FOUND"


def test_who_uploads_what_another_has_sees_nothing_of_it(site: Site) -> None:
    content = content_of(2 * MAX_PART)
    sha256 = site.upload(content)
    held = site.begin(content, "X-1", MARKET)
    assert (held.offset, held.complete) == (0, False)
    assert [each.file.department for each in site.keep.labels(sha256)] == [FIRE]
    with pytest.raises(RegistryError) as refused:
        site.send(content, MAX_PART, department=MARKET)
    assert refused.value.metadata == {"offset": "0"}
    site.upload(content, "X-1", MARKET)
    assert {each.file.department for each in site.keep.labels(sha256)} == {FIRE, MARKET}
    assert site.keep.catalogue.rows("SELECT COUNT(*) FROM object") == [(1,)]
    assert site.read(sha256) == content


def test_what_a_department_has_uploaded_is_labelled_for_another_file_at_once(site: Site) -> None:
    content = content_of(MAX_PART + 9)
    sha256 = site.upload(content)
    assert site.begin(content, "YS-3").complete
    assert [each.file.number for each in site.keep.labels(sha256)] == ["JC-1", "YS-3"]
    assert site.begin(content, "YS-3", title="改了名").complete
    assert site.keep.labels(sha256)[1].title == "改了名"
    with pytest.raises(RegistryError, match="大小"):
        site.keep.begin(site.keep.labels(sha256)[0], 5)


def test_another_size_begins_the_upload_anew(site: Site) -> None:
    content = content_of(2 * MAX_PART)
    label_of_less = site.begin(content[:MAX_PART])
    assert label_of_less.offset == 0
    file = site.keep.under_way(FIRE, digest(content[:MAX_PART]))
    assert file is not None
    site.begin(content)
    site.send(content, 0)
    wrong = file[1][0].__class__(digest(content), file[1][0].file, "image/jpeg", "照片")
    assert site.keep.begin(wrong, 5 * MAX_PART).offset == 0
    assert site.read(site.upload(content)) == content


def test_too_large_or_beyond_the_quota_is_refused_before_anything_is_sent(make_site: MakeSite) -> None:
    site = make_site(max_mib=2, quota_mib=3)
    with pytest.raises(RegistryError) as refused:
        site.begin(content_of(2 * MAX_PART + 1))
    assert reason_of(refused) == "TOO_LARGE"
    site.upload(content_of(2 * MAX_PART))
    with pytest.raises(RegistryError, match="配额") as refused:
        site.begin(content_of(MAX_PART + 1, seed=2))
    assert reason_of(refused) == "TOO_LARGE"
    site.begin(content_of(MAX_PART, seed=3))
    with pytest.raises(RegistryError, match="配额"):  # What is under way counts as well.
        site.begin(content_of(1, seed=4))
    assert site.begin(content_of(2 * MAX_PART), department=MARKET).offset == 0


def test_two_departments_and_many_hands_at_once_store_it_once(site: Site) -> None:
    content = content_of(6 * MAX_PART + 1)

    def upload(hand: int) -> bytes:
        department = (FIRE, MARKET)[hand % 2]
        held = site.begin(content, f"JC-{hand}", department)
        while not held.complete:
            try:
                held = site.send(content, held.offset, department=department)
            except RegistryError as error:
                held = held.__class__(held.size, int(error.metadata["offset"]), complete=False)
        return digest(content)

    with ThreadPoolExecutor(6) as hands:
        assert set(hands.map(upload, range(6))) == {digest(content)}
    assert site.keep.catalogue.rows("SELECT COUNT(*) FROM object") == [(1,)]
    assert site.keep.catalogue.uploads() == []
    assert len(site.keep.labels(digest(content))) == 6
    assert site.keep.objects.fault(digest(content)) == ""


def test_an_upload_that_rests_is_given_up_after_its_term(site: Site) -> None:
    content = content_of(10 * MAX_PART)
    site.begin(content)
    for at in range(0, 9 * MAX_PART, MAX_PART):
        site.send(content, at)
    site.clock.move_to(date(2026, 11, 23) + timedelta(days=6))
    site.serve()
    assert site.begin(content).offset == 9 * MAX_PART
    site.clock.move_to(date(2026, 11, 23) + timedelta(days=14))
    site.serve()
    assert site.keep.catalogue.uploads() == []
    assert list((site.directory / "uploads").iterdir()) == []
    assert site.begin(content).offset == 0


def test_evidence_rests_sealed_and_another_master_key_reads_nothing(site: Site) -> None:
    content = b"\xe5\xbc\xa0\xe4\xb8\x89" * 100_000
    site.begin(content, title="机密标题")
    site.send(content, 0)
    sha256 = digest(content)
    for path in site.directory.rglob("*"):
        if path.is_file():
            assert content[:600] not in path.read_bytes()
            assert "机密标题".encode() not in path.read_bytes()
    site.master = b"another master key of a test 32\n"
    site.reopen()
    with pytest.raises(StoreError):
        site.read(sha256)
    with pytest.raises(StoreError):
        site.keep.labels(sha256)
    assert hashlib.sha256(content).digest() == sha256
