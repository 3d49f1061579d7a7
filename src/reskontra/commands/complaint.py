"""Record a complaint, which stops reminders at once, or answer it; without a reference: which wait for an answer."""

from argparse import ArgumentParser, Namespace
from datetime import timedelta

from reskontra.claims.models import Claim, Complaint, ComplaintAnswer
from reskontra.commands.block import subject, tell_lifted
from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.values import day_argument
from reskontra.income.reminders.actions import COMPLAINT, answer_complaint, complain
from reskontra.income.reminders.lists import open_complaints
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused


def add_arguments(parser: ArgumentParser) -> None:
    """The claim, what was said, the answer, and who acts."""
    parser.add_argument("reference", nargs="?", metavar="REFERENCE", help="reference of the claim")
    parser.add_argument("--message", default="", help="what the customer says, or what is answered")
    parser.add_argument("--received", type=day_argument, metavar="DATE", help="default: today")
    parser.add_argument(
        "--answer", choices=("upheld", "partly", "rejected"), help="answer the oldest open complaint"
    )
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """Exit 0 when it is done; the list of open complaints exits 1 while there are any."""
    open_database()
    if not arguments.reference:
        return _listed(arguments)
    with acting(arguments, "answer_complaint" if arguments.answer else "block") as person:
        claim = subject(person.unit, arguments.reference)
        assert isinstance(claim, Claim)
        if arguments.answer:
            _answer(arguments, person, claim)
        else:
            _take(arguments, person, claim)
    return 0


def _take(arguments: Namespace, person: Acting, claim: Claim) -> None:
    made = complain(person, claim, arguments.received or person.day, arguments.message)
    review = person.day + timedelta(days=terms_of(person.unit, person.day).complaint_review_days)
    if arguments.json:
        as_json(
            {
                "complaint": made.pk,
                "block": made.block_id,
                "party": made.received_by,
                "review": review.isoformat(),
            }
        )
    say(
        arguments,
        "reminders.complaint_taken",
        subject=arguments.reference,
        review=format_date(review, arguments.lang),
    )


def _answer(arguments: Namespace, person: Acting, claim: Claim) -> None:
    answered = ComplaintAnswer.objects.filter(unit=person.unit).values("complaint_id")
    complaint = (
        Complaint.objects.filter(unit=person.unit, claim=claim)
        .exclude(pk__in=answered)
        .order_by("pk")
        .first()
    )
    if complaint is None:
        raise RunRefused("reminders.no_such_complaint", subject=arguments.reference)
    done = answer_complaint(person, complaint, arguments.answer, arguments.message)
    if arguments.json:
        steps = done.lifted.steps if done.lifted else []
        as_json(
            {
                "complaint": complaint.pk,
                "outcome": done.answer.outcome,
                "credit_to_be_made": done.credit_to_be_made,
                "steps": [{"outcome": step.outcome, "day": step.day.isoformat()} for step in steps],
            }
        )
        return
    say(arguments, "reminders.complaint_answered", subject=arguments.reference)
    if done.credit_to_be_made:
        say(arguments, "reminders.credit_to_be_made")
    tell_lifted(arguments, done.lifted, COMPLAINT)


def _listed(arguments: Namespace) -> int:
    with acting(arguments, "see") as person:
        waiting = open_complaints(person.unit, arguments.on or today())
    language = arguments.lang
    if arguments.json:
        as_json([{**vars(one)} for one in waiting])
    else:
        table(
            text("reminders.open_complaints", language),
            tuple(
                text(f"reminders.column_{name}", language)
                for name in ("reference", "customer", "open", "received", "days", "message")
            ),
            [
                (one.reference, f"{one.customer} {one.name}", format_amount(one.open, language),
                 one.received_date, one.days, one.message)
                for one in waiting
            ],
            right=(2, 4),
        )  # fmt: skip
    return 1 if waiting else 0
