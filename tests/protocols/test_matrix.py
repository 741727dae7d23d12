"""What each protocol serves, said of every feature."""

from __future__ import annotations

import csv
from pathlib import Path

from adapter.protocols import PROTOCOLS

MATRIX = Path(__file__).parents[2] / "docs" / "protocols" / "matrix.csv"


def test_the_matrix_says_something_of_every_feature() -> None:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    served = [head.index(protocol.name) for protocol in PROTOCOLS]

    assert head == ["feature", "koshelek", "fidelizacion", "swip", "walletcards", "openloyalty"]
    assert len({line[0] for line in lines}) == len(lines) > 20
    for line in lines:
        assert len(line) == len(head)
        for column in served:
            assert line[column].partition(":")[0] in ("yes", "no"), (line[0], head[column])
