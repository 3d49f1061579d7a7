"""Letters, for the tests of how they leave: written as rooms write them, told in tables.

Words, beside ``on``:

    letter NAME CUSTOMER KIND AMOUNT|-  [bill-to C] [and-to C|payer]     AMOUNT - asks for nothing
    expect NAME OUTCOME                                                  # clause

``bill-to`` makes the letter a reminder of a claim whose invoice went to that recipient, ``and-to`` adds a second.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from apart import asked_apart, halves
from cast import AT, DAY, an_order, customer, inside, new_unit, person, run, unit
from income.money import claim_of
from income.tables import Line, Table, read
from reskontra.bank.models import Payment
from reskontra.claims.letters import income_account, receiver, sender, write_letters
from reskontra.claims.models import (
    Claim,
    Deferral,
    DeferralClaim,
    DeferralRequest,
    InterestCharge,
    InterestInvoice,
    Letter,
    LetterDelivery,
    Overpayment,
    RefundInquiry,
    Reminder,
)
from reskontra.documents import letter as documents
from reskontra.income.delivery.letters import LettersRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.references import national_reference
from reskontra.registers.models import Unit
from reskontra.runs.models import Run
from reskontra.runs.run import Result
from reskontra.sales.models import Invoice

_WORDS = {
    "sv": ("Betalningspåminnelse", "Vi har inte fått betalningen.", "Fordringar", "Faktura", "Öppet €"),
    "fi": ("Maksumuistutus", "Emme ole saaneet maksua.", "Saatavat", "Lasku", "Avoinna €"),
    "en": ("Payment reminder", "We have not received payment.", "Claims", "Invoice", "Open €"),
}
_codes = count(620_001)


def a_document(where: Unit, who: str, kind: str, amount: str = "-", **more: Any) -> documents.Letter:
    """What a room writes to somebody of the cast. Called inside ``working_in``."""
    to = customer(who)
    subject, said, caption, *heads = _WORDS[to.language]
    account = income_account(where, DAY)
    assert account is not None
    slip = None
    if amount != "-":
        reference = national_reference(f"{where.code}000000001")
        slip = documents.Slip(account.iban, account.bic, reference, DAY + timedelta(days=14), Decimal(amount))
    values: dict[str, Any] = {
        "kind": kind, "language": to.language, "day": DAY, "sender": sender(where, to.language),
        "receiver": receiver(to), "subject": subject, "paragraphs": (said,),
        "tables": (documents.Table(tuple(heads), (("4210000000001", "100,00"),), (1,), caption),), "slip": slip,
        "notes": ("Lag 513/1999",),
    }  # fmt: skip
    return documents.Letter(**{**values, **more})


def a_run(where: Unit, name: str = "reminders", on: date = DAY) -> Run:
    """A run for letters to come from. Called inside ``working_in``."""
    return Run.objects.create(
        unit=where, name=name, on_date=on, state="applied", person=person("cecilia"), planned_at=AT, applied_at=AT
    )  # fmt: skip


def a_letter(where: Unit, who: str, kind: str = "reminder", amount: str = "-", **more: Any) -> Letter:
    """A stored letter."""
    with inside(where):
        document = a_document(where, who, kind, amount, **more)
        [written] = write_letters(a_run(where), [(customer(who).pk, document)])
        return Letter.objects.get(unit=where, pk=written.pk)


def a_claim_billed_to(where: Unit, who: str, recipient: str | None, on: date = DAY) -> Claim:
    """A claim on somebody whose invoice goes to ``recipient``."""
    with inside(where):
        told = {"bill_to": recipient} if recipient else {}
        order = an_order(where, who, {"item": "PERMIT"}, service_date=on, **told)
    run(OrdersRun(), where, on)
    run(InvoicingRun(), where, on)
    with inside(where):
        return claim_of(where, order.number)


def remind(where: Unit, letter: Letter, claim: Claim) -> None:
    """The letter is the first reminder of the claim."""
    with inside(where):
        Reminder.objects.create(
            unit=where, run=a_run(where), claim=claim, letter=letter, ordinal=1, open=claim.amount, clause="OC 6.1.2-c",
            sent_date=claim.due_date + timedelta(days=15), due_date=claim.due_date + timedelta(days=29),
        )  # fmt: skip


@dataclass
class Post:
    """A table told into a unit: its letters by name."""

    table: Table
    where: Unit
    letters: dict[str, Letter] = field(default_factory=dict)

    def tell(self, only: Collection[str] | None = None) -> "Post":
        """Every letter of the table, or those that are named."""
        for line in self.table.all("letter"):
            if only is None or line.words[0] in only:
                self.letters[line.words[0]] = self._letter(line)
        return self

    def _letter(self, line: Line) -> Letter:
        _, who, kind, amount = line.words[:4]
        letter = a_letter(self.where, who, kind, amount)
        told = line.options(4)
        for recipient in filter(None, (told.get("bill-to"), told.get("and-to"))):
            claim = a_claim_billed_to(self.where, who, None if recipient == "payer" else recipient)
            remind(self.where, letter, claim)
        return letter

    def sent(self, letters: Sequence[int] | None = None) -> Result:
        """The letters run of the day."""
        return run(LettersRun(letters), self.where, self.table.on)

    def outcomes(self, result: Result) -> dict[str, tuple[str, str]]:
        """The channel and the clause of each letter that has gone out; what was left, from the counts of the run."""
        with inside(self.where):
            gone = {
                one.letter_id: (one.channel, one.clause)
                for one in LetterDelivery.objects.filter(unit=self.where, run=result.run)
            }
        left = [(one.outcome, one.clause) for one in result.counts if one.standing == "LEFT"]
        return {name: gone.get(letter.pk) or _only(left) for name, letter in self.letters.items()}


def _only(left: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The one outcome of letters that were left; a table leaves its letters for one reason at most."""
    [found] = set(left)
    return found


