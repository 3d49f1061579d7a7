"""The multi-recipient workbook and the payment messages of own systems: one form, one document (EX 2.2-c, 2.2-d).

A payment is one instalment of one long reference, or what the rows without a long reference say alike. Each
row of it is one posting.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from reskontra.formats.workbooks.entries import Entry, Layout, Tell

_CLAUSE = "EX 2.2-d"
_INSTALMENT_BEHIND = re.compile(r".+_([0-9]{1,6})", re.ASCII)
_PAYEE = ("supplier_number", "business_id", "iban")


def _check(entry: Entry, tell: Tell) -> None:
    """What the form requires of one payment."""
    tell.missing(entry, "amount", "currency", "due_date")
    _check_reference(entry, tell)
    _check_payee(entry, tell)
    _check_sums(entry, tell)
    _check_handlers(entry, tell)


def _check_reference(entry: Entry, tell: Tell) -> None:
    if not any(name in entry.cells for name in ("long_reference", "invoice_number")):
        tell("payment_reference_missing", entry.row, "long_reference")
    told, reference = entry.value("instalment"), entry.value("long_reference")
    behind = _INSTALMENT_BEHIND.fullmatch(reference or "")
    if told is not None and behind and int(behind[1]) != told:
        tell("payment_instalment_differs", entry.row, "instalment", str(told), reference=behind[1])


def _check_payee(entry: Entry, tell: Tell) -> None:
    if "supplier_number" in entry.cells:
        return
    tell.missing(entry, "payee_name", "iban")


def _check_sums(entry: Entry, tell: Tell) -> None:
    amount = entry.value("amount")
    postings = entry.of("posting")
    if not postings:
        tell("payment_posting_missing", entry.row, "posting_amount")
    for posting in postings:
        tell.missing(posting, "posting_amount", "account")
    amounts: list[Decimal | None] = [posting.value("posting_amount") for posting in postings]
    known = [one for one in amounts if one is not None]
    if amount is not None and postings and len(known) == len(amounts) and sum(known) != amount:
        tell(
            "payment_postings_differ",
            entry.row,
            "posting_amount",
            f"{sum(known):.2f}",
            amount=f"{amount:.2f}",
        )
    net, vat = entry.value("net"), entry.value("vat")
    if amount is not None and net is not None and vat is not None and net + vat != amount:
        tell("payment_net_and_vat_differ", entry.row, "amount", f"{amount:.2f}", sum=f"{net + vat:.2f}")


def _check_handlers(entry: Entry, tell: Tell) -> None:
    """Reviewer and approver are two persons, in this order; a day without its person says nothing."""
    for who, day in (("reviewer_email", "reviewed_on"), ("approver_email", "approved_on")):
        if day in entry.cells:
            tell.missing(entry, who)
    reviewer, approver = entry.value("reviewer_email"), entry.value("approver_email")
    if reviewer and approver and reviewer.casefold() == approver.casefold():
        tell("payment_reviewed_and_approved_by_one", entry.row, "approver_email")
    reviewed, approved = entry.value("reviewed_on"), entry.value("approved_on")
    if approved is not None and "reviewed_on" not in entry.cells:
        tell("payment_approved_without_review", entry.row, "reviewed_on")
    if reviewed is not None and approved is not None and approved < reviewed:
        tell("payment_approved_before_review", entry.row, "approved_on", approved.isoformat())


def _check_all(entries: Sequence[Entry], tell: Tell) -> None:
    """Instalments of one case go to one payee; another payee is shown, for somebody may have taken over."""
    first: dict[str, Entry] = {}
    for entry in entries:
        reference = entry.value("long_reference")
        if not reference:
            continue
        case = str(reference)
        if _INSTALMENT_BEHIND.fullmatch(case):
            case = case.rpartition("_")[0]
        before = first.setdefault(case, entry)
        for name in _PAYEE:
            one, other = before.value(name), entry.value(name)
            if one is not None and other is not None and one != other:
                tell(
                    "payment_payee_differs",
                    entry.row,
                    name,
                    str(other),
                    severity="warning",
                    first=str(before.row),
                )


PAYMENTS = Layout(
    form="payments",
    kind="payment_request",
    clause=_CLAUSE,
    entries="payments",
    key=("long_reference", "instalment"),
    parts={"posting": "postings"},
    check=_check,
    check_all=_check_all,
    asks_sender=True,
)
