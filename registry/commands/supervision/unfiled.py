"""Matters without a filed rule, over the whole registry: see ``registry.supervision.unfiled``.

    for duty in unfiled(store, clocks):
        print(duty.department, duty.matter, duty.due_on, duty.days_late)

Two readings of the store, one of the matters and one of the rules, however many departments there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.store.interface import Store
from registry.supervision.duties import Clocks
from registry.supervision.unfiled import filing_duties
from registry.v1.supervision_file_pb2 import Obligation, SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_MATTER, FILE_KIND_RULE


def filings_due(store: Store, clocks: Clocks, department: str = "") -> Iterator[Obligation]:
    """The duty of each matter that has to have a filed rule as seen on the clocks' day, met or not; if a
    department is named, of its own."""
    rules = list(store.all_files((FILE_KIND_RULE,), department))
    yield from filing_duties(_matters(store, department), rules, clocks)


def _matters(store: Store, department: str) -> Iterator[SupervisionFile]:
    """Those of a department's own catalogue; everybody's if none is named."""
    files = store.all_files((FILE_KIND_MATTER,), department)
    return (file for file in files if department in ("", file.file.department))


def unfiled(store: Store, clocks: Clocks, department: str = "") -> Iterator[Obligation]:
    """Those that are not met, due or not yet; if a department is named, of its own matters."""
    yield from (duty for duty in filings_due(store, clocks, department) if not duty.met_on)
