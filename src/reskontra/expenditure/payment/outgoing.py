"""The payment file of a run: written, archived, sealed and signed inside the run's transaction (EX 9-a, EX 9-b)."""

from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.documents.payment_order import Address, Payer, Payment, PaymentBatch
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.paying import CHANNELS, payment_batch
from reskontra.exchange.signing import sign
from reskontra.kernel.clauses import clause
from reskontra.kernel.references import is_national_reference, is_rf_reference
from reskontra.kernel.terms import TermNotAllowed, Terms, all_terms
from reskontra.purchases.models import PaymentFile
from reskontra.registers.models import Unit, UnitAccount, UnitTerm
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, RunRefused

_FORMAT = "pain.001"
CHANNEL = "supplier-payments"
NEWEST, OLDER = "pain.001.001.09", "pain.001.001.03"
_PURPOSE = "SUPP"
_LEAVING = """
SELECT n.id, n.end_to_end_id, n.amount, n.payee, n.iban, n.bic, n.reference, n.message, n.address, s.street, s.postcode,
  s.town, s.country, a.lines
FROM new_payment n
JOIN registers_supplier s ON s.id = n.supplier_id
LEFT JOIN payee_addresses a ON a.supplier_id = n.supplier_id
ORDER BY n.id
"""


@clause("EX 9-a", "EX 9-b")
def seal_payments(
    run: Run, terms: Terms, acting: Acting, execution_date: date, information: str
) -> list[dict[str, Any]]:
    """Seal the file of the temporary table ``new_payment``: one from the unit's account for expenditure.

    Told with its ``id`` as a payment file, ``count``, ``amount`` in euro, and what a result tells of a file. Raises
    ``RunRefused`` when the unit has no account to pay from, or pays by the older version without an end to it.
    """
    account = paying_account(run.unit, run.on_date)
    version = file_version(run.unit, terms)
    batch = PaymentBatch(
        message_id=information,
        made_at=acting.at,
        execution_date=execution_date,
        payer=Payer(run.unit.name("fi"), account.iban, account.bic),
        payments=[_payment(row) for row in rows(_LEAVING)],
        payment_information_id=information,
        category=_PURPOSE,
        purpose="",
    )
    stored = archive.store(payment_batch(_FORMAT, batch, version))
    signature = archive.store([sign(run.unit.code, stored.digest)])
    for control, document in (("payment file", stored), ("payment file's signature", signature)):
        Evidence.objects.create(unit=run.unit, run=run, control=control, document=document.digest)
    file = OutboxFile.objects.create(
        unit=run.unit,
        run=run,
        name=f"payments-{run.unit.code}-{run.on_date:%Y%m%d}-{run.pk:06d}.{CHANNELS[_FORMAT]}",
        digest=stored.digest,
        size=stored.size,
        documents=len(batch.payments),
        amount=batch.total,
        channel=CHANNEL,
        built_at=acting.at,
    )
    kept = PaymentFile.objects.create(
        unit=run.unit,
        run=run,
        file=file,
        account=account,
        message_id=information,
        version=version,
        count=len(batch.payments),
        total=batch.total,
        signature=signature.digest,
    )
    return [
        {
            "kind": CHANNEL, "name": file.name, "digest": file.digest, "size": file.size, "id": kept.pk,
            "count": kept.count, "amount": batch.total, "signature": signature.digest,
        }
    ]  # fmt: skip


def paying_account(unit: Unit, on: date) -> UnitAccount:
    """The unit's account for expenditure on ``on``; raises ``RunRefused`` where it has none."""
    known = UnitAccount.objects.filter(unit=unit, purpose="expenditure", validity__contains=on)
    account = known.order_by("id").first()
    if account is None:
        raise RunRefused("payment.no_paying_account", unit=unit.code)
    return account


@clause("EX 9-b")
def file_version(unit: Unit, terms: Terms) -> str:
    """The version of pain.001 that the unit's bank connection takes on the day.

    The older one is a setting with an end: the unit's own, until a day. Raises ``RunRefused`` where it has no end and
    ``TermNotAllowed`` for a version that nobody writes.
    """
    version = str(terms.payment_file_version)
    if version not in (NEWEST, OLDER):
        raise TermNotAllowed(all_terms()["payment_file_version"], version, "not_a_value")
    if version == OLDER:
        own = UnitTerm.objects.filter(unit=unit, key="payment_file_version", validity__contains=terms.on)
        if not own.filter(validity__upper_inf=False).exists():
            raise RunRefused("payment.older_version_without_end", unit=unit.code)
    return version


def _payment(row: dict[str, Any]) -> Payment:
    reference = row["reference"]
    structured = is_national_reference(reference) or is_rf_reference(reference)
    return Payment(
        end_to_end_id=row["end_to_end_id"],
        amount=Decimal(row["amount"]),
        payee=row["payee"],
        text="" if structured else row["message"] or reference,
        iban=row["iban"],
        reference=reference if structured else "",
        bic=row["bic"],
        address=_address(row),
    )


@clause("EX 9-b")
def _address(row: dict[str, Any]) -> Address | None:
    """The payee's address in the form that it was decided to go in; None where it is left out."""
    lines = tuple(row["lines"] or ())
    if row["address"] in ("structured", "hybrid"):
        return Address(row["street"], row["postcode"], row["town"], row["country"], lines=lines)
    if row["address"] == "unstructured":
        return Address("", "", "", row["country"], lines=lines, unsorted=True)
    return None
