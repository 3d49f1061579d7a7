"""Sums and VAT of an invoice: what must add up, and what each VAT category asks for.

Sources: EN 16931 BR-CO-10 to BR-CO-18 and the category rules (BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O);
Finvoice guidelines section 14; VAT Act 1501/1993 s 209 e.
"""

from decimal import Decimal
from typing import Final

from reskontra.documents.invoice import Invoice, VatBreakdown
from reskontra.formats.finvoice import codes
from reskontra.formats.finvoice.report import Report
from reskontra.kernel.money import plain

_CENT: Final = Decimal("0.01")
_ZERO: Final = Decimal("0.00")
_HUNDRED: Final = Decimal(100)
_NO_ROWS: Final = (_ZERO, _ZERO, 0)
_ORDINARY: Final = {"S"}
_DETAILS = "InvoiceDetails"
_BREAKDOWN = "InvoiceDetails/VatSpecificationDetails"

# The prefix of the rules of a category in EN 16931: K is intra-community.
_RULES: Final = {"S": "BR-S", "Z": "BR-Z", "E": "BR-E", "AE": "BR-AE", "K": "BR-IC", "G": "BR-G", "O": "BR-O"}
_REVERSE_CHARGE: Final = ("käännetty verovelvollisuus", "omvänd", "reverse charge")

_Class = tuple[str | None, Decimal]


def check_vat(invoice: Invoice, report: Report) -> None:
    """Adds what does not add up, and what the VAT categories in use lack."""
    _totals(invoice, report)
    by_class = _rows_by_class(invoice)
    _breakdown(invoice, by_class, report)
    categories = {category for category, _ in by_class}
    if categories != _ORDINARY or not invoice.seller.vat_id:
        _parties(invoice, categories, report)


def _totals(invoice: Invoice, report: Report) -> None:
    net, vat, total, payable = invoice.net, invoice.vat, invoice.total, invoice.payable
    if net is not None and invoice.lines:
        rows = _sum_of_rows(invoice)
        if rows is not None and rows != net:
            clause = "EN 16931 BR-CO-10, BR-CO-13"
            _equal(report, "finvoice_sum_of_rows", clause, "TotalVatExcluded", net, rows)
    if net is not None and vat is not None and total is not None and net + vat != total:
        _equal(report, "finvoice_sum_total", "EN 16931 BR-CO-15", "TotalVatIncluded", total, net + vat)
    if vat is not None and invoice.vat_breakdown:
        parts = _ZERO
        for part in invoice.vat_breakdown:
            if part.amount is not None:
                parts += part.amount
        if parts != vat:
            _equal(report, "finvoice_sum_of_vat", "EN 16931 BR-CO-14", "TotalVat", vat, parts)
    if payable is not None and total is not None and (payable != total or invoice.paid or invoice.rounding):
        _payable(invoice, payable, total, report)
    for line in invoice.lines:
        if line.gross is not None and line.net is not None and line.vat is not None:
            expected = line.net + line.vat
            if expected != line.gross and _differ(line.gross, expected):
                clause, where, gross = "Finvoice 3.0 RowAmount", "InvoiceRow/RowAmount", plain(line.gross)
                row = line.position
                report.note("finvoice_row_gross", clause, where, gross, row=row, expected=plain(expected))


def _payable(invoice: Invoice, payable: Decimal, total: Decimal, report: Report) -> None:
    due = total - (invoice.paid or _ZERO) + (invoice.rounding or _ZERO)
    if _differ(payable, due):
        where = "EpiDetails/EpiPaymentInstructionDetails/EpiInstructedAmount"
        clause, expected = "EN 16931 BR-CO-16", plain(due)
        report.note("finvoice_sum_payable", clause, where, plain(payable), expected=expected)


def _sum_of_rows(invoice: Invoice) -> Decimal | None:
    """Rows less discounts and plus charges of the whole invoice; ``None`` when a priced row has no net.

    Rows of text hold no amounts and count as nothing.
    """
    rows = _ZERO
    for line in invoice.lines:
        if line.net is not None:
            rows += line.net
        elif line.unit_price is not None:
            return None
    if invoice.allowances:
        rows -= invoice.allowances
    if invoice.charges:
        rows += invoice.charges
    return rows


def _equal(report: Report, rule: str, clause: str, name: str, stated: Decimal, counted: Decimal) -> None:
    if _differ(stated, counted):
        where = f"{_DETAILS}/Invoice{name}Amount"
        report.note(rule, clause, where, plain(stated), expected=plain(counted))


def _differ(one: Decimal, other: Decimal) -> bool:
    difference = one - other
    return bool(difference) and abs(difference) >= _CENT


def _rows_by_class(invoice: Invoice) -> dict[_Class, tuple[Decimal, Decimal, int]]:
    """Net, VAT and number of the rows by category and rate; text rows are left out."""
    found: dict[_Class, tuple[Decimal, Decimal, int]] = {}
    for line in invoice.lines:
        if line.net is None:
            continue
        key = (line.vat_category, line.vat_percent or _ZERO)
        net, vat, count = found.get(key, _NO_ROWS)
        found[key] = (net + line.net, vat if line.vat is None else vat + line.vat, count + 1)
    return found


