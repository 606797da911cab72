"""An office at a real registry: the credentials of a caller in a directory, and ``registryctl`` as it runs
the command, in a terminal of 80 columns.

    portal = office_of(served, tmp_path / "portal", served.system(CallerRole.PROCUREMENT_SYSTEM))
    assert portal.ctl("check", code, "--domain", "政府采购").exit_code == 1
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from registry.access.identity import Caller
from registry_client import Numbering
from registry_client.cli.group import registryctl
from tests.registry_client.cli.conftest import Run
from tests.support.served import Served


@dataclass(frozen=True, slots=True)
class Office:
    """Somebody with credentials at a served registry."""

    target: str
    directory: Path

    def ctl(self, *arguments: str | int | Path, entered: str = "") -> Run:
        """Runs a command; ``entered`` is what stands in standard input."""
        given = {"REGISTRY_TARGET": self.target, "REGISTRY_CREDENTIALS": str(self.directory), "COLUMNS": "80"}
        done = CliRunner().invoke(registryctl, [str(each) for each in arguments], input=entered, env=given)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Run(done.exit_code, done.stdout, done.stderr)


def office_of(served: Served, directory: Path, caller: Caller, *, key: str = "") -> Office:
    """The office of a caller; of the department with this short name, with its signing key and a secret."""
    credential = served.authority.client(caller.uri)
    directory.mkdir()
    (directory / "ca.pem").write_bytes(served.trusted)
    (directory / "cert.pem").write_bytes(credential.certificate)
    (directory / "key.pem").write_bytes(credential.key)
    if key:
        served.spine.signers[key].save(directory / "signing.pem", None)
        Numbering.generate().save(directory / "statement.secret")
    return Office(served.target, directory)
