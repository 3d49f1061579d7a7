"""What interest is still asked for, and on what ground, wherever it is told (OC 6.1.5, 6.1.1, 6.2; ADR 0042).

Charged, waived and deferred days are told by reminders, agencies, courts and the enforcement authority alike. Every
debtor of a row pays by section 4 a where the unit has it, but a consumer, who pays by section 4.
"""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from cast import customer, inside, run, unit
from income import court_tables, legal_tables
from income.interest_tables import History
from income.reminder_tables import Late, remind, reminders_of
from income.tables import read
from reskontra.claims.models import CaseClaim, Claim, InterestCharge, Letter
from reskontra.documents.dossier import Statements
from reskontra.documents.letter import letter_from_json
from reskontra.exchange import archive
from reskontra.exchange.models import OutboxFile
from reskontra.income.agency.run import AgencyRun
from reskontra.income.interest.actions import waive_interest
from reskontra.income.interest.run import PaymentTimeInterestRun
from reskontra.income.legal.court_dossier import gather, open_extensive
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit

pytestmark = pytest.mark.usefixtures("database")

ON = date(2026, 6, 15)
# All fell due on 2026-04-07. PAUSE had time to pay in the middle, FIRST from its first late day, TWICE two times.
_DEBTORS = """
lives aino 00100 Helsinki
lives bruk 00100 Helsinki
lives paja 00100 Helsinki
claim PLAIN    bruk 1000.00 agreement X
claim PAUSE    bruk 1000.00 agreement X
claim FIRST    bruk 1000.00 agreement X
claim TWICE    bruk 1000.00 agreement X
claim WAIVED   paja 1000.00 agreement X
claim CHARGED  paja 1000.00 agreement X
claim CONSUMER aino 1000.00 agreement X
charged INTEREST CHARGED 9.76 2026-05-11
reminded PLAIN    2026-04-20 2026-05-11
reminded PAUSE    2026-04-20 2026-05-11
reminded FIRST    2026-04-20 2026-05-11
reminded TWICE    2026-04-20 2026-05-11
reminded WAIVED   2026-04-20 2026-05-11
reminded CHARGED  2026-04-20 2026-05-11
reminded CONSUMER 2026-04-20 2026-05-11
"""
_ONE, _OTHER = ("2026-04-20", "2026-05-10"), ("2026-05-20", "2026-05-31")
# Claim, first day, pauses, ground, and the interest up to the day: 10.5 percent of 1000 a year, or 9.5.
_TOLD = {
    "PLAIN": ("2026-04-08", [], "section_4a", "19.85"),  # 69 days
    "PAUSE": ("2026-04-08", [_ONE], "section_4a", "13.81"),  # 48 days
    "FIRST": ("2026-05-11", [], "section_4a", "10.36"),  # 36 days
    "TWICE": ("2026-04-08", [_ONE, _OTHER], "section_4a", "10.36"),  # 36 days
    "WAIVED": ("2026-06-02", [], "section_4a", "4.03"),  # 14 days
    "CHARGED": ("2026-05-12", [], "section_4a", "10.09"),  # 19.85 less 9.76
    "CONSUMER": ("2026-04-08", [], "section_4", "17.96"),  # 69 days
}


def _docket(*more: str) -> court_tables.Docket:
    docket = court_tables.told(
        "\n".join([f"on {ON}", "term late_interest_ground section_4a", *more, _DEBTORS])
    )
    _in_time(docket.where, docket.claims["PAUSE"], *_ONE)
    _in_time(docket.where, docket.claims["FIRST"], "2026-04-08", "2026-05-10")
    _in_time(docket.where, docket.claims["TWICE"], *_ONE)
    _in_time(docket.where, docket.claims["TWICE"], *_OTHER)
    run(PaymentTimeInterestRun(), docket.where, date(2026, 6, 1))
    with inside(docket.where, at=court_tables.at(ON)) as acting:
        waive_interest(acting, docket.claims["WAIVED"], date(2026, 6, 1), "our own delay")
        charged = InterestCharge.objects.filter(unit=docket.where, invoice__kind="payment_time")
        assert sorted(one.amount for one in charged) == [Decimal(x) for x in ("3.16", "4.97", "4.97")]
    return docket


