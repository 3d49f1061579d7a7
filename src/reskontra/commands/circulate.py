"""Work on one purchase invoice: link rows, assign, code, review, approve, return, ask, complain; tell an absence."""

from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from reskontra.commands.connection import acting, add_person, as_of, moment, open_database
from reskontra.commands.output import as_json, out, say
from reskontra.commands.values import day_argument, number_argument, purchase_argument
from reskontra.documents.complaint import Charge
from reskontra.exchange.outbox import hand_over
from reskontra.expenditure.circulation import actions
from reskontra.expenditure.circulation.absences import end_absence, tell_absence
from reskontra.expenditure.circulation.coding import DIMENSIONS, LineDraft, Proposal, propose, split
from reskontra.expenditure.circulation.complaints import ComplaintRun
from reskontra.expenditure.matching.actions import link_rows
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.insight.explanations import NothingFound
from reskontra.insight.purchases import purchase_number
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount, parse_amount
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.purchases.models import Coding, InvoiceNote, PurchaseDecision, PurchaseInvoice
from reskontra.registers.models import Absence, Person, WorkQueue
from reskontra.runs.run import Acting, RunRefused, apply


@dataclass(frozen=True)
class Word:
    """One sub-word: what it may be told, the right that opens its session, and what it does."""

    right: str
    add: Callable[[ArgumentParser], None]
    handle: Callable[[Namespace, Acting], int]
    help: str


def add_arguments(parser: ArgumentParser) -> None:
    """The sub-word and what it needs."""
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    for name, word in WORDS.items():
        sub = words.add_parser(name, help=word.help, description=word.help)
        sub.add_argument("--unit", required=True, metavar="CODE", help="code of the accounting unit")
        add_person(sub)
        # The same switches as behind the command itself, where people write them last.
        sub.add_argument("--json", action="store_true", default=SUPPRESS, help="stable keys for machines")
        sub.add_argument("--lang", choices=LANGUAGES, default=SUPPRESS, help="language of messages")
        word.add(sub)


def handle(arguments: Namespace) -> int:
    """Exit 0 when it is done or shown."""
    open_database()
    word = WORDS[arguments.word]
    with acting(arguments, word.right) as person:
        code = word.handle(arguments, as_of(person, arguments.on))
    if sealed := getattr(arguments, "sealed", None):
        hand_over(sealed, moment(arguments.on))
    return code


# --- what each sub-word is told ------------------------------------------------------------------------------


def _invoice_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "invoice",
        type=purchase_argument,
        metavar="INVOICE",
        help="our number of the invoice, PI… or without it",
    )


def _reason(parser: ArgumentParser) -> None:
    _invoice_argument(parser)
    parser.add_argument("--reason", default="", help="why")


def _assign_arguments(parser: ArgumentParser) -> None:
    _reason(parser)
    parser.add_argument("--step", required=True, choices=tuple(actions.RIGHT_OF_STEP))
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--queue", metavar="CODE")
    place.add_argument("--to", metavar="NAME", help="user name")


def _forward_arguments(parser: ArgumentParser) -> None:
    _reason(parser)
    parser.add_argument("--to", required=True, metavar="NAME", help="user name")


def _link_arguments(parser: ArgumentParser) -> None:
    _invoice_argument(parser)
    parser.add_argument(
        "rows",
        nargs="+",
        metavar="ROW=LINE",
        help="a row and the line of its order; ROW= takes the link away",
    )


def _code_arguments(parser: ArgumentParser) -> None:
    _invoice_argument(parser)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--line",
        action="append",
        metavar="'ACCOUNT NET VAT [PERCENT] [NAME=VALUE …]'",
        help="a line of the coding",
    )
    how.add_argument(
        "--share", action="append", metavar="'PERCENT ACCOUNT [NAME=VALUE …]'", help="a share of the invoice"
    )
    how.add_argument("--proposal", choices=("match", "template", "earlier"), help="as it is proposed")


def _digest_arguments(parser: ArgumentParser) -> None:
    _invoice_argument(parser)
    parser.add_argument(
        "--digest", metavar="SHA256", help="of the coding that was seen (default: the newest)"
    )
    parser.add_argument("--comment", default="")


