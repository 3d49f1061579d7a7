"""What becomes of each claim that the weeks left open: who pays late, who only when asked, and who never does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.claims.models import Claim
from reskontra.database.rows import one_row, rows
from reskontra.database.session import working_in
from reskontra.registers.models import Unit

_ASKED_FROM = date(2026, 4, 16)  # what fell due before it is reminded on the last day of April


@dataclass
class Fate:
    """One claim and what its debtor does. ``instalments`` and ``collected`` are told as the months go on."""

    name: str
    claim_id: int
    invoice: str
    reference: str
    payer: str
    instalments: Sequence[tuple[date, Decimal]] = ()
    collected: Decimal | None = None

    def claim(self, unit: Unit) -> Claim:
        """The claim. Called inside ``working_in``."""
        return Claim.objects.select_related("payer").get(unit=unit, pk=self.claim_id)

    def open(self, unit: Unit) -> Decimal:
        """What is open of it with its costs, euro."""
        (amount,) = one_row(_OPEN, {"unit": unit.pk, "claim": self.claim_id})
        return Decimal(amount)

    def asked(self, unit: Unit) -> Decimal:
        """What the newest letter about it asks for, or what is open of it."""
        found = rows(_ASKED, {"unit": unit.pk, "claim": self.claim_id})
        return Decimal(found[0]["amount"]) if found else self.open(unit)

    def pays(self, unit: Unit, on: date) -> Iterator[Decimal]:
        """What comes in on the bank day before ``on``. Called inside ``working_in``."""
        if self.collected is not None:
            amount, self.collected = self.collected, None
            yield amount
        elif self.instalments and self.name == "time_kept":
            for due, amount in self.instalments:
                if due < on:
                    yield amount
            self.instalments = [one for one in self.instalments if one[0] >= on]
        elif PAYS.get(self.name) == on:
            yield self.asked(unit) + BESIDE.get(self.name, Decimal(0))


# Who pays by himself, and on which of the months' days it is in the books.
PAYS: Mapping[str, date] = {
    "late": date(2026, 4, 30),
    "small": date(2026, 4, 30),
    "after_first": date(2026, 5, 22),
    "after_second": date(2026, 7, 1),
    "complains": date(2026, 7, 1),
    "abroad_late": date(2026, 7, 1),
    "time_broken": date(2026, 10, 1),
    "time_withdrawn": date(2026, 7, 1),
    "paid_at_court": date(2026, 8, 3),
    "too_much": date(2026, 4, 30),
    "buys_again": date(2026, 4, 30),
    "generous": date(2026, 5, 22),
}


# What somebody pays beside what is asked for, euro.
BESIDE: Mapping[str, Decimal] = {
    "small": Decimal(-12),
    "too_much": Decimal(90),
    "buys_again": Decimal(30),
    "generous": Decimal(3),
}


def _person(one: Mapping[str, Any]) -> bool:
    return bool(one["kind"] == "person" and not one["protected"])


def _company(one: Mapping[str, Any]) -> bool:
    return bool(one["kind"] == "company")


def _small(one: Mapping[str, Any]) -> bool:
    return _person(one) and one["open"] <= 150  # so that interest takes little of what is paid beside it


def _of_some_size(one: Mapping[str, Any]) -> bool:
    return _person(one) and one["open"] >= 150


def _limited(one: Mapping[str, Any]) -> bool:
    return (_person(one) or _company(one)) and 100 <= one["open"] < 300


def _abroad(one: Mapping[str, Any]) -> bool:
    return bool(one["abroad"])


def _public(one: Mapping[str, Any]) -> bool:
    return bool(one["public_law"])


def _private_company(one: Mapping[str, Any]) -> bool:
    return _company(one) and not one["public_law"]


_Chosen = tuple[str, int, Callable[[Mapping[str, Any]], bool]]
CHOSEN: Mapping[str, Sequence[_Chosen]] = {
    "3910": (
        ("time_kept", 1, _of_some_size),
        ("time_broken", 1, _of_some_size),
        ("passive", 1, _of_some_size),
        ("complains", 1, _person),
        ("enforced", 3, _person),
        ("abroad", 1, _abroad),
        ("time_withdrawn", 1, _of_some_size),
        ("adjusted", 1, _person),
        ("too_much", 1, _person),
    ),
    "3920": (
        ("judged_poor", 1, _limited),
        ("judged", 2, lambda one: _person(one) or _company(one)),
        ("contested", 1, _company),
        ("forgotten", 1, _person),
        ("small", 1, _person),
        ("paid_at_court", 1, lambda one: _person(one) or _company(one)),
        ("bankrupt", 1, _company),
    ),
    "3930": (
        ("agency", 1, _private_company),
        ("enforced", 1, lambda one: _public(one) and _person(one)),
        ("generous", 1, _small),
        ("buys_again", 1, lambda one: _person(one) and bool(one["again"])),
    ),
}
_OTHERS = ("late", "late", "after_first", "late", "after_second", "late", "after_first")


def fates_of(unit: Unit) -> list[Fate]:
    """The fate of every open claim of ``unit``, the same every time."""
    with working_in([unit.pk]):
        found = rows(_LEFT, {"unit": unit.pk, "code": unit.code})
    left = list(found)
    fates = []
    for name, count, fits in CHOSEN.get(unit.code, ()):
        some = [one for one in left if one["due_date"] < _ASKED_FROM and fits(one)][:count]
        assert len(some) == count, f"{unit.code} has no claim left for {name}"
        fates += [_fate(name, one) for one in some]
        left = [one for one in left if one not in some]
    again = {fate.payer for fate in fates if fate.name == "buys_again"}
    for place, one in enumerate(left):
        late = one["due_date"] >= _ASKED_FROM
        plain = "late" if one["kind"] == "state_unit" else _OTHERS[place % len(_OTHERS)]
        plain = (
            "after_second" if one["payer"] in again else plain
        )  # the next invoice of who has paid too much
        fates.append(_fate("abroad_late" if late else plain, one))
    return fates


def _fate(name: str, one: Mapping[str, Any]) -> Fate:
    return Fate(name, one["id"], one["invoice"], one["reference"], one["payer"])


_LEFT = """
SELECT c.id, %(code)s || lpad(i.number::text, 9, '0') AS invoice, c.reference, payer.name AS payer, payer.kind,
  payer.protected, payer.country <> 'FI' AS abroad, c.public_law, c.due_date,
  c.amount - coalesce(s.amount, 0) AS open,
  EXISTS (SELECT FROM claims_claim later JOIN sales_invoice billed ON billed.id = later.invoice_id
          WHERE later.unit_id = c.unit_id AND later.payer_id = c.payer_id AND later.id > c.id AND later.amount >= 50
            AND NOT EXISTS (SELECT FROM claims_claim_settlement done WHERE done.claim_id = later.id)) AS again
