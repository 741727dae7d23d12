"""A CRM that fails is left alone for a while, and nobody is asked for twice at once."""

from __future__ import annotations

import threading
import time

from adapter.crm.circuit import Circuit, State
from tests.crm.register import ANNA, PHONE, late, said


def test_after_so_many_failures_in_a_row_it_is_not_asked(make_house, register):
    house = make_house(failures=3)
    register.answer = said(500)

    for number in range(5):
        house.enrol(f"7900555000{number}")

    assert len(register.asked) == 3
    assert house.told == ["failed"] * 3 + ["not asked"] * 2
    assert house.enquiries.state(house.program.id) is State.OPEN


def test_one_question_after_the_pause_finds_out_whether_it_is_over(make_house, register):
    house = make_house(failures=1, pause_seconds=30)
    register.answer = said(500)
    house.enrol(PHONE)
    house.watch.now += 29
    house.enrol(PHONE)
    assert len(register.asked) == 1

    house.watch.now += 1
    house.enrol(PHONE)
    assert len(register.asked) == 2
    assert house.enquiries.state(house.program.id) is State.OPEN

    house.watch.now += 30
    register.knows(ANNA)
    assert house.enrol(PHONE)
    assert house.enquiries.state(house.program.id) is State.CLOSED


def test_while_one_probes_nobody_else_does():
    now = [0.0]
    circuit = Circuit(failures=1, pause=10, timer=lambda: now[0])
    assert circuit.admits()
    assert circuit.failed()
    now[0] = 10

    assert [circuit.admits(), circuit.admits()] == [True, False]
    assert circuit.state is State.PROBING
    circuit.succeeded()
    assert circuit.admits()


def test_failures_that_answers_come_between_are_not_in_a_row(make_house, register):
    house = make_house(failures=2, nobody_seconds=1)

    for status in (500, 404, 500, 404, 500):
        register.answer = said(status)
        house.enrol(f"7900555{status}{len(register.asked)}")

    assert house.enquiries.state(house.program.id) is State.CLOSED


def test_answers_nobody_believes_do_not_count_as_failures(make_house, register):
    house = make_house(failures=1)
    register.knows(ANNA | {"phone": "79005550199"})

    house.enrol(PHONE)

    assert house.enquiries.state(house.program.id) is State.CLOSED


def test_two_who_want_the_same_person_at_once_ask_once(house, register):
    register.answer = late(register, ANNA)
    found = []
    tills = [threading.Thread(target=lambda: found.append(house.enrol(PHONE))) for _ in range(2)]
    tills[0].start()
    assert register.arrived.acquire(timeout=30)
    tills[1].start()
    until = time.monotonic() + 30
    while "asked by another" not in house.told and time.monotonic() < until:
        threading.Event().wait(0.005)

    register.speak.set()
    for till in tills:
        till.join()

    assert found == [True, True]
    assert len(register.asked) == 1


def test_a_line_is_kept_for_the_next_question(house, register):
    for number in range(4):
        house.enrol(f"7900555000{number}")

    # As many lines as threads at most, of which one after the other is enough.
    assert len({one.headers["from"] for one in register.asked}) < 4


def test_an_answer_given_twice_enrols_once(house, register):
    register.knows(ANNA)

    assert house.enrol(PHONE)
    assert house.enrol(PHONE)

    assert house.told == ["found", "found"]
