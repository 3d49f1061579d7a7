"""Files of the payment run and of suppliers at the command line: ``reskontra read`` and ``validate``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMATS = Path(__file__).parents[1] / "formats"
ANSWER = FORMATS / "pain" / "golden" / "part.xml"
BATCH = FORMATS / "teapps" / "golden" / "batch_30.xml"

Command = Callable[..., tuple[int, Any]]


def test_a_bank_answer_is_shown_level_by_level(command: Command) -> None:
    """EX 9-a: which payment is rejected, and why, in the bank's codes and words."""
    code, told = command("read", str(ANSWER))
    assert (code, told) == (0, json.loads(ANSWER.with_suffix(".json").read_text(encoding="utf-8")))
    code, shown = command("read", str(ANSWER), text=True)
    for said in ("OR4210-9-file", "PART", "BANK-12", "5001", "RJCT", "AC04"):
        assert said in shown


def test_supplier_invoices_are_read_and_validated(command: Command) -> None:
    """OC 1.6-a"""
    code, told = command("read", str(BATCH))
    assert [(one["kind"], one["number"], one["total"]) for one in told] == [
        ("invoice", "5001", "338.90"), ("invoice", "5002", "-125.50"),
    ]  # fmt: skip
    code, found = command("validate", str(BATCH))
    assert (code, found["valid"]) == (0, True)
    assert "teapps_credit_sign" in {one["rule"] for one in found["findings"]}
    assert found["errors"] == 0


def test_a_file_of_payments_that_does_not_add_up_is_told(command: Command, tmp_path: Path) -> None:
    """EX 9-b"""
    file = tmp_path / "payments.xml"
    file.write_text(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr>'
        "<NbOfTxs>1</NbOfTxs><CtrlSum>0</CtrlSum></GrpHdr></CstmrCdtTrfInitn></Document>"
    )
    code, found = command("validate", str(file))
    assert (code, [one["rule"] for one in found["findings"]]) == (1, ["pain001_count"])
    assert "{" not in found["findings"][0]["message"]
