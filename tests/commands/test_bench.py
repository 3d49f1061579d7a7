"""``make bench`` measures every job, at any size."""

import json
import os
import subprocess
import sys
from pathlib import Path

import reskontra

ROOT = Path(__file__).resolve().parents[2]
JOBS = {
    "orders run", "invoice run", "finvoice documents", "delivery run", "payments read", "payments taken in",
    "allocation run", "collection: claims decided", "reminder letters", "reminder run", "interest accrued",
    "purchase invoices read", "purchase invoices stored", "purchase invoices matched", "payments planned",
    "payments to pain.001", "statement lines posted",
}  # fmt: skip


def test_every_job_is_measured(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "RESKONTRA_HOME": str(tmp_path / "home"),
        "PYTHONPATH": os.pathsep.join([str(Path(reskontra.__file__).parent.parent), str(ROOT)]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--size", "100"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "var/bench/results.json").read_text())
    assert {one["job"] for one in told} == JOBS
    assert all(one["items"] > 0 and one["seconds"] > 0 for one in told)
