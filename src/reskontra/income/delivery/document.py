"""The invoice as a document, from the facts: what leaves the house (OC 3.5, 3.5.2, 3.6-d, 4.1-a)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from reskontra.documents.invoice import Attachment, Invoice, InvoiceLine, Party, VatBreakdown
from reskontra.exchange import archive
from reskontra.kernel.clauses import clause
from reskontra.kernel.money import format_amount, round_cents
from reskontra.kernel.terms import Terms
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit, UnitAccount, VatRate

_NAMES = {"sv": 3, "fi": 4, "en": 5}
_BASES = {"sv": 16, "fi": 17, "en": 18}
_PROTECTED = 10  # place in the array of a party
_HUNDRED, _NOTHING = Decimal(100), Decimal(0)
_OUTSIDE = "O"  # outside the scope of VAT, by UNCL 5305


@dataclass(frozen=True)
class Seller:
    """What every document of one run has in common: the unit, its account, the texts, the VAT reasons."""

    unit: Unit
    account: UnitAccount
    terms: Terms

    @cached_property
    def parties(self) -> Mapping[str, Party]:
        """The unit as the seller, by the customer's language."""
        return {
            language: replace(seller_party(self.unit, language), iban=self.account.iban, bic=self.account.bic)
            for language in ("sv", "fi", "en")
        }

    @cached_property
    def outside(self) -> Mapping[str, Party]:
        """The same without a VAT number, for what is outside the scope of VAT."""
        return {language: replace(party, vat_id=None) for language, party in self.parties.items()}

    @cached_property
    def notes(self) -> Mapping[str, tuple[str, ...]]:
        """What every invoice tells: use the reference (fi and sv), e-invoices, the cost of a reminder."""
        terms = self.terms
        return {
            language: (
                terms.text("request_to_use_reference", "fi"),
                terms.text("request_to_use_reference", "sv"),
                terms.text("einvoice_information", language),
                terms.text(
                    "collection_cost_notice", language, amount=format_amount(terms.collection_cost, language)
                ),
            )
            for language in ("sv", "fi", "en")
        }

    @cached_property
    def rectification(self) -> Mapping[str, str]:
        """How to ask for a public-law charge to be set right: the authority tells it with the charge itself."""
        unit = self.unit
        address = ", ".join(filter(None, (unit.street, f"{unit.postcode} {unit.town}".strip(), unit.email)))
        return {
            language: self.terms.text(
                "rectification_instruction", language, authority=unit.name(language), address=address
            )
            for language in ("sv", "fi", "en")
        }

    @cached_property
    def late_interest(self) -> Mapping[str, str]:
        """The words on late-payment interest; the rate is not printed, it may change before the invoice is paid."""
        return {language: self.terms.text("late_interest_text", language) for language in ("sv", "fi", "en")}

    @cached_property
    def vat_reasons(self) -> Mapping[tuple[str, str], str]:
        """Why no VAT is charged, by category and language; a zero rate has no reason (EN 16931 BR-Z-10)."""
        return {
            (rate.category, language): str(getattr(rate, f"reason_{language}"))
            for rate in VatRate.objects.exclude(reason_sv="").exclude(category="Z").order_by("id")
            for language in ("sv", "fi", "en")
        }


def seller_party(unit: Unit, language: str) -> Party:
    """The unit as the seller, in the customer's language, without an account."""
    return Party(
        name=unit.name(language),
        business_id=unit.business_id,
        vat_id=unit.vat_id or None,
        street=unit.street or None,
        postcode=unit.postcode or None,
        town=unit.town or None,
        country="FI",
        einvoice_address=unit.edi_code,
        contact_email=unit.email or None,
        contact_phone=unit.phone or None,
    )


