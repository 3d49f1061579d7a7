"""What keeps a whole file out: it does not add up, is not this unit's, or says again what another file has said."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reskontra.bank.models import Material
from reskontra.database.session import working_in
from reskontra.documents.findings import Finding
from reskontra.documents.statement import BankMaterial, Statement
from reskontra.exchange.inbox import came_in
from reskontra.income.bank_material.material import InHand, masked, source_of
from reskontra.kernel.clauses import clause
from reskontra.registers.models import Unit, UnitAccount
from reskontra.registers.policy import units_of
from reskontra.runs.run import Acting

_CLAUSE = "OC 4.1-b"
_LIMIT = Decimal(10) ** 13  # what an amount column holds
_MOST_DOCUMENTS = 2000  # statements or lists in one file: years of them for every account of a unit


def account_of(document: BankMaterial, unit: Unit, on: date) -> UnitAccount | None:
    """The unit's account that the material is about, held on its last day (or on ``on``); None when it has none."""
    day = document.period[1] or on
    return UnitAccount.objects.filter(unit=unit, iban=document.account, validity__contains=day).first()


@clause("OC 4.1-b")
def too_many(documents: Sequence[BankMaterial]) -> Iterator[Finding]:
    """The refusal of a file with more documents than anybody looks at; asked before any of them is looked at."""
    if len(documents) > _MOST_DOCUMENTS:
        detail = {"limit": str(_MOST_DOCUMENTS)}
        yield Finding("bank_too_many_materials", clause=_CLAUSE, value=str(len(documents)), detail=detail)


@clause("OC 4.1-b")
def whole_file_findings(
    named: Sequence[tuple[BankMaterial, str]], acting: Acting, on: date
) -> Iterator[Finding]:
    """Every reason for which nothing of the file may be used, and every warning of its reader.

    ``named`` are its documents with their ``identities``.
    """
    for document, _ in named:
        yield from document.findings
        if not document.account:
            continue  # a batch of reference payments that is empty names none
        if document.currency != "EUR":
            detail = {"account": masked(document.account)}
            yield Finding("bank_account_not_in_euro", clause=_CLAUSE, value=document.currency, detail=detail)
        entries = (*document.entries, *document.pending, *document.foreign, *document.failed)
        if any(abs(entry.amount) >= _LIMIT for entry in entries) or abs(document.total) >= _LIMIT:
            yield Finding(
                "bank_amount_too_large", clause=_CLAUSE, detail={"account": masked(document.account)}
            )
        if account_of(document, acting.unit, on) is None:
            yield _unknown_account(document, acting, on)
    told = Counter(
        (document.account, source_of(document), identity) for document, identity in named if document.account
    )
    for (account, source, identity), times in told.items():
        if times > 1:
            detail = {"account": masked(account), "source": source}
            yield Finding("bank_material_twice_in_file", clause=_CLAUSE, value=identity, detail=detail)


def _unknown_account(document: BankMaterial, acting: Acting, on: date) -> Finding:
    """The account is not this unit's; named are only those units that the person may see."""
    others = [unit for unit in units_of(acting.person, on) if unit != acting.unit]
    with working_in([unit.pk for unit in others], acting.person.pk):
        owners = UnitAccount.objects.filter(iban=document.account).order_by("unit__code")
        codes = sorted(set(owners.values_list("unit__code", flat=True)))
    return Finding(
        "bank_account_of_another_unit" if codes else "bank_account_unknown",
        clause=_CLAUSE,
        value=masked(document.account),
        detail={"unit": acting.unit.code, "units": ", ".join(codes)},
    )


@dataclass(frozen=True)
class Span:
    """The days and balances of a statement, as far as the bank states them."""

    start: date | None
    end: date | None
    opening: Decimal | None
    closing: Decimal | None
    sequence: str

    def overlaps(self, other: "Span") -> bool:
        """Whether both tell of the same days: of more than a border day, or with the same balances.

        Several statements of one day follow each other by their balances. Pages of one statement share its days and
        its sequence, and lack a balance.
        """
        if self.start is None or self.end is None or other.start is None or other.end is None:
            return False
        if (self.start, self.end, self.sequence) == (other.start, other.end, other.sequence):
            if self._is_page and other._is_page and self.sequence:
                return False
            if not self._is_page and (self.opening, self.closing) == (other.opening, other.closing):
                return True
        first, last = max(self.start, other.start), min(self.end, other.end)
        return first < last or (first == last and (self._inside(other) or other._inside(self)))

    @property
    def _is_page(self) -> bool:
        return self.opening is None or self.closing is None

    def _inside(self, other: "Span") -> bool:
        """One day in the midst of several; only asked when the two have one day in common."""
        assert self.start
        assert other.start
        assert other.end
        return self.start == self.end and other.start < self.start < other.end


@clause("OC 4.1-b")
def same_meaning(in_hand: Sequence[InHand], unit: Unit) -> Iterator[Finding]:
    """Material that came before in other bytes, and statements of days that another statement tells of (D17).

    Nothing of such a file is stored: a person compares the two and asks the bank which one holds.
    """
    spans: dict[int, list[Span]] = defaultdict(list)
    for material in in_hand:
        known = Material.objects.filter(unit=unit, account=material.account, source=material.source)
        if found := known.filter(identity=material.identity).select_related("file").first():
            yield _told("bank_material_known_otherwise", material, found)
            continue
        if not isinstance(material.document, Statement):
            continue
        start, end = material.document.period
        own = Span(start, end, material.opening, material.closing, material.document.sequence or "")
        near = known.filter(from_date__lte=end, to_date__gte=start) if start and end else known.none()
        for one in near.select_related("file").order_by("id"):
            if own.overlaps(Span(one.from_date, one.to_date, one.opening, one.closing, one.sequence)):
                yield _told("bank_statement_overlaps", material, one)
                break
        if any(own.overlaps(span) for span in spans[material.account.pk]):
            detail = {"account": masked(material.document.account), "source": material.source}
            yield Finding(
                "bank_material_twice_in_file", clause=_CLAUSE, value=material.identity, detail=detail
            )
        spans[material.account.pk].append(own)


def _told(rule: str, material: InHand, found: Material) -> Finding:
    """When the first came, and how the two differ."""
    document = material.document
    return Finding(
        rule,
        clause=_CLAUSE,
        value=material.identity,
        detail={
            "account": masked(document.account),
            "file": found.file.name,
            "when": came_in(found.file),
            "first": described(found.from_date, found.to_date, found.lines, found.total),
            "second": described(*document.period, document.count, document.total),
            "balances": _balances(found.opening, found.closing),
            "other_balances": _balances(material.opening, material.closing),
        },
    )


def described(start: date | None, end: date | None, lines: int, total: Decimal) -> str:
    """Days, number of lines and sum in euro, in signs that need no language: ``2026-03-02 (7) 2147.40``."""
    days = "–".join(day.isoformat() for day in dict.fromkeys((start, end)) if day)
    return f"{days} ({lines}) {total:.2f}".strip()


def _balances(opening: Decimal | None, closing: Decimal | None) -> str:
    return " → ".join("-" if amount is None else f"{amount:.2f}" for amount in (opening, closing))