def _in_time(where: Unit, claim: Claim, since: str, until: str) -> None:
    """Time to pay that was agreed and broken on its last day."""
    told = History(read(f"on {ON}"), where, claims={"A": claim})
    told._deferred("A", since, until, "ended", until, "broken")


def _of_cases(docket: court_tables.Docket) -> dict[str, Any]:
    names = {claim.pk: name for name, claim in docket.claims.items()}
    with inside(docket.where):
        return {
            names[one.claim_id]: (
                one.interest_from.isoformat(),
                [(pause["first"], pause["last"]) for pause in one.interest_pauses],
                one.interest_ground,
            )
            for one in CaseClaim.objects.filter(unit=docket.where)
            if names[one.claim_id] in _TOLD
        }


def _expected(*names: str) -> dict[str, Any]:
    return {name: told[:3] for name, told in _TOLD.items() if not names or name in names}


def _file(where: Unit, channel: str) -> bytes:
    with inside(where):
        return archive.read(OutboxFile.objects.get(unit=where, channel=channel).digest)


def test_an_agency_gets_the_interest_that_nobody_charged_or_waived() -> None:
    """OC 6.1.4-a, OC 6.1.5-a, OC 6.1.1-a"""
    docket = _docket("term agency_in_use yes")
    run(AgencyRun(), docket.where, ON)
    assert _of_cases(docket) == _expected()
    names = {claim.reference: name for name, claim in docket.claims.items()}
    handed = {
        names[claim["reference"]]: claim
        for case in json.loads(_file(docket.where, "agency"))["cases"]
        for claim in case["claims"]
    }
    assert {name: handed[name]["interest"] for name in _TOLD} == {
        name: told[3] for name, told in _TOLD.items()
    }
    assert handed["TWICE"]["interest_pauses"] == [
        {"first": first, "last": last} for first, last in (_ONE, _OTHER)
    ]
    assert handed["CONSUMER"]["interest_ground"] == "section_4"


def test_a_summons_asks_for_the_interest_that_nobody_charged_or_waived() -> None:
    """OC 6.2.5-a, OC 6.1.5-a, OC 6.1.1-a"""
    docket = _docket()
    run(CourtRun(), docket.where, ON)
    assert _of_cases(docket) == _expected()
    names = {claim.reference: name for name, claim in docket.claims.items()}
    root = etree.fromstring(_file(docket.where, "court"))
    asked = {}
    for demand in root.iterfind(".//{*}Demand"):
        interest = demand.find("{*}Interest")
        if interest is not None:
            asked[names[demand.get("reference")]] = (
                interest.findtext("{*}From"),
                [(one.findtext("{*}From"), one.findtext("{*}To")) for one in interest.iterfind("{*}Pause")],
                interest.get("ground"),
                interest.findtext("{*}PointsAboveReferenceRate"),
            )
    points = {"section_4": "7.00", "section_4a": "8.00"}
    assert asked == {name: (*told, points[told[2]]) for name, told in _expected().items()}


def test_a_dossier_asks_for_the_same() -> None:
    """OC 6.2.4-a, OC 6.1.5-a, OC 6.1.1-a"""
    docket = _docket()
    for names in (("PLAIN", "PAUSE", "FIRST", "TWICE"), ("WAIVED", "CHARGED"), ("CONSUMER",)):
        with inside(docket.where, "kirsi", court_tables.at(ON)) as acting:
            claims = [docket.claims[name] for name in names]
            case = open_extensive(acting, claims=claims, court="oulu")
            told = gather(acting, case, Statements()).demands
        assert {one.reference: (one.interest_ground, len(one.interest_pauses)) for one in told} == {
            docket.claims[name].reference: (_TOLD[name][2], len(_TOLD[name][1])) for name in names
        }
    assert _of_cases(docket) == _expected()


