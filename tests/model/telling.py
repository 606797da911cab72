"""What is told to the town, each act with what it means for the reference and whether it must be admitted.

``expected``: True must be recorded, False must be refused, None is for the law to say, of which the reference
knows too little; whatever is recorded then is a line all the same, and must have its consequences.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry.commands.jobs import Outcome, Placed
from registry.provenance.envelope import sign_envelope
from registry.provenance.keys import FileSigner
from registry.v1 import statement_pb2 as pb
from registry.v1.envelope_pb2 import Envelope
from tests.model.reference import Kept, Line, Matter, disputed, months_after, standing
from tests.model.town import NEW_LAW_FROM, Town, code_of
from tests.support import events, remedies
from tests.support.ban_cases import KEY as BUREAU
from tests.support.events import firm

OPERATOR = "信用办"
BAN = "M-PRO-01"
KEEPERS = {"L-01": "法院", "L-02": "财政", "L-03": "税务", "L-04": "人社"}
LOSER = KEEPERS["L-03"]


@dataclass(slots=True)
class Teller:
    """Tells a town things and keeps the lines."""

    town: Town
    targets: list[tuple[str, str, int]] = field(default_factory=list)
    """Department, statement id and firm of every matter ever recorded, whatever has become of it."""
    sent: list[tuple[str, Envelope, int]] = field(default_factory=list)
    """Envelopes that were recorded, by whom and where."""
    stolen: bool = False
    lost: str = ""
    """How the tax office has lost its list: by its "registration", by its "key", or not."""
    numbers: int = 0

    @property
    def lines(self) -> list[Line]:
        """The log so far."""
        return self.town.lines

    def kept(self, key: str) -> Kept | None:
        """A matter as it stands now."""
        return standing(self.lines).get(key)

    def name(self) -> str:
        """A statement id of its own."""
        self.numbers += 1
        return f"M-{self.numbers}"

    # --- events

    def may_state(self, key: str) -> bool:
        """Whether a department may state what is its own."""
        return not (self.lost and key == LOSER)

    def event(
        self, key: str, number: int, event: pb.Event, matter: Matter, by: FileSigner | None = None
    ) -> None:
        """States a matter; it is admitted, unless the key was found stolen."""
        thief = by is self.town.base.stolen
        self.record(
            key, {"event": event}, "event", matter=matter, firm_number=number, by=by,
            expected=self.may_state(key) and not (thief and self.stolen),
        )  # fmt: skip

    def made(self, kind: str, number: int, days_ago: int, months: int) -> tuple[str, pb.Event, Matter]:
        """Who states a matter of a kind, as an event, and as the reference has it."""
        decided = self.town.today - timedelta(days=days_ago)
        day, code, subject = decided.isoformat(), code_of(number), firm(number)
        if kind == "ban":
            short = decided >= date.fromisoformat(NEW_LAW_FROM)  # Then an edition may allow a year at most.
            last = months_after(decided, 12 if short else months)
            event = events.ban(BUREAU, subject, BAN, day, last.isoformat())
            return BUREAU, event, Matter(code, decided, measure=BAN, last=last)
        if kind in KEEPERS:
            last = months_after(decided, 24)
            event = events.list_entry(KEEPERS[kind], subject, kind, day, last.isoformat())
            return KEEPERS[kind], event, Matter(code, decided, list_code=kind, last=last)
        if kind == "fine":
            event = events.fined(BUREAU, subject, day, "300", document=self._paper(BUREAU, decided))
            return BUREAU, event, Matter(code, decided, heavy_fine=True)
        event = events.licence("市场监管", subject, day)
        return "市场监管", event, Matter(code, decided)

    def batch(self, numbers: list[int]) -> None:
        """Several bans under one signature."""
        made = [self.made("ban", number, 30 + at, 24) for at, number in enumerate(numbers)]
        names = [self.name() for _ in made]
        outcomes = self.town.put_batch(BUREAU, names, [{"event": event} for _, event, _ in made])
        for name, number, (_, _, matter), outcome in zip(names, numbers, made, outcomes, strict=True):
            assert isinstance(outcome, Placed), outcome
            self.lines.append(Line(outcome.position, "event", f"{BUREAU}/{name}", matter=matter))
            self.targets.append((BUREAU, name, number))

    def deliver(self, code: str, days_ago: int, by: FileSigner | None = None) -> None:
        """A list is delivered up to a day."""
        day = self.town.today - timedelta(days=days_ago)
        thief = by is self.town.base.stolen
        body = {"delivery": events.delivery(code, day.isoformat())}
        expected = self.may_state(KEEPERS[code]) and not (thief and self.stolen)
        self.record(KEEPERS[code], body, "delivered", word=code, day=day, by=by, expected=expected)

    # --- about what was stated

    def about(
        self, act: str, target: tuple[str, str, int], days_ago: int, by: FileSigner | None = None
    ) -> None:
        """Something is said about a matter, which may have ended long ago."""
        key, name, number = target
        full, day = f"{key}/{name}", self.town.today - timedelta(days=days_ago)
        now, on = self.kept(full), day.isoformat()
        thief, of_case = by is self.town.base.stolen, self._of_case(name)
        expected: bool | None = None if now is None or now.disputed else True
        if now is None and not any(line.target == full for line in self.lines if line.by_thief):
            expected = False
        if act == "confirmation" or (act != "withdrawal" and expected):
            expected = None  # Whether its day, its term and its kind allow it, law says.
        if (thief and self.stolen) or (of_case and by is None):
            expected = False
        body, line = self._said_about(act, key, name, on)
        if line == "ended" and now is not None and now.ends is not None:
            expected = False
        if not self.may_state(key) and expected:
            expected = None
        self.record(key, body, line, target=full, day=day, by=by, expected=expected, firm_number=number)

    def _said_about(self, act: str, key: str, name: str, on: str) -> tuple[dict[str, Any], str]:
        document = self._paper(key, date.fromisoformat(on))
        match act:
            case "withdrawal":
                return {"withdrawal": events.withdrawal(key, name)}, "withdrawal"
            case "repair":
                return {"repair": events.repair(key, name, on, document=document)}, "ended"
            case "lifting":
                return {"lifting": events.lifting(key, name, on, document=document)}, "ended"
            case "stay":
                return {"status_note": events.stay(key, name, on)}, "stayed"
            case "resumption":
                return {"status_note": events.resumption(key, name, on)}, "resumed"
            case "contest":
                note = events.note(key, name, pb.NOTED_STATUS_CONTESTED, on)
                return {"status_note": note}, "contested"
            case "objection":
                return {"objection": remedies.objection_to(key, name, filed_on=on)}, "objected"
            case _:
                assert act == "confirmation"
                body = pb.Confirmation(target=events.target(key, name), reason="确为本部门所作")
                return {"confirmation": body}, "confirmed"

    def correct(self, target: tuple[str, str, int], days_ago: int, by: FileSigner | None = None) -> None:
        """A matter is replaced by another of its kind about the same firm."""
        key, name, number = target
        full = f"{key}/{name}"
        now = self.kept(full)
        old = next(line.matter for line in self.lines if line.key == full)
        assert old
        kind = "ban" if old.measure else old.list_code or ("fine" if old.heavy_fine else "licence")
        _, event, matter = self.made(kind, number, days_ago, 24)
        expected: bool | None = None if now is not None else False
        if now is not None and not now.notes and now.ends is None and not now.disputed:
            expected = None if self._of_case(name) else True
        if now is None and any(line.target == full for line in self.lines if line.by_thief):
            expected = None
        if not self.may_state(key) and expected:
            expected = None
        body = {"correction": events.correction(key, name, event)}
        self.record(
            key, body, "correction", target=full, matter=matter, by=by, expected=expected, firm_number=number
        )

    def settle(self, target: tuple[str, str, int], objection: str, *, deleted: bool) -> None:
        """An objection is decided: rejected, or what it was about is deleted."""
        key, name, _ = target
        full, today = f"{key}/{name}", self.town.today
        outcome = pb.OBJECTION_OUTCOME_DELETED if deleted else pb.OBJECTION_OUTCOME_REJECTED
        paper = self._paper(key, today)
        body = remedies.result(key, name, objection, outcome, document=paper, effective_on=today.isoformat())
        told = self.record(key, {"objection_result": body}, "settled", target=full, day=today, expected=None)
        if told is not None and deleted:
            self.lines.append(Line(told, "withdrawal", f"{key}/M-{self.numbers}", full))

    def erase(self, target: tuple[str, str, int]) -> bool:
        """A matter is erased by law; admitted only if all of it has ended. Whether it was."""
        key, name, _ = target
        full = f"{key}/{name}"
        body = {"erasure": events.erasure(key, name)}
        at = self.record(key, body, "", target=full, expected=None)
        if at is None:
            return False
        gone = {full}
        while more := self._hanging_together(gone) - gone:
            gone |= more
        self.town.lines[:] = [line for line in self.lines if line.key not in gone or line.act == ""]
        self.targets[:] = [each for each in self.targets if f"{each[0]}/{each[1]}" not in gone]
        self.sent[:] = [each for each in self.sent if self._name_of(each[1]) not in gone]
        return True

    def _hanging_together(self, keys: set[str]) -> set[str]:
        found = {line.key for line in self.lines if line.target in keys and line.act}
        corrected = {line.target for line in self.lines if line.key in keys and line.act == "correction"}
        also = {line.target for line in self.lines if line.key in keys and line.act and line.target}
        return found | corrected | {key for key in also if not key.isdigit()}

    # --- again

    def resubmit(self, which: int) -> None:
        """An envelope again: the first answer, and nothing changes."""
        key, envelope, position = self.sent[which % len(self.sent)]
        size = self.town.size
        (outcome,) = self.town.put(key, envelope)
        assert isinstance(outcome, Placed)
        assert outcome.again
        assert outcome.position == position
        assert self.town.size == size

    def reuse(self, which: int) -> None:
        """The id of a statement with another content: refused, for good reason."""
        key, envelope, _ = self.sent[which % len(self.sent)]
        said = pb.Statement.FromString(envelope.payload)
        other = pb.Statement.FromString(envelope.payload)
        other.nonce = bytes(16)
        (outcome,) = self.town.put(key, self.town.spine.seal(key, other))
        assert not isinstance(outcome, Placed)
        assert said.nonce != other.nonce
        if self.may_state(key) and not said.HasField("key_enrolment"):  # Which two keys have to sign.
            assert "STATEMENT_ID_REUSED" in {fault.name for fault in outcome.faults}

    # --- one way in

    def record(
        self,
        key: str,
        body: dict[str, Any],
        act: str,
        *,
        expected: bool | None,
        by: FileSigner | None = None,
        firm_number: int | None = None,
        with_key: FileSigner | None = None,
        **line: Any,
    ) -> int | None:
        """States something and keeps its line; where it stands, None if it was refused."""
        name, spine = self.name(), self.town.spine
        statement = spine.statement(key, name, **body)
        keys = [by or spine.signers[key], *([with_key] if with_key else [])]
        envelope = sign_envelope(statement.SerializeToString(), *keys)
        (outcome,) = self.town.put(key, envelope)
        self._as_expected(outcome, expected, body)
        if not isinstance(outcome, Placed):
            return None
        self.sent.append((key, envelope, outcome.position))
        thief = by is self.town.base.stolen
        self.lines.append(Line(outcome.position, act, f"{key}/{name}", by_thief=thief, **line))
        if act in ("event", "correction") and firm_number is not None:
            self.targets.append((key, name, firm_number))
        return outcome.position

    def _as_expected(self, outcome: Outcome, expected: bool | None, body: dict[str, Any]) -> None:
        if expected is True:
            assert isinstance(outcome, Placed), (body, [fault.message for fault in outcome.faults])
        if expected is False:
            assert not isinstance(outcome, Placed), body

    def _paper(self, key: str, day: date) -> pb.Document:
        """A document of its own number."""
        return events.document(key, day.isoformat(), f"示文〔{day.year}〕{self.numbers + 1}号")

    def _of_case(self, name: str) -> bool:
        return name in self.town.office.decisions.values()

    def _name_of(self, envelope: Envelope) -> str:
        said = pb.Statement.FromString(envelope.payload)
        return f"{_key_of(self.town, said.department)}/{said.statement_id}"


def _key_of(town: Town, department: str) -> str:
    return next(key for key in town.spine.signers if town.spine.code(key) == department)


def doubted_now(lines: list[Line]) -> list[str]:
    """Keys of what is in dispute now."""
    return sorted(disputed(lines))
