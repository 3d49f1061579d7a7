"""VAT of an invoice: the breakdown by category and rate, and what each VAT category asks for.

Sources: EN 16931 BR-CO-17 and the category rules (BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O); VAT Act 1501/1993
s 209 e. The standard lets VAT be one whole unit of currency off its base times its rate. In euro it is a cent here;
other currencies may have no smaller unit.
"""

from decimal import Decimal
from typing import Final

from reskontra.documents.invoice import Invoice, VatBreakdown
from reskontra.formats.en16931 import codes
from reskontra.formats.en16931.report import Report
from reskontra.formats.en16931.sums import differ
from reskontra.kernel.money import plain

_ZERO: Final = Decimal("0.00")
_HUNDRED: Final = Decimal(100)
_EURO: Final = "EUR"
_NO_ROWS: Final = (_ZERO, _ZERO, 0)
_ORDINARY: Final = {"S"}
_REVERSE_CHARGE: Final = ("käännetty verovelvollisuus", "omvänd", "reverse charge", "vatex-eu-ae")

_Class = tuple[str | None, Decimal]


def check_vat(invoice: Invoice, report: Report) -> None:
    """Adds what the breakdown gets wrong, and what the VAT categories in use lack."""
    by_class = _rows_by_class(invoice)
    _breakdown(invoice, by_class, report)
    categories = {category for category, _ in by_class}
    if categories != _ORDINARY or not invoice.seller.vat_id:
        _parties(invoice, categories, report)


def _rows_by_class(invoice: Invoice) -> dict[_Class, tuple[Decimal, Decimal, int]]:
    """Net, VAT and number of the rows by category and rate; text rows are left out.

    Discounts and charges on the whole invoice belong to the class that they name, where the format lists them.
    """
    found: dict[_Class, tuple[Decimal, Decimal, int]] = {}
    for line in invoice.lines:
        if line.net is None:
            continue
        key = (line.vat_category, line.vat_percent or _ZERO)
        net, vat, count = found.get(key, _NO_ROWS)
        found[key] = (net + line.net, vat if line.vat is None else vat + line.vat, count + 1)
    for change in invoice.allowances_and_charges or ():
        if change.amount is None:
            continue
        key = (change.vat_category, change.vat_percent or _ZERO)
        net, vat, count = found.get(key, _NO_ROWS)
        found[key] = (net + (change.amount if change.charge else -change.amount), vat, count)
    return found


def _breakdown(
    invoice: Invoice, by_class: dict[_Class, tuple[Decimal, Decimal, int]], report: Report
) -> None:
    categories = {part.category for part in invoice.vat_breakdown}
    categories.update(category for category, _ in by_class)
    coded = None not in categories
    left = set(by_class)
    # Where discounts and charges are not listed, no document tells which class's base they change.
    known = invoice.allowances_and_charges is not None or not (invoice.allowances or invoice.charges)
    # How far VAT may be off, in hundredths of the currency's unit.
    slack = 1 if invoice.currency in (_EURO, None) else 100
    for part in invoice.vat_breakdown:
        _category(part, report)
        rows = None
        if coded and part.base is not None:
            key = (part.category, part.percent or _ZERO)
            left.discard(key)
            rows = by_class.get(key, _NO_ROWS)
            if part.base != rows[0] and known:
                _base(part, part.base, rows[0], report)
        _rate(part, rows, slack, report)
    if left and coded and invoice.vat_breakdown:
        for category, percent in left:
            clause = f"EN 16931 {codes.RULES.get(category or '', 'BR-S')}-01"
            named = f"{category} {percent.normalize():f} %"
            report.note("invoice_vat_class_missing", clause, "BG-23", named)
    if len(categories) > 1 and "O" in categories:
        report.note("invoice_vat_outside_mixed", "EN 16931 BR-O-11", "BG-23", severity="warning")


def _base(part: VatBreakdown, stated: Decimal, counted: Decimal, report: Report) -> None:
    if differ(stated, counted):
        clause = f"EN 16931 {codes.RULES.get(part.category or '', 'BR-S')}-08"
        expected, named = plain(counted), _named(part)
        report.note("invoice_vat_base", clause, "BT-116", plain(stated), expected=expected, category=named)


def _rate(part: VatBreakdown, rows: tuple[Decimal, Decimal, int] | None, slack: int, report: Report) -> None:
    """VAT is base times rate within the slack, or the sum of the rows' VAT where each was rounded."""
    base, amount, percent = part.base, part.amount, part.percent
    if base is None or amount is None or percent is None:
        _parts_missing(part, report)
        return
    difference = abs(amount * _HUNDRED - base * percent)  # in cents
    if difference <= slack:
        return
    if rows is not None and amount == rows[1] and difference * 2 <= rows[2] + 1:
        return
    named, shown, expected = _named(part), plain(amount), plain(base * percent / _HUNDRED)
    report.note("invoice_vat_amount", "EN 16931 BR-CO-17", "BT-117", shown, expected=expected, category=named)


