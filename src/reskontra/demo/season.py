"""The last season: after the story has come to its ends, work begins anew, and every list of the desk has something.

Orders and invoices come in, some are paid, some reminded and applied for; purchase invoices are matched, and the
others wait for whoever can solve, code, review or approve them. Nothing of it is finished when the clock stops.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from reskontra.claims.models import Claim
from reskontra.database.rows import rows
from reskontra.database.session import working_in
from reskontra.demo.cards import play_cards_and_offices
from reskontra.demo.diary import Day, session
from reskontra.demo.material import write_csv
from reskontra.demo.orders import Maker
from reskontra.demo.payers import Payment
from reskontra.demo.purchase_weeks import PurchaseWeeks
from reskontra.demo.purchases import Season
from reskontra.demo.stage import Stage
from reskontra.exchange.attachments import beside
from reskontra.exchange.inbox import receive
from reskontra.exchange.reading import read_documents
from reskontra.expenditure.payment.run import PaymentRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.run import CollectionRun
from reskontra.income.order_handling.files import take_in_document
from reskontra.income.order_handling.run import OrdersRun
from reskontra.income.refunds.run import RefundsRun
from reskontra.income.reminders.run import ReminderRun
from reskontra.income.write_off.actions import propose
from reskontra.insight.circulation import with_whom
from reskontra.registers.models import Supplier, Unit
from reskontra.registers.suppliers import tell_account
from reskontra.runs.run import plan

BEGINS, FIRST, SECOND, ENDS = date(2029, 7, 2), date(2029, 8, 6), date(2029, 9, 10), date(2029, 10, 15)
_ORDERS, _NEW_ORDERS = 14, 8
_PURCHASES = (date(2029, 9, 25), date(2029, 10, 9))
_FAULTS = {
    "NOT_RECEIVED": 1,
    "WRONG_FIELD": 1,
    "NO_IDENTIFIER": 2,
    "OVER_TOLERANCE_UP": 1,
    "UNAGREED_CHARGE": 1,
    "UNKNOWN_NUMBER": 1,
}
# Who moves to another bank: the account waits until a second person has approved it.
_MOVES, _NEW_ACCOUNT = "100006", "FI8699000088000158"


def play_last_season(day: Day, units: Sequence[Unit]) -> str:
    """Play until something waits on every list; the day on which the clock stops, as ISO."""
    _Season(day.folder / "in", units).play()
    weeks = _last_purchases(day.folder / "in" / "purchases", units)
    day.purchases |= play_cards_and_offices(weeks, ENDS)
    return ENDS.isoformat()


class _Season(Stage):
    """The income side; most invoices are paid when they fall due, a few never."""

    def play(self) -> None:
        """Invoice, collect twice, apply for enforcement; then new orders come in and wait.

        Nothing goes to the invoice operator, not even letters: who it is after its contract is not known yet.
        """
        for unit in self.units:
            self._orders(unit, BEGINS, _ORDERS, {})
            self.run(unit, InvoicingRun(), BEGINS)
        for on in (FIRST, SECOND):
            self.morning(on)
            for unit in self.units:
                self.run(unit, ReminderRun(), on)
        self.morning(ENDS)
        for unit in self.units:
            for room in (CollectionRun(), EnforcementRun()):
                self.run(unit, room, ENDS)
            self._orders(unit, ENDS, _NEW_ORDERS, {"NO_STANDARD_PRICE": 2})
            with session(unit, ENDS, "PK", 13) as acting:
                plan(RefundsRun(), acting, ENDS)
            with session(unit, ENDS, "K", 14) as acting:
                claim = Claim.objects.filter(unit=unit, pk=self._open(unit)[-1]["id"]).get()
                propose(acting, claim, "decided", "enheten driver inte in fordran")

    def paid(self, unit: Unit, on: date, day: date) -> list[Payment]:
        """Two of three pay before the first reminder, one before the second; at the end one pays too much, and one
        payment is nobody's."""
        with working_in([unit.pk]):
            owed = self._open(unit)
        if on == FIRST:
            return [
                Payment(day, one["open"], one["payer"], one["reference"])
                for place, one in enumerate(owed)
                if place % 3
            ]
        if on == SECOND:
            return [Payment(day, owed[1]["open"], owed[1]["payer"], owed[1]["reference"])]
        if on == ENDS:
            first, stranger = owed[0], Decimal("412.50")
            return [
                Payment(day, first["open"] + 90, first["payer"], first["reference"]),
                Payment(day, stranger, "Nimetön Maksaja", message="kiitos", by_list=False),
            ]
        return []

    def _open(self, unit: Unit) -> list[dict[str, Any]]:
        return rows(_OPEN, {"unit": unit.pk, "since": BEGINS})

    def _orders(self, unit: Unit, on: date, count: int, faults: dict[str, int]) -> None:
        """A billing request comes in and is decided; what must be reviewed is left for whoever reviews."""
        rng = random.Random(f"season {on} {unit.code}")  # noqa: S311 - invented material, the same every time
        path = self.folder / f"billing_{unit.code}_{on:%Y%m%d}.csv"
        write_csv(path, "fi", Maker(unit.code, rng, on, "fi").orders(count, faults))
        data = path.read_bytes()
        with session(unit, on, "K", 8) as acting:
            received = receive(acting, data, path.name, "import")
            [request, *_] = read_documents(data, path.name)
            take_in_document(acting, received, request, beside(path.parent), on, "fi")
        self.run(unit, OrdersRun(), on, 9)


