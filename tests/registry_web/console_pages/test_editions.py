"""Editions of the catalogue through the console: upload, difference, simulation, and three acts by three."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from demo.departments import OPERATOR
from registry import sanctions
from registry.v1 import catalogue_service_pb2 as catalogue
from registry.v1 import statement_pb2 as pb
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, Identifier
from registry_web.console.accounts import Identity
from registry_web.console.pages.edition_archive import ArchiveError, read_archive
from registry_web.console.pages.simulations import AT_ONCE, BusyError, Simulations
from tests.registry_web.console_core.office import PIN, Office, csrf_of, own
from tests.registry_web.console_pages.forms import At, Clerk, words

ACTORS = {
    "drafter": ("X-01", "信用建设科", pb.OFFICIAL_ROLE_SUBMITTER),
    "counsel": ("X-02", "政策法规科", pb.OFFICIAL_ROLE_LEGAL_REVIEWER),
    "head": ("X-03", "办公室", pb.OFFICIAL_ROLE_APPROVER),
}


def zipped(files: dict[str, str], folder: str = "2026.9/") -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(folder + name, text)
    return content.getvalue()


@pytest.fixture(scope="module")
def operators(bureau: Office) -> None:
    """Three officials of the operator, each with a key in the signing component."""
    code = bureau.spine.code(OPERATOR.key)
    for login, (official, section, role) in ACTORS.items():
        signer = bureau.spine.appoint(OPERATOR.key, official, section, role)
        bureau.accounts.add(login, f"示例{official}", Identity("registrar", code, official))
        bureau.ring.add(signer, code, official, PIN)


def upload(clerk: Clerk, content: bytes) -> str:
    """Uploads an archive; answers where it is looked at, or what is wrong with it."""
    page = clerk.get("/catalogue/upload")
    posted = clerk.client.post(
        "/catalogue/upload", data={"csrf": csrf_of(page)}, files={"archive": ("e.zip", content)},
        headers=own(clerk.office.url),
    )  # fmt: skip
    return posted.headers["location"] if posted.status_code == 303 else words(posted)


def test_an_edition_is_uploaded_compared_simulated_drafted_reviewed_and_adopted(
    bureau: Office, at: At, operators: None
) -> None:
    drafter, counsel, head = at("drafter"), at("counsel"), at("head")
    listing = drafter.read("/catalogue")
    assert "现行版本 2026.4" in listing
    path = upload(drafter, zipped(archive_files()))
    assert path.startswith("/catalogue/upload/"), path
    page = drafter.read(path)
    assert "没有发现问题" in page, page
    assert "处变化" in page
    assert at("counsel").get(path).status_code == 404

    name = path.rpartition("/")[2]
    begun = drafter.post("/catalogue/simulate", {"uploaded": name}, at=path)
    assert begun.status_code == 303, words(begun)
    run = begun.headers["location"]
    for _ in range(100):
        if "正在试算" not in (told := drafter.read(run)):
            break
        time.sleep(0.1)
    assert "已完成 100%" in told
    assert counsel.get(run).status_code == 404

    drafted = drafter.act(path, {"reason": "清单更新"})
    assert drafted.accepted, drafted.text
    listing = drafter.get("/catalogue").text
    address = (
        "/catalogue/at/" + listing.partition("2026.9")[0].rpartition("/catalogue/at/")[2].partition('"')[0]
    )
    opinion = {"lawful": "yes", "opinion": "与上位法一致"}
    own_review = drafter.act(address, opinion)
    assert not own_review.accepted
    assert "须由" in drafter.read(address)
    assert counsel.act(address, opinion).accepted
    adoption = {"in_force_from": "2026-12-01", "filing_number": "沧示备〔2026〕9号", "filed_on": "2026-11-20"}
    assert not counsel.act(address, adoption).accepted
    adopted = head.act(address, adoption)
    assert adopted.accepted, adopted.text
    assert "已批准" in head.read(address)
    compared = at("handler").read(f"/catalogue/compare?after={address.rpartition('/')[2]}")
    assert "处变化" in compared


def archive_files() -> dict[str, str]:
    """An edition on top of 2026.4 in which one repair may be applied for a month earlier."""
    shipped = Path(sanctions.__file__).with_name("editions") / "2026.4"
    label = (shipped / "edition.yaml").read_text("utf-8").replace("2026.4", "2026.9")
    procedures = (shipped.with_name("2026.3") / "procedures.yaml").read_text("utf-8")  # Those of its base.
    return {
        "BASE": "2026.4\n",
        "edition.yaml": label,
        "procedures.yaml": procedures.replace("min_months: 6", "min_months: 5", 1),
    }


def test_faults_of_an_edition_are_told_with_file_and_line(at: At, operators: None) -> None:
    path = upload(at("drafter"), zipped(archive_files() | {"procedures.yaml": "ban_rules:\n  - code: 1\n"}))
    page = at("drafter").read(path)
    assert "处问题" in page
    assert "procedures.yaml" in page


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"no zip", "zip"),
        (zipped({"readme.txt": "x"}), ".yaml"),
        (zipped({f"{number}.yaml": "" for number in range(600)}), "过大"),
        (zipped({"a.yaml": "0" * (17 << 20)}), "过大"),
    ],
)
def test_what_is_no_edition_is_refused_in_one_line(at: At, content: bytes, told: str) -> None:
    assert told in upload(at("registrar"), content)
    with pytest.raises(ArchiveError, match=told):
        read_archive(BytesIO(content))


def test_only_so_many_simulations_run_at_once_and_parts_add_up() -> None:
    runs = Simulations()
    held: list[bool] = []

    def endless(after: str) -> Iterator[catalogue.SimulateResponse]:
        while not held:
            time.sleep(0.01)
        yield part(1)

    names = [runs.begin("3", "2026.9", endless) for _ in range(AT_ONCE)]
    with pytest.raises(BusyError):
        runs.begin("3", "2026.9", endless)
    held.append(True)
    run = runs.of(names[0], "3")
    assert run is not None
    assert runs.of(names[0], "4") is None
    while run.running:
        time.sleep(0.01)
    run.add(part(2))
    assert (run.subjects, run.counts, run.percent) == (20, {5: [6, 0, 0]}, 100)
    assert len(run.sample) == 2


def part(number: int) -> catalogue.SimulateResponse:
    change = catalogue.SubjectChange(
        subject=Identifier(value=f"S{number}"),
        domain=DOMAIN_PROCUREMENT,
        kind=catalogue.CHANGE_KIND_ADDED,
        text="…",
    )
    domain = catalogue.DomainChange(domain=DOMAIN_PROCUREMENT, gain=3)
    return catalogue.SimulateResponse(
        subjects=10, subjects_total=20, done=number == 2, domains=[domain], sample=[change]
    )
