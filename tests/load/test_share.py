"""Shares of the thread that answers at once."""

from registry.load.classes import Lane
from registry.load.share import AT_LEAST, WINDOW_S, Share


def windows(share: Share, asked: dict[str, int], count: int, *, each_s: float = 0.001) -> dict[str, int]:
    """Lets callers ask so often in each window, as a thread that is never idle answers; how many of each were
    answered in the last."""
    now, answered = 0.0, dict[str, int]()
    for _ in range(count):
        answered = dict.fromkeys(asked, 0)
        turns = sorted((n / wanted, name) for name, wanted in asked.items() for n in range(wanted))
        for _, name in turns:
            if not share.looks or share.admits(name, Lane.BIDDING):
                share.spent(now, now + each_s)
                answered[name] += 1
            now += each_s
    return answered


def test_who_asks_too_much_is_refused_while_the_thread_is_busy_and_others_are_not() -> None:
    share = Share()
    answered = windows(share, {"flood": 60, "modest": 20, "quiet": 5}, 12)
    assert (answered["modest"], answered["quiet"]) == (20, 5)
    assert AT_LEAST <= answered["flood"] < 60


def test_a_thread_with_time_to_spare_asks_nobody() -> None:
    share = Share()
    for number in range(200):
        share.spent(number * 0.01, number * 0.01 + 0.001)
    assert not share.looks
    assert share.answered == 200


def test_one_caller_alone_is_never_refused() -> None:
    assert windows(Share(), {"flood": int(WINDOW_S / 0.001)}, 20)["flood"] == 100
