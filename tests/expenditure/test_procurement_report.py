"""What leaves for the procurement data services: procurement from the books, never other expenditure."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cast import DAY, HARBOUR, unit
from expenditure.payment_tables import payable, supplier

pytestmark = pytest.mark.usefixtures("database")
Command = Callable[..., tuple[int, Any]]


def test_only_procurement_goes_out_line_by_line(command: Command, tmp_path: Path) -> None:
    """EX 2.1-a, EX 2.2-a"""
    firm = supplier("firm")
    somebody = supplier("somebody", technical_id="4140276-0")
    somebody.kind, somebody.business_id, somebody.name = "person", "", "Koe Saara"
    somebody.save()
    payable(unit(), firm, "100.00", DAY, number="=1+1", approver="gunnar")
    payable(unit(), somebody, "30.00", DAY, number="P2", approver="gunnar")
    payable(unit(), firm, "50.00", DAY, number="G3", stream="other", approver="gunnar")
    words = ("report", "procurement", "--unit", HARBOUR, "--as", "cecilia", "--from", "2026-03-01", "--to")
    code, told = command(*words, "2026-03-31")
    lines = told["procurement"]
    assert (code, [(one["number"], one["net"], one["voucher_type"]) for one in lines]) == (
        0, [("=1+1", "100.00", "PU"), ("P2", "30.00", "PU")],
    )  # fmt: skip
    assert [one["supplier_name"] for one in lines] == [firm.name, ""]
    assert "4140276-0" not in str(lines)
    assert command(*words, "2026-03-15")[1]["procurement"] == []
    file = tmp_path / "procurement.csv"
    code, shown = command(*words, "2026-03-31", "--csv", str(file), "--lang", "sv", text=True)
    assert (code, "2 rader skrivna" in shown) == (0, True)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        written = list(csv.DictReader(opened, delimiter=";"))
    assert [(one["number"], one["net"], one["contract"][:4]) for one in written] == [
        ("'=1+1", "100.00", "VSK1"), ("P2", "30.00", "VSK1"),
    ]  # fmt: skip
    assert "Hankin" not in command(*words, "2026-03-31", "--lang", "en", text=True)[1]
