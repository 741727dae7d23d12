"""A list may be as long as the body: of what is wrong in it, only a few elements are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapter.protocols.fidelizacion import schemas
from adapter.protocols.fidelizacion.errors import InvalidField
from adapter.protocols.fidelizacion.schemas.fields import MOST_FAULTS

LONG = 10_000
LISTS = ["items", "meansOfPayment", "appliedDeals", "usedAssets", "tags"]
LINE = {"lineId": "1", "code": "TEA01", "quantity": 1, "netAmount": 5}
SALE = {"transactionId": "R-1", "dateTime": "2026-05-04T08:00:00Z", "totalAmount": 5}


class Watched(list[Any]):
    """A list that counts how often an element of it is looked at."""

    looks = 0

    def __iter__(self) -> Iterator[Any]:
        for element in super().__iter__():
            self.looks += 1
            yield element


class Told(dict[str, Any]):
    """An object that counts how often it is read, all of its kind together."""

    reads = 0

    def items(self) -> Any:
        Told.reads += 1
        return super().items()


def fault_in(name: str, elements: list[Any]) -> tuple[str, str]:
    """Where a sale with this list is wrong, and in what respect."""
    body = {"member": {"email": "a@b.cd"}, "transaction": SALE | {name: elements}}
    with pytest.raises(InvalidField) as refused:
        schemas.of_transaction(body)
    assert refused.value.path.startswith(f"body.transaction.{name}.")
    return refused.value.path.removeprefix(f"body.transaction.{name}."), refused.value.message


@pytest.mark.parametrize("name", LISTS)
def test_of_many_elements_of_a_wrong_type_a_few_are_looked_at(name: str) -> None:
    for wrong in (1, None, [], True):
        elements = Watched([wrong] * LONG)

        where, message = fault_in(name, elements)

        assert where == "0"
        assert message.startswith(f"{name}[0] must be ")
        assert elements.looks <= MOST_FAULTS


@pytest.mark.parametrize("name", LISTS[:-1])
def test_of_many_objects_that_say_nothing_a_few_are_read(name: str) -> None:
    Told.reads = 0

    where, message = fault_in(name, [Told() for _ in range(LONG)])

    assert where.startswith("0.")
    assert message.endswith(" is required")
    assert 0 < Told.reads <= MOST_FAULTS


def test_lists_within_many_elements_are_not_all_read() -> None:
    Told.reads = 0
    inner = Watched([1] * LONG)

    where, _ = fault_in("items", [Told(LINE | {"tags": inner}) for _ in range(LONG)])

    assert where == "0.tags.0"
    assert Told.reads <= MOST_FAULTS
    assert inner.looks <= MOST_FAULTS**2


@pytest.mark.parametrize("name", LISTS[:-1])
def test_what_is_no_element_at_all_is_found_behind_any_number_of_others(name: str) -> None:
    """It is a fault of the list, and so comes before those within its elements (1.3)."""
    Told.reads = 0

    found = fault_in(name, [*(Told() for _ in range(LONG)), 5])

    assert found == (str(LONG), f"{name}[{LONG}] must be an object")
    assert Told.reads == 0


def test_of_a_few_the_fault_of_an_element_comes_before_one_within_it() -> None:
    assert fault_in("usedAssets", [{}, " "]) == ("1", "usedAssets[1] is not allowed to be empty")
