"""What a person does to a purchase invoice at the desk: solve its mismatch, review, approve, hand on, ask (S61–S63)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict

from reskontra.database.rows import one_row
from reskontra.desk.access import Place
from reskontra.desk.acts import Incomplete, chosen, day_of, seen_as, written
from reskontra.desk.keys import key_of
from reskontra.desk.refusals import constraint
from reskontra.desk.why import outcome
from reskontra.documents.complaint import Charge
from reskontra.expenditure.circulation.actions import (
    RETURN_REASONS,
    RIGHT_OF_STEP,
    answer,
    approve,
    approve_by_decision,
    assign,
    complain,
    forward,
    note,
    return_for_work,
    return_to_supplier,
    review,
)
from reskontra.expenditure.matching.actions import (
    accept,
    confirm,
    correct_identifier,
    end_match,
    name_supplier,
)
from reskontra.expenditure.matching.orders import ReceiptTold, receive
from reskontra.expenditure.matching.rules import ACCEPTABLE
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.circulation import Circulating, with_whom
from reskontra.kernel.clauses import cite, clause
from reskontra.kernel.money import NotAnAmount, parse_amount, round_cents
from reskontra.kernel.texts import text
from reskontra.purchases.circulation import people_of
from reskontra.purchases.models import (
    Assignment,
    Coding,
    CodingLine,
    InvoiceApproval,
    InvoiceIdentifier,
    InvoiceNote,
    InvoiceReturn,
    InvoiceSupplier,
    Match,
    MatchConfirmation,
    MatchEnd,
    Payable,
    PurchaseDecision,
    PurchaseInvoice,
    RowLink,
    RowLinkEnd,
)
from reskontra.registers.models import Person, RoleAssignment, Supplier, Unit, WorkQueue
from reskontra.registers.policy import MAY
from reskontra.runs.run import Acting, RunRefused, apply, lock

STEPS = ("solve", "code", "review", "approve")
LONGEST_COMMENT = 350
CHARGES = 3  # rows of the form of a complaint
FOUR_EYES = "EX 1.2.1-a"


@dataclass(frozen=True)
class Offer:
    """An act that the page offers, or refuses with the reason in words."""

    name: str
    refusal: str = ""


@dataclass(frozen=True)
class Standing:
    """Where an invoice stands now; ``seen`` names all of it but what was only said.

    ``circulating`` while it waits for people, ``match`` one that holds, ``decision`` what matching said last.
    """

    seen: str
    coding: Coding | None
    lines: Sequence[CodingLine]
    approvals: Sequence[InvoiceApproval]
    match: Match | None
    waits_for_confirmation: bool
    decision: PurchaseDecision | None
    returned: InvoiceReturn | None
    payable: Payable | None
    circulating: Circulating | None
    mine: bool

    @property
    def open(self) -> bool:
        """It is neither returned nor owed: people may still work on it."""
        return self.returned is None and self.payable is None

    @property
    def budget(self) -> bool:
        """A line of its coding is of the budget: reviewer and approver are two people of the unit."""
        return any(line.budget_account for line in self.lines)

    @property
    def acceptable(self) -> bool:
        """Nothing but figures is in the way of a match."""
        names = {one.name for one in ACCEPTABLE}
        told = self.decision
        return told is not None and told.outcome in names and names.issuperset(told.reasons)


@clause("EX 1.2.1-a", "EX 3-a")
def standing_of(place: Place, invoice: PurchaseInvoice) -> Standing:
    """Everything that the page and its acts stand on. Called inside ``working_in``."""
    unit = place.unit
    coding = Coding.objects.filter(unit=unit, invoice=invoice).order_by("-version").first()
    ends = MatchEnd.objects.filter(unit=unit, match__invoice=invoice)
    match = (
        Match.objects.filter(unit=unit, invoice=invoice)
        .exclude(pk__in=ends.values("match_id"))
        .select_related("order", "contract", "person")
        .first()
    )
    confirmed = match is not None and MatchConfirmation.objects.filter(unit=unit, match=match).exists()
    decision = (
        PurchaseDecision.objects.filter(unit=unit, invoice=invoice, rule="matching", run__state="applied")
        .select_related("run")
        .order_by("-run_id")
        .first()
    )
    returned = InvoiceReturn.objects.filter(unit=unit, invoice=invoice).select_related("person").first()
    payable = Payable.objects.filter(unit=unit, invoice=invoice).first()
    approvals = list(
        InvoiceApproval.objects.filter(unit=unit, invoice=invoice, digest=coding.digest if coding else "")
        .select_related("person", "instead_of")
        .order_by("id")
    )
    newest = [
        model.objects.filter(unit=unit, invoice=invoice).order_by("-pk").values_list("pk", flat=True).first()
        or 0
        for model in (
            Assignment,
            Coding,
            InvoiceApproval,
            InvoiceIdentifier,
            InvoiceSupplier,
            InvoiceReturn,
            Match,
            Payable,
        )
    ]
    ended = [
        found.order_by("-pk").values_list("pk", flat=True).first() or 0
        for found in (
            ends,
            RowLink.objects.filter(unit=unit, row__invoice=invoice),
            RowLinkEnd.objects.filter(unit=unit, link__row__invoice=invoice),
        )
    ]
    circulating = next(iter(with_whom(unit, place.on, [invoice.pk])), None)
    people = people_of(unit, invoice.pk, place.on)
    return Standing(
        ".".join(map(str, [*newest, *ended, int(confirmed)])),
        coding,
        list(CodingLine.objects.filter(unit=unit, coding=coding).order_by("position")) if coding else [],
        approvals,
        match,
        match is not None and match.waits and not confirmed,
        decision,
        returned,
        payable,
        circulating,
        place.person.pk in {one for one, _ in people},
    )


@clause("EX 1.2.1-a")
def offers(place: Place, standing: Standing, language: str) -> list[Offer]:
    """Review and approval as far as they are to come; what is refused stays visible, with its reason and clause."""
    step = standing.circulating.step if standing.circulating else ""
    if standing.coding is None or step not in ("review", "approve"):
        return []
    done = {one.act for one in standing.approvals}
    wanted = ["review", "approve"] if standing.budget else ["approve"]
    return [Offer(act, _refusal(place, standing, act, language)) for act in wanted if act not in done]


def _refusal(place: Place, standing: Standing, act: str, language: str) -> str:
    """Why ``act`` would be refused, in the words that the refusal itself would have; empty when it would not."""
    assert standing.coding is not None
    mine = place.person.pk
    behind = {
        pk for one in standing.approvals if one.act != "return" for pk in (one.person_id, one.instead_of_id)
    }
    centre = "PG" in place.roles and not standing.budget
    right = "review_expenditure" if act == "review" else "approve_expenditure"
    if mine in behind:
        return _because("reviewer_and_approver_of_an_invoice_differ", language)
    if not place.may("approve_without_budget" if act == "approve" and centre else right):
        roles = place.who_may(right, language)
        return f"{text('desk.acts.needs_role', language, roles=roles)} {cite(FOUR_EYES, language)}"
    if act == "approve" and standing.budget and "review" not in {one.act for one in standing.approvals}:
        return _because("an_approval_comes_after_a_review", language)
    (spends,) = one_row("SELECT purchases_may_spend(%s, %s, %s)", [mine, standing.coding.pk, place.on])
    if act == "approve" and not spends and not centre:
        return _because("an_approver_may_spend_what_he_approves", language)
    return ""


def _because(name: str, language: str) -> str:
    return f"{constraint(name, language)} {cite(FOUR_EYES, language)}"


def forms_of(place: Place, standing: Standing, asked: Sequence[InvoiceNote]) -> set[str]:
    """The acts beside review and approval that the person may do on the invoice as it stands."""
    told: dict[str, object] = {
        "note": place.may("note_invoice"),
        "answer": asked and place.may("note_invoice"),
    }
    if standing.open:
        unmatched = standing.match is None
        step = standing.circulating.step if standing.circulating else ""
        unsolved = unmatched and standing.decision is not None and standing.decision.standing == "REVIEW"
        judges = standing.coding is not None and step in ("review", "approve")
        told |= {
            "confirm": standing.waits_for_confirmation and place.may("confirm_match"),
            "accept": unmatched and standing.acceptable and place.may("accept_match"),
            "number": unmatched and place.may("route_invoice"),
            "supplier": unmatched and place.may("route_invoice"),
            "link": unsolved and place.may("link_row"),
            "receive": unsolved and place.may("receive_goods"),
            "end": not unmatched and place.may("accept_match"),
            "code": standing.circulating is not None and place.may("code_invoice"),
            "send_back": judges and any(place.may(right) for right in _judging(standing)),
            "decision": judges and standing.budget and step == "review" and place.may("approve_expenditure"),
            "forward": standing.mine and place.may("forward_invoice"),
            "move": standing.circulating is not None and place.may("route_invoice"),
            "complain": place.may("complain_to_supplier"),
            "return": place.may("return_to_supplier"),
        }
    return {name for name, may in told.items() if may}


def _judging(standing: Standing) -> list[str]:
    """The rights to send a coding back: whoever may review or approve it."""
    alone = [] if standing.budget else ["approve_without_budget"]
    return ["review_expenditure", "approve_expenditure", *alone]


def able(unit: Unit, step: str, on: date) -> list[Person]:
    """Who may do ``step`` in ``unit`` on the day, by name."""
    roles = {role for act in RIGHT_OF_STEP[step] for role in MAY[act]}
    return _with_roles(unit, roles, on)


def colleagues(unit: Unit, on: date) -> list[Person]:
    """Who may see the unit's invoices on the day, by name."""
    return _with_roles(unit, set(MAY["note_invoice"]), on)


