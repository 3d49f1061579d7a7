"""How an invoice is coded: what a coding must hold, how it is parted by shares, and where a proposal comes from."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from reskontra.database.rows import rows
from reskontra.documents.findings import Finding
from reskontra.kernel.clauses import clause
from reskontra.purchases.models import CodingLine, PurchaseInvoice, PurchaseVat
from reskontra.purchases.sharing import RatePart, shared
from reskontra.registers.models import Account, DimensionValue, Unit, VatRate
from reskontra.runs.run import RunRefused

DIMENSIONS = (
    "budget_account",
    "operating_unit",
    "project",
    "function",
    "product",
    "area",
    "tracking1",
    "tracking2",
    "authorisation",
    "reserve1",
    "reserve2",
    "joint_funding_unit",
)
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line as somebody wants it coded: euro without VAT, its VAT and percent, and where both are posted."""

    net: Decimal
    vat: Decimal
    account: str
    vat_percent: Decimal | None = None
    text: str = ""
    budget_account: str = ""
    operating_unit: str = ""
    project: str = ""
    function: str = ""
    product: str = ""
    area: str = ""
    tracking1: str = ""
    tracking2: str = ""
    authorisation: str = ""
    reserve1: str = ""
    reserve2: str = ""
    joint_funding_unit: str = ""

    def as_values(self) -> dict[str, Any]:
        """The columns of a ``CodingLine``."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A coding that might be right: ``source`` (match, template, earlier), and what in the books it comes from."""

    source: str
    origin: str
    lines: tuple[LineDraft, ...]


@clause("EX 1.2.1-a", "EX 1.2.2-a")
def findings_of(unit: Unit, invoice: PurchaseInvoice, lines: Sequence[LineDraft], on: date) -> list[Finding]:
    """What keeps ``lines`` from being the coding of ``invoice`` on the day ``on``; empty when all is right.

    Accounts and tracking objects are in force on the day and the unit's own or everybody's. The lines are the
    invoice's net and VAT to the cent, and its VAT at each rate where it says so; rates are those of the supply.
    """
    return [
        *_unknown_values(unit, lines, on),
        *_wrong_sums(invoice, lines),
        *_wrong_vat(unit, invoice, lines),
    ]


def split(
    unit: Unit, invoice: PurchaseInvoice, parts: Sequence[tuple[Decimal, LineDraft]]
) -> list[LineDraft]:
    """``invoice`` parted by shares (percent, 100 together), each with the coding of its draft, to the cent.

    Raises ``RunRefused`` when the shares are not the whole, or the invoice's own sums do not agree.
    """
    if (
        not parts
        or sum((share for share, _ in parts), _NOTHING) != 100
        or any(share <= 0 for share, _ in parts)
    ):
        raise RunRefused("circulation.shares_are_not_the_whole")
    return _parted(_rates(unit, invoice), parts)


@clause("EX 1.2.1-a")
def propose(unit: Unit, invoice: PurchaseInvoice, on: date) -> list[Proposal]:
    """Codings that might be right for ``invoice``, the surest first; each would pass ``findings_of`` on the day.

    From the order or contract that it was matched to, from the template of its posting reference, and from the
    supplier's last approved invoice. Called inside ``working_in``.
    """
    try:
        rates = _rates(unit, invoice)
    except RunRefused:
        return []
    values = {"unit": unit.pk, "invoice": invoice.pk, "on": on}
    found: list[Proposal] = []
    for source, query in (("match", _FROM_MATCH), ("template", _FROM_TEMPLATE), ("earlier", _FROM_EARLIER)):
        told = rows(query, values)
        if not told:
            continue
        parts = [(row["share"], _draft(row)) for row in told]
        one = Proposal(source, told[0]["origin"], tuple(_parted(rates, parts)))
        if not findings_of(unit, invoice, one.lines, on):
            found.append(one)
    return found