@clause("OC 1.6-a", "OC 3.5-a", "OC 3.5-b", "OC 3.5.1-a", "OC 3.5.2-a", "OC 3.6-d", "OC 4.1-a")
def invoice_document(seller: Seller, head: Sequence[Any], rows: Sequence[Sequence[Any]]) -> Invoice:
    """One invoice from its row of ``documents.sql`` and its rows of ``lines.sql``; amounts in euro."""
    (
        _, number, credit, issue_date, due_date, term_days, language, internal, public_law, reference, supply_date,
        case_reference, order_number, agreement, accounting, site, net, vat, total, original_number, original_date,
        _channel, payer, recipient, _address, _operator, ship_to,
    ) = head  # fmt: skip
    name_at, basis_at = _NAMES[language], _BASES[language]
    buyer = buyer_party(seller.unit, payer, recipient)
    # Over several days of supply the invoice names the period, and each row its own day: VAT follows it (BG-14, BG-26).
    first, last = min(row[20] for row in rows), max(row[20] for row in rows)
    several = first != last
    lines = tuple(
        InvoiceLine(
            position=row[1],
            item=row[2],
            name=row[12] or row[name_at],
            text=row[13] or None,
            quantity=row[6],
            unit=row[7],
            unit_price=row[8],
            net=row[9],
            vat_category=row[10],
            vat_percent=None if row[10] == _OUTSIDE else row[11],
            period_start=row[20] if several else None,
            period_end=row[20] if several else None,
        )
        for row in rows
    )
    outside = all(line.vat_category == _OUTSIDE for line in lines)
    notes = tuple(dict.fromkeys(row[14] for row in rows if row[14]))
    if public_law and not credit:
        notes += (seller.rectification[language],)
    return Invoice(
        number=number,
        issue_date=issue_date,
        due_date=due_date,
        currency="EUR",
        # Outside the scope of VAT nobody's VAT number is named, and there is no rate (EN 16931 BR-O-02, BR-O-05).
        seller=(seller.outside if outside else seller.parties)[language],
        buyer=replace(buyer, vat_id=None) if outside and buyer.vat_id else buyer,
        net=net,
        vat=vat,
        total=total,
        type_code="INV02" if credit else "INV04" if internal else "INV01",
        internal=internal,
        reference=reference,
        agreement=agreement or None,
        order=order_number or None,
        buyer_reference=case_reference or None,
        accounting=accounting or None,
        site=site or None,
        original_number=original_number,
        original_date=original_date,
        supply_date=supply_date,
        period_start=first if several else None,
        period_end=last if several else None,
        delivery=_party(ship_to) if ship_to else None,
        lines=lines,
        vat_breakdown=_vat_breakdown(seller, lines, language),
        legal_basis=tuple(
            dict.fromkeys(row[15] or row[basis_at] for row in rows if row[15] or row[basis_at])
        ),
        notes=(*notes, *seller.notes[language]),
        payment_terms=text("invoice.payment_terms", language, days=term_days),
        late_interest_text=seller.late_interest[language],
        specification="EN16931",
        language=language,
        attachments=_attachments(rows),
    )


def _vat_breakdown(seller: Seller, lines: Sequence[InvoiceLine], language: str) -> tuple[VatBreakdown, ...]:
    """VAT by category and rate, as the books have it: the rate on the sum of the lines, rounded once."""
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in lines:
        assert line.vat_category is not None
        assert line.net is not None
        key = (line.vat_category, line.vat_percent)
        bases[key] = bases[key] + line.net if key in bases else line.net
    return tuple(
        VatBreakdown(
            category,
            percent,
            base,
            round_cents(base * (percent or _NOTHING) / _HUNDRED),
            seller.vat_reasons.get((category, language)) or None if not percent else None,
        )
        for (category, percent), base in bases.items()
    )


def _party(given: Sequence[str]) -> Party:
    number, name, name2, kind, business_id, vat_id, street, postcode, town, country, _protected = given
    return Party(
        name=name,
        name2=name2 or None,
        business_id=business_id or None if kind != "person" else None,
        vat_id=vat_id or None,
        number=number,
        street=street or None,
        postcode=postcode or None,
        town=town or None,
        country=country,
    )


@clause("OC 3.8-a")
def buyer_party(unit: Unit, payer: Sequence[str], recipient: Sequence[str] | None) -> Party:
    """The legal customer; where another receives the invoice, care of that one and to its address (OC 3.8).

    A protected person who receives e-invoices has no address in the register: the unit's own stands there.
    """
    if recipient is None:
        buyer = _party(payer)
        if payer[_PROTECTED] == "true" and not buyer.street:
            return replace(buyer, street=unit.street, postcode=unit.postcode, town=unit.town, country="FI")
        return buyer
    buyer, other = _party(payer), _party(recipient)
    return Party(
        name=buyer.name,
        name2=f"c/o {other.name}"[:70],
        business_id=buyer.business_id,
        vat_id=buyer.vat_id,
        number=buyer.number,
        street=other.street,
        postcode=other.postcode,
        town=other.town,
        country=other.country,
    )


_MIME = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


def _attachments(rows: Sequence[Sequence[Any]]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(file["name"], _MIME[file["kind"]], archive.read(file["digest"]))
        for row in rows
        if row[19] != "[]"  # Django leaves JSON from its own cursors as text
        for file in json.loads(row[19])
    )