def _parts_missing(part: VatBreakdown, report: Report) -> None:
    """The Act asks for base, rate and amount of each class; outside the scope of VAT there is no rate."""
    outside = part.category == "O"
    for value, what, rule, term, item in (
        (part.base, "base", "BR-45", "BT-116", 8),
        (part.amount, "amount", "BR-46", "BT-117", 10),
        (_ZERO if outside else part.percent, "percent", "BR-48", "BT-119", 9),
    ):
        if value is None:
            clause = f"EN 16931 {rule}; 1501/1993 s 209e item {item}"
            report.note(f"invoice_vat_{what}_missing", clause, term, category=part.category or "-")


def _category(part: VatBreakdown, report: Report) -> None:
    category = part.category
    if category == "S" and part.percent and not part.reason:
        return  # the ordinary case
    if category is None:
        report.note("invoice_vat_category_missing", "EN 16931 BR-47", "BT-118")
        return
    if category not in codes.VAT_CATEGORIES:
        report.note("invoice_vat_category_unknown", "EN 16931 BR-CL-18", "BT-118", category)
        return
    prefix = codes.RULES.get(category, "BR-S")
    if category == "S":
        if part.percent is not None and part.percent <= 0:
            report.note("invoice_vat_rate_missing", "EN 16931 BR-S-05", "BT-119")
    elif category in codes.WITHOUT_VAT and (part.percent or part.amount):
        clause = f"EN 16931 {prefix}-05, {prefix}-09"
        report.note("invoice_vat_rate_not_zero", clause, "BG-23", _named(part))
    if category in codes.WITH_REASON and not part.reason:
        clause = f"EN 16931 {prefix}-10; 1501/1993 s 209e item 11"
        report.note("invoice_vat_reason_missing", clause, "BT-120", category)
    elif category in codes.WITHOUT_REASON and part.reason:
        _reason(part, f"EN 16931 {prefix}-10", report)


def _reason(part: VatBreakdown, clause: str, report: Report) -> None:
    """A reason for charging no VAT contradicts a rate; at the zero rate the standard asks for none."""
    report.note("invoice_vat_reason_beside_rate", clause, "BT-120", _named(part))


def _outside(invoice: Invoice, report: Report) -> None:
    """An invoice outside the scope of VAT names nobody's VAT number, and its rows have no rate, not even zero."""
    clause = "EN 16931 BR-O-02"
    if invoice.allowances_and_charges:
        clause += ", BR-O-03, BR-O-04"
    for party, term in ((invoice.seller, "BT-31"), (invoice.buyer, "BT-48")):
        if party.vat_id:
            report.note("invoice_vat_id_outside", clause, term, party.vat_id)
    rated = next((line for line in invoice.lines if line.vat_percent is not None), None)
    if rated is not None and rated.vat_percent is not None:
        rate, row = f"{rated.vat_percent.normalize():f}", rated.position
        report.note("invoice_vat_rate_outside", "EN 16931 BR-O-05", "BT-152", rate, row=row)


def _parties(invoice: Invoice, categories: set[str | None], report: Report) -> None:
    """What the categories in use ask of seller, buyer and delivery (209 e items 3, 4, 7 and 12)."""
    taxable = categories - {"O", None}
    if categories == {"O"}:
        _outside(invoice, report)
    if taxable and not invoice.seller.vat_id:
        clause = "EN 16931 BR-S-02; 1501/1993 s 209e item 3"
        report.note("invoice_seller_vat_id_missing", clause, "BT-31")
    if taxable & codes.WITH_BUYER_VAT_ID and not invoice.buyer.vat_id:
        clause = "EN 16931 BR-AE-02, BR-IC-02; 1501/1993 s 209e item 4"
        report.note("invoice_buyer_vat_id_missing", clause, "BT-48")
    if "AE" in taxable:
        texts = " ".join([*invoice.notes, *(part.reason or "" for part in invoice.vat_breakdown)]).lower()
        if not any(words in texts for words in _REVERSE_CHARGE):
            report.note("invoice_reverse_charge_text", "1501/1993 s 209e item 12", "BT-120")
    if "K" in taxable:
        _intra_community(invoice, report)


def _intra_community(invoice: Invoice, report: Report) -> None:
    """The day of supply is asked for here only: elsewhere the Act takes the date of the invoice for it."""
    if invoice.supply_date is None and invoice.period_start is None and invoice.period_end is None:
        clause = "EN 16931 BR-IC-11; 1501/1993 s 209e item 7"
        report.note("invoice_supply_date_missing", clause, "BT-72")
    if invoice.delivery is None or not invoice.delivery.country:
        report.note("invoice_delivery_country_missing", "EN 16931 BR-IC-12", "BT-80")


def _named(part: VatBreakdown) -> str:
    rate = "" if part.percent is None else f" {part.percent.normalize():f} %"
    return f"{part.category or ''}{rate}"
