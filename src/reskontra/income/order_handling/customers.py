"""Who the orders of a request are about: by number, by identity, or as new customers that get their number."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from reskontra.documents.billing_request import BillingRequest, CustomerUpdate, RequestOrder, RequestParty
from reskontra.documents.findings import Finding
from reskontra.kernel.clauses import clause
from reskontra.kernel.identifiers import is_business_id, is_personal_code
from reskontra.registers.customers import find, save_update
from reskontra.registers.keys import key_ring
from reskontra.registers.models import Customer, CustomerInUnit
from reskontra.registers.sorting import sort_key
from reskontra.runs.run import Acting

PARTIES = ("customer", "payer", "bill_to", "ship_to")


class Named(Protocol):
    """An order on its way in, to be given its customers."""

    order: RequestOrder
    findings: list[Finding]
    customer: Customer | None
    payer: Customer | None
    bill_to: Customer | None
    ship_to: Customer | None

    @property
    def goes_in(self) -> bool: ...


@clause("OC 2.2-a", "OC 2.2-d", "OC 3.2-b", "OC 3.8-a")
class Customers:
    """The customers of one request, looked up set-wise before any is created (OC 2.2-a)."""

    def __init__(self, acting: Acting, request: BillingRequest, on: date) -> None:
        self.acting, self.request, self.on = acting, request, on
        self.by_number: dict[str, Customer] = {}

    def name_parties(self, candidates: Sequence[Named]) -> None:
        """Give every candidate its customer, payer and recipients, or the findings that return it.

        A customer without a number is found by identity, else by exact name and postcode; one with a valid
        identity that nobody has is created, and the register gives the number.
        """
        numbers = {party.number for order in candidates for _, party in _parties(order.order) if party.number}
        self.by_number = {
            customer.number: customer for customer in Customer.objects.filter(number__in=numbers)
        }
        for candidate in candidates:
            for role, party in _parties(candidate.order):
                if found := self._find(candidate, role, party):
                    setattr(candidate, role, found)
            if candidate.order.customer == RequestParty():
                self._tell(candidate, "customer", "customer_missing", "")
            candidate.payer = candidate.payer or candidate.customer
        self._extend(candidates)

    def _find(self, candidate: Named, role: str, party: RequestParty) -> Customer | None:
        if party.number:
            found = self.by_number.get(party.number)
            if found is None:
                self._tell(candidate, role, "customer_unknown", party.number)
            elif identifies(party) and not _is_of(party.identity or "", found):
                self._tell(candidate, role, "customer_identity_differs", party.number)
            return found
        found = self._by_identity(party.identity) if party.identity else self._by_name(party)
        if found is None and not party.identity:
            self._tell(candidate, role, "customer_without_identity", party.name or "")
        if found is None and party.identity and candidate.goes_in:
            found = self._create(candidate, role, party)
        return found

    def _by_identity(self, identity: str) -> Customer | None:
        if is_business_id(identity):
            return find(business_id=identity)
        return find(personal_code=identity, ring=key_ring())

    def _by_name(self, party: RequestParty) -> Customer | None:
        if not party.name or not party.postcode:
            return None
        alike = Customer.objects.filter(
            sort_key=sort_key(f"{party.name} {party.name2 or ''}"),
            postcode=party.postcode,
            own_system__isnull=True,
        )[:2]
        return alike[0] if len(alike) == 1 else None

    def _create(self, candidate: Named, role: str, party: RequestParty) -> Customer | None:
        identity = party.identity or ""
        update = CustomerUpdate(
            row=candidate.order.row,
            cells={},
            name=party.name,
            name2=party.name2,
            business_id=identity if is_business_id(identity) else None,
            personal_code=identity if is_personal_code(identity) else None,
            street=party.street,
            postcode=party.postcode,
            town=party.town,
            country=party.country,
            language=party.language,
        )
        customer, findings = save_update(update, self.acting.unit, key_ring(), self.request.language or "fi")
        candidate.findings += findings
        return customer

    def _tell(self, candidate: Named, role: str, rule: str, value: str) -> None:
        column = {"customer": "customer_no"}.get(role, f"{role}_no")
        candidate.findings.append(
            Finding(
                f"order_{rule}",
                clause="OC 2.2-a",
                row=candidate.order.row,
                column=self.request.labels.get(column, column),
                value=value,
            )
        )

    def _extend(self, candidates: Iterable[Named]) -> None:
        """State-wide customers are extended to the unit that bills them; own systems' customers never are."""
        used = {
            customer.pk: customer
            for candidate in candidates
            if candidate.goes_in
            for role in PARTIES
            if (customer := getattr(candidate, role)) is not None and customer.own_system_id is None
        }
        unit = self.acting.unit
        there = CustomerInUnit.objects.filter(unit=unit, customer_id__in=used).values_list(
            "customer_id", flat=True
        )
        CustomerInUnit.objects.bulk_create(
            CustomerInUnit(unit=unit, customer=customer, number=customer.number)
            for key, customer in sorted(used.items())
            if key not in set(there)
        )


def identifies(party: RequestParty) -> bool:
    """Whether the party's identity names one customer by itself: a business id or a personal code, no day of birth."""
    identity = party.identity or ""
    return is_business_id(identity) or is_personal_code(identity)


def _is_of(identity: str, customer: Customer) -> bool:
    """Whether ``identity`` is the customer's; one of whom the register has none cannot be told."""
    if is_business_id(identity):
        return customer.business_id in ("", identity)
    index = customer.personal_code_index
    return index is None or bytes(index) == key_ring().blind_index(identity)


def _parties(order: RequestOrder) -> Iterator[tuple[str, RequestParty]]:
    for role in PARTIES:
        party = getattr(order, role)
        if party != RequestParty():
            yield role, party
