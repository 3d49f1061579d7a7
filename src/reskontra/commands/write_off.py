"""Propose, review, approve or refuse a write-off, take one back, or list what waits for a decision."""

from argparse import ArgumentParser, Namespace
from typing import Any

from reskontra.claims.models import Claim, WriteOff, WriteOffProposal
from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.values import day_argument
from reskontra.income.write_off.actions import PROPOSABLE, approve, propose, refuse, review, undo
from reskontra.income.write_off.lists import waiting_proposals
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.money import format_amount
from reskontra.kernel.references import NotAReference, normal_reference
from reskontra.kernel.texts import text
from reskontra.runs.run import Acting

RIGHTS = {
    "list": "see",
    "propose": "propose_write_off",
    "review": "review_write_off",
    "approve": "approve_write_off",
    "refuse": "refuse_write_off",
    "undo": "undo_write_off",
}


def add_arguments(parser: ArgumentParser) -> None:
    """The act, the claim or the proposal, and who acts."""
    parser.add_argument("act", choices=sorted(RIGHTS))
    parser.add_argument(
        "subject", nargs="?", help="reference of a claim (propose, undo), or number of a proposal"
    )
    parser.add_argument("--ground", choices=PROPOSABLE, default="decided")
    parser.add_argument("--reason", default="", help="why (propose, refuse, undo)")
    parser.add_argument("--follow-up", type=day_argument, metavar="DATE", help="when to look again (refuse)")
    parser.add_argument("--digest", help="digest of the proposal that was seen (default: as it stands)")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """One act, or the list."""
    open_database()
    with acting(arguments, RIGHTS[arguments.act]) as person:
        told = _ACTS[arguments.act](arguments, person)
    if arguments.json:
        as_json(told)
    elif arguments.act == "list":
        _show(told, arguments.lang)
    else:
        say(arguments, f"write_off.{_DONE[arguments.act]}", **told)
    return 0


def _list(arguments: Namespace, person: Acting) -> Any:
    return [one.as_json() for one in waiting_proposals(person.unit)]


def _propose(arguments: Namespace, person: Acting) -> Any:
    claim = _claim(arguments, person)
    made = propose(person, claim, arguments.ground, arguments.reason)
    return {
        "proposal": made.pk,
        "reference": claim.reference,
        "amount": format_amount(made.amount, arguments.lang),
        "digest": made.digest,
    }


def _review(arguments: Namespace, person: Acting) -> Any:
    proposal = _proposal(arguments, person)
    review(person, proposal, arguments.digest or proposal.digest, arguments.reason)
    return {"proposal": proposal.pk}


def _approve(arguments: Namespace, person: Acting) -> Any:
    proposal = _proposal(arguments, person)
    approve(person, proposal, arguments.digest or proposal.digest, arguments.reason)
    return {"proposal": proposal.pk}


def _refuse(arguments: Namespace, person: Acting) -> Any:
    proposal = _proposal(arguments, person)
    # Without a later day the database refuses, and says that one is needed.
    refuse(person, proposal, arguments.reason, arguments.follow_up or person.day)
    return {"proposal": proposal.pk}


def _undo(arguments: Namespace, person: Acting) -> Any:
    claim = _claim(arguments, person)
    written = (
        WriteOff.objects.filter(unit=person.unit, claim=claim, undoes__isnull=True, proposal__isnull=False)
        .order_by("-id")
        .first()
    )
    if written is None:
        raise NothingFound(arguments.subject)
    undo(person, written, arguments.reason)
    return {"reference": claim.reference}


_ACTS = {
    "list": _list,
    "propose": _propose,
    "review": _review,
    "approve": _approve,
    "refuse": _refuse,
    "undo": _undo,
}
_DONE = {
    "propose": "proposed",
    "review": "reviewed",
    "approve": "approved",
    "refuse": "refused",
    "undo": "undone",
}


def _claim(arguments: Namespace, person: Acting) -> Claim:
    try:
        reference = normal_reference(arguments.subject or "")
    except NotAReference:
        raise NothingFound(arguments.subject or "") from None
    found = Claim.objects.filter(unit=person.unit, reference=reference).first()
    if found is None:
        raise NothingFound(arguments.subject)
    return found


def _proposal(arguments: Namespace, person: Acting) -> WriteOffProposal:
    written = arguments.subject or ""
    found = (
        WriteOffProposal.objects.filter(unit=person.unit, pk=int(written)).first()
        if written.isascii() and written.isdigit()
        else None
    )
    if found is None:
        raise NothingFound(written)
    return found


def _show(told: list[dict[str, Any]], language: str) -> None:
    names = ("proposal", "reference", "customer", "amount", "ground", "standing")
    table(
        text("write_off.title", language),
        tuple(text(f"write_off.column_{name}", language) for name in names),
        [
            (
                one["proposal"],
                one["reference"],
                one["customer"],
                format_amount(one["amount"], language),
                text(f"write_off.ground_{one['ground']}", language),
                text(f"outcome.{one['standing']}", language),
            )
            for one in told
        ],
        right=(3,),
    )
