"""Purchase invoices on the desk: a small unit with queues, orders and contracts, and invoices by a word each."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from cast import inside, run, unit
from expenditure.circulation_tables import BUDGET, a_line, a_queue, a_template, furnish_expenditure
from expenditure.matching_tables import Purchases
from expenditure.purchase_cast import invoice
from income.tables import read
from reskontra.expenditure.circulation.actions import code, return_to_supplier, review
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.purchases.models import PurchaseInvoice
from reskontra.registers.models import Unit, WorkQueue

TABLE = """
on 2026-03-16
order    V1-4501 kontor
line     V1-4501 1 1000.00 text "Kontorsstolar"
line     V1-4501 2 200.00 text "Montering"
receipt  V1-4501 1 1000.00
receipt  V1-4501 2 200.00
order    V1-4502 kontor
line     V1-4502 1 500.00 text "Skrivare"
order    V1-4503 flink
line     V1-4503 1 300.00 text "Papper"
receipt  V1-4503 1 300.00
contract VSK1-77 provia budget limit 400.00 period month confirm
contract VSK1-78 provia schedule
row      VSK1-78 2026-03-16 250.00
invoice  dear     kontor 1212.40 V1-4501
invoice  awaited  kontor 500.00 V1-4502
invoice  exact    flink 300.00 V1-4503
invoice  confirm  provia 100.00 VSK1-77
invoice  rent     provia 262.00 VSK1-78
invoice  unknown  flink 80.00 V1-9999
invoice  nobody   nobody 60.00 V1-4503
"""


@dataclass
class PurchaseDesk:
    """The unit with its invoices by a word each, and its queues by their codes."""

    unit: Unit
    invoices: dict[str, PurchaseInvoice]
    queues: dict[str, WorkQueue]

    def path(self, rest: str = "") -> str:
        """An address in the unit."""
        return f"/u/{self.unit.code}/{rest}"

    def at(self, word: str, rest: str = "") -> str:
        """The address of an invoice, or of something about it."""
        return self.path(f"purchases/{self.invoices[word].pk}{rest}")


def a_purchase_desk() -> PurchaseDesk:
    """Everything decided once: matched, in circulation, coded, reviewed, returned; due dates around today."""
    where, today = unit(), timezone.localdate()
    furnish_expenditure(where)
    with inside(where):
        queues = {
            name: a_queue(where, name, step, *members)
            for name, step, members in (
                ("CENTRE", "solve", ["cecilia"]),
                ("ORDER", "solve", ["kirsi"]),
                ("UNIT", "code", ["kirsi", "kaj"]),
                ("REVIEW", "review", ["maria", "saga", "hanna"]),
                ("APPROVE", "approve", ["gunnar", "gerda", "hanna"]),
            )
        }
        for one in queues.values():
            one.name_sv, one.name_fi, one.name_en = f"Kö {one.code}", f"Jono {one.code}", f"Queue {one.code}"
            one.save()
        a_template(where, "TK1-500", queues["REVIEW"], [("100", "40000000", BUDGET)])
    told = Purchases(read(TABLE), where).tell()
    run(MatchingRun(), where)
    found = dict(told.invoices)
    with inside(where):
        for word, net, days in (
            ("plain", "100.00", 3), ("late", "40.00", -5), ("coded", "100.00", 10), ("reviewed", "200.00", 0),
            ("back", "70.00", 1),
        ):  # fmt: skip
            found[word] = invoice(where, "kontor", net, due_date=today + timedelta(days=days))
        found["grant"] = invoice(where, "flink", "900.00", stream="other", voucher_type="XB", due_date=None)
    _coded(where, found)
    run(CirculationRun(), where, today)
    return PurchaseDesk(where, found, queues)


def _coded(where: Unit, found: dict[str, PurchaseInvoice]) -> None:
    with inside(where, "kirsi") as acting:
        for one in found.values():
            one.refresh_from_db()  # amounts as the database has them
        digests = {
            word: code(acting, found[word], [a_line(str(found[word].net), str(found[word].vat))]).digest
            for word in ("coded", "reviewed")
        }
        return_to_supplier(acting, found["back"], "not_ours", "Den är inte vår.")
    with inside(where, "hanna") as acting:
        review(acting, found["reviewed"], digests["reviewed"])