def send_in_crowd_and_alone(text: str) -> Post:
    """Every letter goes as the table expects, among all, asked for apart, and without half of the others."""
    table = read(text)
    post = Post(table, unit()).tell()
    expected = {line.words[0]: (line.words[1], line.clause) for line in table.all("expect")}
    assert expected.keys() == post.letters.keys(), "every letter of a table is expected to become something"
    ids = {name: letter.pk for name, letter in post.letters.items()}
    assert asked_apart(LettersRun, post.where, table.on, ids) == expected
    assert post.outcomes(post.sent()) == expected
    for together in halves({name} for name in expected):
        apart = Post(table, new_unit(str(next(_codes)))).tell(together)
        assert apart.outcomes(apart.sent()) == {name: expected[name] for name in together}
    return post


# --- what a letter may be about, besides a reminder; called inside ``working_in`` ---


def charge_interest(where: Unit, letter: Letter, claim: Claim) -> Claim:
    """The letter is an invoice of interest on the claim; gives the claim of that invoice."""
    by, amount = a_run(where, "interest"), Decimal("12.00")
    billed = Invoice.objects.get(pk=claim.invoice_id)
    told: dict[str, Any] = {"unit": where, "run": by}
    invoice = InterestInvoice.objects.create(
        **told, number=letter.number, kind="late", customer_id=letter.customer_id, language="sv", issue_date=DAY,
        due_date=DAY + timedelta(days=14), reference=national_reference(f"{where.code}9{letter.number:08d}"),
        total=amount, voucher_id=billed.voucher_id, letter=letter,
    )  # fmt: skip
    InterestCharge.objects.create(unit=where, invoice=invoice, claim=claim, until_date=DAY, amount=amount)
    return Claim.objects.create(
        **told, kind="interest", interest_invoice=invoice, payer_id=letter.customer_id, reference=invoice.reference,
        public_law=False, amount=amount, due_date=invoice.due_date,
    )  # fmt: skip


def give_time(where: Unit, letter: Letter, claim: Claim) -> None:
    """The letter is an agreement on payment time for the claim."""
    said = {"unit": where, "person": person("kirsi"), "given_at": AT}
    asked = DeferralRequest.objects.create(
        **said, customer_id=letter.customer_id, requested_date=DAY,
        wished_until=DAY + timedelta(days=90),
    )  # fmt: skip
    deferral = Deferral.objects.create(
        **said, run=a_run(where, "deferrals"), request=asked, number=letter.number, customer_id=letter.customer_id,
        from_date=DAY, until_date=DAY + timedelta(days=90), letter=letter,
    )  # fmt: skip
    DeferralClaim.objects.create(unit=where, deferral=deferral, claim=claim, principal=claim.amount)


def ask_for_account(where: Unit, letter: Letter, claim: Claim, payment: Payment) -> None:
    """The letter asks where an overpayment of the claim is to be sent."""
    by = a_run(where, "refunds")
    billed = Invoice.objects.get(pk=claim.invoice_id)
    over = Overpayment.objects.create(
        unit=where, run=by, voucher_id=billed.voucher_id, amount=payment.amount, clause="OC 4.2-a", payment=payment,
        claim=claim, treatment="refund",
    )  # fmt: skip
    RefundInquiry.objects.create(
        unit=where, run=by, overpayment=over, letter=letter, sent_date=DAY, answer_by=DAY + timedelta(days=14)
    )
