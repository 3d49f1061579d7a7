"""What only people can do to an invoice: place, code, review, approve and return it, and ask about it (EX 1.2, 3)."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from reskontra.database.refused import ActRefused, refused_as
from reskontra.database.rows import one_row
from reskontra.documents.complaint import Charge, Complaint
from reskontra.documents.findings import Refused
from reskontra.expenditure.circulation.coding import LineDraft, findings_of, lines_of, propose
from reskontra.kernel.clauses import clause
from reskontra.kernel.texts import Named
from reskontra.purchases.circulation import people_of
from reskontra.purchases.models import (
    Assignment,
    Coding,
    CodingLine,
    InvoiceApproval,
    InvoiceNote,
    InvoiceReturn,
    InvoiceSupplier,
    PurchaseInvoice,
)
from reskontra.registers.models import Person, Supplier, WorkQueue
from reskontra.registers.policy import MAY, require, roles_of
from reskontra.runs.run import Acting, RunRefused, lock

# What somebody must be allowed to do to take over a step.
RIGHT_OF_STEP = {
    "solve": frozenset({"route_invoice", "accept_match", "receive_goods"}),
    "code": frozenset({"code_invoice"}),
    "review": frozenset({"review_expenditure"}),
    "approve": frozenset({"approve_expenditure", "approve_without_budget"}),
}
# Why an invoice is sent back to its supplier, and the clause that each reason stands on.
RETURN_REASONS = {
    "duplicate": "EX 3-a",
    "not_ours": "EX 3-a",
    "credited": "EX 3-a",
    "unagreed": "EX 3-b",
    "content": "EX 5.1-a",
    "wrong_channel": "EX 5-a",
}


@clause("EX 1.2.1-a", "EX 3.2-a")
def assign(
    acting: Acting,
    invoice: PurchaseInvoice,
    step: str,
    *,
    queue: WorkQueue | None = None,
    person: Person | None = None,
    reason: str = "",
) -> Assignment:
    """Give ``invoice`` its place for ``step``: a queue of that step, or somebody who may do it.

    Called inside ``working_in``. Raises ``NotAllowed``, ``RunRefused`` when it is there already or the person may
    not do the step, and ``ActRefused`` for a queue of another step and for what circulates no more.
    """
    require(acting.person, "route_invoice", acting.unit, acting.day)
    return _place(acting, invoice, step, queue, person, reason)


@clause("EX 3.2-a")
def forward(acting: Acting, invoice: PurchaseInvoice, person: Person, reason: str = "") -> Assignment:
    """Hand on an invoice that one has, for the same step, to somebody who may do it. Raises as ``assign``.

    Raises ``RunRefused`` too when the invoice is with somebody else.
    """
    require(acting.person, "forward_invoice", acting.unit, acting.day)
    lock(acting.unit, "matching")
    if acting.person.pk not in {one for one, _ in people_of(acting.unit, invoice.pk, acting.day)}:
        raise RunRefused("circulation.is_with_somebody_else", invoice=str(invoice.number))
    (step,) = one_row("SELECT step FROM invoices_in_circulation WHERE id = %s", [invoice.pk])
    return _place(acting, invoice, step, None, person, reason)


@clause("EX 1.2.1-a", "EX 1.2.2-a")
def code(acting: Acting, invoice: PurchaseInvoice, lines: Sequence[LineDraft]) -> Coding:
    """Code ``invoice`` anew; what was reviewed before is to be reviewed again. The source is told by the lines.

    Called inside ``working_in``. Raises ``NotAllowed`` (also where the responsibility table gives coding to the
    other party), ``Refused`` with everything that is wrong with the lines, ``RunRefused`` when it is coded so
    already, and ``ActRefused`` for what circulates no more.
    """
    require(acting.person, "code_invoice", acting.unit, acting.day)
    lock(acting.unit, "matching")
    if findings := findings_of(acting.unit, invoice, lines, acting.day):
        raise Refused(*findings)
    newest = _newest_coding(invoice)
    if newest and lines_of(newest.pk) == tuple(lines) and not _sent_back(newest):
        raise RunRefused("circulation.coded_so_already", invoice=str(invoice.number))
    proposals = propose(acting.unit, invoice, acting.day)
    source = next((one.source for one in proposals if one.lines == tuple(lines)), "person")
    version = newest.version + 1 if newest else 1
    with refused_as(ActRefused):
        coding = Coding.objects.create(
            unit=acting.unit,
            invoice=invoice,
            version=version,
            source=source,
            digest=_digest(invoice, version, lines),
            person=acting.person,
            given_at=acting.at,
        )
        CodingLine.objects.bulk_create(
            CodingLine(unit=acting.unit, coding=coding, position=place, **one.as_values())
            for place, one in enumerate(lines, start=1)
        )
    return coding


@clause("EX 1.2.1-a")
def review(acting: Acting, invoice: PurchaseInvoice, digest: str, comment: str = "") -> InvoiceApproval:
    """Find the coding of ``digest`` right in substance and figures. Raises as ``approve``."""
    require(acting.person, "review_expenditure", acting.unit, acting.day)
    return _act(acting, invoice, digest, "review", comment)


@clause("EX 1.2.1-a")
def approve(acting: Acting, invoice: PurchaseInvoice, digest: str, comment: str = "") -> InvoiceApproval:
    """Approve the expenditure as coded; the next run makes it a payable.

    The unit's approver needs a right to spend for every line and the whole sum. The centre's approves only what
    holds no budget line, and then alone. Called inside ``working_in``; raises ``NotAllowed``, and ``ActRefused`` with
    the constraint: not the newest coding, not reviewed, reviewed by the same, beyond the right to spend.
    """
    require(acting.person, _approval_right(acting, invoice), acting.unit, acting.day)
    return _act(acting, invoice, digest, "approve", comment)


@clause("EX 3-e")
def approve_by_decision(
    acting: Acting,
    invoice: PurchaseInvoice,
    digest: str,
    decision: str,
    decided_on: date,
    itemised: Sequence[tuple[str, str, Decimal]],
) -> InvoiceApproval:
    """Approve what a decision approved beforehand, instead of a round with a reviewer.

    ``decision`` is its reference, ``itemised`` what it itemises: account, budget account and euro without VAT, which
    must be the coding's to the cent. Raises as ``approve``, and ``RunRefused`` where the decision says another thing,
    comes after the act or has no reference.
    """
    require(acting.person, "approve_expenditure", acting.unit, acting.day)
    if not decision.strip() or decided_on > acting.day:
        raise RunRefused("circulation.decision_is_named_and_made")
    newest = _newest_coding(invoice)
    coded: Counter[tuple[str, str]] = Counter()
    for line in lines_of(newest.pk) if newest else ():
        coded[line.account, line.budget_account] += line.net  # type: ignore[assignment]
    told: Counter[tuple[str, str]] = Counter()
    for account, budget_account, net in itemised:
        told[account, budget_account] += net  # type: ignore[assignment]
    if coded != told:
        raise RunRefused("circulation.decision_says_otherwise", decision=decision)
    return _act(acting, invoice, digest, "approve", "", f"{decision.strip()} {decided_on.isoformat()}")


@clause("EX 1.2.1-a")
def return_for_work(acting: Acting, invoice: PurchaseInvoice, digest: str, why: str) -> InvoiceApproval:
    """Send the coding back to those who code: it takes a new one. Whoever may review or approve may; says why."""
    right = "review_expenditure" if "SG" in roles_of(acting.person, acting.unit, acting.day) else None
    require(acting.person, right or _approval_right(acting, invoice), acting.unit, acting.day)
    return _act(acting, invoice, digest, "return", why.strip())


@clause("EX 3-b", "EX 3-a")
def return_to_supplier(acting: Acting, invoice: PurchaseInvoice, reason: str, message: str) -> InvoiceReturn:
    """The invoice is not ours to pay, and what the supplier is told. Raises ``RunRefused``, ``ActRefused``.

    ``reason`` is one of ``RETURN_REASONS``.
    """
    require(acting.person, "return_to_supplier", acting.unit, acting.day)
    if reason not in RETURN_REASONS or not message.strip():
        raise RunRefused(
            "circulation.return_says_why",
            known=tuple(Named(f"circulation.return_reason.{one}") for one in RETURN_REASONS),
        )
    lock(acting.unit, "matching")
    with refused_as(ActRefused):
        return InvoiceReturn.objects.create(
            unit=acting.unit,
            invoice=invoice,
            day=acting.day,
            reason=reason,
            message=message.strip(),
            clause=RETURN_REASONS[reason],
            person=acting.person,
            given_at=acting.at,
        )


@clause("EX 3.2-a")
def note(
    acting: Acting, invoice: PurchaseInvoice, text: str, *, to_person: Person | None = None
) -> InvoiceNote:
    """A comment on the invoice, or a question to a colleague who may see it. Raises ``RunRefused`` when said before."""
    require(acting.person, "note_invoice", acting.unit, acting.day)
    if to_person is not None and not MAY["see"] & roles_of(to_person, acting.unit, acting.day):
        raise RunRefused("circulation.may_not_take_it", person=to_person.name)
    return _say(acting, invoice, text, to_person=to_person)


@clause("EX 3.2-a")
def answer(acting: Acting, question: InvoiceNote, text: str) -> InvoiceNote:
    """Answer a question that one was asked. Raises ``RunRefused`` when somebody else was asked."""
    require(acting.person, "note_invoice", acting.unit, acting.day)
    if question.to_person_id != acting.person.pk:
        raise RunRefused("circulation.somebody_else_was_asked")
    return _say(acting, question.invoice, text, answers=question)


@clause("EX 3-b")
def complain(
    acting: Acting, invoice: PurchaseInvoice, charges: Sequence[Charge], agreed: str, answer_by: date
) -> Complaint:
    """Complain in writing of charges that were not agreed, in the supplier's language; what it says stays a note.

    ``agreed`` is the order or contract. Called inside ``working_in``; raises ``NotAllowed`` and ``RunRefused`` when
    nothing is complained of, the supplier is not known, or the same was said before.
    """
    require(acting.person, "complain_to_supplier", acting.unit, acting.day)
    supplier = supplier_of(invoice)
    if supplier is None or not charges or any(one.amount <= 0 for one in charges):
        raise RunRefused("circulation.complaint_names_its_charges")
    language = supplier.language
    letter = Complaint(
        language=language,
        day=acting.day,
        unit=acting.unit.name(language),
        supplier=supplier.name,
        invoice=invoice.number,
        issue_date=invoice.issue_date,
        agreed=agreed,
        charges=tuple(charges),
        answer_by=answer_by,
        contact=acting.unit.email,
    )
    _say(acting, invoice, letter.as_text(), to_supplier=True)
    return letter


def supplier_of(invoice: PurchaseInvoice) -> Supplier | None:
    """Whose invoice it is, as it was said last; None where nobody knows."""
    named = InvoiceSupplier.objects.filter(invoice=invoice).order_by("-id").select_related("supplier").first()
    return named.supplier if named else None


def _place(
    acting: Acting,
    invoice: PurchaseInvoice,
    step: str,
    queue: WorkQueue | None,
    person: Person | None,
    reason: str,
) -> Assignment:
    if person is not None:
        held = roles_of(person, acting.unit, acting.day)
        if not any(MAY[act] & held for act in RIGHT_OF_STEP[step]):
            raise RunRefused("circulation.may_not_take_it", person=person.name)
    lock(acting.unit, "matching")
    newest = Assignment.objects.filter(invoice=invoice).order_by("-id").first()
    place = (step, queue.pk if queue else None, person.pk if person else None)
    if newest and (newest.step, newest.queue_id, newest.to_person_id) == place:
        raise RunRefused("circulation.is_there_already", invoice=str(invoice.number))
    with refused_as(ActRefused):
        return Assignment.objects.create(
            unit=acting.unit,
            invoice=invoice,
            step=step,
            queue=queue,
            to_person=person,
            day=acting.day,
            reason=reason.strip(),
            person=acting.person,
            given_at=acting.at,
        )


def _act(
    acting: Acting, invoice: PurchaseInvoice, digest: str, act: str, comment: str, decision: str = ""
) -> InvoiceApproval:
    """One act; who does it instead of somebody away is told by whose list the invoice stands in."""
    lock(acting.unit, "matching")
    people = people_of(acting.unit, invoice.pk, acting.day)
    own = (acting.person.pk, None) in people
    instead_of = None if own else next((other for one, other in people if one == acting.person.pk), None)
    with refused_as(ActRefused):
        return InvoiceApproval.objects.create(
            unit=acting.unit,
            invoice=invoice,
            digest=digest,
            act=act,
            person=acting.person,
            instead_of_id=instead_of,
            given_at=acting.at,
            comment=comment,
            decision=decision,
        )


def _approval_right(acting: Acting, invoice: PurchaseInvoice) -> str:
    """The centre's own right where no line is of the budget and the person is the centre's; else the unit's."""
    newest = _newest_coding(invoice)
    budget = newest is None or any(line.budget_account for line in lines_of(newest.pk))
    centre = "PG" in roles_of(acting.person, acting.unit, acting.day)
    return "approve_without_budget" if centre and not budget else "approve_expenditure"