def _approve_arguments(parser: ArgumentParser) -> None:
    _digest_arguments(parser)
    parser.add_argument("--decision", metavar="REFERENCE", help="the decision that approved it beforehand")
    parser.add_argument("--decided", type=day_argument, metavar="DATE", help="the day of the decision")
    parser.add_argument(
        "--item",
        action="append",
        default=[],
        metavar="'ACCOUNT NET [BUDGET-ACCOUNT]'",
        help="what it itemises",
    )


def _send_back_arguments(parser: ArgumentParser) -> None:
    _invoice_argument(parser)
    parser.add_argument("--reason", required=True, choices=tuple(actions.RETURN_REASONS))
    parser.add_argument("--message", required=True, help="what the supplier is told")


def _note_arguments(parser: ArgumentParser) -> None:
    _invoice_argument(parser)
    parser.add_argument("text")
    whom = parser.add_mutually_exclusive_group()
    whom.add_argument("--to", metavar="NAME", help="ask this colleague")
    whom.add_argument(
        "--answers", type=number_argument, metavar="NOTE", help="the question that this answers"
    )


def _complain_arguments(parser: ArgumentParser) -> None:
    _invoice_argument(parser)
    parser.add_argument("--charge", action="append", required=True, metavar="'AMOUNT WORDS'")
    parser.add_argument("--agreed", required=True, metavar="NUMBER", help="the order or contract")
    parser.add_argument("--answer-by", required=True, type=day_argument, metavar="DATE")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="a copy of the letter")


def _absence_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--person", dest="away", metavar="NAME", help="who is away (default: who tells it)")
    parser.add_argument("--substitute", required=True, metavar="NAME")
    parser.add_argument("--from", dest="first", required=True, type=day_argument, metavar="DATE")
    parser.add_argument("--until", dest="last", required=True, type=day_argument, metavar="DATE")
    parser.add_argument("--reason", default="")


def _back_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("absence", type=number_argument, metavar="ABSENCE")
    parser.add_argument("--until", dest="last", required=True, type=day_argument, metavar="DATE")


# --- what each sub-word does ----------------------------------------------------------------------------------


def _assign(arguments: Namespace, person: Acting) -> int:
    queue = None
    if arguments.queue:
        queue = WorkQueue.objects.filter(unit=person.unit, code=arguments.queue).first()
        if queue is None:
            raise NothingFound(arguments.queue, "queue")
    to = _person(arguments.to) if arguments.to else None
    made = actions.assign(
        person, _invoice(arguments, person), arguments.step, queue=queue, person=to, reason=arguments.reason
    )
    return _done(arguments, "route_invoice", assignment=made.pk)


def _forward(arguments: Namespace, person: Acting) -> int:
    to = _person(arguments.to)
    made = actions.forward(person, _invoice(arguments, person), to, arguments.reason)
    return _done(arguments, "forward_invoice", assignment=made.pk)


def _link(arguments: Namespace, person: Acting) -> int:
    invoice = _invoice(arguments, person)
    changed = link_rows(person, invoice, dict(_row_and_line(one) for one in arguments.rows))
    outcome = ""
    if changed:
        result = apply(MatchingRun([invoice.pk]), person, person.day)
        told = PurchaseDecision.objects.filter(unit=person.unit, run=result.run, invoice=invoice).first()
        outcome = told.outcome if told else ""
    if arguments.json:
        as_json(
            {"invoice": invoice.pk, "act": "link", "changed": changed, "outcome": outcome or None},
        )
    else:
        words = f"{text(f'outcome.{outcome}', arguments.lang)}." if outcome else ""
        number = purchase_number(invoice.pk)
        say(arguments, "matching.linked", invoice=number, count=changed, outcome=words.capitalize())
    return 0


def _code(arguments: Namespace, person: Acting) -> int:
    invoice = _invoice(arguments, person)
    if arguments.proposal:
        found = (one for one in propose(person.unit, invoice, person.day) if one.source == arguments.proposal)
        proposal = next(found, None)
        if proposal is None:
            raise NothingFound(text(f"desk.purchase.source.{arguments.proposal}", arguments.lang), "proposal")
        lines = list(proposal.lines)
    elif arguments.share:
        lines = split(person.unit, invoice, [_share(one) for one in arguments.share])
    else:
        lines = [_line(one) for one in arguments.line]
    coding = actions.code(person, invoice, lines)
    return _done(
        arguments, "code_invoice", digest=coding.digest, source=coding.source, version=coding.version
    )


