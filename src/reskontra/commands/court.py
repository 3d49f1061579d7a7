"""Cases at court: name court or agreement, record a judgment, contest, take back, close, prepare and sign a dossier."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from reskontra.claims.models import Case, CaseClaim, CaseEvent, Claim
from reskontra.commands.connection import acting, open_database
from reskontra.commands.connection import add_arguments as add_acting
from reskontra.commands.output import as_json, out, say
from reskontra.commands.run import send_waiting
from reskontra.documents.dossier import Statements, statements_from_json
from reskontra.documents.findings import Finding, Refused
from reskontra.income.legal import court_acts, court_dossier
from reskontra.insight.explanations import NothingFound
from reskontra.kernel.courts import courts
from reskontra.kernel.texts import text
from reskontra.registers.models import Customer
from reskontra.runs.run import Acting

Told = dict[str, Any]


def add_arguments(parser: ArgumentParser) -> None:
    """The act, what it is about, and what is told."""
    parser.add_argument("act", choices=sorted(ACTS))
    parser.add_argument(
        "subject", help="number of the case; of the debtor for name-court; a claim's reference else"
    )
    parser.add_argument("--court", choices=sorted(courts().by_key), help="key of the court")
    parser.add_argument("--reason", default="", help="why, or what is relied on")
    parser.add_argument("--number", default="", help="the court's own number of the matter or the judgment")
    parser.add_argument("--legal-cost", default="0.00", metavar="EURO", help="legal costs awarded")
    parser.add_argument("--court-fee", default="0.00", metavar="EURO", help="court fee awarded")
    parser.add_argument(
        "--claims", nargs="+", metavar="REFERENCE", help="claims of the judgment (default: all)"
    )
    parser.add_argument("--file", type=Path, help="what the unit states for the dossier, as JSON")
    parser.add_argument("--digest", default="", help="digest of the dossier that was read")
    add_acting(parser)


def handle(arguments: Namespace) -> int:
    """Do one act; exit 1 when a dossier that is only looked at lacks something."""
    open_database()
    right, act = ACTS[arguments.act]
    with acting(arguments, right) as person:
        told = act(person, arguments)
    if arguments.act == "withdraw":
        told["sent"] = send_waiting(arguments)
    if arguments.json:
        as_json({"act": arguments.act, **told})
        return 1 if told.get("missing") else 0
    if told.get("missing"):
        say(arguments, "court.lacking", case=told["case"])
        for key in told["missing"]:
            out.print(f"  ✖ {text(f'dossier.{key}', arguments.lang)}", markup=False)
        return 1
    done = text(f"court.act_{arguments.act.replace('-', '_')}", arguments.lang)
    say(arguments, "court.done", case=told["case"], act=done)
    if told.get("digest"):
        out.print(str(told["digest"]), markup=False)
    for file in told.get("sent", ()):
        say(arguments, f"outbox.{file['state']}", name=file["path"])
    return 0


def _name_court(person: Acting, arguments: Namespace) -> Told:
    debtor = Customer.objects.filter(number=arguments.subject).first()
    if debtor is None:
        raise NothingFound(arguments.subject)
    court_acts.name_court(person, debtor, arguments.court or "", arguments.reason, _day(person, arguments))
    return {"case": arguments.subject, "court": arguments.court}


def _name_agreement(person: Acting, arguments: Namespace) -> Told:
    court_acts.name_agreement(
        person, _claim(person, arguments.subject), arguments.reason, _day(person, arguments)
    )
    return {"case": arguments.subject}


def _again(person: Acting, arguments: Namespace) -> Told:
    court_acts.apply_again(
        person, _claim(person, arguments.subject), arguments.reason, _day(person, arguments)
    )
    return {"case": arguments.subject}


def _register(person: Acting, arguments: Namespace) -> Told:
    case = _case(person, arguments)
    return _step(case, court_acts.register(person, case, arguments.number, _day(person, arguments)))


def _judge(person: Acting, arguments: Namespace) -> Told:
    case = _case(person, arguments)
    awarded = court_acts.Awarded(
        _euro(arguments.legal_cost, "legal-cost"), _euro(arguments.court_fee, "court-fee")
    )
    claims = [_claim(person, one) for one in arguments.claims] if arguments.claims else None
    day = _day(person, arguments)
    return _step(case, court_acts.record_judgment(person, case, day, arguments.number, awarded, claims))


def _contest(person: Acting, arguments: Namespace) -> Told:
    case = _case(person, arguments)
    return _step(case, court_acts.contest(person, case, _day(person, arguments), arguments.reason))


def _close(person: Acting, arguments: Namespace) -> Told:
    case = _case(person, arguments)
    return _step(case, court_acts.close(person, case, arguments.reason, _day(person, arguments)))


def _withdraw(person: Acting, arguments: Namespace) -> Told:
    case = _case(person, arguments)
    return _step(case, court_acts.withdraw(person, case, arguments.reason, _day(person, arguments)))


def _extensive(person: Acting, arguments: Namespace) -> Told:
    """About a contested case by its number, or about a claim by its reference when a court is named."""
    if arguments.court:
        claims = [_claim(person, one) for one in (arguments.subject, *(arguments.claims or ()))]
        opened = court_dossier.open_extensive(
            person, claims=claims, court=arguments.court, day=_day(person, arguments)
        )
    else:
        opened = court_dossier.open_extensive(
            person, contested=_case(person, arguments), day=_day(person, arguments)
        )
    return {"case": opened.number, "follows": opened.follows_id is not None}


def _dossier(person: Acting, arguments: Namespace) -> Told:
    """With a complete file the dossier is kept; without one, or with gaps, what is missing is told."""
    case = _case(person, arguments)
    stated = _stated(arguments.file) if arguments.file else Statements()
    dossier = court_dossier.gather(person, case, stated, _day(person, arguments))
    if lacking := court_dossier.missing(dossier):
        return {"case": case.number, "missing": lacking}
    return _step(case, court_dossier.complete_dossier(person, case, stated, _day(person, arguments)))


def _sign(person: Acting, arguments: Namespace) -> Told:
    case = _case(person, arguments)
    signed = court_dossier.sign(person, case, arguments.digest)
    return {"case": case.number, "digest": signed.digest, "person": person.person.username}


def _file(person: Acting, arguments: Namespace) -> Told:
    case = _case(person, arguments)
    return _step(case, court_dossier.file_extensive(person, case, _day(person, arguments)))


ACTS: Mapping[str, tuple[str, Callable[[Acting, Namespace], Told]]] = {
    "name-court": ("handle_case", _name_court),
    "name-agreement": ("handle_case", _name_agreement),
    "again": ("decide_case", _again),
    "register": ("handle_case", _register),
    "judge": ("handle_case", _judge),
    "contest": ("handle_case", _contest),
    "withdraw": ("decide_case", _withdraw),
    "close": ("decide_case", _close),
    "extensive": ("decide_case", _extensive),
    "dossier": ("decide_case", _dossier),
    "sign": ("sign_summons", _sign),
    "file": ("decide_case", _file),
}


def _step(case: Case, event: CaseEvent) -> Told:
    claims = CaseClaim.objects.filter(unit_id=case.unit_id, case=case).count()
    return {
        "case": case.number,
        "step": event.kind,
        "day": event.day.isoformat(),
        "claims": claims,
        "digest": event.digest,
        "detail": event.detail,
    }


def _day(person: Acting, arguments: Namespace) -> date:
    return arguments.on or person.day


def _case(person: Acting, arguments: Namespace) -> Case:
    found = None
    if arguments.subject.isdecimal():
        found = Case.objects.filter(unit=person.unit, number=int(arguments.subject)).first()
    if found is None:
        raise NothingFound(arguments.subject)
    return found


def _claim(person: Acting, reference: str) -> Claim:
    found = Claim.objects.filter(unit=person.unit, reference=reference).first()
    if found is None:
        raise NothingFound(reference)
    return found


def _stated(path: Path) -> Statements:
    try:
        told = json.loads(path.read_bytes())
    except ValueError as error:
        raise Refused(Finding("dossier_value", clause="OC 6.2.4-a", where="JSON")) from error
    return statements_from_json(told)


def _euro(written: str, where: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation as error:
        raise Refused(Finding("dossier_value", clause="OC 6.2.6-a", where=where)) from error
