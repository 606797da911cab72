"""What a follower leaves for Prometheus, and the rules over it, after a restart or without its machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from yaml import safe_dump, safe_load

from tests.follow.made_log import MadeLog, published
from tests.observing.test_alerts import followed
from tests.support.command import ROOT
from tests.support.promql import series_of

RULES = ROOT / "deploy/monitoring/alerts.yml"
BEHIND, ALARM = "RegistryFollowerBehind", "RegistryFollowerAlarm"
HOST = '{job="followers", instance="audit:9100"}'
UP, ALARMS = f"up{HOST}", f"registry_follower_alarms{HOST}"
CHECKED = f"registry_follower_checked_timestamp_seconds{HOST}"
MISSING = {"instance": "audit:9100", "figures": "missing"}
GIVEN = {"instance": "audit:9100"}


def alarms_of(url: str, directory: Path) -> float:
    """The alarms that a follower tells Prometheus of, after one round of a process of its own."""
    return series_of(followed(url, directory, "--max-age", str(10**9)))["registry_follower_alarms", ()]


def test_what_was_found_is_counted_after_a_restart_until_somebody_puts_it_away(tmp_path: Path) -> None:
    log = MadeLog()
    log.genesis()
    (tmp_path / "policy").write_text(f"log {log.keys()[0].vkey}\nquorum none\n", "utf-8")
    with published(log) as (_, url):
        assert alarms_of(url, tmp_path) == 0
        log.map_state(root=bytes(32))
        log.map_state(root=bytes(32))
        assert alarms_of(url, tmp_path) == 2
        log.grow(20)
        assert alarms_of(url, tmp_path) == 2
        kept = tmp_path / "mirror/follow/alarms.log"
        kept.rename(tmp_path / "kept")
        assert alarms_of(url, tmp_path) == 0
        log.map_state(root=bytes(32))
        assert alarms_of(url, tmp_path) == 1


# --- the rules, by Prometheus itself


def raises(tmp_path: Path, series: dict[str, str], at: str, **alarms: list[dict[str, str]]) -> None:
    """Has promtool see that series, sampled every minute, raise these alarms of a follower at an instant."""
    if not (promtool := shutil.which("promtool")):
        pytest.skip("promtool is not here: apt-get install prometheus")
    groups = safe_load(RULES.read_text("utf-8"))["groups"]
    told = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    expected: list[dict[str, Any]] = []
    for name in (BEHIND, ALARM):
        severity, notes = told[name]["labels"]["severity"], told[name]["annotations"]
        raised = [
            {"exp_labels": {"severity": severity, **labels}, "exp_annotations": notes}
            for labels in alarms.get(name, [])
        ]
        expected.append({"eval_time": at, "alertname": name, "exp_alerts": raised})
    given = [{"series": name, "values": values} for name, values in series.items()]
    tests = [{"interval": "1m", "input_series": given, "alert_rule_test": expected}]
    path = tmp_path / "follower.test.yml"
    path.write_text(safe_dump({"rule_files": [str(RULES)], "tests": tests}), "utf-8")
    done = subprocess.run([promtool, "test", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_follower_that_is_well_raises_nothing(tmp_path: Path) -> None:
    raises(tmp_path, {UP: "1x180", CHECKED: "0+60x180", ALARMS: "0x180"}, "3h")


def test_follower_whose_machine_is_gone_is_told_of(tmp_path: Path) -> None:
    series = {UP: "1x30 0x150", CHECKED: "0+60x30 stale", ALARMS: "0x30 stale"}
    raises(tmp_path, series, "35m")
    raises(tmp_path, series, "45m", RegistryFollowerBehind=[MISSING])
    raises(tmp_path, series, "3h", RegistryFollowerBehind=[MISSING])


def test_follower_that_is_not_started_after_a_reboot_is_told_of(tmp_path: Path) -> None:
    series = {UP: "1x180", CHECKED: "0+60x30 stale", ALARMS: "0x30 stale"}
    raises(tmp_path, series, "3h", RegistryFollowerBehind=[MISSING])


def test_follower_that_stands_still_is_told_of_once(tmp_path: Path) -> None:
    raises(tmp_path, {UP: "1x180", CHECKED: "60x180", ALARMS: "0x180"}, "3h", RegistryFollowerBehind=[GIVEN])


def test_one_follower_that_is_well_does_not_hide_another_that_is_gone(tmp_path: Path) -> None:
    other = [name.replace("audit", "court") for name in (UP, CHECKED, ALARMS)]
    series = {UP: "0x180"} | dict(zip(other, ("1x180", "0+60x180", "0x180"), strict=True))
    raises(tmp_path, series, "3h", RegistryFollowerBehind=[MISSING])


def test_alarm_of_a_follower_stands_while_its_machine_is_gone_and_when_it_is_back(tmp_path: Path) -> None:
    series = {
        UP: "1x30 0x30 1x120",
        CHECKED: "0+60x30 stale _x29 3660+60x120",
        ALARMS: "0x10 2x19 stale _x30 2x120",
    }
    raises(tmp_path, series, "20m", RegistryFollowerAlarm=[GIVEN])
    raises(tmp_path, series, "40m", RegistryFollowerAlarm=[MISSING])
    raises(tmp_path, series, "2h", RegistryFollowerAlarm=[GIVEN])


def test_alarm_that_somebody_looked_at_while_the_machine_was_gone_is_over(tmp_path: Path) -> None:
    series = {UP: "1x180", CHECKED: "0+60x180", ALARMS: "2x30 stale _x30 0x120"}
    raises(tmp_path, series, "2h")
