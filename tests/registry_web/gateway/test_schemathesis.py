"""schemathesis against the running gateway: requests made from the description, good ones and broken ones,
and every answer held against it.

A short run of all methods belongs to the tests. A long one, by hand, whose summary is in docs/gateway.md:

    GATEWAY_EXAMPLES=300 .venv/bin/python -m pytest -q tests/registry_web/gateway/test_schemathesis.py -s
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from registry.access.identity import CallerRole
from registry.provenance.access_token import TokenKey
from registry.token_desk import Vouching
from registry_web.gateway.description import served
from registry_web.gateway.limits import Limits
from registry_web.security import Rate
from tests.support.faces import claims
from tests.support.gateway import Gateway, gateway

EXAMPLES = int(os.environ.get("GATEWAY_EXAMPLES", "0"))
PHASES = "examples,coverage,fuzzing" if EXAMPLES else "examples,fuzzing"
PATIENCE_S = 60 + 60 * EXAMPLES
ROLES = {
    "AuditService": CallerRole.AUDITOR,
    "CatalogueService": CallerRole.REGISTRAR,
    "DirectoryService": CallerRole.REGISTRAR,
    "NoticeService": CallerRole.PROCUREMENT_SYSTEM,
    "WatchService": CallerRole.PROCUREMENT_SYSTEM,
}
UNBOUNDED = Rate(burst=1e9, per_s=1e9)
# The registry asks for more than a form: a code that somebody has, a signature. And no method names what
# another made in a way that a description could tell. What is broken is judged by a check of our own.
NOT_FOR_US = (
    "positive_data_acceptance,use_after_free,ensure_resource_availability,object_level_authorization,"
    "negative_data_rejection"
)
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")


def configuration(running: Gateway) -> str:
    """For each service a token of somebody who may call its methods."""
    key = TokenKey.new()
    roles = [role.value for role in CallerRole if role is not CallerRole.FACE]
    running.faced.trust(key, Vouching("tests", roles, ["gateway"], 86_400))
    lines = []
    for service in served():
        caller = running.faced.served.of_role(ROLES.get(service.name, CallerRole.DEPARTMENT))
        token = key.sign(claims(caller, issuer="tests"))
        lines += ["[[operations]]", f'include-tag = "{service.name}"']
        wait_s = 2 if service.name == "WatchService" else 9  # A proof waits for the map.
        lines += [f'headers = {{ Authorization = "Bearer {token}", Prefer = "wait={wait_s}" }}']
    return "\n".join(lines)


def test_every_answer_is_what_the_description_says(running: Gateway, tmp_path: Path) -> None:
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(configuration(running), "utf-8")
    with gateway(running.faced, Limits(addresses=UNBOUNDED, calls=UNBOUNDED, tries=UNBOUNDED)) as url:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run"),
                *(
                    f"{url}/openapi.json",
                    "--max-examples",
                    str(EXAMPLES or 2),
                    "--seed",
                    "7",
                    "--workers",
                    "2",
                ),
                *("--phases", PHASES, "--checks", "all", "--exclude-checks", NOT_FOR_US),
                *("--suppress-health-check", "all", "--generation-database", "none", "--continue-on-failure"),
            ],
            cwd=tmp_path,
            env={**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    print(run.stdout)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
