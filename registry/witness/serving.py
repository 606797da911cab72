"""A witness that runs: its record held, its pages served, until it is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from registry.config import ConfigError
from registry.publication.serving import HttpServer
from registry.signing import open_signer
from registry.witness.config import WitnessConfig
from registry.witness.pages import witness_pages
from registry.witness.record import WitnessRecord
from registry.witness.witness import Witness


def unix_seconds() -> int:
    """The clock of a running witness."""
    return int(time.time())


class RunningWitness:
    """Serves a witness by its settings. Raises ConfigError, SignerError, CosignatureError, RecordError."""

    def __init__(self, config: WitnessConfig, *, clock_s: Callable[[], int] = unix_seconds) -> None:
        signer = open_signer(config.key, home=config.home)
        self._record = WitnessRecord(config.record)
        try:
            witness = Witness(config.name, signer, config.logs, self._record, clock_s=clock_s)
            self._server = HttpServer(witness_pages(witness), config.address)
        except OSError as error:
            self._record.close()
            words = error.strerror or error
            raise ConfigError(f"不能监听 {config.address}: {words}") from error
        except BaseException:
            self._record.close()
            raise

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def close(self) -> None:
        """Finishes what is asked and lets go of the record."""
        self._server.stop()
        self._record.close()
