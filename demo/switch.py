"""Step 7: the law changes on 2026-04-01 (国家发展改革委令第36号, 海关总署令第282号); the catalogue follows.

Founded with the edition of before the switch, the registry compares the new one, runs it against everything
recorded, and adopts it by three officials. Two penalties, of 2026-03-20 and of 2026-04-10, stand each under
the rule of its own day; from 2026-04-01 on the milder rule reaches back to the older one (从旧兼从轻). A rule
that nobody proposes is simulated too, to show what a simulation tells.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from demo.departments import BY_KEY
from demo.officials import APPROVER, DRAFTER, LEGAL_REVIEWER, appoint
from demo.parties import CLEAN
from demo.showing import say, show
from demo.town import Town, refused, statement_of
from registry import sanctions
from registry.v1 import catalogue_service_pb2 as catalogue
from registry.v1 import statement_pb2 as pb
from registry.v1 import subject_pb2
from registry_client import Question, uscc
from registry_client.catalogue import named
from registry_client.edition_files import as_messages, content_hash, read_edition_directory
from registry_client.submission import Sender

EDITIONS = Path(sanctions.__file__).with_name("editions")
BEFORE, AFTER = "2026.1", "2026.2"
IN_FORCE_FROM = date(2026, 4, 1)
DECIDED = (date(2026, 3, 20), date(2026, 4, 10))
FIRST_CHANGES = 6
Files = dict[str, str]
Term = tuple[str, str]
"""Last day of disclosure, and the rule that says so."""


Hands = tuple[Sender, Sender, Sender]
"""What signs as the drafter, the reviewer and the approver."""


def hands_of(town: Town) -> Hands:
    """The operator's three officials, registered, each with a key."""
    drafter, reviewer, approver = (appoint(town, person) for person in (DRAFTER, LEGAL_REVIEWER, APPROVER))
    return drafter, reviewer, approver


def switch(town: Town) -> list[str]:
    """Shows the switch; what differs from what should follow."""
    directory = read_edition_directory(EDITIONS / AFTER)
    _show_difference(town, directory.source())
    files = files_after(town)
    _simulate(town, f"施行{AFTER}", files)
    _simulate(town, "假如“较大数额罚款”由200万元改为20万元(无人提议)", _with_lower_fine(files))
    numbers = [_penalise(town, day) for day in DECIDED]
    differing = adopt(town, files, hands_of(town))
    own = [_term(town, number, day.isoformat()) for number, day in zip(numbers, DECIDED, strict=True)]
    now = [_term(town, number, "") for number in numbers]
    _show_terms(own, now)
    return differing + _surprises(own, now)


def files_after(town: Town, label: str = AFTER) -> Files:
    """The files of an edition that is to follow, those that it takes over with them."""
    directory = read_edition_directory(EDITIONS / label)
    base = {file.name: file.content for file in town.registrar.catalogue.get(directory.base).files}
    return base | dict(directory.files)


def _show_difference(town: Town, source: catalogue.EditionSource) -> None:
    changes = town.registrar.catalogue.diff(source, before=named(BEFORE))
    say(f"{BEFORE} → {AFTER}: {len(changes)} 处变化, 公示期限在前, 共列 {FIRST_CHANGES} 处:")
    for change in sorted(changes, key=lambda change: change.section != "severity_rules")[:FIRST_CHANGES]:
        say(f"  {change.text}")


def _with_lower_fine(files: Files) -> Files:
    changed = files["measures-procurement.yaml"].replace("2000000", "200000")
    label = files["edition.yaml"].replace(AFTER, "2026.9")
    return files | {"measures-procurement.yaml": changed, "edition.yaml": label}


