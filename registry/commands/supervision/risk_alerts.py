"""The alerts that are known of while counting: the last of each indicator and group, as the log has it.

An alert whose window is long over matters no more, unless it is not answered: then it still stands in the way
of the next one.
"""

from __future__ import annotations

from datetime import date

from registry.commands.supervision.risk_sources import RiskSources
from registry.store.interface import Store
from registry.supervision.risk.alerting import AlertKey, Raised, key_of, raised_in
from registry.v1.supervision_file_pb2 import SupervisionFile
from registry.v1.supervision_pb2 import FILE_KIND_ALERT


class KnownAlerts:
    """The last alerts; read for one thread at a time."""

    def __init__(self, store: Store, sources: RiskSources) -> None:
        self._store = store
        self._sources = sources
        self._last: dict[AlertKey, Raised] = {}

    def last(self, key: AlertKey) -> Raised | None:
        """The last alert of an indicator and a group."""
        return self._last.get(key)

    def load(self, first: date) -> None:
        """Reads those that matter for windows that begin on a day or later."""
        self._last = {}
        for file in self._store.all_files((FILE_KIND_ALERT,)):
            raised = raised_in(file)
            if not raised.answered or raised.until >= first.isoformat():
                self.take(file)

    def take(self, file: SupervisionFile) -> AlertKey:
        """An alert was made, or something was done about it; of what it is. An older one changes nothing."""
        raised = raised_in(file)
        key = key_of(self._sources.content(raised.position).risk_alert)
        last = self._last.get(key)
        if last is None or last.position <= raised.position:
            self._last[key] = raised
        return key
