"""Where one worker spends its time under each hot path's load, as py-spy sees it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import shop, stacks
from bench.databases import Engine
from bench.options import Options
from bench.results import Fact, Result
from bench.scenarios import accrual, balance, card, payment
from bench.server import OURS, Server, serving
from bench.wrk import Load

PATHS = {
    "accrual": (accrual.CALLS, shop.TILL),
    "payment": (payment.CALLS, shop.TILL),
    "balance": (balance.CALLS, shop.ORDERS),
    "card": (card.READ, shop.WALLET),
}
RATE = 200
SHOWN = 15


def run(engine: Engine, options: Options) -> Result:
    """The share of each package and of the heaviest functions; all stacks in a file each."""
    found = Result("profile", engine.name)
    with serving(OURS, **shop.settings(engine.shop(options.members))) as server:
        for name, (calls, headers) in PATHS.items():
            load = Load(server, calls, headers, options.members, options.seconds)
            load()
            seen = _spied(server, load)
            found.files[f"{name}-{engine.name}.folded"] = stacks.folded(seen)
            for package, share in stacks.own_by_package(seen):
                found.facts.append(Fact(f"{name}: in {package} itself", share, "%"))
            for function, share in stacks.inclusive(seen)[:SHOWN]:
                found.facts.append(Fact(f"{name}: through {function}", share, "%"))
    return found


def _spied(server: Server, load: Load) -> stacks.Stacks:
    """The stacks of one worker, while the load goes to both."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as aside:
        raw = Path(folder) / "stacks"
        loaded = aside.submit(load)
        command = [_py_spy(), "record", "--pid", str(server.workers()[0]), "--format", "raw"]
        # Who holds the interpreter is at work; the others wait for it, or for the database.
        command += ["--gil", "--nolineno", "--rate", str(RATE), "--output", str(raw)]
        command += ["--duration", str(max(1, int(load.seconds) - 1))]
        told = subprocess.run(command, capture_output=True, text=True)
        loaded.result()
        if told.returncode:
            raise SystemExit(f"py-spy failed: {told.stderr}")
        return stacks.read(raw.read_text())


def _py_spy() -> str:
    beside = Path(sys.executable).with_name("py-spy")
    found = str(beside) if beside.exists() else shutil.which("py-spy")
    if found is None:
        raise SystemExit(
            "py-spy looks into the worker, and is missing; it comes with the extra bench"
        )
    return found