def _breakdown(
    invoice: Invoice, by_class: dict[_Class, tuple[Decimal, Decimal, int]], report: Report
) -> None:
    categories = {part.category for part in invoice.vat_breakdown}
    categories.update(category for category, _ in by_class)
    coded = None not in categories
    left = set(by_class)
    for part in invoice.vat_breakdown:
        _category(part, report)
        rows = None
        if coded and part.base is not None:
            key = (part.category, part.percent or _ZERO)
            left.discard(key)
            rows = by_class.get(key, _NO_ROWS)
            # Discounts and charges on the whole invoice change the base of a class no document tells.
            if part.base != rows[0] and not invoice.allowances and not invoice.charges:
                _base(part, part.base, rows[0], report)
        _rate(part, rows, report)
    if left and coded and invoice.vat_breakdown:
        for category, percent in left:
            clause = f"EN 16931 {_RULES.get(category or '', 'BR-S')}-01"
            named = f"{category} {percent.normalize():f} %"
            report.note("finvoice_vat_class_missing", clause, _BREAKDOWN, named)
    if len(categories) > 1 and "O" in categories:
        report.note("finvoice_vat_outside_mixed", "EN 16931 BR-O-11", _BREAKDOWN, severity="warning")


def _base(part: VatBreakdown, stated: Decimal, counted: Decimal, report: Report) -> None:
    if _differ(stated, counted):
        clause = f"EN 16931 {_RULES.get(part.category or '', 'BR-S')}-08"
        where, expected, named = f"{_BREAKDOWN}/VatBaseAmount", plain(counted), _named(part)
        report.note("finvoice_vat_base", clause, where, plain(stated), expected=expected, category=named)


def _rate(part: VatBreakdown, rows: tuple[Decimal, Decimal, int] | None, report: Report) -> None:
    """VAT is base times rate within a cent, or the sum of the rows' VAT where each was rounded."""
    base, amount, percent = part.base, part.amount, part.percent
    if base is None or amount is None or percent is None:
        return
    difference = abs(amount * _HUNDRED - base * percent)  # in cents
    if difference <= 1:
        return
    if rows is not None and amount == rows[1] and difference * 2 <= rows[2] + 1:
        return
    where, named = f"{_BREAKDOWN}/VatRateAmount", _named(part)
    shown, expected = plain(amount), plain(base * percent / _HUNDRED)
    clause = "EN 16931 BR-CO-17"
    report.note("finvoice_vat_amount", clause, where, shown, expected=expected, category=named)


def _category(part: VatBreakdown, report: Report) -> None:
    category = part.category
    if category == "S" and part.percent:
        return  # the ordinary case
    if category is None:
        report.note("finvoice_vat_category_missing", "EN 16931 BR-47", f"{_BREAKDOWN}/VatCode")
        return
    if category not in codes.VAT_CATEGORIES:
        where = f"{_BREAKDOWN}/VatCode"
        report.note("finvoice_vat_category_unknown", "EN 16931 BR-CL-18", where, category)
        return
    prefix = _RULES.get(category, "BR-S")
    if category == "S":
        if part.percent is None or part.percent <= 0:
            report.note("finvoice_vat_rate_missing", "EN 16931 BR-S-05", f"{_BREAKDOWN}/VatRatePercent")
    elif category in codes.WITHOUT_VAT and (part.percent or part.amount):
        rule_clause = f"EN 16931 {prefix}-05, {prefix}-09"
        report.note("finvoice_vat_rate_not_zero", rule_clause, _BREAKDOWN, _named(part))
    if category in codes.WITH_REASON and not part.reason:
        clause = f"EN 16931 {prefix}-10; 1501/1993 s 209e item 11"
        report.note("finvoice_vat_reason_missing", clause, f"{_BREAKDOWN}/VatFreeText", category)


def _parties(invoice: Invoice, categories: set[str | None], report: Report) -> None:
    """VAT ids that the categories in use ask for (209 e items 3, 4 and 12)."""
    taxable = categories - {"O", None}
    if taxable and not invoice.seller.vat_id:
        where = "SellerPartyDetails/SellerOrganisationTaxCode"
        report.note("finvoice_seller_vat_id_missing", "EN 16931 BR-S-02; 1501/1993 s 209e item 3", where)
    if taxable & codes.WITH_BUYER_VAT_ID and not invoice.buyer.vat_id:
        where = "BuyerPartyDetails/BuyerOrganisationTaxCode"
        clause = "EN 16931 BR-AE-02, BR-IC-02; 1501/1993 s 209e item 4"
        report.note("finvoice_buyer_vat_id_missing", clause, where)
    if "AE" in taxable:
        texts = " ".join([*invoice.notes, *(part.reason or "" for part in invoice.vat_breakdown)]).lower()
        if not any(words in texts for words in _REVERSE_CHARGE):
            clause = "1501/1993 s 209e item 12"
            report.note("finvoice_reverse_charge_text", clause, f"{_BREAKDOWN}/VatFreeText")


def _named(part: VatBreakdown) -> str:
    rate = "" if part.percent is None else f" {part.percent.normalize():f} %"
    return f"{part.category or ''}{rate}"