def _propose(arguments: Namespace, person: Acting) -> int:
    found = propose(person.unit, _invoice(arguments, person), person.day)
    if arguments.json:
        as_json([_told(one) for one in found])
        return 0
    for one in found:
        out.print(f"{one.source}: {one.origin}", markup=False)
        for line in one.lines:
            amount = format_amount(line.net, arguments.lang)
            out.print(f"  {line.account} {line.budget_account} {amount}", markup=False)
    if not found:
        say(arguments, "circulation.empty")
    return 0


def _review(arguments: Namespace, person: Acting) -> int:
    invoice = _invoice(arguments, person)
    made = actions.review(person, invoice, _digest(arguments, invoice), arguments.comment)
    return _done(arguments, "review_expenditure", approval=made.pk)


def _approve(arguments: Namespace, person: Acting) -> int:
    invoice = _invoice(arguments, person)
    digest = _digest(arguments, invoice)
    if arguments.decision:
        itemised = [_item(one) for one in arguments.item]
        decided = arguments.decided or person.day
        made = actions.approve_by_decision(person, invoice, digest, arguments.decision, decided, itemised)
    else:
        made = actions.approve(person, invoice, digest, arguments.comment)
    return _done(arguments, "approve_expenditure", approval=made.pk)


def _return(arguments: Namespace, person: Acting) -> int:
    invoice = _invoice(arguments, person)
    made = actions.return_for_work(person, invoice, _digest(arguments, invoice), arguments.comment)
    return _done(arguments, "review_expenditure", approval=made.pk)


def _send_back(arguments: Namespace, person: Acting) -> int:
    invoice = _invoice(arguments, person)
    actions.return_to_supplier(person, invoice, arguments.reason, arguments.message)
    return _done(arguments, "return_to_supplier")


def _note(arguments: Namespace, person: Acting) -> int:
    invoice = _invoice(arguments, person)
    if arguments.answers:
        question = InvoiceNote.objects.filter(unit=person.unit, invoice=invoice, pk=arguments.answers).first()
        if question is None:
            raise NothingFound(str(arguments.answers), "question")
        made = actions.answer(person, question, arguments.text)
    else:
        to = _person(arguments.to) if arguments.to else None
        made = actions.note(person, invoice, arguments.text, to_person=to)
    return _done(arguments, "note_invoice", note=made.pk)


def _complain(arguments: Namespace, person: Acting) -> int:
    charges = []
    for one in arguments.charge:
        amount, _, words = one.partition(" ")
        charges.append(Charge(words, parse_amount(amount)))
    invoice = _invoice(arguments, person)
    room = ComplaintRun(invoice, charges, arguments.agreed, arguments.answer_by)
    done = apply(room, person, person.day)
    assert room.complaint is not None  # it was applied
    if arguments.pdf:
        arguments.pdf.write_bytes(room.pdf)
    arguments.sealed = room.sealed
    if arguments.json:
        told = {"language": room.complaint.language, "text": room.complaint.as_text()}
        as_json({"invoice": invoice.pk, "run": done.run.pk, **told, **done.facts})
    else:
        out.print(room.complaint.as_text(), markup=False)
        say(arguments, "complaint.goes_out" if room.sealed else "complaint.kept_only")
    return 0


def _absence(arguments: Namespace, person: Acting) -> int:
    away = _person(arguments.away) if arguments.away else person.person
    substitute = _person(arguments.substitute)
    made = tell_absence(person, away, substitute, arguments.first, arguments.last, arguments.reason)
    return _absent(arguments, made, arguments.last)


def _back(arguments: Namespace, person: Acting) -> int:
    found = Absence.objects.filter(unit=person.unit, pk=arguments.absence).first()
    if found is None:
        raise NothingFound(str(arguments.absence), "absence")
    return _absent(arguments, end_absence(person, found, arguments.last), arguments.last)


def _absent(arguments: Namespace, made: Absence, last: date) -> int:
    first = made.validity.lower
    names = {"person": made.person.name, "substitute": made.substitute.name}
    if arguments.json:
        days = {"first": first.isoformat(), "last": last.isoformat()}
        as_json({"absence": made.pk, **names, **days})
    else:
        days = {"first": format_date(first, arguments.lang), "last": format_date(last, arguments.lang)}
        say(arguments, "circulation.absence_done", **names, **days)
    return 0


