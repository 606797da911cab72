"""``registryctl catalogue simulate``: what an edition would do to everybody on record, before it is law.

Progress is shown on standard error while it runs, if that is a terminal. A run that breaks off tells what is
known by then, and the cursor with which the rest can be had: counts of both together are those of one run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from registry.v1 import catalogue_service_pb2 as pb
from registry_client.cli.edition_options import Source, source_of
from registry_client.cli.options import Session, connected, json_option
from registry_client.cli.output import print_facts, print_json, print_line, print_table
from registry_client.cli.wide_help import WideCommand
from registry_client.edition_files import EditionDirectory
from registry_client.words import DOMAINS, word_of

MAX_SAMPLE = 10_000
_COUNTS = ("gain", "lose", "change")
_KINDS = {
    "新增": pb.CHANGE_KIND_ADDED,
    "失去": pb.CHANGE_KIND_REMOVED,
    "变更": pb.CHANGE_KIND_CHANGED,
}


@dataclass(slots=True)
class _Total:
    """The parts that came, added up. ``sample`` holds a few subjects for each domain and kind of change."""

    limit: int
    facts: list[tuple[str, str]]
    last: pb.SimulateResponse = field(default_factory=pb.SimulateResponse)
    subjects: int = 0
    events: int = 0
    counts: dict[int, dict[str, int]] = field(default_factory=dict)
    sample: list[pb.SubjectChange] = field(default_factory=list)
    named: dict[tuple[int, int], set[str]] = field(default_factory=dict)

    def add(self, part: pb.SimulateResponse) -> None:
        self.last = part
        self.subjects += part.subjects
        self.events += part.events
        for each in part.domains:
            counts = self.counts.setdefault(each.domain, dict.fromkeys(_COUNTS, 0))
            for name in _COUNTS:
                counts[name] += getattr(each, name)
        for change in part.sample:
            named = self.named.setdefault((change.domain, change.kind), set())
            if change.subject.value in named or len(named) < self.limit:
                named.add(change.subject.value)
                self.sample.append(change)

    def as_json(self) -> dict[str, Any]:
        """The total as one object."""
        return {
            "position": self.last.position,
            "done": self.last.done,
            "cursor": self.last.cursor,
            "subjects": self.subjects,
            "subjects_total": self.last.subjects_total,
            "events": self.events,
            "domains": [
                {"domain": word_of(DOMAINS, domain), **counts}
                for domain, counts in sorted(self.counts.items())
            ],
            "sample": [_message(change) for change in self.sample],
        }


@click.command("simulate", cls=WideCommand, short_help="试算版本的影响 what an edition would do")
@click.argument("source", type=Source(), metavar="SOURCE")
@click.option("--on", metavar="DAY", default="", help="按哪一天试算，默认为今天。The day, YYYY-MM-DD.")
@click.option(
    "--position", type=click.IntRange(min=0), metavar="N", help="按哪一序号所知试算。As known at N."
)
@click.option(
    "--sample",
    type=click.IntRange(0, MAX_SAMPLE),
    default=5,
    show_default=True,
    metavar="N",
    help="每个领域每类变化列出几个主体。How many subjects to name.",
)
@click.option("--all", "everyone", is_flag=True, help="逐个列出全部有变化的主体。Name every subject.")
@click.option(
    "--resume", metavar="CURSOR", default="", help="从中断处接着试算，只得其余部分。Go on after a cursor."
)
@json_option
@connected
def simulate(
    session: Session,
    source: EditionDirectory | str,
    on: str,
    position: int | None,
    sample: int,
    everyone: bool,
    resume: str,
    as_json: bool,
) -> None:
    """用已登记的全部信息试算一个版本：与当日适用的版本相比，各领域有多少主体增加、失去或者变更限制。

    What an edition would do to everybody on record; nothing is changed.
    SOURCE 是版本号、版本标识，或者存放其文件的目录。不改变任何登记内容。自然人的证件号码作遮盖。
    """
    parts = session.registry.catalogue.simulate(
        source_of(source), on=on, position=position, after=resume, sample=MAX_SAMPLE if everyone else sample
    )
    edition = source if isinstance(source, str) else str(source.path)
    facts = [("目录版本", edition), ("日期", on or "今天")] if not resume else [("目录版本", edition)]
    total = _Total(0 if everyone else sample, facts)
    try:
        for part in _with_progress(parts):
            total.add(part)
            if everyone:
                for change in part.sample:
                    _print_change(change, as_json)
    finally:
        # Also after a failure: what is known by then, and where to go on.
        if total.last.cursor:
            _print_total(total, as_json, resumed=bool(resume))


def _with_progress(parts: Iterator[pb.SimulateResponse]) -> Iterator[pb.SimulateResponse]:
    with _progress() as progress:
        task, events, start = progress.add_task("试算", total=None, rate=""), 0, time.monotonic()
        for part in parts:
            events += part.events
            rate = events / max(time.monotonic() - start, 1e-6)
            progress.update(
                task, total=part.subjects_total, advance=part.subjects, rate=f"{rate:,.0f} 事件/秒"
            )
            yield part


@contextmanager
def _progress() -> Iterator[Progress]:
    console = Console(stderr=True, highlight=False)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(20),
        MofNCompleteColumn(),
        TextColumn("主体 {task.fields[rate]}"),
        TextColumn("剩余"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with progress:
        yield progress


def _print_total(total: _Total, as_json: bool, *, resumed: bool) -> None:
    if as_json:
        print_json(total.as_json())
        return
    last = total.last
    whole = f"{total.subjects}个，全部{last.subjects_total}个"
    print_facts(
        [
            *total.facts,
            ("已知序号", str(last.position)),
            ("主体", f"接续部分{whole}" if resumed else whole),
            ("事件", f"{total.events}件"),
        ]
    )
    rows = [
        (word_of(DOMAINS, domain), *(str(counts[name]) for name in _COUNTS))
        for domain, counts in sorted(total.counts.items())
    ]
    if rows:
        print_table(("领域", "新增", "失去", "变更"), rows, title="各领域有变化的主体数")
    else:
        print_line("没有主体的限制因此变化。")
    if total.sample:
        print_line("举例：", style="bold")
        for change in total.sample:
            _print_change(change, as_json)
    if not last.done:
        print_line(f"试算没有完成，接着试算请用：--resume {last.cursor}", style="bold yellow")


def _print_change(change: pb.SubjectChange, as_json: bool) -> None:
    if as_json:
        print_json({"change": _message(change)})
        return
    kind, domain = word_of(_KINDS, change.kind), word_of(DOMAINS, change.domain)
    print_facts([(change.subject.value, f"{domain} {kind}：{change.text}")])


def _message(message: Any) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)
