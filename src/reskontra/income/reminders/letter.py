"""What a reminder says (OC 6.1.2-c, 6.1.3-a, 6.1.1-b): what is owed by when, its cost, what follows, whom to ask."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from reskontra.claims.interest import grounds_of, is_consumer
from reskontra.claims.letters import income_account, receiver, sender
from reskontra.documents.letter import Letter, Party, Slip, Table
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.interest import SURCHARGES
from reskontra.kernel.money import format_amount
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer, Unit
from reskontra.runs.run import RunRefused


class Writer:
    """Writes the reminders of one run of ``unit``, which all fall due on ``due``.

    Raises ``RunRefused`` for a unit without an income account, ``MissingTerm`` for a missing text or surcharge.
    """

    def __init__(self, unit: Unit, terms: Terms, due: date) -> None:
        account = income_account(unit, terms.on)
        if account is None:
            raise RunRefused("reminders.no_income_account", unit=unit.code)
        self.unit, self.terms, self.due, self.account = unit, terms, due, account
        self.grounds = grounds_of(unit)
        self._sender = cache(self._sender_in)
        self._interest = cache(self._interest_in)
        self._advice = cache(self._advice_in)

    @clause("OC 6.1.2-c", "OC 6.1.3-a")
    def letter(self, row: Mapping[str, Any], customers: Mapping[int, Customer]) -> Letter:
        """The reminder of one row of ``letters.sql``; ``customers`` by their ids, those of other payers too."""
        language = row["language"]
        to_pay = row["open"] + row["costs_open"] + row["cost"]
        to = customers[row["receiver_id"]]
        return Letter(
            kind="reminder",
            language=language,
            day=self.terms.on,
            sender=self._sender(language),
            receiver=receiver(to),
            subject=text(f"reminder.subject_{row['ordinal']}", language, invoice=row["number"]),
            paragraphs=tuple(self._paragraphs(row, customers, to_pay)),
            tables=(_invoice(row, language), _to_pay(row, language, to_pay)),
            slip=Slip(self.account.iban, self.account.bic, row["reference"], self.due, to_pay),
            notes=self._notes(row, language),
        )

    def _paragraphs(
        self, row: Mapping[str, Any], customers: Mapping[int, Customer], to_pay: Decimal
    ) -> list[str]:
        language = row["language"]
        said = [
            text(f"reminder.opening_{row['ordinal']}", language, due=format_date(row["due_date"], language))
        ]
        if row["receiver_id"] != row["payer_id"]:
            said.append(text("reminder.on_behalf", language, payer=customers[row["payer_id"]].name))
        said.append(
            text(
                "reminder.pay",
                language,
                amount=format_amount(to_pay, language),
                day=format_date(self.due, language),
                reference=row["reference"],
            )
        )
        if row["cost"]:
            said.append(text("reminder.cost", language, amount=format_amount(row["cost"], language)))
        if row["kind"] == "invoice" and not row["state_unit"]:
            ground = self.grounds.late(row["due_date"], consumer=is_consumer(customers[row["payer_id"]]))
            told = self._interest(ground, language)
            said.append(told.replace("{day}", format_date(row["interest_from"], language)))
        if row["ordinal"] == 2:
            said.append(self._consequences(row, language))
        return said

    def _consequences(self, row: Mapping[str, Any], language: str) -> str:
        """What follows when the last reminder is not paid: it hangs on the kind of law, and on who owes."""
        if row["state_unit"]:
            return text("reminder.consequences_state_unit", language)
        if row["public_law"]:
            provision = self.terms.text("enforcement_without_judgment", language)
            return text("reminder.consequences_public_law", language, provision=provision)
        return text("reminder.consequences_other", language)

    @clause("OC 6.1.1-b")
    def _notes(self, row: Mapping[str, Any], language: str) -> tuple[str, ...]:
        """Whom to ask, which is one address for everything, and the right to object."""
        said = (self._advice(language), text("reminder.objection", language))
        return said if row["state_unit"] else (*said, text("reminder.difficulties", language))

    def _advice_in(self, language: str) -> str:
        unit = self.unit
        ways = tuple(filter(None, (unit.email, unit.phone))) or self._sender(language).address
        return self.terms.text("advice_address", language, name=unit.name(language), contact=", ".join(ways))

    def _sender_in(self, language: str) -> Party:
        return sender(self.unit, language)

    def _interest_in(self, ground: str, language: str) -> str:
        """How late interest by ``ground`` is counted, with ``{day}`` for the day from which it runs."""
        percent = f"{getattr(self.terms, SURCHARGES[ground]).normalize():f}"
        return text(
            f"reminder.interest_{ground}",
            language,
            basis=self.terms.text("late_interest_text", language),
            percent=percent if language == "en" else percent.replace(".", ","),
            day="{day}",
        )


def _invoice(row: Mapping[str, Any], language: str) -> Table:
    """The invoice as it stands: what it asked for, what was paid, credited or waived of it, and what is open."""
    settled = row["original"] - row["open"]
    return Table(
        heads=_heads(language, "invoice", "date", "due", "amount", "settled", "open"),
        rows=(
            (
                row["number"],
                format_date(row["issue_date"], language),
                format_date(row["due_date"], language),
                format_amount(row["original"], language),
                format_amount(settled, language),
                format_amount(row["open"], language),
            ),
        ),
        right=(3, 4, 5),
    )


def _to_pay(row: Mapping[str, Any], language: str, to_pay: Decimal) -> Table:
    """The parts of what is asked for, the cost of this reminder apart."""
    parts = (("open", row["open"]), ("earlier_costs", row["costs_open"]), ("cost", row["cost"]))
    shown = [(text(f"reminder.part_{name}", language), amount) for name, amount in parts if amount]
    return Table(
        heads=_heads(language, "part", "amount"),
        rows=tuple(
            (name, format_amount(amount, language))
            for name, amount in (*shown, (text("reminder.part_total", language), to_pay))
        ),
        right=(1,),
    )


@cache
def _heads(language: str, *names: str) -> tuple[str, ...]:
    return tuple(text(f"reminder.head_{name}", language) for name in names)