def _done(arguments: Namespace, act: str, **facts: Any) -> int:
    if arguments.json:
        as_json({"invoice": arguments.invoice, "act": arguments.word, **facts})
    else:
        told = text(f"act.{act}", arguments.lang)
        say(arguments, "circulation.done", act=told, invoice=purchase_number(arguments.invoice))
    return 0


# --- what people write ----------------------------------------------------------------------------------------


def _invoice(arguments: Namespace, person: Acting) -> PurchaseInvoice:
    found = PurchaseInvoice.objects.filter(unit=person.unit, pk=arguments.invoice).first()
    if found is None:
        raise NothingFound(purchase_number(arguments.invoice), "purchase")
    return found


def _person(username: str) -> Person:
    found = Person.objects.filter(username=username).first()
    if found is None:
        raise NothingFound(username, "person")
    return found


def _digest(arguments: Namespace, invoice: PurchaseInvoice) -> str:
    if arguments.digest:
        return str(arguments.digest)
    newest = Coding.objects.filter(invoice=invoice).order_by("-version").first()
    if newest is None:
        raise NothingFound(purchase_number(invoice.pk), "coding")
    return newest.digest


def _row_and_line(written: str) -> tuple[int, int | None]:
    row, sign, line = written.partition("=")
    if not (sign and row.isdecimal() and (line.isdecimal() or not line)) or len(written) > 12:
        raise RunRefused("matching.link_unclear", written=written[:40])
    return int(row), int(line) if line else None


def _line(written: str) -> LineDraft:
    words, values = _parted(written, 3)
    account, net, vat, *percent = words
    line = LineDraft(parse_amount(net), parse_amount(vat), account, _number(percent[0]) if percent else None)
    return replace(line, **values)


def _share(written: str) -> tuple[Decimal, LineDraft]:
    (percent, account, *_), values = _parted(written, 2)
    line = LineDraft(Decimal(0), Decimal(0), account)
    return _number(percent), replace(line, **values)


def _item(written: str) -> tuple[str, str, Decimal]:
    account, net, *budget = written.split()
    return account, budget[0] if budget else "", parse_amount(net)


def _parted(written: str, least: int) -> tuple[list[str], dict[str, Any]]:
    words = [one for one in written.split() if "=" not in one]
    values: dict[str, Any] = dict(one.split("=", 1) for one in written.split() if "=" in one)
    if len(words) < least or not values.keys() <= set(DIMENSIONS):
        raise RunRefused("circulation.line_unclear", written=written[:120])
    return words, values


def _number(written: str) -> Decimal:
    try:
        return Decimal(written.replace(",", "."))
    except InvalidOperation as problem:
        raise RunRefused("circulation.line_unclear", written=written[:120]) from problem


def _told(proposal: Proposal) -> dict[str, Any]:
    lines = [{name: str(value) for name, value in one.as_values().items()} for one in proposal.lines]
    return {"source": proposal.source, "origin": proposal.origin, "lines": lines}


WORDS: Mapping[str, Word] = {
    "assign": Word("route_invoice", _assign_arguments, _assign, "give the invoice its place"),
    "forward": Word("forward_invoice", _forward_arguments, _forward, "hand on what one has"),
    "link": Word("link_row", _link_arguments, _link, "link rows to lines of the order, and match anew"),
    "propose": Word("see", _invoice_argument, _propose, "show codings that might be right"),
    "code": Word("code_invoice", _code_arguments, _code, "code the invoice"),
    "review": Word("review_expenditure", _digest_arguments, _review, "find the coding right"),
    "approve": Word("see", _approve_arguments, _approve, "approve the expenditure"),
    "return": Word("see", _digest_arguments, _return, "send the coding back; --comment says why"),
    "send-back": Word("return_to_supplier", _send_back_arguments, _send_back, "return it to the supplier"),
    "note": Word("note_invoice", _note_arguments, _note, "comment, ask a colleague, answer"),
    "complain": Word("complain_to_supplier", _complain_arguments, _complain, "complain of unagreed charges"),
    "absence": Word("see", _absence_arguments, _absence, "tell who is away and who works instead"),
    "back": Word("see", _back_arguments, _back, "end an absence sooner"),
}