FROM claims_claim c
JOIN sales_invoice i ON i.id = c.invoice_id
JOIN registers_customer payer ON payer.id = c.payer_id
LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM claims_claim_settlement WHERE unit_id = %(unit)s GROUP BY 1) s
  ON s.claim_id = c.id
WHERE c.unit_id = %(unit)s AND c.amount > coalesce(s.amount, 0) AND c.amount > 0
ORDER BY i.number
"""
_OPEN = """
SELECT c.amount - coalesce((SELECT sum(s.amount) FROM claims_claim_settlement s WHERE s.claim_id = c.id), 0)
  + coalesce((SELECT sum(k.amount) FROM claims_cost k WHERE k.claim_id = c.id), 0)
  - coalesce((SELECT sum(p.amount) FROM claims_sidepayment p WHERE p.claim_id = c.id AND p.kind = 'cost'), 0)
FROM claims_claim c WHERE c.unit_id = %(unit)s AND c.id = %(claim)s
"""
_ASKED = """
SELECT (l.document -> 'slip' ->> 'amount')::numeric AS amount
FROM claims_reminder r JOIN claims_letter l ON l.id = r.letter_id
WHERE r.unit_id = %(unit)s AND r.claim_id = %(claim)s ORDER BY r.ordinal DESC LIMIT 1
"""
