"""Payment files of a refund run: to accounts as pain.001, payment orders as a list for the bank (OC 4.2-b)."""

from decimal import Decimal
from typing import Any

from reskontra.database.rows import rows
from reskontra.documents.payment_order import Address, Payer, Payment, PaymentBatch
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.exchange.paying import CHANNELS, payment_batch
from reskontra.kernel.days import bank_day_on_or_after
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit, UnitAccount
from reskontra.runs.models import Evidence, Run
from reskontra.runs.run import Acting, RunRefused

# Which refunds go out by which channel, and the parameter of ``facts.sql`` that names the file.
_CHANNELS = {"account": ("pain.001", "file"), "payment_order": ("payment-order", "orders")}
_LEAVING = """
SELECT end_to_end_id, amount, payee, iban, way, invoice_number, language, street, postcode, town, country
FROM new_refund WHERE end_to_end_id <> '' ORDER BY overpayment_id
"""


def seal_payments(run: Run, acting: Acting) -> list[dict[str, Any]]:
    """Seal the files of the temporary table ``new_refund``: one for each channel that has payments.

    Each with ``key`` and ``id`` for the facts, ``amount`` in euro, and what a result tells of a file. Raises
    ``RunRefused`` when the unit has no account to pay from.
    """
    leaving = rows(_LEAVING)
    return [
        _seal(run, acting, channel, key, [_payment(one) for one in leaving if one["way"] == way])
        for way, (channel, key) in _CHANNELS.items()
        if any(one["way"] == way for one in leaving)
    ]


def ids_of_batch(message_id: str) -> str:
    """What the end-to-end ids of a batch's payments begin with: those of ``facts.sql`` name the same run."""
    return message_id.rpartition("-")[0] + "-"


def _seal(run: Run, acting: Acting, channel: str, key: str, payments: list[Payment]) -> dict[str, Any]:
    batch = PaymentBatch(
        message_id=f"RF{run.unit.code}-{run.pk}-{key}",
        made_at=acting.at,
        execution_date=bank_day_on_or_after(run.on_date),
        payer=_payer(run),
        payments=payments,
    )
    stored = archive.store(payment_batch(channel, batch))
    Evidence.objects.create(unit=run.unit, run=run, control=f"{channel} batch", document=stored.digest)
    file = OutboxFile.objects.create(
        unit=run.unit,
        run=run,
        name=f"{channel}-{run.unit.code}-{run.on_date:%Y%m%d}-{run.pk:06d}.{CHANNELS[channel]}",
        digest=stored.digest,
        size=stored.size,
        documents=len(payments),
        amount=batch.total,
        channel=channel,
        built_at=acting.at,
    )
    return {
        "kind": channel, "name": file.name, "digest": file.digest, "size": file.size, "key": key, "id": file.pk,
        "amount": batch.total,
    }  # fmt: skip


def paying_account(unit: Unit, run: Run) -> UnitAccount | None:
    """The account that pays on the day of ``run``: the unit's for expenditure, or its only one, for income."""
    known = UnitAccount.objects.filter(unit=unit, validity__contains=run.on_date)
    return known.filter(purpose="expenditure").first() or known.filter(purpose="income").first()


def _payer(run: Run) -> Payer:
    account = paying_account(run.unit, run)
    if account is None:
        raise RunRefused("refunds.no_paying_account", unit=run.unit.code)
    return Payer(run.unit.name("fi"), account.iban, account.bic)


def _payment(row: dict[str, Any]) -> Payment:
    key = "refund.remittance" if row["invoice_number"] else "refund.remittance_not_ours"
    order = row["way"] == "payment_order"
    return Payment(
        end_to_end_id=row["end_to_end_id"],
        amount=Decimal(row["amount"]),
        payee=row["payee"],
        text=text(key, row["language"], invoice=row["invoice_number"]),
        iban=row["iban"],
        address=Address(row["street"], row["postcode"], row["town"], row["country"]) if order else None,
    )