def _last_purchases(folder: Path, units: Sequence[Unit]) -> PurchaseWeeks:
    """Two mornings of invoices: the first is worked through, of the second everything waits."""
    season = Season(
        _PURCHASES, orders=12, contracts=3, posting_references=4, faults=_FAULTS, due_after=(20, 27),
        faults_last=True,
    )  # fmt: skip
    weeks = PurchaseWeeks(folder, units, season)
    weeks.begin()
    for unit in units:
        weeks.working_day(unit, _PURCHASES[0])
        weeks.working_day(unit, _PURCHASES[1], hurry=False)
        weeks.statement(unit, ENDS, "Havsvindens Försäkring Ab")
        with session(unit, ENDS, "PK", 9) as acting:
            plan(PaymentRun(), acting, ENDS)
    with session(units[0], ENDS, "PK", 10) as acting:
        moved = Supplier.objects.get(number=_MOVES)
        tell_account(
            acting.person, acting.at, moved, _NEW_ACCOUNT, "supplier", bic="DEMOFIHH", verification="close",
            verified_name="Lumen Kirjapaino",
        )  # fmt: skip
    return weeks


_OPEN = """
SELECT c.id, c.reference, payer.name AS payer, c.amount - coalesce(sum(s.amount), 0) AS open
FROM claims_claim c
JOIN sales_invoice i ON i.id = c.invoice_id AND i.issue_date >= %(since)s
JOIN registers_customer payer ON payer.id = c.payer_id
LEFT JOIN claims_claim_settlement s ON s.claim_id = c.id
WHERE c.unit_id = %(unit)s AND c.amount > 0
GROUP BY c.id, payer.id HAVING c.amount > coalesce(sum(s.amount), 0)
ORDER BY c.id
"""


def waiting_lists(units: Sequence[Unit]) -> dict[str, dict[str, int]]:
    """How many wait on each list of the desk, by unit and list, when the clock stops."""
    told = {}
    for unit in units:
        with working_in([unit.pk]):
            found = rows(_WAITING, {"unit": unit.pk})[0]
            circulating = Counter(one.step for one in with_whom(unit, ENDS))
            told[unit.code] = {**found, **{step: circulating[step] for step in _STEPS}}
    return told


_STEPS = ("solve", "code", "review", "approve")
_WAITING = """
SELECT
  (SELECT count(*) FROM (SELECT DISTINCT ON (d.order_id) d.standing FROM sales_orderdecision d
     JOIN sales_order o ON o.id = d.order_id WHERE o.unit_id = %(unit)s AND d.rule = 'orders'
     ORDER BY d.order_id, d.run_id DESC) latest WHERE standing = 'REVIEW') AS orders,
  (SELECT count(*) FROM (SELECT c.id FROM claims_claim c LEFT JOIN claims_claim_settlement s ON s.claim_id = c.id
     WHERE c.unit_id = %(unit)s AND c.amount > 0 GROUP BY c.id, c.amount
     HAVING c.amount > coalesce(sum(s.amount), 0)) open) AS claims,
  (SELECT count(*) FROM bank_payment p WHERE p.unit_id = %(unit)s AND p.amount > coalesce(
     (SELECT sum(u.amount) FROM claims_payment_use u WHERE u.payment_id = p.id), 0)) AS payments,
  (SELECT count(*) FROM claims_overpayment o WHERE o.unit_id = %(unit)s AND o.treatment = 'refund'
     AND o.undoes_id IS NULL AND NOT EXISTS (SELECT FROM claims_refund r WHERE r.overpayment_id = o.id)) AS refunds,
  (SELECT count(*) FROM claims_writeoffproposal p WHERE p.unit_id = %(unit)s
     AND NOT EXISTS (SELECT FROM claims_writeoff w WHERE w.claim_id = p.claim_id)) AS write_offs,
  (SELECT count(DISTINCT k.id) FROM claims_case k JOIN claims_caseclaim l ON l.case_id = k.id
     JOIN claims_claim c ON c.id = l.claim_id JOIN sales_invoice i ON i.id = c.invoice_id
     WHERE k.unit_id = %(unit)s AND i.issue_date > '2029-07-01') AS cases,
  (SELECT count(*) FROM runs_run r WHERE r.unit_id = %(unit)s AND r.name = 'payment' AND r.state = 'planned'
     AND r.on_date = '2029-10-15') AS plans_to_release,
  (SELECT count(*) FROM bank_line l JOIN bank_material m ON m.id = l.material_id
     JOIN registers_unitaccount a ON a.id = m.account_id AND a.purpose = 'expenditure'
     WHERE l.unit_id = %(unit)s AND NOT EXISTS (SELECT FROM bank_lineposting p WHERE p.line_id = l.id)) AS lines,
  (SELECT count(*) FROM registers_supplieraccount WHERE approved_by_id IS NULL AND ended_date IS NULL) AS accounts
"""
