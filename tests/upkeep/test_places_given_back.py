"""Whoever waits for something leaves nothing behind under his name when he goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.changes import EACH, MAX_STREAMS, Changes
from registry.commands.notices import STREAMS_EACH
from registry.errors import RegistryError
from tests.support.notices import PLATFORM
from tests.support.spine import ORIGIN, Spine, found_spine


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = found_spine(tmp_path / "registry")
    yield spine
    spine.engine.close()


def others(number: int) -> list[Caller]:
    return [Caller(CallerRole.BIDDING_SYSTEM, f"other-{each}", ORIGIN) for each in range(number)]


def test_who_watched_changes_is_not_kept_and_his_places_are_free_again(spine: Spine) -> None:
    changes = Changes(spine.engine.ask)
    for caller in others(5):
        for _ in range(EACH + 1):
            with changes.waiting(caller, "stream", MAX_STREAMS):
                pass
    assert not vars(changes)["_taken"]
    with changes.waiting(PLATFORM, "stream", MAX_STREAMS), changes.waiting(PLATFORM, "stream", MAX_STREAMS):
        with changes.waiting(others(1)[0], "stream", MAX_STREAMS):
            pass
        with pytest.raises(RegistryError), changes.waiting(PLATFORM, "stream", MAX_STREAMS):
            pass


def test_who_listened_for_notices_is_not_kept_and_his_places_are_free_again(spine: Spine) -> None:
    notices = spine.engine.notices
    for caller in others(5):
        for _ in range(STREAMS_EACH + 1):
            with notices.listening(caller):
                pass
    assert not vars(notices)["_listening"]
    with notices.listening(PLATFORM), notices.listening(PLATFORM):
        with notices.listening(others(1)[0]):
            pass
        with pytest.raises(RegistryError), notices.listening(PLATFORM):
            pass