def test_an_application_to_the_enforcement_authority_asks_for_the_same() -> None:
    """OC 6.2.2-a, OC 6.1.5-a, OC 6.1.1-a: what the batch says, and what people read; due on 2026-02-02."""
    street = legal_tables.told("""
    on 2026-05-04
    term late_interest_ground section_4a
    claim PAUSE    bruk 500.00
    claim WAIVED   paja 500.00
    claim CONSUMER aino 500.00
    reminded PAUSE
    reminded WAIVED
    reminded CONSUMER
    """)
    _in_time(street.where, street.claims["PAUSE"], "2026-02-10", "2026-02-20")
    run(PaymentTimeInterestRun(), street.where, date(2026, 3, 2))
    with inside(street.where, at=legal_tables.at_noon(street)) as acting:
        waive_interest(acting, street.claims["WAIVED"], date(2026, 3, 31), "our own delay")
    run(EnforcementRun(), street.where, street.table.on)
    root = etree.fromstring(_file(street.where, "enforcement"))
    names = {claim.reference: name for name, claim in street.claims.items()}
    asked, said = {}, {}
    for application in root.iterfind("{*}Application"):
        demand = application.find("{*}Demand")
        name, interest = names[demand.get("reference")], demand.find("{*}Interest")
        asked[name] = (
            interest.get("ground"),
            interest.get("percentAboveReferenceRate"),
            interest.get("from"),
            [(one.get("from"), one.get("to")) for one in interest.iterfind("{*}Pause")],
        )
        said[name] = application.findtext("{*}Text")
    assert asked == {
        "PAUSE": ("section_4a", "8.0", "2026-02-03", [("2026-02-10", "2026-02-20")]),
        "WAIVED": ("section_4a", "8.0", "2026-04-01", []),
        "CONSUMER": ("section_4", "7.0", "2026-02-03", []),
    }
    language = customer("bruk").language
    assert text("enforcement.interest_pause", language, first="10.2.2026", last="20.2.2026") in said["PAUSE"]
    with inside(street.where):
        grounds = CaseClaim.objects.filter(unit=street.where).values_list("claim_id", "interest_ground")
        assert dict(grounds) == {street.claims[name].pk: told[0] for name, told in asked.items()}


def test_a_reminder_tells_the_ground_of_its_debtor_and_no_day_that_is_waived() -> None:
    """OC 6.1.2-c, OC 6.1.5-a"""
    late = Late(
        read("""
    on 2026-03-16
    term  late_interest_ground section_4a
    claim COMPANY  bruk 100.00 due 2026-02-20
    claim CONSUMER aino 100.00 due 2026-02-20
    claim WAIVED   paja 100.00 due 2026-02-20
    """),
        unit(),
    ).tell()
    with inside(late.where) as acting:
        waive_interest(acting, late.claims["WAIVED"], date(2026, 3, 10), "our own delay")
    remind(late.where, date(2026, 3, 16))
    with inside(late.where):
        for name, ground, percent, day in (
            ("COMPANY", "section_4a", "8", "21.2.2026"),
            ("CONSUMER", "section_4", "7", "21.2.2026"),
            ("WAIVED", "section_4a", "8", "11.3.2026"),
        ):
            [sent] = reminders_of(late.where, late.claims[name])
            letter = letter_from_json(Letter.objects.get(pk=sent.letter_id).document)
            said = text(f"reminder.interest_{ground}", letter.language, percent=percent, day=day, basis="")
            assert said in letter.paragraphs


def test_a_credit_of_late_interest_moves_the_day_back() -> None:
    """OC 6.1.5-a: what was charged too much is credited, and the newest charge says how far interest was charged."""
    docket = court_tables.told(f"""
    on {ON}
    lives bruk 00100 Helsinki
    claim A bruk 1000.00 agreement X
    reminded A 2026-04-20 2026-05-11
    charged FIRST A 9.76 2026-05-11
    """)
    claim = docket.claims["A"]
    with inside(docket.where):
        one = InterestCharge.objects.get(unit=docket.where)
        _credit(docket, one, "-4.00", date(2026, 4, 30))
    run(CourtRun(), docket.where, ON)
    with inside(docket.where):
        told = CaseClaim.objects.get(unit=docket.where, claim=claim)
        assert told.interest_from == date(2026, 5, 1)


def _credit(docket: court_tables.Docket, charge: InterestCharge, amount: str, until: date) -> None:
    """A credit of a part of an interest charge, with the invoice that it stands on."""
    original = charge.invoice
    values = {
        field.attname: getattr(original, field.attname)
        for field in original._meta.concrete_fields
        if field.attname not in ("id", "number", "reference", "total", "original_id")
    }
    credit = type(original).objects.create(
        **values,
        number=original.number + 1000,
        reference="990000009",
        total=Decimal(amount),
        original=original,
    )
    InterestCharge.objects.create(
        unit=docket.where, invoice=credit, claim_id=charge.claim_id, until_date=until, amount=Decimal(amount)
    )
