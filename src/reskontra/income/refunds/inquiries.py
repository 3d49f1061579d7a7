"""The written question for a customer's account number, and the day by which it is to be answered (OC 4.2-b)."""

from datetime import date, timedelta

from django.db import connection

from reskontra.claims.letters import receiver, sender, write_letters
from reskontra.claims.models import RefundInquiry
from reskontra.database.rows import rows
from reskontra.documents.letter import Letter
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.models import Customer, Unit
from reskontra.runs.models import Run

_TO_ASK = """
SELECT d.id, d.payer_id, d.amount, d.invoice_number, d.times_back, p.booking_date
FROM decided d JOIN bank_payment p ON p.id = d.payment_id WHERE d.outcome = 'ASK_FOR_ACCOUNT' ORDER BY d.id
"""


@clause("OC 4.2-b")
def send_inquiries(run: Run, terms: Terms) -> int:
    """Write a letter to every customer of ``decided`` who is to be asked; gives back how many inquiries were kept."""
    asked = rows(_TO_ASK)
    answer_by = run.on_date + timedelta(days=int(terms.refund_inquiry_days))
    customers = Customer.objects.in_bulk({one["payer_id"] for one in asked})
    letters = write_letters(
        run,
        [
            (one["payer_id"], inquiry(run.unit, customers[one["payer_id"]], one, run.on_date, answer_by))
            for one in asked
        ],
    )
    RefundInquiry.objects.bulk_create(
        (
            RefundInquiry(
                unit=run.unit,
                run=run,
                overpayment_id=one["id"],
                letter=letter,
                turn=one["times_back"] + 1,
                sent_date=run.on_date,
                answer_by=answer_by,
            )
            for one, letter in zip(asked, letters, strict=True)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM claims_refundinquiry WHERE unit_id = %s AND run_id = %s",
            [run.unit.pk, run.pk],
        )
        return int(cursor.fetchone()[0])


def inquiry(unit: Unit, customer: Customer, asked: dict[str, object], on: date, answer_by: date) -> Letter:
    """The letter to ``customer``, in the customer's language; ``asked`` is a row of the query above."""
    language = customer.language if customer.language in LANGUAGES else "en"
    values = {
        "amount": format_amount(asked["amount"], language),  # type: ignore[arg-type]
        "invoice": asked["invoice_number"],
        "paid": format_date(asked["booking_date"], language),  # type: ignore[arg-type]
        "answer_by": format_date(answer_by, language),
        "unit": unit.name(language),
    }
    opening = "refund.letter_again" if asked["times_back"] else "refund.letter_opening"
    return Letter(
        kind="refund_inquiry",
        language=language,
        day=on,
        sender=sender(unit, language),
        receiver=receiver(customer),
        subject=text("refund.letter_subject", language, **values),
        paragraphs=tuple(
            text(key, language, **values)
            for key in (opening, "refund.letter_question", "refund.letter_otherwise")
        ),
        notes=(text("refund.letter_note", language, **values),),
    )
