"""Claims of interest and money without a claim, as payments and explanations tell them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cast import AT, inside, run, unit
from income.interest_tables import History
from income.money import a_payment, write_off
from income.tables import read
from reskontra.claims.models import CaseEvent, Claim, FeeDeducted
from reskontra.commands.explain import show
from reskontra.income.allocation.run import AllocationRun
from reskontra.income.refunds.actions import not_ours
from reskontra.income.write_off.actions import propose
from reskontra.income.write_off.run import WriteOffsRun
from reskontra.insight.explanations import NothingFound, explain
from reskontra.insight.payments import open_of, settlements_of_claim, uses_of_payment
from reskontra.ledger.models import Voucher

pytestmark = pytest.mark.usefixtures("database")
DAY = date(2026, 5, 4)


def _charged() -> Claim:
    """The claim of the interest on one that was paid four months late."""
    told = History(
        read("""
        on 2026-05-04
        claim   A bruk 1000.00 due 2025-12-31
        paid    A 1000.00 2026-04-30
        charged 2026-05-04
        """),
        unit(),
    ).tell()
    with inside(unit()):
        claim = Claim.objects.select_related("interest_invoice").get(unit=unit(), kind="interest")
    assert claim.pk != told.claims["A"].pk
    return claim


def test_what_was_paid_of_interest_is_told_by_the_reference_of_its_claim() -> None:
    """OC 4.2-a, OC 6.1.5-a: an interest claim has no invoice among the sales invoices."""
    claim = _charged()
    amount = claim.amount + Decimal("5.00")
    payment = a_payment(unit(), format(amount, ".2f"), day=DAY, reference=claim.reference)
    run(AllocationRun(), unit(), DAY)
    with inside(unit()):
        used = uses_of_payment(unit(), payment.pk)
        assert [(one.kind, one.amount, one.reference, one.invoice, one.number) for one in used] == [
            ("allocation", claim.amount, claim.reference, "", None),
            ("overpaid_income", Decimal("5.00"), claim.reference, "", None),
        ]
        assert settlements_of_claim(unit(), claim.pk) == used
        assert open_of(claim.amount, used) == 0
        (first, second) = explain(unit(), f"P{payment.pk}", "en")["uses"]
        assert (first["reference"], second["amount"]) == (claim.reference, "5.00")


def test_money_that_is_not_ours_is_told_without_a_claim() -> None:
    """OC 4.2-d"""
    payment = a_payment(unit(), "30.00", day=DAY)
    with inside(unit()) as acting:
        not_ours(acting, payment, "of somebody else")
        (used,) = uses_of_payment(unit(), payment.pk)
        assert (used.kind, used.amount, used.claim, used.reference, used.invoice) == (
            "overpaid_refund", Decimal("30.00"), None, "", "",
        )  # fmt: skip
        assert explain(unit(), f"P{payment.pk}", "en")["uses"][0]["claim"] is None


def test_a_decided_write_off_and_a_deducted_fee_lessen_what_is_open() -> None:
    """OC 5.1-b, OC 6.2-a: each by its own name, apart from a small remainder that was waived."""
    told = History(
        read("""
        on 2026-05-04
        claim   A bruk 100.00 due 2025-12-31
        written A 1.00 2026-04-30
        case    A over
        """),
        unit(),
    ).tell()
    claim = told.claims["A"]
    with inside(unit()):
        case = CaseEvent.objects.filter(unit=unit()).earliest("position").case
        event = CaseEvent.objects.create(
            unit=unit(), run_id=claim.run_id, given_at=AT, case=case, position=9, kind="collected", day=DAY,
            amount=Decimal(20),
        )  # fmt: skip
        FeeDeducted.objects.create(
            unit=unit(), run_id=claim.run_id, voucher=Voucher.objects.filter(unit=unit()).latest("id"),
            amount=Decimal(20), clause="OC 6.2-a", claim=claim, event=event,
        )  # fmt: skip
    write_off(unit(), claim, DAY)
    with inside(unit()):
        settled = settlements_of_claim(unit(), claim.pk)
    assert {(one.kind, one.amount) for one in settled} == {
        ("waived", Decimal("1.00")), ("fee_deducted", Decimal("20.00")), ("written_off", Decimal("79.00")),
    }  # fmt: skip
    assert open_of(claim.amount, settled) == 0


def _explained(subject: str, language: str) -> dict[str, Any]:
    with inside(unit()):
        return explain(unit(), subject, language)


def test_an_interest_claim_is_found_by_its_reference_and_by_its_number() -> None:
    """OC 6.1.5-a: with the claims that it is interest on, and what was decided of it."""
    claim = _charged()
    with inside(unit()) as acting:
        propose(acting, claim, "decided", "not worth it")
    run(WriteOffsRun(), unit(), DAY)
    found = _explained(claim.reference, "en")
    with inside(unit()):
        principal = Claim.objects.get(unit=unit(), kind="invoice")
    assert (found["subject"], found["number"], found["amount"]) == (
        "claim", claim.reference, format(claim.amount, ".2f"),
    )  # fmt: skip
    assert found["principals"] == [principal.reference]
    assert found["due_date"] == claim.due_date.isoformat()
    assert [(one["rule"], one["outcome"], one["clause"]) for one in found["decisions"]] == [
        ("write_offs", "WAITS_FOR_REVIEW", "OC 5.1-b")
    ]
    assert _explained(found["invoice"], "en") == found
    assert found["invoice"] == claim.reference[:-1]
    for other in (claim.reference[:-1] + str((int(claim.reference[-1]) + 1) % 10), unit().code + "800000999"):
        with pytest.raises(NothingFound):
            _explained(other, "en")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sv", ("Fordran", "ränta på fordringar", "väntar på granskning", "betalning")),
        ("fi", ("Saatava", "korkoa saatavista", "odottaa tarkastusta", "maksu")),
        ("en", ("Claim", "interest on claims", "waits for review", "payment")),
    ],
)
def test_a_person_reads_it_in_three_languages(
    language: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """OC 6.1.5-a"""
    claim = _charged()
    payment = a_payment(unit(), "1.00", day=DAY, reference=claim.reference)
    run(AllocationRun(), unit(), DAY)
    with inside(unit()) as acting:
        propose(acting, claim, "decided", "not worth it")
    run(WriteOffsRun(), unit(), DAY)
    show(_explained(claim.reference, language), language)
    shown = capsys.readouterr().out
    for one in (*words, claim.reference, f"P{payment.pk}"):
        assert one.lower() in shown.lower()
    show(_explained(f"P{payment.pk}", language), language)
    assert claim.reference in capsys.readouterr().out
