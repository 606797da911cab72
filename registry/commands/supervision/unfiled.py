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
from registry.v1.supervision_file_pb2 import Obligation
from registry.v1.supervision_pb2 import FILE_KIND_MATTER, FILE_KIND_RULE


def filings_due(store: Store, clocks: Clocks) -> Iterator[Obligation]:
    """The duty of each matter that has to have a filed rule as seen on the clocks' day, met or not."""
    rules = list(store.all_files((FILE_KIND_RULE,)))
    yield from filing_duties(store.all_files((FILE_KIND_MATTER,)), rules, clocks)


def unfiled(store: Store, clocks: Clocks) -> Iterator[Obligation]:
    """Those that are not met, due or not yet."""
    yield from (duty for duty in filings_due(store, clocks) if not duty.met_on)
