"""The story of the weeks after the demo day: its figures, every fault where its clause puts it, and the books."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from reskontra.bank.chain import chain_gaps
from reskontra.claims.models import Claim
from reskontra.database.session import working_in
from reskontra.demo.bank import bank_days, bank_files
from reskontra.demo.diary import DAY, Day
from reskontra.demo.payers import payments
from reskontra.demo.report import show
from reskontra.demo.weeks import owed
from reskontra.documents.delivery_report import ArchivePackage, DeliveryReport
from reskontra.exchange.reading import read_documents
from reskontra.income.bank_material.chain import assertions_that_fail, in_transit
from reskontra.insight.explanations import explain
from reskontra.insight.invariants import broken
from reskontra.insight.payments import settlements_of_claim
from reskontra.kernel.references import unit_reference
from reskontra.registers.models import Unit, UnitAccount

# What the rule makes of each unusual payment at first sight, and where it stands at the end.
FAULTS = [
    # unit   fault                        first                     at the end                clause
    ("3910", "stranger", "NO_REFERENCE", "HELD_FOR_PERSON", "OC 4.1-c"),
    ("3910", "reference_typo", "WRONG_CHECK_DIGIT", "PAID_WITHOUT_REFERENCE", "OC 4.1-c"),
    ("3910", "reference_in_message", "PAID_WITHOUT_REFERENCE", "PAID_WITHOUT_REFERENCE", "OC 4.1-c"),
    ("3910", "overpaid_a_lot", "OVERPAID_REFUND", "OVERPAID_REFUND", "OC 4.2-a"),
    ("3910", "part_payment", "PART_PAID", "PART_PAID", "OC 4.3-a"),
    ("3910", "paid_twice", "OVERPAID_REFUND", "OVERPAID_REFUND", "OC 4.2-a"),
    ("3910", "taken_back", "TAKES_BACK", "TAKES_BACK", "OC 4.1-b"),
    ("3920", "invoice_number_in_message", "PAID_WITHOUT_REFERENCE", "PAID_WITHOUT_REFERENCE", "OC 4.1-c"),
    ("3920", "two_in_parts", "SHARED", "SHARED", "OC 4.1-c"),
    ("3920", "two_in_message", "SHARED", "SHARED", "OC 4.1-c"),
    ("3920", "another_units_reference", "OTHER_UNITS_REFERENCE", "OTHER_UNITS_REFERENCE", "OC 4.2-d"),
    ("3920", "overpaid_a_little", "OVERPAID_INCOME", "OVERPAID_INCOME", "OC 4.2-a"),
    ("3930", "by_name_and_amount", "PAID_WITHOUT_REFERENCE", "PAID_WITHOUT_REFERENCE", "OC 4.1-c"),
    ("3930", "old_reference", "UNKNOWN_REFERENCE", "UNKNOWN_REFERENCE", "OC 4.1-c"),
    ("3930", "a_few_cents_short", "REMAINDER_WAIVED", "REMAINDER_WAIVED", "OC 4.3-a"),
]


def counts(rows: list[dict[str, Any]], key: str) -> dict[str, int]:
    return {row[key]: row["count"] for row in rows}


def test_every_unusual_payment_ends_where_its_clause_says(played: Day) -> None:
    told = {(one["unit"], one["fault"]): one for one in played.money["faults"]}
    assert len(told) == len(FAULTS)
    for unit, fault, first, last, clause in FAULTS:
        one = told[unit, fault]
        assert (one["first"], one["outcome"], one["clause"]) == (first, last, clause), fault


def test_payers_have_the_outcomes_that_they_were_made_for(played: Day) -> None:
    """What a payer does says itself which outcome it leads to; the story and the rule must agree."""
    units = list(Unit.objects.filter(code__in=["3910", "3920", "3930"]).order_by("code"))
    paid = payments({unit.code: owed(unit) for unit in units}, bank_days(DAY))
    meant = {(unit, one.fault): one.leads_to for unit, some in paid.items() for one in some if one.fault}
    assert meant == {(one["unit"], one["fault"]): one["first"] for one in played.money["faults"]}


def test_the_story_has_its_figures(played: Day) -> None:
    weeks = played.money
    assert (weeks["from"], weeks["to"]) == ("2026-03-17", "2026-04-13")
    assert counts(weeks["deliveries"], "outcome") == {
        "ARRIVED": 797, "REFUSED_BY_RECEIVER": 1, "LATE": 1, "MISSING": 1,
    }  # fmt: skip
    assert counts(weeks["payments"], "outcome") == {
        "PAID": 648, "PAID_WITHOUT_REFERENCE": 4, "OVERPAID_REFUND": 2, "SHARED": 2, "OVERPAID_INCOME": 1,
        "PART_PAID": 1, "REMAINDER_WAIVED": 1, "TAKES_BACK": 1, "HELD_FOR_PERSON": 1,
        "OTHER_UNITS_REFERENCE": 1, "UNKNOWN_REFERENCE": 1,
    }  # fmt: skip
    assert {one["step"]: (one["count"], one["amount"]) for one in weeks["money"]} == {
        "payments": (663, "732703.53"), "allocated": (657, "731277.03"), "to_refund": (2, "317.00"),
        "to_income": (1, "4.50"), "unallocated": (3, "1105.00"), "set_off": (1, "522.33"), "waived": (1, "0.85"),
        "open_claims": (140, "136470.64"),
    }  # fmt: skip


def test_every_cent_of_the_payments_is_somewhere(played: Day) -> None:
    money = {one["step"]: Decimal(one["amount"]) for one in played.money["money"]}
    used = sum(money[step] for step in ("allocated", "to_refund", "to_income", "unallocated"))
    assert used == money["payments"]
    claimed = next(Decimal(one["amount"]) for one in played.funnel if one["step"] == "claims")
    settled = money["allocated"] + money["set_off"] + money["waived"]
    assert settled + money["open_claims"] == claimed
    assert sum(Decimal(one["rest"]) for one in played.money["unallocated"]) == money["unallocated"]


def test_the_books_are_in_order(played: Day) -> None:
    units = list(Unit.objects.values_list("pk", flat=True))
    assert broken(units) == []


@pytest.mark.parametrize("code", ["3910", "3920", "3930"])
def test_statements_lists_and_books_agree_at_the_end(played: Day, code: str) -> None:
    """OC 4.1-b: no gap, nothing in transit, and the books show what the bank stated for every day."""
    unit = Unit.objects.get(code=code)
    with working_in([unit.pk]):
        assert chain_gaps(unit) == []
        assert in_transit(unit) == []
        assert assertions_that_fail(unit) == []


def test_every_file_became_what_its_fault_says(played: Day) -> None:
    files = {file["fault"]: file for file in played.money["files"] if file["fault"]}
    assert files["cut_off"]["refused"]
    assert (files["sent_twice"]["duplicates"], files["sent_twice"]["accepted"]) == (
        files["sent_twice"]["read"],
        0,
    )
    assert [one["rule"] for one in files["sent_twice"]["reasons"]] == ["file_known"]
    assert files["statement_late"]["reasons"] == []  # the gap that its day before had told of is closed
    gaps = [
        file
        for file in played.money["files"]
        for one in file["reasons"]
        if one["rule"] == "statement_missing"
    ]
    assert len(gaps) == 1
    assert gaps[0]["arrived"] == files["statement_late"]["arrived"]
    told = files["told_by_three_sources"]["totals"]
    assert (told["known_payments"], told["new_payments"]) == (files["told_by_three_sources"]["read"], 0)
    assert sum(file["refused"] for file in played.money["files"]) == 1
    refused = next(place for place, file in enumerate(played.money["files"]) if file["refused"])
    again = played.money["files"][refused + 1]
    assert again["file"].endswith("_2.xml")
    assert again["totals"]["new_payments"] == again["read"] > 0


def test_files_in_the_folder_are_what_the_same_invoices_give_again(played: Day) -> None:
    units = list(Unit.objects.filter(code__in=["3910", "3920", "3930"]).order_by("code"))
    days = bank_days(DAY)
    paid = payments({unit.code: owed(unit) for unit in units}, days)
    made: dict[str, bytes] = {}
    for unit in units:
        with working_in([unit.pk]):
            iban = UnitAccount.objects.get(unit=unit, purpose="income").iban
        made |= {file.name: file.data for file in bank_files(unit.code, iban, paid[unit.code], days)}
    folder = played.folder / "in" / "bank"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made


def test_the_operator_answers_for_all_but_one(played: Day) -> None:
    """OC 3.9-d: one refused, one pending, one missing; all batches but one are receipted."""
    folder = played.folder / "in" / "operator"
    statuses = []
    for path in sorted(folder.glob("receipts-*.csv")):
        (report,) = read_documents(path.read_bytes(), path.name)
        assert isinstance(report, DeliveryReport)
        assert report.findings == ()
        statuses += [answer.status for answer in report.answers]
    assert {status: statuses.count(status) for status in set(statuses)} == {
        "delivered": 797, "refused": 1, "pending": 1,
    }  # fmt: skip
    states = [batch["state"] for report in played.money["reports"] for batch in report["batches"]]
    assert sorted(states) == ["receipted", "receipted", "receipted", "sent"]


def test_the_archive_is_complete_and_its_list_approved_by_the_centre(played: Day) -> None:
    """OC 3.9-e: documents and images of every invoice of one unit; who ran the invoicing does not approve."""
    (told,) = played.money["archive"]
    (path,) = (played.folder / "in" / "operator").glob("archive-*.zip")
    (package,) = read_documents(path.read_bytes(), path.name)
    assert isinstance(package, ArchivePackage)
    assert len(package.files) == told["accepted"] == 2 * told["list"]["invoices"]
    assert told["list"]["complete"] == told["list"]["invoices"]
    assert (told["list"]["acts"], told["approved"]) == (["approve"], "vahvistus")


def test_an_invoice_that_was_taken_back_is_asked_of_nobody(played: Day) -> None:
    """OC 3.2.1-a: the credit is reviewed and approved by two, and set off against its invoice before any payment."""
    credit = played.money["credit"]
    assert (credit["reviewed"], credit["approved"]) == ("tapio", "gun")
    unit = Unit.objects.get(code=credit["unit"])
    with working_in([unit.pk]):
        claim = Claim.objects.get(unit=unit, reference=unit_reference(unit.code, int(credit["original"][4:])))
        settled = [one.as_json() for one in settlements_of_claim(unit, claim.pk)]
        assert credit["original"] not in {one.invoice for one in owed(unit)}
    assert [(one["amount"], one["clause"], one["payment"]) for one in settled] == [
        (format(claim.amount, ".2f"), "OC 3.2.1-a", None)
    ]
    runs = [run for run in played.money["runs"] if run["name"] == "set_off" and run["decisions"]]
    assert [(run["unit"], run["decisions"][0]["outcome"]) for run in runs] == [(unit.code, "SET_OFF")]


def test_a_clerk_points_one_payment_by_its_best_candidate_and_holds_one(played: Day) -> None:
    pointed, held = played.money["acts"]
    assert (pointed["act"], pointed["reasons"]) == ("pointed", ["reference_almost", "amount"])
    unit = Unit.objects.get(code=pointed["unit"])
    with working_in([unit.pk]):
        found = explain(unit, pointed["payment"], "en")
        waits = explain(unit, held["payment"], "en")
    assert [one["outcome"] for one in found["decisions"]][-1] == "PAID_WITHOUT_REFERENCE"
    assert [(use["kind"], use["invoice"]) for use in found["uses"]] == [("allocation", pointed["invoice"])]
    assert (held["act"], waits["rest"], waits["uses"]) == ("held", waits["amount"], [])


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
def test_the_demo_is_told_in_three_languages(played: Day, language: str) -> None:
    out = Console(width=100, record=True, file=io.StringIO())
    show(played, out, language)
    told = out.export_text()
    assert "{" not in told
    for one in played.look_at:
        assert one["command"] in told
    assert len(played.look_at) == 6
    assert {"sv": "allokerade", "fi": "kohdistettu", "en": "allocated"}[language] in told


def test_the_summary_lies_beside_the_files(played: Day) -> None:
    assert Path(played.folder / "summary.json").stat().st_size > 10_000
    assert played.summary["money"] is played.money