def _with_roles(unit: Unit, roles: set[str], on: date) -> list[Person]:
    held = RoleAssignment.objects.filter(role__in=roles, validity__contains=on)
    where = held.filter(in_unit=unit) | held.filter(in_unit__isnull=True)
    return list(Person.objects.filter(pk__in=where.values("person_id"), is_active=True).order_by("name"))


def act_on(
    acting: Acting, place: Place, invoice: PurchaseInvoice, act: str, sent: QueryDict, language: str
) -> list[str]:
    """Do ``act`` (of ``ACTS``) with what was ``sent``; returns what to tell, in words.

    Called inside ``working_in``, whose transaction is undone by what it raises: ``NotAllowed``, ``Stale`` for an
    invoice that is not as it was seen, and ``REFUSALS``. What is only said (note, answer) does not ask how it was seen.
    """
    lock(acting.unit, "matching")
    if act not in SAYS:
        seen_as(sent, standing_of(place, invoice).seen)
    return ACTS[act](acting, invoice, sent, language)


def _confirm(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    confirm(acting, _held(acting.unit, invoice))
    return [text("desk.purchase.act.confirm.done", language)]


def _accept(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    accept(acting, invoice, written(sent, "reason"))
    return [text("desk.purchase.act.accept.done", language)]


def _end(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    end_match(acting, _held(acting.unit, invoice), written(sent, "reason", 200))
    return [text("desk.purchase.act.end.done", language)]


def _held(unit: Unit, invoice: PurchaseInvoice) -> Match:
    ends = MatchEnd.objects.filter(unit=unit, match__invoice=invoice)
    found = Match.objects.filter(unit=unit, invoice=invoice).exclude(pk__in=ends.values("match_id")).first()
    if found is None:
        raise Incomplete("match")
    return found


def _number(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    correct_identifier(acting, invoice, written(sent, "number", 70, "number"))
    return [
        text("desk.purchase.act.number.done", language),
        *matched_anew(acting, invoice, [invoice.pk], language),
    ]


def _supplier(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    told = written(sent, "supplier", 140, "supplier")
    found = Supplier.objects.filter(number=told.split()[0]).first()
    found = found or Supplier.objects.filter(business_id=told).exclude(business_id="").first()
    if found is None:
        raise Incomplete("supplier")
    name_supplier(acting, invoice, found)
    return [
        text("desk.purchase.act.supplier.done", language, supplier=found.name),
        *matched_anew(acting, invoice, [invoice.pk], language),
    ]


def _receive(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    order, _, line = sent.get("line", "").partition("/")
    if not order or not line.isdecimal() or len(line) > 5:
        raise Incomplete("line")
    quantity, net = _number_of(sent, "quantity"), _number_of(sent, "amount")
    if quantity is None and net is None:
        raise Incomplete("received")
    receive(
        acting,
        ReceiptTold(order, int(line), day_of(sent, "day"), acting.person.name, net=net, quantity=quantity),
    )
    named = InvoiceIdentifier.objects.filter(unit=acting.unit, value=order)
    settled = Payable.objects.filter(unit=acting.unit).values("invoice_id")
    waiting = named.exclude(invoice__in=settled).values_list("invoice_id", flat=True)
    return [
        text("desk.purchase.act.receive.done", language, order=order, line=line),
        *matched_anew(acting, invoice, sorted(set(waiting) | {invoice.pk}), language),
    ]


def _number_of(sent: QueryDict, name: str) -> Decimal | None:
    """What was written as a number, None for nothing; raises ``Incomplete`` for what is none."""
    words = sent.get(name, "").strip()
    if not words:
        return None
    try:
        return parse_amount(words)
    except NotAnAmount:
        raise Incomplete("number_form") from None


def matched_anew(
    acting: Acting, invoice: PurchaseInvoice, invoices: Sequence[int], language: str
) -> list[str]:
    """A corrected number, supplier or receipt is matched at once (EX 3-a): what became of the invoice, in words."""
    if invoice.stream != "procurement":
        return []
    result = apply(MatchingRun(invoices), acting, acting.day)
    told = PurchaseDecision.objects.filter(unit=acting.unit, run=result.run, invoice=invoice).first()
    return (
        [text("desk.purchase.matched_anew", language, outcome=outcome(told.outcome, language))]
        if told
        else []
    )


def _review(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    review(acting, invoice, sent.get("digest", ""), _comment(sent))
    return [text("desk.purchase.act.review.done", language, invoice=invoice.number)]


def _approve(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    approve(acting, invoice, sent.get("digest", ""), _comment(sent))
    return [text("desk.purchase.act.approve.done", language, invoice=invoice.number)]


def _comment(sent: QueryDict) -> str:
    return sent.get("comment", "").strip()[:LONGEST_COMMENT]


def _decision(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    itemised = []
    for account, budget_account, told in zip(
        sent.getlist("account"), sent.getlist("budget_account"), sent.getlist("amount"), strict=False
    ):
        if told.strip():
            itemised.append((account.strip(), budget_account.strip(), _amount_of(told)))
    approve_by_decision(
        acting,
        invoice,
        sent.get("digest", ""),
        written(sent, "decision", 55, "decision"),
        day_of(sent, "day"),
        itemised,
    )
    return [text("desk.purchase.act.approve.done", language, invoice=invoice.number)]


def _amount_of(words: str) -> Decimal:
    try:
        amount = parse_amount(words)
    except NotAnAmount:
        raise Incomplete("number_form") from None
    if amount != round_cents(amount):
        raise Incomplete("number_form")
    return amount


def _send_back(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    return_for_work(acting, invoice, sent.get("digest", ""), written(sent, "reason"))
    return [text("desk.purchase.act.send_back.done", language)]


def _return(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    why = chosen(sent, "why", tuple(RETURN_REASONS), "why")
    return_to_supplier(acting, invoice, why, written(sent, "message", 1000, "message"))
    return [text("desk.purchase.act.return.done", language)]


def _forward(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    to = _person(sent)
    forward(acting, invoice, to, sent.get("reason", "").strip()[:200])
    return [text("desk.purchase.act.forward.done", language, person=to.name)]


def _move(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    """``to``: ``q`` and a queue's id, whose step it is for; or ``p``, a person's id and the step that it needs now."""
    told = sent.get("to", "")
    id = key_of(told[1:])
    reason = sent.get("reason", "").strip()[:200]
    queue = WorkQueue.objects.filter(unit=acting.unit, pk=id).first() if told[:1] == "q" else None
    if queue is not None:
        assign(acting, invoice, queue.step, queue=queue, reason=reason)
        return [text("desk.purchase.act.move.done", language, place=queue_name(queue, language))]
    person = Person.objects.filter(pk=id).first() if told[:1] == "p" else None
    if person is None:
        raise Incomplete("place")
    (waiting,) = with_whom(acting.unit, acting.day, [invoice.pk]) or (None,)
    if waiting is None or waiting.step not in STEPS:
        raise RunRefused("circulation.is_with_somebody_else", invoice=invoice.number)
    assign(acting, invoice, waiting.step, person=person, reason=reason)
    return [text("desk.purchase.act.move.done", language, place=person.name)]


def queue_name(queue: WorkQueue, language: str) -> str:
    """The queue's name in the reader's language."""
    return str(getattr(queue, f"name_{language}"))


def _note(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    words = written(sent, "text", 1000, "message")
    if not sent.get("person"):
        note(acting, invoice, words)
        return [text("desk.purchase.act.note.done", language)]
    to = _person(sent)
    note(acting, invoice, words, to_person=to)
    return [text("desk.purchase.act.question.done", language, person=to.name)]


def _answer(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    id = key_of(sent.get("question", ""))
    question = InvoiceNote.objects.filter(unit=acting.unit, invoice=invoice, pk=id).first()
    if question is None:
        raise Incomplete("question")
    answer(acting, question, written(sent, "text", 1000, "message"))
    return [text("desk.purchase.act.answer.done", language)]


def _person(sent: QueryDict) -> Person:
    found = Person.objects.filter(pk=key_of(sent.get("person", ""))).first()
    if found is None:
        raise Incomplete("person")
    return found


@clause("EX 3-b")
def _complain(acting: Acting, invoice: PurchaseInvoice, sent: QueryDict, language: str) -> list[str]:
    charges = [
        Charge(what.strip()[:120], _amount_of(amount))
        for what, amount in zip(sent.getlist("what"), sent.getlist("amount"), strict=False)
        if what.strip() and amount.strip()
    ]
    if not charges:
        raise Incomplete("charges")
    complain(acting, invoice, charges, written(sent, "agreed", 70, "agreed"), day_of(sent, "day"))
    return [text("desk.purchase.act.complain.done", language)]


Act = Callable[[Acting, PurchaseInvoice, QueryDict, str], list[str]]
ACTS: Mapping[str, Act] = {
    "confirm": _confirm,
    "accept": _accept,
    "number": _number,
    "supplier": _supplier,
    "receive": _receive,
    "end": _end,
    "review": _review,
    "approve": _approve,
    "decision": _decision,
    "send_back": _send_back,
    "return": _return,
    "forward": _forward,
    "move": _move,
    "note": _note,
    "answer": _answer,
    "complain": _complain,
}
SAYS = frozenset({"note", "answer"})
