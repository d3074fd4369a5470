"""Questions of one person take turns."""

from __future__ import annotations

import threading

import pytest

from dyntube.errors import CancelledError
from dyntube.people.turns import Turns


def test_questions_of_one_person_wait_for_each_other_and_for_nobody_else():
    turns, under_way, most = Turns(), 0, 0
    lock, others = threading.Lock(), threading.Event()

    def ask() -> None:
        nonlocal under_way, most
        with turns.taken("bob", 2, lambda: True):
            with lock:
                under_way += 1
                most = max(most, under_way)
            others.wait(20)
            with lock:
                under_way -= 1

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    with turns.taken("ada", 1, lambda: True):
        others.set()
    for thread in threads:
        thread.join(20)

    assert most == 2


def test_who_waits_for_a_turn_and_leaves_is_forgotten():
    turns = Turns()
    with turns.taken("bob", 1, lambda: True):
        with pytest.raises(CancelledError), turns.taken("bob", 1, lambda: False):
            pytest.fail("two at once")
        with turns.taken("ada", 1, lambda: False):
            pass
    with turns.taken("bob", 1, lambda: False):
        pass
