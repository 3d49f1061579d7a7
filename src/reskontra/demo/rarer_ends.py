"""Ends that few claims come to: told apart from the calendar of the months, which calls them on its days."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from reskontra.bank.models import Payment as Booked
from reskontra.claims.models import Case, Deferral, Overpayment, Refund
from reskontra.database.rows import rows
from reskontra.demo.diary import session
from reskontra.demo.fates import Fate
from reskontra.demo.payers import Payment
from reskontra.income.deferral.actions import withdraw_time
from reskontra.income.legal.court_acts import withdraw
from reskontra.income.refunds.actions import choose, hear, not_ours
from reskontra.income.reminders.actions import block
from reskontra.income.write_off.actions import propose
from reskontra.registers.models import Unit
from reskontra.runs.models import Run

STRANGER, _NOT_OURS = "Nimetön Maksaja", Decimal("412.50")
# Why a claim is given up, by the fate: the block that stops collection, the ground of the write-off, what is said.
_INSOLVENT = {
    "bankrupt": ("B", "bankruptcy", "konkursen har avslutats utan utdelning"),
    "adjusted": ("F", "debt_adjustment", "betalningsprogrammet ger ingen utdelning"),
}


def strangers(day: date) -> Payment:
    """Money from somebody whom no unit knows: it belongs to somebody else."""
    return Payment(day, _NOT_OURS, STRANGER, message="kiitos", by_list=False)


def case_of(unit: Unit, fate: Fate) -> Case:
    """The newest case about the claim of a fate. Called inside ``working_in``."""
    found = rows(
        "SELECT k.id FROM claims_case k JOIN claims_caseclaim cc ON cc.case_id = k.id WHERE cc.claim_id = %s"
        " ORDER BY k.id DESC LIMIT 1",
        [fate.claim(unit).pk],
    )
    return Case.objects.get(unit=unit, pk=found[0]["id"])


class RarerEnds:
    """What people do about money of others, agreements taken back, claims paid at court and insolvent debtors."""

    def __init__(self, of: Callable[[Unit, str], list[Fate]]) -> None:
        """``of`` tells which of a unit's claims have the fate of a name."""
        self.of = of
        self._redeemed = False

    def money_of_others(self, unit: Unit, on: date) -> None:
        """A stranger's payment goes back by the bank (OC 4.2-d); one overpayment waits for the next invoice (4.2-c)."""
        with session(unit, on, "PK") as acting:
            for one in Booked.objects.filter(unit=unit, payer=STRANGER, amount=_NOT_OURS):
                not_ours(acting, one, "betalaren har skrivit till fel konto")
            for owed in rows(_HAS_A_NEXT_INVOICE, {"unit": unit.pk}):
                overpayment = Overpayment.objects.get(unit=unit, pk=owed["id"])
                choose(acting, overpayment, "next_invoice", "kunden faktureras igen")

    def time_taken_back(self, unit: Unit, on: date) -> None:
        """An agreement on payment time is ended by the unit, and collection goes on (OC 6.1.1-a)."""
        for fate in self.of(unit, "time_withdrawn"):
            with session(unit, on, "K") as acting:
                deferral = Deferral.objects.get(unit=unit, claims__claim_id=fate.claim_id)
                withdraw_time(acting, deferral, "kunden vill betala allt på en gång")

    def paid_at_court(self, unit: Unit, on: date) -> None:
        """A claim was paid before the judgment: the unit takes the application back at once (OC 6.2-a)."""
        for fate in self.of(unit, "paid_at_court"):
            with session(unit, on, "K") as acting:
                withdraw(acting, case_of(unit, fate), "fordran är betald", on)

    def insolvent(self, unit: Unit, on: date) -> None:
        """A bankruptcy and a debt adjustment give nothing: the claims are proposed for write-off (OC 5.1-b)."""
        for name, (_, ground, why) in _INSOLVENT.items():
            for fate in self.of(unit, name):
                with session(unit, on, "K") as acting:
                    propose(acting, fate.claim(unit), ground, why)

    def insolvency_begins(self, unit: Unit, on: date, review: date) -> None:
        """Collection from them stops (OC 6.1.2-a)."""
        for name, (code, _, _) in _INSOLVENT.items():
            for fate in self.of(unit, name):
                with session(unit, on, "K") as acting:
                    block(acting, fate.claim(unit), code, "enligt insolvensregistret", review)

    def order_redeemed(self, unit: Unit, run: Run, on: date) -> None:
        """The first who gets a payment order redeems it; nobody else does (OC 4.2-b)."""
        for refund in Refund.objects.none() if self._redeemed else self._orders(unit, run):
            with session(unit, on, "PK", 17) as acting:
                hear(acting, refund, "redeemed")
                self._redeemed = True
                return

    def _orders(self, unit: Unit, run: Run) -> list[Refund]:
        with session(unit, run.on_date, "PK", 16):
            found = Refund.objects.filter(unit=unit, run=run, way="payment_order", undoes__isnull=True)
            return list(found.order_by("id"))


# The first overpayment, still owed back, of a customer who has a later invoice that something is open of.
_HAS_A_NEXT_INVOICE = """
SELECT o.id FROM claims_overpayment o JOIN claims_claim c ON c.id = o.claim_id
WHERE o.unit_id = %(unit)s AND o.treatment = 'refund' AND o.undoes_id IS NULL
  AND NOT EXISTS (SELECT FROM claims_overpayment back WHERE back.undoes_id = o.id)
  AND NOT EXISTS (SELECT FROM claims_refund r WHERE r.overpayment_id = o.id)
  AND EXISTS (
    SELECT FROM claims_claim later
    WHERE later.unit_id = o.unit_id AND later.payer_id = c.payer_id AND later.id > c.id AND later.amount > coalesce(
      (SELECT sum(s.amount) FROM claims_claim_settlement s WHERE s.claim_id = later.id), 0))
ORDER BY o.id LIMIT 1
"""
