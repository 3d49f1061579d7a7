"""What people do with purchases by card: receipt, coding, what the travel system settled, differences (EX 4)."""

from collections.abc import Sequence
from decimal import Decimal

from reskontra.database.refused import ActRefused, refused_as
from reskontra.exchange import archive
from reskontra.expenditure.cards.posting import DifferenceRun, TransferRun
from reskontra.expenditure.cards.run import LOCK
from reskontra.kernel.clauses import clause
from reskontra.purchases.models import (
    CardCharge,
    CardCoding,
    CardCodingLine,
    CardPurchase,
    CardReceipt,
    CardStatement,
    CardStatementInvoice,
    PurchaseInvoice,
)
from reskontra.purchases.parts import Part, check_parts
from reskontra.registers.policy import require
from reskontra.runs.run import Acting, Result, RunRefused, apply, lock


@clause("EX 4-a")
def attach_receipt(
    acting: Acting, purchase: CardPurchase, *, document: bytes | None = None, ereceipt: str = ""
) -> CardReceipt:
    """Keep the receipt of a purchase: a document, or the id of an eReceipt. Called inside ``working_in``.

    Raises ``NotAllowed``; ``RunRefused`` when it has this receipt; ``ActRefused`` for both or neither, and for an
    eReceipt of another purchase.
    """
    require(acting.person, "attach_card_receipt", acting.unit, acting.day)
    lock(acting.unit, LOCK)
    digest = archive.store([document]).digest if document else ""
    same = CardReceipt.objects.filter(unit=acting.unit, purchase=purchase, document=digest, ereceipt=ereceipt)
    if (digest or ereceipt) and same.exists():
        raise RunRefused("cards.has_this_receipt", purchase=str(purchase.pk))
    with refused_as(ActRefused):
        return CardReceipt.objects.create(
            unit=acting.unit,
            purchase=purchase,
            document=digest,
            ereceipt=ereceipt,
            person=acting.person,
            given_at=acting.at,
        )


@clause("EX 4-a")
def code_purchase(
    acting: Acting, purchase: CardPurchase, parts: Sequence[Part], group: str, reason: str = ""
) -> CardCoding:
    """Code a purchase to cost; what is outside the recommended groups says why. Called inside ``working_in``.

    Raises ``NotAllowed``; ``RunRefused`` when the parts are not the purchase or not in force; ``ActRefused`` for an
    unknown group, for none without a reason, and for what is reconciled with its invoice already.
    """
    require(acting.person, "code_card_purchase", acting.unit, acting.day)
    lock(acting.unit, LOCK)
    check_parts(acting.unit, parts, purchase.amount, acting.day)
    earlier = CardCoding.objects.filter(unit=acting.unit, purchase=purchase).order_by("-version").first()
    with refused_as(ActRefused):
        coding = CardCoding.objects.create(
            unit=acting.unit,
            purchase=purchase,
            version=earlier.version + 1 if earlier else 1,
            bought=group,
            reason=reason.strip(),
            person=acting.person,
            given_at=acting.at,
        )
        CardCodingLine.objects.bulk_create(
            CardCodingLine(unit=acting.unit, coding=coding, position=place, **part.as_values())
            for place, part in enumerate(parts, start=1)
        )
    return coding


@clause("EX 4-a")
def name_invoice(acting: Acting, statement: CardStatement, invoice: PurchaseInvoice) -> CardStatementInvoice:
    """Say which invoice a statement belongs to, when its own number tells none or a wrong one.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when purchases of it are reconciled already.
    """
    require(acting.person, "name_card_invoice", acting.unit, acting.day)
    lock(acting.unit, LOCK)
    if CardCharge.objects.filter(unit=acting.unit, purchase__statement=statement).exists():
        raise RunRefused("cards.statement_is_reconciled", statement=statement.number)
    return CardStatementInvoice.objects.create(
        unit=acting.unit, statement=statement, invoice=invoice, person=acting.person, given_at=acting.at
    )


@clause("EX 4-b")
def settle_by_travel(
    acting: Acting, claim: str, settled: Sequence[tuple[CardPurchase, Sequence[Part]]]
) -> Result:
    """Post what the travel system settled in one approved claim: cost against the clearing account.

    Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when parts are not their purchase or not in
    force; ``ActRefused`` for an organisation's card, and for a purchase that was transferred before. All or nothing.
    """
    require(acting.person, "transfer_card_purchases", acting.unit, acting.day)
    with refused_as(ActRefused):
        return apply(TransferRun(claim.strip(), settled), acting, acting.day)


@clause("EX 4-a")
def explain_difference(acting: Acting, invoice: PurchaseInvoice, part: Part, reason: str) -> Result:
    """Say what else an invoice charges than purchases, such as a yearly fee, and where it is posted.

    Where the invoice stands on the clearing account it is posted from there now; else it becomes a line of the
    invoice's coding. Called inside ``working_in``. Raises ``NotAllowed``; ``RunRefused`` when nothing of the invoice
    differs, or by less, or the account is not in force; ``ActRefused`` without a reason.
    """
    require(acting.person, "explain_card_difference", acting.unit, acting.day)
    if part.amount == Decimal(0) or not reason.strip():
        raise ActRefused("a_card_difference_is_money_with_a_reason")
    return apply(DifferenceRun(invoice, part, reason.strip()), acting, acting.day)