def lines_of(coding: int) -> tuple[LineDraft, ...]:
    """The lines of a stored coding, in their order."""
    stored = CodingLine.objects.filter(coding=coding).order_by("position")
    return tuple(LineDraft(**{name: getattr(one, name) for name in LineDraft.__slots__}) for one in stored)


def _draft(row: dict[str, Any]) -> LineDraft:
    return LineDraft(_NOTHING, _NOTHING, row["account"], **{name: row[name] for name in DIMENSIONS})


def _parted(rates: Sequence[RatePart], parts: Sequence[tuple[Decimal, LineDraft]]) -> list[LineDraft]:
    return [
        replace(parts[one.of][1], net=one.net, vat=one.vat, vat_percent=one.percent)
        for one in shared(rates, [share for share, _ in parts])
    ]


def _rates(unit: Unit, invoice: PurchaseInvoice) -> list[RatePart]:
    """The invoice by VAT rate; as a whole where it names no rates and has no VAT."""
    if invoice.net is None or invoice.vat is None or invoice.net + invoice.vat != invoice.total:
        raise RunRefused("circulation.sums_do_not_agree")
    told = [
        RatePart(one.base, one.amount, one.percent)
        for one in PurchaseVat.objects.filter(unit=unit, invoice=invoice).order_by("position")
        if one.base is not None and one.amount is not None
    ]
    if not told and invoice.vat == 0:
        return [RatePart(invoice.net, _NOTHING, None)]
    if (sum(one.net for one in told), sum(one.vat for one in told)) != (invoice.net, invoice.vat):
        raise RunRefused("circulation.sums_do_not_agree")
    return told


def _unknown_values(unit: Unit, lines: Sequence[LineDraft], on: date) -> Iterator[Finding]:
    accounts = set(
        Account.objects.filter(code__in={one.account for one in lines}, validity__contains=on).values_list(
            "code", flat=True
        )
    )
    asked = {getattr(one, name) for one in lines for name in DIMENSIONS} - {""}
    known = set(
        DimensionValue.objects.filter(
            Q(in_unit=unit) | Q(in_unit__isnull=True), code__in=asked, validity__contains=on
        ).values_list("dimension", "code")
    )
    for place, one in enumerate(lines, start=1):
        if one.account not in accounts:
            yield _finding("coding_account", place, one.account)
        for name in DIMENSIONS:
            value = getattr(one, name)
            if value and (name, value) not in known:
                yield _finding("coding_dimension", place, value, dimension=name)


def _wrong_sums(invoice: PurchaseInvoice, lines: Sequence[LineDraft]) -> Iterator[Finding]:
    for name, asked in (("net", invoice.net), ("vat", invoice.vat)):
        given = sum((getattr(one, name) for one in lines), _NOTHING)
        if asked is None or given != asked:
            yield _finding(
                f"coding_{name}", None, f"{given:.2f}", asked="" if asked is None else f"{asked:.2f}"
            )
    for place, one in enumerate(lines, start=1):
        if not one.net and not one.vat:
            yield _finding("coding_empty_line", place, "0.00")
        if max(-one.net.as_tuple().exponent, -one.vat.as_tuple().exponent) > 2:  # type: ignore[operator]
            yield _finding("coding_cents", place, str(one.net))


def _wrong_vat(unit: Unit, invoice: PurchaseInvoice, lines: Sequence[LineDraft]) -> Iterator[Finding]:
    day = invoice.supply_date or invoice.issue_date or invoice.received_date
    rates = set(VatRate.objects.filter(validity__contains=day).values_list("percent", flat=True)) | {_NOTHING}
    coded: dict[Decimal, Decimal] = defaultdict(Decimal)
    for place, one in enumerate(lines, start=1):
        percent = one.vat_percent if one.vat_percent is not None else _NOTHING
        coded[percent] += one.vat
        if percent not in rates or (one.vat and not percent):
            yield _finding("coding_vat_rate", place, "" if one.vat_percent is None else f"{percent:f}")
    told: dict[Decimal, Decimal] = defaultdict(Decimal)
    for row in PurchaseVat.objects.filter(unit=unit, invoice=invoice):
        told[row.percent or _NOTHING] += row.amount or _NOTHING
    if told:
        for percent in sorted(coded.keys() | told.keys()):
            if coded[percent] != told[percent]:
                yield _finding(
                    "coding_vat_of_rate",
                    None,
                    f"{coded[percent]:.2f}",
                    asked=f"{told[percent]:.2f}",
                    percent=f"{percent:f}",
                )


