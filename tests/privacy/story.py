"""One story in which marked values go through everything that there is, and where it left traces.

    traces = told(directory)
    traces.places["log lines"]      # {"registry.err": b"..."}

What was placed before it is served: a person kept from leaving, one whose matter is over and is erased later,
a penalty whose content names a telephone, an address and a passport, an official, a department whose
custodians a reporter seals his complaint to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from registry.v1 import statement_pb2 as st
from tests.privacy.asked import ask_in_order, call_wrongly, complain
from tests.privacy.at_faces import at_faces
from tests.privacy.marks import (
    ADDRESS,
    ERASED,
    NAME_ERASED,
    NUMBER,
    OFFICIAL,
    OLD_NUMBER,
    PASSPORT,
    PHONE,
    person,
)
from tests.privacy.town import Town, town
from tests.privacy.traffic import Heard, ask_every_method, misplaced_statements
from tests.privacy.trouble import OVER, break_within, erase, run_commands
from tests.supervision.custodians_at_work import Custody
from tests.support.command import Run, in_process
from tests.support.events import ban, fields, penalty, placed
from tests.support.receiver import wait_for
from tests.support.served import exit_ban
from tests.support.spine import Spine


@dataclass(slots=True)
class Traces:
    """What was left behind, by place and name; how calls ended; what the erased rows held."""

    home: Path
    places: dict[str, dict[str, bytes]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    sealed: list[bytes] = field(default_factory=list)
    """Contents of the erased matter as they rested, sealed, before it was erased."""
    runs: dict[str, Run] = field(default_factory=dict)

    def add(self, place: str, name: str, content: bytes) -> None:
        """Something that was left at a place."""
        found = self.places.setdefault(place, {})
        found[name] = found.get(name, b"") + content


def told(directory: Path) -> Traces:
    """Tells the story from its beginning to its end."""
    traces, heard = Traces(directory), Heard()
    with town(directory, _before) as place:
        ask_in_order(place, heard)
        ask_every_method(place.served, heard)
        traces.add("answers to statements", "Submit", misplaced_statements(place.served, heard))
        call_wrongly(place, heard)
        complain(place)
        for name, content in at_faces(place):
            traces.add("answers of the faces", name, content)
        break_within(place, heard)
        traces.sealed = erase(place)
        traces.runs = run_commands(place)
        _while_running(place, traces)
    traces.runs["verify"] = in_process("verify", "--directory", place.spine.directory)
    _afterwards(place, traces)
    for name, content in heard.refusals:
        traces.add("refusals", name, content)
    traces.codes = heard.codes
    return traces


def _before(spine: Spine) -> None:
    placed(spine.say("法院", "exit-1", event=exit_ban(person(NUMBER))))
    over = ban("法院", person(ERASED, NAME_ERASED), "M-EXI-01", "2024-04-01", "2025-04-01")
    placed(spine.say("法院", OVER, event=over))
    content = fields(cflb="警告", wfxw=f"住{ADDRESS}, 电话{PHONE}", bz=f"护照{PASSPORT}, 旧号{OLD_NUMBER}")
    placed(spine.say("财政", "fine-1", event=penalty("财政", person(NUMBER), content=content)))
    official = st.OfficialRegistration(
        official_id="C-1", department=spine.code("财政"), name=OFFICIAL, section="法规科",
        roles=[st.OFFICIAL_ROLE_SUBMITTER],
    )  # fmt: skip
    placed(spine.say("信用办", official_registration=official))
    Custody.at(spine)


def _while_running(place: Town, traces: Traces) -> None:
    for name, content in place.pages():
        traces.add("metrics and health", name, content)
    for process in _with_children([each.pid for each in place.processes]):
        for what in ("cmdline", "environ"):
            traces.add("command lines and environments", f"{process}/{what}", (process / what).read_bytes())
    wait_for(lambda: bool(place.collector.bodies))


def _with_children(pids: list[int]) -> list[Path]:
    """Processes and those that they started."""
    found = [Path(f"/proc/{pid}") for pid in pids]
    for process in found:
        for task in (process / "task").iterdir():
            found += [Path(f"/proc/{pid}") for pid in (task / "children").read_text().split()]
    return found


def _afterwards(place: Town, traces: Traces) -> None:
    for number, body in enumerate(place.collector.bodies):
        traces.add("spans", str(number), body)
    for number, (url, headers, body) in enumerate(place.receiver.came):
        traces.add("notices to addresses", str(number), url.encode() + str(headers).encode() + body)
    for name, run in traces.runs.items():
        traces.add("said by commands", name, (run.out + run.err).encode())
    for path in sorted(place.home.rglob("*")):
        name = str(path.relative_to(place.home))
        traces.add("names of files", "", name.encode() + b"\n")
        if path.is_file():
            traces.add(_place_of(name), name, path.read_bytes())


_PLACES = {
    "said/": "log lines",
    "mirror/": "published log, as a follower has it",
    "registry/registry.db": "store",
    "registry/head/": "second store",
    "registry/evidence/": "evidence store",
    "registry/snapshots/": "snapshots as files",
    "registry/index/": "index",
    "backup/": "backup",
    "open/": "open export",
    "console.db": "console's database",
}


def _place_of(name: str) -> str:
    return next((place for start, place in _PLACES.items() if name.startswith(start)), "keys and settings")
