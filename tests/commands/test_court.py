"""Courts and agencies by command: run, name, contest, prepare the dossier, sign, judge; a report taken in."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cast import HARBOUR, customer, inside
from income.court_tables import told
from reskontra.claims.models import Case, CaseEvent

pytestmark = pytest.mark.usefixtures("database")

Command = Callable[..., tuple[int, Any]]
ON = date(2026, 6, 15)
IN_HARBOUR = ("--unit", HARBOUR, "--on", ON.isoformat())
TABLE = f"on {ON}\nclaim A bruk 250.00\nreminded A 2026-04-20 2026-05-11\n"
STATED = {
    "demand": "That the defendant pays.", "legal_grounds": "The agreement.", "facts": ["Ordered.", "Delivered."],
    "evidence": [{"document": "note", "proves": "delivery"}], "agreement": [{"document": "HM", "proves": "price"}],
    "nobody_heard": True, "legal_costs": "800.00", "defendant_contact": "info@prov.example",
    "representative": {"name": "Olof", "address": "Hamngatan 1", "email": "o@prov.example", "phone": ""},
    "signers": [
        {"person": "gunnar", "profession": "director", "domicile": "Provhamn"},
        {"person": "hanna", "profession": "lawyer", "domicile": "Provstad"},
    ],
}  # fmt: skip


def test_a_disputed_claim_from_the_run_to_the_judgment(command: Command, tmp_path: Path) -> None:
    """OC 6.2.3-a, OC 6.2.4-a, OC 6.2-b, OC 6.2.6-a"""
    docket = told(TABLE)
    code, ran = command("run", "court", *IN_HARBOUR)
    assert (code, [one["outcome"] for one in ran["decisions"]]) == (0, ["COURT_AGREEMENT_MISSING"])
    reference = docket.claims["A"].reference
    assert command("court", "name-agreement", reference, "--reason", "contract 7", *IN_HARBOUR)[0] == 0
    code, ran = command("run", "court", *IN_HARBOUR)
    assert (code, ran["applications"], ran["files"][0]["kind"]) == (0, 1, "court")
    with inside(docket.where):
        number = Case.objects.get(unit=docket.where).number
    code, step = command("court", "contest", str(number), "--reason", "never came", *IN_HARBOUR)
    assert (code, step["step"]) == (0, "contested")
    as_kirsi = (*IN_HARBOUR, "--as", "kirsi")
    code, opened = command("court", "extensive", str(number), *as_kirsi)
    extensive = str(opened["case"])
    assert (code, opened["follows"]) == (0, True)
    code, lacking = command("court", "dossier", extensive, *as_kirsi)
    assert code == 1
    assert "evidence" in lacking["missing"]
    stated = tmp_path / "dossier.json"
    stated.write_text(json.dumps(STATED), "utf-8")
    code, kept = command("court", "dossier", extensive, "--file", str(stated), *as_kirsi)
    assert (code, kept["step"]) == (0, "dossier")
    code, refused = command("court", "file", extensive, *as_kirsi)
    assert (code, refused["refused"]) == (2, "court.not_signed_by_two")
    for who in ("gunnar", "hanna"):
        signed = command("court", "sign", extensive, "--digest", kept["digest"], *IN_HARBOUR, "--as", who)
        assert signed[0] == 0
    assert command("court", "file", extensive, *as_kirsi)[0] == 0
    costs = ("--legal-cost", "500.00", "--court-fee", "610.00", "--number", "L 26/1")
    code, judged = command("court", "judge", extensive, *costs, *IN_HARBOUR)
    assert (code, judged["step"], judged["detail"]["legal_cost"]) == (0, "judged", "500.00")


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("close", "999", "--reason", "x"), "nothing_found"),
        (("name-court", "x", "--court", "oulu", "--reason", "x"), "nothing_found"),
        (("again", "123", "--reason", "x"), "nothing_found"),
    ],
)
def test_what_is_not_there_is_said_calmly(command: Command, words: tuple[str, ...], refused: str) -> None:
    code, answer = command(
        "court", *words, *IN_HARBOUR, "--as", "kirsi" if words[0] != "name-court" else "cecilia"
    )
    assert (code, answer["refused"]) == (2, refused)


def test_an_agency_report_is_taken_in_by_import(command: Command, tmp_path: Path) -> None:
    """OC 6.1.4-a: exit 1 when a row is returned; the same file again is known."""
    docket = told(f"on {ON}\nterm agency_in_use yes\n" + TABLE)
    code, ran = command("run", "agency", *IN_HARBOUR)
    assert (code, ran["handed_over"]) == (0, 1)
    with inside(docket.where):
        number = Case.objects.get(unit=docket.where, debtor=customer("bruk")).number
    report = tmp_path / "report.csv"
    report.write_text(
        "id;case;kind;day;reference;amount;fee;net;reason\n"
        f"T1;{number};demanded;2026-06-20;;50.00;;;\n"
        f"T2;{number};demanded;2026-06-20;;50.00;;;\n"
        "total;2;;;;100.00;;;\n",
        "utf-8",
    )
    arguments = ("import", str(report), "--unit", HARBOUR, "--on", "2026-08-01")
    code, answer = command(*arguments)
    assert (code, answer["accepted"], answer["returned"], answer["kind"]) == (1, 1, 1, "agency_report")
    assert answer["reasons"][0]["rule"] == "agency_cost_above_cap"
    code, again = command(*arguments)
    assert (again["accepted"], again["known"], again["returned"]) == (0, 1, 1)
    with inside(docket.where):
        assert CaseEvent.objects.filter(unit=docket.where, kind="demanded").count() == 1
