"""How much memory something takes."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """A function that tells how many bytes were held at most since it was last asked.

    Garbage is looked for as often as Python does by itself, which is oftener than in other tests.
    """

    def most() -> int:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        return peak

    seldom = gc.get_threshold()
    gc.collect()
    gc.set_threshold(700, 10, 10)
    tracemalloc.start()
    try:
        yield most
    finally:
        tracemalloc.stop()
        gc.set_threshold(*seldom)
