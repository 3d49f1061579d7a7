"""The reminder run (OC 6.1.2-c, 6.1.3-a): its gate, letters, facts, controls and refusals; replayed and raced."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from cast import ALWAYS, CUSTOMERS, customer, iban, inside, plan_of, run, unit
from database.test_races import at_once
from income.money import a_payment
from income.reminder_tables import (
    Late,
    a_block,
    a_cost,
    a_late_claim,
    costs_of,
    remind,
    reminders_of,
    statement_until,
    term_from,
)
from income.tables import read
from reskontra.claims.models import ClaimDecision, Cost, Letter, Reminder
from reskontra.documents.letter import Letter as Document
from reskontra.documents.letter import digest_of, letter_from_json
from reskontra.income.reminders.actions import block
from reskontra.income.reminders.gate import bank_days_before
from reskontra.income.reminders.run import ReminderRun
from reskontra.ledger.models import Voucher
from reskontra.registers.models import Customer, Unit, UnitAccount
from reskontra.runs.run import RunRefused, apply

pytestmark = pytest.mark.usefixtures("database")

DUE, DAY = date(2026, 2, 20), date(2026, 3, 16)


def _late(text: str) -> Late:
    return Late(read("on 2026-03-16\n" + text), unit()).tell()


def _document(where: Unit, reminder: Reminder) -> Document:
    """What a reminder says, with plain spaces in its amounts."""
    kept = Letter.objects.get(unit=where, pk=reminder.letter_id)
    document = letter_from_json(kept.document)
    assert (kept.kind, kept.language, kept.digest) == ("reminder", document.language, digest_of(document))
    return letter_from_json(
        json.loads(json.dumps(kept.document, ensure_ascii=False).replace("\N{NO-BREAK SPACE}", " "))
    )


# The facts ----------------------------------------------------------------------------------------------------


def test_a_run_writes_a_letter_a_reminder_and_a_cost_for_each_claim_and_posts_nothing() -> None:
    """OC 6.1.2-c, OC 6.1.3-a, OC 6.1.3-b"""
    late = _late(
        "claim A aino 100.00 due 2026-02-20\nclaim B verket 50.00 due 2026-02-20\nclaim C bruk 20.00 due 2026-03-20"
    )
    with inside(late.where):
        a_payment(late.where, "7.00")
        vouchers = Voucher.objects.filter(unit=late.where).count()
    result = remind(late.where, DAY)
    assert result.facts == {"reminders": 2, "costs": "5.00", "payments_waiting": 1}
    assert [(control.name, control.actual) for control in result.controls] == [
        ("claims to remind = reminders", "2"),
        ("open of these claims = of the reminders", "150.00"),
        ("costs decided = costs of the reminders", "5.00"),
        ("letters = reminders", "2"),
    ]
    with inside(late.where):
        [first] = reminders_of(late.where, late.claims["A"])
        # Fourteen days from Monday 16 March.
        assert (first.ordinal, first.sent_date, first.due_date, first.open) == (
            1,
            DAY,
            date(2026, 3, 30),
            100,
        )
        cost = Cost.objects.get(unit=late.where)
        assert (cost.claim_id, cost.kind, cost.day, cost.amount, cost.reminder_id, cost.clause) == (
            late.claims["A"].pk, "reminder", DAY, 5, first.pk, "OC 6.1.3-a",
        )  # fmt: skip
        assert [one.number for one in Letter.objects.filter(unit=late.where).order_by("id")] == [1, 2]
        assert Voucher.objects.filter(unit=late.where).count() == vouchers
        assert set(ClaimDecision.objects.filter(unit=late.where).values_list("claim_id", flat=True)) == {
            late.claims["A"].pk, late.claims["B"].pk,
        }  # fmt: skip


def test_the_due_date_of_a_reminder_is_a_bank_day() -> None:
    """OC 6.1.2-c: fourteen days from 20 March is Good Friday, and the next bank day Tuesday 7 April."""
    late = _late("claim A bruk 100.00 due 2026-02-20")
    remind(late.where, date(2026, 3, 20))
    with inside(late.where):
        assert [one.due_date for one in reminders_of(late.where, late.claims["A"])] == [date(2026, 4, 7)]


def test_a_run_that_is_made_again_reminds_nobody_again() -> None:
    """OC 6.1.2-c"""
    late = _late("claim A aino 100.00 due 2026-02-20")
    for _ in range(3):
        remind(late.where, DAY)
    with inside(late.where):
        assert len(reminders_of(late.where, late.claims["A"])) == 1
        assert costs_of(late.where, late.claims["A"]) == [5]


def test_what_has_changed_since_the_plan_is_set_aside() -> None:
    """Paid in part since, or blocked since: neither goes out as it was planned."""
    late = _late(
        "claim A bruk 100.00 due 2026-02-20\nclaim B bruk 90.00 due 2026-02-20\nclaim C bruk 80.00 due 2026-02-20"
    )
    with inside(late.where):
        statement_until(late.where, DAY)
    planned = plan_of(ReminderRun(), late.where, DAY)
    assert [(one.outcome, one.count) for one in planned.counts] == [("SEND_FIRST_REMINDER", 3)]
    late.table = read("on 2026-03-16\npayment A 40.00\nblock B A from 2026-03-16")
    for line in late.table.lines[1:]:
        getattr(late, f"_{line.keyword}")(line)
    with inside(late.where) as acting:
        applied = apply(ReminderRun(), acting, DAY, planned.run)
    assert {one.outcome: one.count for one in applied.counts} == {
        "SEND_FIRST_REMINDER": 1, "CHANGED_SINCE_PLAN": 1, "REMINDERS_BLOCKED": 1,
    }  # fmt: skip
    with inside(late.where):
        assert [one.claim_id for one in Reminder.objects.filter(unit=late.where)] == [late.claims["C"].pk]


# The gate -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "lag", "asked"),
    [
        (date(2026, 3, 16), 0, date(2026, 3, 16)),
        (date(2026, 3, 16), 1, date(2026, 3, 13)),  # Monday: Friday
        (date(2026, 4, 7), 1, date(2026, 4, 2)),  # Tuesday after Easter: Maundy Thursday
        (date(2026, 4, 8), 2, date(2026, 4, 2)),
    ],
)
def test_bank_days_are_counted_back(on: date, lag: int, asked: date) -> None:
    """OC 6.1.2-c"""
    assert bank_days_before(on, lag) == asked


def test_nobody_is_reminded_before_the_bank_material_is_in() -> None:
    """OC 6.1.2-c: not planned either; every income account counts, a payment tells as much as a statement."""
    late = _late("claim A bruk 100.00 due 2026-02-20")
    where = late.where

    def refused() -> dict[str, str]:
        with pytest.raises(RunRefused, match="bank_material_missing") as found:
            plan_of(ReminderRun(), where, DAY)
        return dict(found.value.values)

    with inside(where):
        own = UnitAccount.objects.get(unit=where, purpose="income")
    assert refused() == {"account": own.iban, "day": "2026-03-13", "newest": "–"}
    with inside(where):
        statement_until(where, date(2026, 3, 12))
    assert refused()["newest"] == "2026-03-12"
    a_payment(where, "1.00", day=date(2026, 3, 13))
    assert plan_of(ReminderRun(), where, DAY).run.state == "planned"
    with inside(where):
        second = UnitAccount.objects.create(
            unit=where,
            iban=iban("99000000777777"),
            bic="PROVFIHH",
            purpose="income",
            account="19500000",
            validity=ALWAYS,
        )
    assert refused()["account"] == second.iban
    with inside(where):
        statement_until(where, date(2026, 3, 13), second)
    run(ReminderRun(), where, DAY)
    with inside(where):
        assert Reminder.objects.filter(unit=where).count() == 1


def test_a_unit_may_let_its_statements_lag() -> None:
    """OC 6.1.2-c: a dated term; from its day on."""
    late = _late("claim A bruk 100.00 due 2026-02-20")
    with inside(late.where):
        statement_until(late.where, date(2026, 3, 11))
    term_from(late.where, "bank_material_lag_days", "3", DAY)
    assert plan_of(ReminderRun(), late.where, DAY).run.state == "planned"
    with pytest.raises(RunRefused, match="bank_material_missing"):
        plan_of(ReminderRun(), late.where, DAY - timedelta(days=1))


# The letter ---------------------------------------------------------------------------------------------------


def test_the_first_letter_says_what_is_owed_and_what_it_costs() -> None:
    """OC 6.1.3-a, OC 6.1.1-b: the cost apart, interest from the day after the due date, one address to ask."""
    late = _late("claim A berit 1100.00 due 2026-02-20\npayment A 100.00 day 2026-03-02")
    remind(late.where, DAY)
    with inside(late.where):
        [reminder] = reminders_of(late.where, late.claims["A"])
        said = _document(late.where, reminder)
        account = UnitAccount.objects.get(unit=late.where, purpose="income")
    claim = late.claims["A"]
    assert said.language == "sv"
    assert said.subject == f"Betalningspåminnelse, faktura {claim.reference[:-1]}"
    assert said.tables[0].rows == (
        (claim.reference[:-1], "30.1.2026", "20.2.2026", "1 100,00 €", "100,00 €", "1 000,00 €"),
    )
    assert said.tables[1].rows == (
        ("Obetalt av fakturan", "1 000,00 €"),
        ("Indrivningskostnad för den här påminnelsen", "5,00 €"),
        ("Sammanlagt", "1 005,00 €"),
    )
    assert said.slip is not None
    assert (said.slip.amount, said.slip.due_date, said.slip.reference, said.slip.iban) == (
        Decimal("1005.00"), date(2026, 3, 30), claim.reference, account.iban,
    )  # fmt: skip
    paragraphs = " ".join(said.paragraphs)
    assert "Betala 1 005,00 € senast 30.3.2026" in paragraphs
    assert "indrivningskostnaden för den här påminnelsen, 5,00 €, som nämndes på fakturan" in paragraphs
    assert "Från 21.2.2026" in paragraphs
    assert "ökad med 7 procentenheter (4 §)" in paragraphs
    assert "sista" not in paragraphs  # the first one threatens nobody
    assert said.notes[0] == "Frågor om fakturan och påminnelsen besvaras av Hamnverket: faktura@prov.example."
    assert "felaktig" in said.notes[1]


CONSEQUENCES = {
    (
        "sv",
        "public",
    ): "utan dom eller beslut enligt lagen om verkställighet av skatter och avgifter (706/2007)",
    (
        "fi",
        "public",
    ): "maksujen täytäntöönpanosta annetun lain (706/2007) nojalla ilman tuomiota tai päätöstä",
    (
        "en",
        "public",
    ): "without a judgment or a decision under the Act on the Enforcement of Taxes and Public Payments",
    ("sv", "private"): "inkassobyrå eller krävas i tingsrätten",
    ("fi", "private"): "perintätoimiston perittäväksi tai hakea käräjäoikeudessa",
    ("en", "private"): "collection agency or taken to the district court",
    ("sv", "state"): "Mellan statens enheter",
    ("fi", "state"): "Valtion yksiköiden välillä",
    ("en", "state"): "Between units of the State",
}


def test_the_second_letter_tells_the_consequences_by_kind_of_law_in_the_customers_language() -> None:
    """OC 6.1.2-c"""
    late = _late("")
    claims = {}
    with inside(late.where):
        for (language, law), _ in CONSEQUENCES.items():
            who = "verket" if law == "state" else "bruk"
            Customer.objects.filter(pk=customer(who).pk).update(language=language)
            claims[language, law] = a_late_claim(
                late.where, who, "100.00", date(2026, 1, 20), public_law=law != "private"
            )
    remind(late.where, date(2026, 2, 6))
    remind(late.where, DAY)
    with inside(late.where):
        for key, claim in claims.items():
            first, second = (_document(late.where, one) for one in reminders_of(late.where, claim))
            language, law = key
            assert (first.language, second.language) == (language, language)
            assert CONSEQUENCES[key] in " ".join(second.paragraphs)
            assert CONSEQUENCES[key] not in " ".join(first.paragraphs)
            words = {"sv": "ränta", "fi": "orko", "en": "nterest"}[language]
            assert (words in " ".join(second.paragraphs)) == (law != "state")
            assert second.slip is not None
            # The second costs again, ten days and more after the first; a State unit pays none.
            assert second.slip.amount == (100 if law == "state" else 110)


def test_a_protected_persons_letter_goes_where_his_invoice_went() -> None:
    """OC 3.8-a: by the contact that the invoice names; whom it concerns is said by name alone."""
    late = _late("")
    with inside(late.where):
        Customer.objects.filter(pk=customer("aino").pk).update(
            protected=True, street="", postcode="", town=""
        )
        claim = a_late_claim(late.where, "aino", "100.00", DUE, bill_to="bruk")
    remind(late.where, DAY)
    with inside(late.where):
        [reminder] = reminders_of(late.where, claim)
        said = _document(late.where, reminder)
        assert Letter.objects.get(unit=late.where).customer_id == customer("bruk").pk
    assert said.receiver.name == CUSTOMERS["bruk"]["name"]
    assert said.paragraphs[1] == "Lasku koskee maksajaa Koe Aino."
    assert str(CUSTOMERS["aino"]["code"]) not in str(said.as_json())


def test_earlier_costs_that_are_open_are_asked_for_apart() -> None:
    """OC 6.1.3-b"""
    late = _late("claim A bruk 100.00 due 2026-02-20")
    with inside(late.where):
        a_cost(late.where, late.claims["A"], "14.00", date(2026, 3, 1))
    remind(late.where, DAY)
    with inside(late.where):
        [reminder] = reminders_of(late.where, late.claims["A"])
        said = _document(late.where, reminder)
    assert [row[1] for row in said.tables[1].rows] == ["100,00 €", "14,00 €", "5,00 €", "119,00 €"]


# What the database refuses, and what happens at once -----------------------------------------------------------


def _insert_reminder(late: Late, ordinal: int, sent: date, due: date) -> None:
    with inside(late.where):
        letter = Letter.objects.filter(unit=late.where).first() or Letter.objects.create(
            unit=late.where, run_id=late.claims["A"].run_id, customer_id=late.claims["A"].payer_id, kind="reminder",
            number=900_000, language="sv", day=sent, document={}, digest="",
        )  # fmt: skip
        Reminder.objects.create(
            unit=late.where, run_id=late.claims["A"].run_id, claim=late.claims["A"], letter=letter, ordinal=ordinal,
            sent_date=sent, due_date=due, open=1, clause="OC 6.1.2-c",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("constraint", "story"),
    [
        ("a_claim_that_is_not_due_is_not_reminded", lambda late: _insert_reminder(late, 1, DUE, DAY)),
        ("a_second_reminder_waits_for_the_first", lambda late: _insert_reminder(late, 2, DAY, LATER)),
        (
            "a_second_reminder_waits_for_the_first",
            lambda late: (_insert_reminder(late, 1, DUE + A_DAY, DAY), _insert_reminder(late, 2, DAY, LATER)),
        ),
        (
            "a_blocked_claim_is_not_reminded",
            lambda late: (_blocked(late), _insert_reminder(late, 1, DAY, LATER)),
        ),
    ],
)
def test_the_database_refuses_by_name(constraint: str, story: Callable[[Late], Any]) -> None:
    """OC 6.1.2-c: whoever writes."""
    late = _late("claim A bruk 100.00 due 2026-02-20")
    with pytest.raises(IntegrityError, match=constraint):
        story(late)


A_DAY = timedelta(days=1)
LATER = DAY + timedelta(days=14)


def _blocked(late: Late) -> None:
    with inside(late.where):
        a_block(late.where, customer("bruk"), "O", DUE, DAY)


def test_what_the_database_refuses_it_lets_through_a_day_later() -> None:
    """OC 6.1.2-c: due, no longer blocked, and the first reminder due."""
    late = _late("claim A bruk 100.00 due 2026-02-20")
    _insert_reminder(late, 1, DUE + A_DAY, DAY - A_DAY)
    _blocked(late)
    with pytest.raises(IntegrityError, match="a_blocked_claim_is_not_reminded"):
        _insert_reminder(late, 2, DAY, LATER)
    _insert_reminder(late, 2, DAY + A_DAY, LATER)
    with inside(late.where):
        assert len(reminders_of(late.where, late.claims["A"])) == 2


def test_two_runs_at_the_same_moment_send_one_letter() -> None:
    """OC 6.1.2-c"""
    late = _late("claim A bruk 100.00 due 2026-02-20\nclaim B aino 100.00 due 2026-02-20")
    with inside(late.where):
        statement_until(late.where, DAY)

    def once() -> int:
        with inside(late.where) as acting:
            return int(apply(ReminderRun(), acting, DAY).facts["reminders"])

    assert sorted(at_once(once, once, once)) == [0, 0, 2]
    with inside(late.where):
        assert Letter.objects.filter(unit=late.where).count() == 2
        assert costs_of(late.where, late.claims["B"]) == [5]


def test_a_block_and_a_run_at_the_same_moment_follow_each_other() -> None:
    """OC 6.1.2-a: who came second has seen the first; never a reminder that was sent in spite of a block."""
    late = _late("claim A bruk 100.00 due 2026-02-20")
    with inside(late.where):
        statement_until(late.where, DAY)

    def blocking() -> int:
        with inside(late.where) as acting:
            before = Reminder.objects.filter(unit=late.where).count()
            block(acting, late.claims["A"], "A", "race", DAY)
            # Behind the lock: whoever reminded before has committed, nobody reminds now.
            return Reminder.objects.filter(unit=late.where).count() - before

    def reminding() -> int:
        with inside(late.where) as acting:
            return int(apply(ReminderRun(), acting, DAY).facts["reminders"])

    answers = at_once(blocking, reminding)
    assert not [one for one in answers if isinstance(one, Exception)], answers
    with inside(late.where):
        assert Reminder.objects.filter(unit=late.where).count() == answers[1]
    again = remind(late.where, DAY)
    assert again.facts["reminders"] == 0
