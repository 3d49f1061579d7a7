"""What a person says of a claim so that law can go on: limitation, payment time, court, provision (S43, S47)."""

from collections.abc import Callable, Mapping
from typing import get_args

from django.http import QueryDict

from reskontra.claims.models import Claim
from reskontra.desk.access import Place
from reskontra.desk.acts import chosen, day_of
from reskontra.desk.case_acts import words
from reskontra.desk.payment_time_pages import asked_by
from reskontra.income.legal.court_acts import apply_again, name_agreement, name_court
from reskontra.income.legal.court_dossier import open_extensive
from reskontra.income.legal.enforcement_actions import apply_with_provision
from reskontra.income.limitation import actions as limitation
from reskontra.insight.cases import claims_waiting
from reskontra.kernel.clauses import clause
from reskontra.kernel.courts import courts
from reskontra.kernel.days import format_date
from reskontra.kernel.texts import text
from reskontra.runs.run import Acting, RunRefused

INTERRUPTIONS: tuple[limitation.Act, ...] = get_args(limitation.Act)
# What goes out at once when it is done.
SENDS = frozenset({"provision"})
# Which words each outcome waits for: the forms that its page opens with.
_ASKED_BY: Mapping[str, str] = {
    "COURT_NOT_KNOWN": "court",
    "COURT_DEBTOR_PROTECTED": "court",
    "COURT_AGREEMENT_MISSING": "agreement",
    "COURT_CASE_ENDED": "again",
    "COURT_CONTESTED": "extensive",
    "NO_PROVISION": "provision",
}
RIGHTS: Mapping[str, str] = {
    "interrupt": "interrupt_limitation",
    "ask_time": "ask_for_time",
    "court": "handle_case",
    "agreement": "handle_case",
    "again": "decide_case",
    "provision": "handle_case",
    "extensive": "decide_case",
}


@clause("OC 5.1-c", "OC 6.1.1-a", "OC 6.2.2-a", "OC 6.2.3-a", "OC 6.2.4-a", "OC 6.2.5-a")
def forms_of(place: Place, claim: Claim, standing: Mapping[str, object]) -> tuple[set[str], str]:
    """The forms that fit ``claim`` as it stands (its row of claims in hand), and what a run waits for, if anything.

    The outcome is empty when no run waits for words about it. What is in a case, expired, or under agreed time is not
    asked about; a public-law claim is never interrupted.
    """
    if not standing:
        return set(), ""
    fits: set[str] = set()
    if not standing["expired"] and not claim.public_law:
        fits.add("interrupt")
    waits = claims_waiting(place.unit, place.on, claim=claim.pk)
    outcome = waits[0].outcome if waits else ""
    if not standing["in_case"] and not standing["expired"]:
        if not standing["deferred_until"]:
            fits.add("ask_time")
        if outcome in _ASKED_BY:
            fits.add(_ASKED_BY[outcome])
        if not claim.public_law and not standing["judged_date"] and standing["reminders"]:
            fits |= {"extensive", "agreement", "court"}
    return {name for name in fits if place.may(RIGHTS[name])}, outcome


def _interrupt(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    act = chosen(sent, "interruption", INTERRUPTIONS, "interruption")
    made = limitation.interrupt(
        acting, claim, day_of(sent, "day"), _known(act), words(sent, "note", missing="note")
    )
    return [text("desk.claim.interrupted", language, day=format_date(made.day, language))]


def _known(act: str) -> limitation.Act:
    return next(one for one in INTERRUPTIONS if one == act)


def _ask_time(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    made = asked_by(acting, claim.payer, sent, language)
    return [text("deferral.asked", language, request=made.pk, until=format_date(made.wished_until, language))]


def _court(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    court = chosen(sent, "court", tuple(courts().by_key), "court")
    name_court(acting, claim.payer, court, words(sent, "reason"))
    return [text("desk.claim.court_named", language, court=courts().by_key[court].name[language])]


def _agreement(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    name_agreement(acting, claim, words(sent, "agreement", 300, "agreement"))
    return [text("desk.claim.agreement_named", language)]


def _again(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    apply_again(acting, claim, words(sent, "reason", 300))
    return [text("desk.claim.again_done", language)]


def _provision(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    result = apply_with_provision(acting, [claim], words(sent, "provision", 350, "provision"))
    if not result.facts.get("applications"):
        # Nothing went out: the rule says why, and what was asked for is undone with the transaction.
        raise RunRefused(
            "desk.claim.not_applied",
            why="; ".join(text(f"outcome.{one.outcome}", language) for one in result.counts) or "–",
        )
    return [text("desk.claim.applied", language, reference=claim.reference)]


def _extensive(acting: Acting, claim: Claim, sent: QueryDict, language: str) -> list[str]:
    court = chosen(sent, "court", tuple(courts().by_key), "court")
    made = open_extensive(acting, claims=[claim], court=court)
    return [text("desk.claim.extensive_opened", language, number=made.number)]


Act = Callable[[Acting, Claim, QueryDict, str], list[str]]
ACTS: Mapping[str, Act] = {
    "interrupt": _interrupt,
    "ask_time": _ask_time,
    "court": _court,
    "agreement": _agreement,
    "again": _again,
    "provision": _provision,
    "extensive": _extensive,
}