def _simulate(town: Town, what: str, files: Files) -> None:
    source = catalogue.EditionSource(files=catalogue.EditionFiles(files=as_messages(files)))
    parts = list(town.registrar.catalogue.simulate(source, sample=1))
    counts: Counter[str] = Counter()
    for part in parts:
        for each in part.domains:
            counts.update({"新增": each.gain, "失去": each.lose, "变更": each.change})
    total = sum(part.subjects for part in parts)
    told = ", ".join(f"{word} {count}" for word, count in counts.items() if count)
    say(f"模拟{what}, 什么也没有改变: {total} 个主体, {told or '没有主体的限制改变'}")
    for change in next(([*part.sample] for part in parts if part.sample), [])[:1]:
        say(f"  例如 {change.subject.value}: {change.text}")


def _penalise(town: Town, day: date) -> str:
    """A fine of general severity, decided on a day; answers its statement id."""
    office = BY_KEY["市场监管"].office
    document = pb.Document(
        number=f"沧示市监罚〔2026〕9{day:%m%d}号",
        authority=office.name,
        authority_code=office.code,
        decided_on=day.isoformat(),
    )
    event = pb.Event(
        subject=subject_pb2.Subject(identifier=CLEAN.identifier, kind=CLEAN.kind, name=CLEAN.name),
        category="E-03-CF",
        document=document,
        legal_basis=["产品质量法 第四十九条"],
        severity=pb.SEVERITY_GENERAL,
        content=[pb.Field(name="cflb", value="罚款"), pb.Field(name="nr_fk", value="5")],
    )
    town.state("市场监管", event)
    return document.number


def adopt(town: Town, files: Files, hands: Hands, label: str = AFTER) -> list[str]:
    """Drafted, reviewed in law, approved; and what happens to whoever would do two of the three."""
    drafter, reviewer, approver = hands
    edition = content_hash(files)
    draft = pb.EditionDraft(
        files=as_messages(files), edition=edition, label=label, reason="第36号令、海关总署令第282号施行"
    )
    review = pb.EditionReview(edition=edition, lawful=True, opinion="与上位法一致")
    adoption = pb.EditionAdoption(
        edition=edition,
        label=label,
        in_force_from=IN_FORCE_FROM.isoformat(),
        filing_number="沧示备〔2026〕3号",
        filed_on="2026-03-25",
    )
    _step(town, drafter, draft, f"{DRAFTER.name}({DRAFTER.section})起草")
    alone = refused(town.registrar, drafter, review)
    say(f"{DRAFTER.name}自己审查: 退回 - {alone}")
    _step(town, reviewer, review, f"{LEGAL_REVIEWER.name}({LEGAL_REVIEWER.section})合法性审查")
    _step(
        town, approver, adoption, f"{APPROVER.name}批准, 备案 {adoption.filing_number}, {IN_FORCE_FROM}起施行"
    )
    return [] if alone else ["起草人自己审查了草案"]


def _step(
    town: Town, sender: Sender, body: pb.EditionDraft | pb.EditionReview | pb.EditionAdoption, what: str
) -> None:
    say(f"{what}, 序号 {statement_of(town.registrar, sender, body)}")


def _term(town: Town, number: str, on: str) -> Term:
    """How long a penalty is disclosed and by which rule, as its department reads the record on a day."""
    registry, _ = town.offices["市场监管"]
    question = Question(domain=subject_pb2.DOMAIN_GENERAL, reference="演示", reason="核对公示期限")
    record = registry.records.file(uscc(CLEAN.code), question, on=on)
    entries = [entry for section in record.sections for entry in section.entries]
    entry = next(entry for entry in entries if entry.document.number == number)
    return entry.disclosed_until, entry.disclosure_basis


def _show_terms(own: list[Term], now: list[Term]) -> None:
    rows = [
        (str(day), when, until, basis)
        for day, *terms in zip(DECIDED, own, now, strict=True)
        for when, (until, basis) in zip(("决定之日", "现在"), terms, strict=True)
    ]
    show(("处罚决定日", "所问之日", "公示至", "依据"), rows, wide=3)


def _surprises(own: list[Term], now: list[Term]) -> list[str]:
    expected = ["2029-03-20", "2027-04-10", "2027-03-20", "2027-04-10"]
    found = [until for until, _ in own + now]
    return [] if found == expected else [f"公示期限 {found}, 应为 {expected}"]
