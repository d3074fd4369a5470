"""`python -m dyntube warehouse`, and what `sync` and `doctor` do about it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from ..cli.test_command_line import run
from ..scripted import Answer, Asked, serve
from ..syncing import MAY_1, ONE_DAY, hourly, paged
from .nodes import Cluster

MAY = ("--from", f"{MAY_1}", "--to", f"{MAY_1 + ONE_DAY}")


def test_a_warehouse_from_its_first_table_to_its_last(cluster: Cluster, tmp_path: Path) -> None:
    address = cluster.address(cluster.warehouse().database)
    log = paged([view for n in range(2) for view in hourly(5, MAY_1 + n * ONE_DAY)])

    def script(asked: Asked) -> Answer:
        return log(asked) if asked.method == "POST" else Answer(404)

    with serve(script) as server:

        def dyntube(*arguments: str) -> subprocess.CompletedProcess[str]:
            return run(*arguments, url=server.url, folder=tmp_path, DYNTUBE_ENGINE=address)

        early = dyntube("warehouse", "status")
        assert early.returncode == 1
        assert "run `python -m dyntube warehouse init`" in early.stderr
        assert dyntube("warehouse", "init").stdout == "The tables are there.\n"
        nothing = "0 days loaded, 0 views; 0 not loaded as stored.\n"
        assert dyntube("warehouse", "status").stdout == nothing
        synced = dyntube("sync", *MAY)
        assert synced.returncode == 0, synced.stderr
        assert "dyntube: 2 days loaded into the warehouse." in synced.stderr
        status = dyntube("warehouse", "status", "--json")
        assert json.loads(status.stdout) == {"days": 2, "views": 10, "missing": 0}
        assert dyntube("warehouse", "load").stdout == "0 days loaded, 0 views.\n"
        assert checked(dyntube("doctor", "--json")) == ("ok", "2 days loaded, 10 views")
        assert dyntube("warehouse", "drop").stdout == "The tables are removed.\n"
        assert checked(dyntube("doctor", "--json"))[0] == "failed"
        dyntube("warehouse", "init")
        state, text = checked(dyntube("doctor", "--json"))
        assert (state, text) == ("warning", "0 days loaded, 0 views; 2 days not loaded as stored")
        assert dyntube("warehouse", "load").stdout == "2 days loaded, 10 views.\n"
        report = dyntube("report", "overview", "--address", f"?from={MAY_1}&to={MAY_1}", "--json")
        assert json.loads(report.stdout)["tables"][0]["rows"][0]["views"] == 5


def checked(done: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """The state and text of doctor's check of the warehouse."""
    [found] = [check for check in json.loads(done.stdout) if check["name"] == "warehouse"]
    return found["state"], found["text"]


def test_without_an_engine_the_command_says_what_to_set(tmp_path: Path) -> None:
    done = run("warehouse", "status", url="http://127.0.0.1:1", folder=tmp_path)
    assert done.returncode == 2
    assert "set DYNTUBE_ENGINE" in done.stderr
