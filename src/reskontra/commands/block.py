"""Block a claim, or all that a customer owes; extend or lift a block; without a reference: blocks to be reviewed."""

from argparse import ArgumentParser, Namespace
from datetime import date

from django.db.models import Q

from reskontra.claims.models import Block, BlockExtension, Claim
from reskontra.commands.connection import acting, open_database, today
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, say, table
from reskontra.commands.values import day_argument
from reskontra.income.reminders.actions import Lifted, block, extend, lift
from reskontra.income.reminders.lists import blocks_for_review, unlifted_blocks
from reskontra.insight.explanations import NothingFound
from reskontra.insight.words import reason_told
from reskontra.kernel.blocks import block_codes
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer, Unit
from reskontra.runs.run import RunRefused


def add_arguments(parser: ArgumentParser) -> None:
    """What is blocked, by which code, why, until when, and who acts."""
    parser.add_argument("reference", nargs="?", metavar="REFERENCE", help="reference of the claim")
    parser.add_argument("code", nargs="?", metavar="CODE", help="one of the sixteen block codes")
    parser.add_argument("--customer", action="store_true", help="REFERENCE is the number of a customer")
    parser.add_argument("--reason", default="")
    parser.add_argument("--review", type=day_argument, metavar="DATE", help="when it is looked at again")
    parser.add_argument("--from", dest="first", type=day_argument, metavar="DATE", help="default: today")
    parser.add_argument("--until", type=day_argument, metavar="DATE", help="last day (default: until lifted)")
    parser.add_argument("--extend", action="store_true", help="keep the block of this code until --until")
    parser.add_argument("--lift", action="store_true", help="lift the block of this code from --on")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """Exit 0 when it is done; the list of blocks to be reviewed exits 1 while there are any."""
    open_database()
    if not arguments.reference:
        return _listed(arguments)
    on = arguments.on or today()
    with acting(arguments, "block") as person:
        what = subject(person.unit, arguments.reference, customer=arguments.customer)
        if arguments.lift:
            lifted = lift(person, _in_force(what, arguments, on), on, arguments.reason)
            tell_lifted(arguments, lifted, arguments.code)
            return 0
        if arguments.extend:
            kept = extend(
                person,
                _in_force(what, arguments, on),
                arguments.review or on,
                arguments.until,
                arguments.reason,
            )
            _tell_extended(arguments, kept)
            return 0
        made = block(
            person,
            what,
            arguments.code or "",
            arguments.reason,
            arguments.review or on,
            arguments.first,
            arguments.until,
        )
    if arguments.json:
        as_json(_told(made))
    say(
        arguments,
        "reminders.blocked",
        code=made.code,
        name=block_codes()[made.code].name[arguments.lang],
        day=format_date(made.from_date, arguments.lang),
        review=format_date(made.review_date, arguments.lang),
        subject=arguments.reference,
    )
    return 0


def subject(unit: Unit, written: str, *, customer: bool = False) -> Claim | Customer:
    """The claim with a reference, or the customer with a number. Raises ``NothingFound``."""
    found: Claim | Customer | None
    if customer:
        found = Customer.objects.filter(number=written).first()
    else:
        found = Claim.objects.filter(unit=unit, reference=written.replace(" ", ""), amount__gt=0).first()
    if found is None:
        raise NothingFound(written)
    return found


def tell_lifted(arguments: Namespace, lifted: Lifted | None, code: str) -> None:
    """That a block is lifted, and where collection goes on with each claim."""
    if lifted is None:
        return
    references = dict(
        Claim.objects.filter(pk__in=[step.claim for step in lifted.steps]).values_list("pk", "reference")
    )
    if arguments.json:
        as_json(
            {
                "block": lifted.lift.block_id,
                "lifted": lifted.lift.day.isoformat(),
                "next_step": lifted.lift.next_step,
                "steps": [
                    {
                        "reference": references[step.claim],
                        "outcome": step.outcome,
                        "day": step.day.isoformat(),
                    }
                    for step in lifted.steps
                ],
            }
        )
    say(arguments, "reminders.lifted", code=code, subject=arguments.reference)
    for step in lifted.steps:
        said = step.said(arguments.lang)
        say(arguments, "reminders.goes_on", step=said, reference=references[step.claim])


def _in_force(what: Claim | Customer, arguments: Namespace, on: date) -> Block:
    """The newest block of the code that holds ``what`` and was not lifted; raises ``RunRefused``."""
    held = Q(claim=what) if isinstance(what, Claim) else Q(customer=what)
    every = Block.objects.filter(held, code=arguments.code or "")
    standing = unlifted_blocks(list(every.values_list("pk", flat=True)), on)
    found = every.filter(pk__in=standing).order_by("-pk").first()
    if found is None:
        raise RunRefused("reminders.no_such_block", code=arguments.code or "", subject=arguments.reference)
    return found


def _tell_extended(arguments: Namespace, made: BlockExtension) -> None:
    if arguments.json:
        as_json({"block": made.block_id, "until": made.until_date, "review": made.review_date})
    say(
        arguments,
        "reminders.extended_until" if made.until_date else "reminders.extended",
        code=arguments.code,
        subject=arguments.reference,
        review=format_date(made.review_date, arguments.lang),
        until=format_date(made.until_date, arguments.lang) if made.until_date else "",
    )


def _listed(arguments: Namespace) -> int:
    with acting(arguments, "see") as person:
        due = blocks_for_review(person.unit, arguments.on or today())
    language = arguments.lang
    if arguments.json:
        as_json([{**vars(one)} for one in due])
    else:
        table(
            text("reminders.blocks_for_review", language),
            tuple(
                text(f"reminders.column_{name}", language)
                for name in ("code", "reference", "customer", "open", "review", "reason")
            ),
            [
                (one.code, one.reference, f"{one.customer} {one.name}", format_amount(one.open, language),
                 one.review_date, reason_told(one.reason, language))
                for one in due
            ],
            right=(3,),
        )  # fmt: skip
    return 1 if due else 0


def _told(made: Block) -> dict[str, object]:
    return {
        "block": made.pk,
        "code": made.code,
        "from": made.from_date.isoformat(),
        "until": made.until_date and made.until_date.isoformat(),
        "review": made.review_date.isoformat(),
        "stops": sorted(block_codes()[made.code].stops),
        "party": made.party,
    }
