"""What was read against what the bank says: balances and the summary of entries (OC 4.1-b).

A file in which these do not agree is not the file that the bank made: every disagreement is an error.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from reskontra.documents.findings import Finding
from reskontra.documents.statement import Balance, Entry
from reskontra.formats.camt.entries import Gathered
from reskontra.formats.camt.nodes import Node, count, day, inner, is_credit, money, number, text

_CLAUSE = "OC 4.1-b"
_NOTHING = Decimal("0.00")


def balance_findings(
    opening: Balance | None, closing: Balance | None, gathered: Gathered, currency: str
) -> Iterator[Finding]:
    """Opening balance and booked entries must give the closing balance."""
    for code, balance in (("OPBD", opening), ("CLBD", closing)):
        if balance is None:
            yield Finding("statement_balance_missing", clause=_CLAUSE, where="Stmt/Bal", value=code)
        elif balance.currency != currency:
            detail = {"account": currency, "code": code}
            yield Finding("statement_balance_currency", clause=_CLAUSE, value=balance.currency, detail=detail)
    if opening is None or closing is None:
        return
    booked = _net(gathered, ("BOOK",))
    if {opening.currency, closing.currency} != {currency} or opening.amount + booked != closing.amount:
        detail = {
            "opening": f"{opening.amount:.2f}",
            "booked": f"{booked:.2f}",
            "closing": f"{closing.amount:.2f}",
            "difference": f"{opening.amount + booked - closing.amount:.2f}",
        }
        yield Finding("statement_does_not_add_up", clause=_CLAUSE, where="Stmt/Bal", detail=detail)


def summary_findings(summary: Node, gathered: Gathered) -> Iterator[Finding]:
    """The bank's own counts and sums against the entries.

    Banks differ in whether entries that are not booked yet are counted in: either is right, but it must be one
    of them as a whole.
    """
    told = _told(summary)
    of_booked = _counted(gathered, ("BOOK",))
    of_all = _counted(gathered, tuple(set(gathered.credits) | set(gathered.debits)))
    wrong = [key for key, value in told.items() if of_booked[key] != value]
    if not wrong or all(of_all[key] == value for key, value in told.items()):
        return
    for key in wrong:
        detail = {"read": str(of_booked[key])}
        where = f"TxsSummry/{key}"
        yield Finding(
            "bank_summary_differs", clause=_CLAUSE, where=where, value=str(told[key]), detail=detail
        )


def period_findings(entries: Sequence[Entry], start: date | None, end: date | None) -> Iterator[Finding]:
    """Booked entries whose day lies outside the period of the statement: a day may have been damaged."""
    period = {"from": start.isoformat() if start else "", "to": end.isoformat() if end else ""}
    for entry in entries:
        booked = entry.booking_date
        if booked is None or (booked >= (start or booked) and booked <= (end or booked)):
            continue
        value = booked.isoformat()
        yield Finding(
            "statement_other_period", "warning", _CLAUSE, entry.position, value=value, detail=period
        )


def _told(summary: Node) -> dict[str, Decimal | int]:
    told: dict[str, Decimal | int] = {}
    for group in ("TtlNtries", "TtlCdtNtries", "TtlDbtNtries"):
        node = inner(summary, group)
        if (entries := count(node, "NbOfNtries")) is not None:
            told[f"{group}/NbOfNtries"] = entries
        if (total := number(node, "Sum")) is not None:
            told[f"{group}/Sum"] = total
    whole = inner(summary, "TtlNtries")
    net = number(whole, "TtlNetNtryAmt")
    if net is not None and "CdtDbtInd" in whole:
        told["TtlNtries/TtlNetNtryAmt"] = net if is_credit(whole) else -net
    of_08 = inner(whole, "TtlNetNtry")
    if "Amt" in of_08:
        amount = number(of_08, "Amt") or _NOTHING
        told["TtlNtries/TtlNetNtryAmt"] = amount if is_credit(of_08) else -amount
    return told


def _counted(gathered: Gathered, statuses: Sequence[str]) -> dict[str, Decimal | int]:
    credits = [amount for status in statuses for amount in gathered.credits.get(status, ())]
    debits = [amount for status in statuses for amount in gathered.debits.get(status, ())]
    incoming, outgoing = sum(credits, _NOTHING), sum(debits, _NOTHING)
    return {
        "TtlNtries/NbOfNtries": len(credits) + len(debits),
        "TtlNtries/Sum": incoming + outgoing,
        "TtlNtries/TtlNetNtryAmt": incoming - outgoing,
        "TtlCdtNtries/NbOfNtries": len(credits),
        "TtlCdtNtries/Sum": incoming,
        "TtlDbtNtries/NbOfNtries": len(debits),
        "TtlDbtNtries/Sum": outgoing,
    }


def _net(gathered: Gathered, statuses: Sequence[str]) -> Decimal:
    return Decimal(_counted(gathered, statuses)["TtlNtries/TtlNetNtryAmt"])


def balance_of(node: Node) -> Balance | None:
    """A balance of a statement; ``None`` where the bank gives it no code."""
    kind = inner(inner(node, "Tp"), "CdOrPrtry")
    code = text(kind, "Cd") or text(kind, "Prtry")
    found = money(node, "Amt")
    if code is None or found is None:
        return None
    amount, currency = found
    return Balance(code, amount if is_credit(node) else -amount, currency, day(inner(node, "Dt")))
