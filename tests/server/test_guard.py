"""Who is let in, whose turn it is, and what happens when descriptors run out."""

import errno
import logging
import os

import pytest

from server.guard.admission import FEW, Admission
from server.guard.descriptors import SPARE, DescriptorReserve, connections_within
from server.guard.fair_queue import FairQueue


def crowd(admission: Admission, address: str, most: int = 1000) -> int:
    """How many connections of an address are let in."""
    for count in range(most):
        if admission.refusal(address):
            return count
        admission.enter(address)
    return most


def test_an_address_has_a_limit_of_its_own() -> None:
    admission = Admission(most=100, per_address=10, reserved=20)
    assert crowd(admission, "10.0.0.1") == 10
    assert crowd(admission, "10.0.0.2") == 10
    admission.leave("10.0.0.1")
    assert crowd(admission, "10.0.0.1") == 1
    assert admission.open == 20


def test_the_last_places_are_for_newcomers_and_beyond_them_for_the_machine_itself() -> None:
    admission = Admission(most=100, per_address=1000, reserved=20)
    assert crowd(admission, "10.0.0.1") == 80
    assert crowd(admission, "10.0.0.2") == FEW
    assert crowd(admission, "10.0.0.3") == FEW
    assert [crowd(admission, f"10.0.1.{number}") for number in range(4)] == [4, 4, 4, 0]
    assert crowd(admission, "127.0.0.1") == 20


def test_while_descriptors_lack_newcomers_alone_are_let_in() -> None:
    admission = Admission()
    assert crowd(admission, "10.0.0.1", 50) == 50
    admission.short = True
    assert crowd(admission, "10.0.0.1") == 0
    assert crowd(admission, "10.0.0.2") == FEW
    assert crowd(admission, "::1", 50) == 50


def test_who_has_left_is_forgotten() -> None:
    admission = Admission(most=8, per_address=2, reserved=1)
    for number in range(1000):
        assert crowd(admission, f"10.0.{number}.1", 1) == 1
        admission.leave(f"10.0.{number}.1")
    assert admission.open == 0
    assert not vars(admission)["_by_address"]


def test_addresses_take_turns_however_many_requests_one_sends() -> None:
    queue: FairQueue[int] = FairQueue(in_work=1000)
    for number in range(100):
        queue.put("flood", number)
    queue.put("guest", 0)
    assert [queue.take() for _ in range(3)] == [("flood", 0), ("guest", 0), ("flood", 1)]
    assert len(queue) == 98


def test_an_address_has_a_few_requests_in_work_and_the_others_wait() -> None:
    queue: FairQueue[int] = FairQueue(in_work=2)
    for number in range(3):
        queue.put("slow", number)
    queue.put("guest", 0)
    assert [queue.take() for _ in range(4)] == [("slow", 0), ("guest", 0), ("slow", 1), None]
    queue.done("slow")
    assert queue.take() == ("slow", 2)


class Descriptors:
    """A process that has some descriptors."""

    def __init__(self, left: int) -> None:
        self.left = left

    def open(self) -> int:
        if self.left <= 0:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        self.left -= 1
        return os.open(os.devnull, os.O_RDONLY)


def test_spare_descriptors_are_given_back_in_need_and_one_line_tells(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "bhava")
    system = Descriptors(SPARE + 1)
    reserve = DescriptorReserve(system.open)
    before = len(os.listdir("/proc/self/fd"))
    assert [reserve.short() for _ in range(5)] == [True] * 5
    assert len(os.listdir("/proc/self/fd")) == before - SPARE
    assert len(caplog.records) == 1
    system.left = 1000
    assert not reserve.short()
    assert [record.getMessage() for record in caplog.records] == [
        "out of file descriptors: only newcomers are let in",
        "file descriptors are there again",
    ]
    reserve.close()


@pytest.mark.parametrize(
    ("descriptors", "expected"), [(65536, 4096), (1024, 832), (256, 128), (8, 4)]
)
def test_connections_leave_the_server_descriptors(descriptors: int, expected: int) -> None:
    assert connections_within(descriptors, 4096) == expected