def _finding(rule: str, row: int | None, value: str, **detail: str) -> Finding:
    return Finding(rule, clause="EX 1.2.1-a", row=row, value=value, detail=detail)


_FROM_MATCH = f"""
SELECT abs(t.net) AS share, o.number AS origin, l.account, {", ".join(f"l.{name}" for name in DIMENSIONS)}
FROM purchases_match_held m JOIN purchases_matchline t ON t.match_id = m.id
JOIN purchases_order_line_now l ON l.id = t.order_line_id JOIN purchases_purchaseorder o ON o.id = m.order_id
WHERE m.invoice_id = %(invoice)s AND m.confirmed AND t.net <> 0
UNION ALL
SELECT abs(t.net), o.number, own.account, {", ".join(f"l.{name}" for name in DIMENSIONS)}
FROM purchases_match_held m JOIN purchases_purchaseorder o ON o.id = m.order_id
JOIN purchases_matchline t ON t.match_id = m.id AND t.order_line_id IS NULL AND t.contract_row_id IS NULL
JOIN registers_postingaccount own ON own.event = 'freight' AND own.validity @> %(on)s::date
JOIN LATERAL (SELECT n.* FROM purchases_matchline x JOIN purchases_order_line_now n ON n.id = x.order_line_id
              WHERE x.match_id = m.id ORDER BY abs(x.net) DESC, x.position LIMIT 1) l ON true
WHERE m.invoice_id = %(invoice)s AND m.confirmed AND t.net <> 0
UNION ALL
SELECT l.share, k.number, l.account, {", ".join(f"l.{name}" for name in DIMENSIONS)}
FROM purchases_match_held m JOIN purchases_contract k ON k.id = m.contract_id
JOIN purchases_contractline l ON l.contract_id = k.id
WHERE m.invoice_id = %(invoice)s AND m.confirmed
"""
_FROM_TEMPLATE = f"""
SELECT l.share, t.reference AS origin, l.account, {", ".join(f"l.{name}" for name in DIMENSIONS)}
FROM registers_codingtemplateline l JOIN registers_codingtemplate t ON t.id = l.template_id
WHERE t.id = (
  SELECT max(t.id) FROM registers_codingtemplate t
  WHERE t.unit_id = %(unit)s AND t.validity @> %(on)s::date AND t.reference = (
    SELECT n.value FROM purchases_invoiceidentifier n WHERE n.invoice_id = %(invoice)s AND n.kind = 'posting'
    ORDER BY n.person_id IS NULL, n.id DESC LIMIT 1))
ORDER BY l.position
"""
# The supplier's last invoice that somebody approved, line by line; a credit is coded as what it takes back was.
_FROM_EARLIER = f"""
SELECT abs(l.net) AS share, earlier.number AS origin, l.account, {", ".join(f"l.{name}" for name in DIMENSIONS)}
FROM (SELECT s.coding_id, i.number
      FROM purchases_invoice_state mine
      JOIN purchases_invoice_state s ON s.supplier_id = mine.supplier_id AND s.id <> mine.id
      JOIN purchases_purchaseinvoice i ON i.id = s.id
      JOIN purchases_invoiceapproval a ON a.invoice_id = s.id AND a.digest = s.coding_digest AND a.act = 'approve'
      WHERE mine.id = %(invoice)s AND s.unit_id = %(unit)s
      ORDER BY a.id DESC LIMIT 1) earlier
JOIN purchases_codingline l ON l.coding_id = earlier.coding_id
WHERE l.net <> 0
ORDER BY l.position
"""
