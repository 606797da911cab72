"""Each alarm is raised when what it tells of is caused on a real registry, and not before."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import sleep, time

import grpc
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from yaml import safe_load

from registry.config import CONFIG_NAME, Load, load_config
from registry.config_options.observing import MetricsPage
from registry.observing import facts
from registry.observing.gathering import Gathering
from registry.observing.pages import text_of
from registry.observing.process import READER, Observing
from registry.provenance.cosignature import cosigner_of
from registry.provenance.keys import FileSigner
from registry.reading import build_reading_server, start_reading
from registry.server import SERVICES
from registry.shared_position import SharedPosition
from registry.v1.envelope_pb2 import SUITE_ED25519
from tests.follow.made_log import MadeLog, published
from tests.observing.causes import CAUSES, later
from tests.support.command import ROOT, in_process
from tests.support.observed import PATIENCE_S, Seen, observed
from tests.support.promql import RULES, Series, names_in, raised, series_of
from tests.support.revocation import crl
from tests.support.served import authority_of, writing
from tests.support.spine import found_spine, furnish
from tests.support.stamps import PlainAuthority

OF_OTHERS = {
    "RegistryDown", "RegistryProcessDown", "RegistryProcessRestarting", "RegistryIndexStale",
    "RegistryStampingClosed", "RegistryStampOld", "RegistryWitnessBehind", "RegistryCheckpointBehind",
    "RegistryFollowerBehind", "RegistryFollowerAlarm",
}  # fmt: skip
FROM_THE_BEGINNING = {
    "RegistryCertificateEnds", "RegistryRevocationListEnds", "RegistryBackupOld", "RegistryRehearsalOld",
}  # fmt: skip


def test_every_alarm_is_caused_by_a_test() -> None:
    assert set(CAUSES) | OF_OTHERS == set(RULES)
    assert not set(CAUSES) & OF_OTHERS


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    patch = pytest.MonkeyPatch()
    patch.setattr(facts, "SLOW_S", -1.0)  # Nothing is remembered: time goes by faster here.
    spine = furnish(found_spine(tmp_path_factory.mktemp("troubled") / "registry"), ["财政"])
    authority = authority_of(spine)
    authority.server_named("server")
    listed = spine.directory / "revoked.crl"
    listed.write_bytes(crl(authority.directory, [], ends=timedelta(days=1)))
    config = replace(
        spine.config,
        certificate=authority.directory / "server.pem",
        authority=authority.directory / "authority.pem",
        revoked_certificates=listed,
        metrics=MetricsPage(
            "127.0.0.1:0", spine.directory / "backups", spine.directory.parent / "rehearsal.json"
        ),
        load=Load(streams_each=1),
    )
    with observed(spine, config=config) as seen:
        seen.wait_for_faults()
        CAUSES["RegistryIndeterminate"](seen)  # Some use, so that a scrape has everything.
        yield seen
    patch.undo()


@pytest.mark.parametrize("alarm", CAUSES)
def test_alarm_is_raised_when_it_is_caused_and_not_before(troubled: Seen, alarm: str) -> None:
    before = series_of(troubled.scrape())
    if alarm not in FROM_THE_BEGINNING:
        assert not raised(RULES[alarm], before, before)
    troubled.scraped = ""
    CAUSES[alarm](troubled)
    assert raised(RULES[alarm], before, troubled.scraped or troubled.scrape())


# --- several processes


def test_alarms_about_processes_that_read(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), [])
    own = authority_of(spine).server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    with writing(spine) as run:
        reading = start_reading(spine.config, run, spine.clock)
        observing = Observing(SERVICES, process=READER, page=run / "1.watch")
        server, _ = build_reading_server(reading, credentials, "127.0.0.1:0", observing=observing)
        committed, heartbeat = SharedPosition(run / "position"), SharedPosition(run / "writing")
        observing.watch_reader(reading.state, reading.ask, committed.get, heartbeat)
        observing.start()
        starts = {"reader": 1}
        gathering = Gathering(
            lambda: {"reader-0": run / "1.watch", "reader-1": run / "2.watch"}, lambda: starts
        )
        try:
            before = text_of(gathering.metrics()).decode()
            assert raised(RULES["RegistryProcessDown"], before, before) == {(("process", "reader-1"),): 0}
            assert not raised(RULES["RegistryIndexStale"], before, before)
            committed.put(spine.position + 1)  # Acknowledged, and not to be found in the store.
            starts["reader"] = 5  # It was started anew four times.
            sleep(3.2)
            after = text_of(gathering.metrics()).decode()
            assert raised(RULES["RegistryIndexStale"], before, after)
            assert raised(RULES["RegistryProcessRestarting"], before, after)
            committed.put(spine.position)
        finally:
            observing.stopping()
            server.stop(0).wait()
            observing.close()
            reading.close()
            for each in (committed, heartbeat):
                each.close()
    spine.engine.close()


def test_alarm_that_nobody_is_there() -> None:
    assert not raised(RULES["RegistryDown"], {}, {("up", (("job", "registry"),)): 1.0})
    nobody: Series = {
        ("up", (("job", "registry"),)): 0.0
    }  # What Prometheus says of a page that is not there.
    assert raised(RULES["RegistryDown"], {}, nobody)


# --- what is outside


def test_alarms_about_stamps_and_witnesses(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    signer = FileSigner.generate(SUITE_ED25519)
    key = cosigner_of("w1.example", signer.public_key).vkey
    policy = f"witness w1 {key} http://127.0.0.1:9/\ngroup one all w1\nquorum one\n"
    (spine.directory / "witnesses.policy").write_text(policy, "utf-8")
    (spine.directory / "tsa.pem").write_bytes(PlainAuthority().root.public_bytes(Encoding.PEM))
    with (spine.directory / CONFIG_NAME).open("a", encoding="utf-8") as file:
        file.write('\n[witnesses]\npolicy = "witnesses.policy"\n')
        file.write('\n[stamping]\nurl = "http://127.0.0.1:9/"\ncertificate = "tsa.pem"\n')
    spine.config = load_config(spine.directory)
    spine.reopen()
    with observed(spine) as seen:
        before = seen.scrape()
        assert raised(RULES["RegistryStampingClosed"], before, before), "no stamp was ever had"
        seen.wait_for_faults(writing=["STAMPS_MISSING"])
        assert spine.engine.upkeep.stamping
        spine.engine.upkeep.stamping.succeeded()
        quiet = seen.scrape()
        for alarm in ("RegistryStampingClosed", "RegistryStampOld"):
            assert not raised(RULES[alarm], quiet, quiet)
        later(seen, 0.1)
        after = seen.scrape()
        for alarm in ("RegistryStampOld", "RegistryWitnessBehind", "RegistryCheckpointBehind"):
            assert raised(RULES[alarm], quiet, after), alarm


def followed(url: str, directory: Path, *more: str) -> str:
    """One round of ``registry follow``; what it leaves for Prometheus."""
    path = directory / "follow.prom"
    options: list[str | Path] = [
        "--policy",
        directory / "policy",
        "--directory",
        directory / "mirror",
        "--metrics",
        path,
    ]
    in_process("follow", url, *options, "--once", *more)
    assert path.stat().st_mode & 0o777 == 0o644
    return path.read_text("utf-8")


def test_alarms_of_followers(tmp_path: Path) -> None:
    log = MadeLog(now_ms=int(time() * 1000) - 60_000)
    log.genesis()
    log.grow(20)
    policy = f"log {log.keys()[0].vkey}\nquorum none\n"
    (tmp_path / "policy").write_text(policy, "utf-8")
    with published(log) as (served, url):
        good = followed(url, tmp_path)
        assert not raised(RULES["RegistryFollowerBehind"], good, good)
        assert not raised(RULES["RegistryFollowerAlarm"], good, good)
        assert series_of(good)["registry_follower_size", ()] == log.size
        served.log = log.twin(10)
        served.log.grow(30, "another history")
        assert raised(RULES["RegistryFollowerAlarm"], good, followed(url, tmp_path))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/policy").write_text(policy, "utf-8")
    nobody = followed("http://127.0.0.1:9/", tmp_path / "elsewhere")
    assert raised(RULES["RegistryFollowerBehind"], nobody, nobody)


# --- the files


def test_files_name_metrics_that_a_scrape_has(troubled: Seen, tmp_path: Path) -> None:
    scraped = {name for name, _ in series_of(troubled.scrape())}
    elsewhere = {
        "up", "registry_process_up", "registry_process_starts_total", "registry_index_stale_seconds",
        "registry_stamping_open", "registry_stamp_age_seconds", "registry_cosigned_size",
        "registry_cosignature_behind_seconds", "registry_follower_size", "registry_follower_alarms",
        "registry_follower_checked_timestamp_seconds",
    }  # fmt: skip
    dashboard = json.loads((ROOT / "deploy/monitoring/dashboard.json").read_text("utf-8"))
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len(shown) > 50
    named = set().union(*map(names_in, [*RULES.values(), *shown]))
    assert sorted(named - scraped - elsewhere) == []
    page = (ROOT / "docs/monitoring.md").read_text("utf-8")
    families = {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in scraped}
    assert sorted(name for name in families | elsewhere - {"up"} if f"`{name}`" not in page) == []


def test_every_alarm_has_a_page_that_says_what_to_do() -> None:
    text = (ROOT / "deploy/monitoring/alerts.yml").read_text("utf-8")
    for group in safe_load(text)["groups"]:
        for rule in group["rules"]:
            url = rule["annotations"]["runbook_url"]
            page = (ROOT / "docs/runbooks" / url.rpartition("/")[2]).read_text("utf-8")
            assert page.startswith(f"# {rule['alert']}\n\n{rule['annotations']['summary']}\n")
            assert f"| Severity | {rule['labels']['severity']} |" in page
            for part in ("What it means", "How to see it", "What to do", "Whom to tell"):
                assert f"\n## {part}\n\n" in page
    pages = {path.stem for path in (ROOT / "docs/runbooks").iterdir()}
    assert pages == set(RULES)


@pytest.mark.parametrize("words", [["rules", "alerts.yml"], ["config", "--syntax-only", "prometheus.yml"]])
def test_prometheus_takes_the_files(words: list[str]) -> None:
    if not (promtool := shutil.which("promtool")):
        pytest.skip("promtool is not here: apt-get install prometheus")
    command = [promtool, "check", *words[:-1], str(ROOT / "deploy/monitoring" / words[-1])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
