"""Load from wrk, which takes far less of the machine than any client of ours: for calls by GET."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.load import CONNECTIONS, Round

SECONDS = 4
# One path after the other; wrk itself knows of one alone.
_SCRIPT = """
local paths, at = {%s}, 0
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
done = function(summary, latency)
  print(string.format('{"p50": %%d, "p99": %%d, "bad": %%d}',
    latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
"""


def is_there() -> bool:
    """Whether wrk is installed: `apt install wrk`, on Debian and Ubuntu."""
    return shutil.which("wrk") is not None


def run(port: int, paths: Iterable[str], headers: Mapping[str, str]) -> Round:
    """Some seconds of these paths in turn over a few connections; a bad answer ends the bench."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "paths.lua"
        script.write_text(_SCRIPT % ", ".join(json.dumps(path) for path in paths))
        command = ["wrk", "-t1", f"-c{2 * CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script)]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        command.append(f"http://127.0.0.1:{port}")
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    per_second = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    seen = json.loads(told.splitlines()[-1])
    if per_second is None or seen["bad"]:
        raise SystemExit(f"the server answered badly: {told}")
    return Round(float(per_second[1]), seen["p50"] / 1000, seen["p99"] / 1000)
