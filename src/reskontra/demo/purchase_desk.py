"""What people of the demonstration do with invoices that no rule could finish: each by the cause that matching told."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from reskontra.database.session import working_in
from reskontra.demo.diary import moment, person_with
from reskontra.demo.purchases import Bill, Buying
from reskontra.demo.suppliers import NEWCOMER, OTHER
from reskontra.documents.complaint import Charge
from reskontra.expenditure.circulation.actions import approve, code, complain, return_to_supplier, review
from reskontra.expenditure.circulation.coding import LineDraft
from reskontra.expenditure.matching.actions import accept, confirm, correct_identifier, name_supplier
from reskontra.expenditure.matching.orders import keep_contract
from reskontra.expenditure.matching.orders import receive as receive_goods
from reskontra.insight.circulation import Circulating, with_whom
from reskontra.purchases.models import Match, MatchConfirmation, PurchaseInvoice, PurchaseVat
from reskontra.registers.models import Absence, Person, Responsibility, Supplier, Unit
from reskontra.registers.suppliers import SupplierDraft, approve_account, new_supplier, tell_account
from reskontra.runs.run import Acting

# Whose act each cause is: a role, or two where somebody else of the same role has to say so too.
_SOLVED_BY: Mapping[str, str] = {
    "NOT_RECEIVED": "K",
    "WRONG_FIELD": "PK",
    "UNKNOWN_NUMBER": "PK",
    "SEVERAL_NUMBERS": "PK",
    "OVER_TOLERANCE_UP": "K",
    "OVER_TOLERANCE_DOWN": "K",
    "UNAGREED_CHARGE": "K",
    "VAT_DIFFERS": "K",
    "CODING_MISSING": "coder",
    "ORDER_CLOSED": "coder",
    "CONTRACT_EXPIRED": "K",
    "SUPPLIER_DIFFERS": "K",
    "INVOICE_INCOMPLETE": "K",
    "SUPPLIER_UNKNOWN": "PK",
}


class PurchaseDesk:
    """One unit's people on one day, going through their lists from the top."""

    def __init__(self, unit: Unit, buying: Buying, on: date) -> None:
        self.unit, self.buying, self.on = unit, buying, on
        self.bills = {bill.invoice.number: bill for bill in buying.bills}
        self.done: Counter[str] = Counter()

    def work(self) -> Counter[str]:
        """Solve, confirm, code, review and approve; how often each was done."""
        waiting = self._waiting("solve")
        for role in ("K", "PK", "coder"):
            mine = [one for one in waiting if _SOLVED_BY.get(one.cause or "") == role]
            with self._acting(role, 10) as acting:
                for one in mine:
                    self._solve(acting, one)
        with self._acting("K", 11) as acting:
            for match in self._unconfirmed():
                confirm(acting, match)
                self.done["confirmed"] += 1
        self._each("code", "coder", 12, self._code)
        self._each("review", "SG", 13, self._review)
        self._each("approve", "GK", 14, self._approve)
        return self.done

    def begin(self) -> Counter[str]:
        """Code and review every second invoice, and leave the rest and everything else."""
        self._each("code", "coder", 12, self._code, every=2)
        self._each("review", "SG", 13, self._review, every=2)
        return self.done

    def _waiting(self, step: str) -> list[Circulating]:
        with working_in([self.unit.pk]):
            return [one for one in with_whom(self.unit, self.on) if one.step == step]

    def _each(
        self, step: str, role: str, hour: int, act: Callable[[Acting, Circulating], None], every: int = 1
    ) -> None:
        waiting = self._waiting(step)[::every]
        if waiting:
            with self._acting(role, hour) as acting:
                for one in waiting:
                    act(acting, one)

    def _unconfirmed(self) -> Iterable[Match]:
        confirmed = MatchConfirmation.objects.filter(unit=self.unit).values("match_id")
        return Match.objects.filter(unit=self.unit, waits=True).exclude(pk__in=confirmed).order_by("id")

    # --- by cause ---------------------------------------------------------------------------------------------------

    def _solve(self, acting: Acting, one: Circulating) -> None:
        assert one.cause is not None
        invoice = PurchaseInvoice.objects.get(unit=self.unit, pk=one.invoice)
        bill = self.bills[one.number]
        getattr(self, f"_{one.cause.lower()}")(acting, invoice, bill)

    def _not_received(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        for told in self.buying.late_receipts.pop(bill.belongs_to, []):
            receive_goods(acting, replace(told, received_date=self.on))
        self.done["received"] += 1

    def _wrong_field(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        correct_identifier(acting, invoice, bill.belongs_to)
        self.done["number_corrected"] += 1

    _unknown_number = _several_numbers = _wrong_field

    def _over_tolerance_up(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        accept(acting, invoice, "priset har stigit enligt avtalad prislista")
        self.done["accepted"] += 1

    def _over_tolerance_down(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        accept(acting, invoice, "leverantören gav rabatt")
        self.done["accepted"] += 1

    def _unagreed_charge(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        """Freight that nobody agreed: the unit complains, and sends the invoice back."""
        charges = [Charge("Rahti", Decimal("9.50"))]
        complain(acting, invoice, charges, bill.belongs_to, self.on + timedelta(days=14))
        self.done["complained"] += 1
        self._back(acting, invoice, "unagreed", "Frakt har inte avtalats. Rahdista ei ole sovittu.")

    def _vat_differs(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        self._back(acting, invoice, "content", "Momssatsen är fel. Arvonlisäverokanta on väärä.")

    def _invoice_incomplete(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        self._back(
            acting, invoice, "content", "Momsen saknas per skattesats. Verokohtainen erittely puuttuu."
        )

    def _supplier_differs(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        self._back(acting, invoice, "not_ours", "Vi har beställt av någon annan. Tilaus on tehty muualta.")

    def _back(self, acting: Acting, invoice: PurchaseInvoice, reason: str, message: str) -> None:
        return_to_supplier(acting, invoice, reason, message)
        self.done["returned"] += 1

    def _coding_missing(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        self._coded(acting, invoice)

    _order_closed = _coding_missing

    def _contract_expired(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        """The contract was prolonged, and nobody had told."""
        [told] = [one for one in self.buying.contracts if one.number == bill.belongs_to]
        keep_contract(acting, replace(told, valid_until=date(2026, 12, 31)))
        self.done["contract_prolonged"] += 1

    def _supplier_unknown(self, acting: Acting, invoice: PurchaseInvoice, bill: Bill) -> None:
        """The supplier is added with its account, which somebody else approves."""
        name, business_id, iban, street, postcode, town = NEWCOMER
        made = Supplier.objects.filter(business_id=business_id).first()
        if made is None:
            draft = SupplierDraft(
                kind="company", name=name, language="fi", business_id=business_id,
                vat_id="FI" + business_id.replace("-", ""), street=street, postcode=postcode, town=town,
            )  # fmt: skip
            made = new_supplier(acting.person, self.on, draft)
            account = tell_account(
                acting.person, acting.at, made, iban, "invoice", bic="DEMOFIHH", verification="match"
            )
            approver = person_with(self.unit, "PG")
            approve_account(approver, moment(self.on, 11), account)
        name_supplier(acting, invoice, made)
        self.done["supplier_added"] += 1

    # --- the round --------------------------------------------------------------------------------------------------

    def _code(self, acting: Acting, one: Circulating) -> None:
        self._coded(acting, PurchaseInvoice.objects.get(unit=self.unit, pk=one.invoice))

    def _coded(self, acting: Acting, invoice: PurchaseInvoice) -> None:
        rates = PurchaseVat.objects.filter(unit=self.unit, invoice=invoice).order_by("position")
        lines = [
            LineDraft(rate.base, rate.amount, OTHER, rate.percent, budget_account=f"29{self.unit.code}")
            for rate in rates
            if rate.base is not None and rate.amount is not None
        ]
        code(acting, invoice, lines)
        self.done["coded"] += 1

    def _review(self, acting: Acting, one: Circulating) -> None:
        assert one.digest is not None
        review(acting, PurchaseInvoice.objects.get(unit=self.unit, pk=one.invoice), one.digest)
        self.done["reviewed"] += 1

    def _approve(self, acting: Acting, one: Circulating) -> None:
        assert one.digest is not None
        approve(acting, PurchaseInvoice.objects.get(unit=self.unit, pk=one.invoice), one.digest)
        self.done["approved"] += 1

    # --- who --------------------------------------------------------------------------------------------------------

    @contextmanager
    def _acting(self, role: str, hour: int) -> Iterator[Acting]:
        person = self._person(role)
        with working_in([self.unit.pk], person.pk, "demo"):
            yield Acting(person, self.unit, moment(self.on, hour))

    def _person(self, role: str) -> Person:
        """Who has the role; whoever is away, by the substitute."""
        with working_in([self.unit.pk]):
            if role == "coder":
                told = Responsibility.objects.get(
                    unit=self.unit, step="code_expenditure", validity__contains=self.on
                )
                role = "PK" if told.party == "centre" else "K"
            person = person_with(self.unit, role)
            away = Absence.objects.filter(unit=self.unit, person=person, validity__contains=self.on).first()
            return Person.objects.get(pk=away.substitute_id) if away else person