def _say(
    acting: Acting,
    invoice: PurchaseInvoice,
    text: str,
    *,
    to_person: Person | None = None,
    to_supplier: bool = False,
    answers: InvoiceNote | None = None,
) -> InvoiceNote:
    words = text.strip()
    if not words or len(words) > 1000:
        raise RunRefused("circulation.note_has_its_length")
    lock(acting.unit, "matching")
    said = InvoiceNote.objects.filter(invoice=invoice, person=acting.person, text=words, answers=answers)
    if said.filter(to_person=to_person, to_supplier=to_supplier).exists():
        raise RunRefused("circulation.said_already")
    return InvoiceNote.objects.create(
        unit=acting.unit,
        invoice=invoice,
        text=words,
        to_person=to_person,
        to_supplier=to_supplier,
        answers=answers,
        person=acting.person,
        given_at=acting.at,
    )


def _newest_coding(invoice: PurchaseInvoice) -> Coding | None:
    return Coding.objects.filter(invoice=invoice).order_by("-version").first()


def _sent_back(coding: Coding) -> bool:
    acts = InvoiceApproval.objects.filter(invoice=coding.invoice_id, digest=coding.digest)
    return acts.filter(act="return").exists()


def _digest(invoice: PurchaseInvoice, version: int, lines: Sequence[LineDraft]) -> str:
    told = [{name: str(value) for name, value in one.as_values().items()} for one in lines]
    (digest,) = one_row(
        "SELECT purchases_coding_digest(%s, %s, %s::jsonb)", [invoice.pk, version, json.dumps(told)]
    )
    return str(digest)
