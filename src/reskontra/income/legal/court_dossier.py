"""The extensive application (OC 6.2.4, 6.2-b): the unit's dossier, checked, signed by two, and filed."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.claims.interest import grounds_of, is_consumer, take_interest_told
from reskontra.claims.letters import income_account
from reskontra.claims.models import Case, CaseClaim, CaseEvent, CaseSignature, Claim
from reskontra.database.refused import refused_as
from reskontra.database.rows import rows
from reskontra.documents.dossier import Dossier, Statements
from reskontra.exchange import archive
from reskontra.income.legal.court_acts import act_run, end, opened, replace_cost, standing_costs, step
from reskontra.income.legal.court_document import Writer, competence, defendant, language_of
from reskontra.income.legal.court_run import fee_at_court
from reskontra.kernel.clauses import clause
from reskontra.kernel.courts import courts
from reskontra.kernel.texts import Named
from reskontra.ledger.numbers import take_numbers
from reskontra.registers.models import Customer
from reskontra.registers.policy import require
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import Acting, RunRefused, lock

Holds = Callable[[Dossier], object]

# What an extensive application tells, in the order of OC 6.2.4: each item, and whether the dossier has it.
CONTENTS: Mapping[str, Holds] = {
    "demand": lambda d: d.stated.demand,
    "legal_grounds": lambda d: d.stated.legal_grounds,
    "facts": lambda d: d.stated.facts and all(d.stated.facts),
    "evidence": lambda d: d.stated.evidence and all(one.document and one.proves for one in d.stated.evidence),
    "agreement": lambda d: d.stated.agreement and all(one.document for one in d.stated.agreement),
    "legal_costs": lambda d: d.stated.legal_costs is not None,
    "competence": lambda d: d.stated.competence or d.competence,
    "court": lambda d: d.court_name,
    "parties": lambda d: d.plaintiff.name and d.defendant.name,
    "plaintiff_domicile": lambda d: d.plaintiff.domicile,
    "defendant_domicile": lambda d: d.stated.defendant_domicile or d.defendant.town,
    "representative": lambda d: d.stated.representative and d.stated.representative.name,
    "address_for_messages": lambda d: d.stated.representative and d.stated.representative.address,
    "plaintiff_contact": lambda d: (
        d.stated.representative and (d.stated.representative.phone or d.stated.representative.email)
    ),
    "defendant_contact": lambda d: d.stated.defendant_contact or d.stated.search,
    "heard": lambda d: (
        d.stated.nobody_heard
        if not d.stated.heard
        else all(one.name and one.contact and one.proves for one in d.stated.heard)
    ),
    "signers": lambda d: (
        len({one.person for one in d.stated.signers}) == 2
        and all(one.profession and one.domicile for one in d.stated.signers)
    ),
}


@clause("OC 6.2.4-a")
def missing(dossier: Dossier) -> list[str]:
    """The keys of ``CONTENTS`` that the dossier does not have, in order; empty when it is complete."""
    return [key for key, holds in CONTENTS.items() if not holds(dossier)]


@clause("OC 6.2.4-a")
def open_extensive(
    acting: Acting,
    *,
    contested: Case | None = None,
    claims: Sequence[Claim] = (),
    court: str = "",
    day: date | None = None,
) -> Case:
    """Open the case of an extensive application: about a ``contested`` case, or about ``claims`` of one debtor.

    A contested case is closed and the new one follows it; its costs are asked for anew with the dossier. Without one
    ``court`` names the court. Called inside ``working_in``; raises ``NotAllowed``, and ``RunRefused`` for a case that
    nobody contests, claims of several debtors, public-law claims and an unknown court.
    """
    require(acting.person, "decide_case", acting.unit, acting.day)
    day = day or acting.day
    run = act_run(acting, "extensive", day)
    if contested is not None:
        opened(acting, contested)
        if not CaseEvent.objects.filter(unit=acting.unit, case=contested, kind="contested").exists():
            raise RunRefused("court.not_contested", case=str(contested.number))
        carried = list(CaseClaim.objects.filter(unit=acting.unit, case=contested).order_by("id"))
        debtor, court = contested.debtor_id, contested.court
    else:
        lock(acting.unit, "settlement")
        carried = _claims_in_dispute(acting, claims)
        debtor = claims[0].payer_id
        if court not in courts().by_key:
            raise RunRefused("court.unknown_court", court=court)
    number = take_numbers(acting.unit, "case", 1)
    if contested is not None:
        end(acting, contested, {"reason": "extensive", "goes_on_in": number}, day)
    case = Case.objects.create(
        unit=acting.unit,
        run=run,
        number=number,
        kind="court",
        debtor_id=debtor,
        public_law=False,
        opened_date=day,
        procedure="extensive",
        court=court,
        follows=contested,
    )
    CaseClaim.objects.bulk_create(
        CaseClaim(
            unit=acting.unit,
            case=case,
            claim_id=one.claim_id,
            principal=one.principal,
            costs=one.costs,
            interest_from=one.interest_from,
            interest_pauses=one.interest_pauses,
            interest_ground=one.interest_ground,
            provision=one.provision,
        )
        for one in carried
    )
    return case


def _claims_in_dispute(acting: Acting, claims: Sequence[Claim]) -> list[CaseClaim]:
    """What is in dispute of claims that no case was about: their open capital, and interest not told of yet."""
    if len({claim.payer_id for claim in claims}) != 1 or any(claim.public_law for claim in claims):
        raise RunRefused("court.claims_of_one_debtor")
    grounds, consumer = grounds_of(acting.unit), is_consumer(claims[0].payer)
    take_interest_told(acting.unit, [claim.pk for claim in claims])
    facts = {row["id"]: row for row in rows(_OPEN, {"claims": [claim.pk for claim in claims]})}
    if any(facts[claim.pk]["open"] <= 0 for claim in claims):
        raise RunRefused("court.nothing_open")
    return [
        CaseClaim(
            claim=claim,
            principal=facts[claim.pk]["open"],
            costs=max(facts[claim.pk]["costs"], 0),
            interest_from=facts[claim.pk]["interest_from"],
            interest_pauses=facts[claim.pk]["interest_pauses"],
            interest_ground="none"
            if claim.kind == "interest"
            else grounds.late(claim.due_date, consumer=consumer),
            provision="dispute",
        )
        for claim in claims
    ]


_OPEN = """
SELECT c.id,
  c.amount - coalesce((SELECT sum(amount) FROM claims_claim_settlement s WHERE s.claim_id = c.id), 0) AS open,
  coalesce((SELECT sum(amount) FROM claims_cost k WHERE k.claim_id = c.id), 0)
    - coalesce((SELECT sum(amount) FROM claims_sidepayment p WHERE p.claim_id = c.id AND p.kind = 'cost'), 0) AS costs,
  coalesce(t.interest_from, c.due_date + 1) AS interest_from, coalesce(t.pauses, '[]') AS interest_pauses
FROM claims_claim c LEFT JOIN interest_told t ON t.claim_id = c.id WHERE c.id = ANY (%(claims)s)
"""


@clause("OC 6.2.4-a")
def gather(acting: Acting, case: Case, stated: Statements, day: date | None = None) -> Dossier:
    """The dossier of ``case`` as it would be with what the unit has ``stated``: what ``missing`` checks."""
    require(acting.person, "see", acting.unit, acting.day)
    day = day or acting.day
    terms = terms_of(acting.unit, day)
    debtor = Customer.objects.get(pk=case.debtor_id)
    writer = Writer(acting.unit, income_account(acting.unit, day), terms)
    language = language_of(debtor)
    claims = rows(_CLAIMS, {"unit": acting.unit.pk, "case": case.pk})
    return Dossier(
        number=case.number,
        language=language,
        court=case.court,
        court_name=courts().by_key[case.court].name[language],
        competence=competence(debtor, case.court, language),
        plaintiff=writer.plaintiff(language),
        defendant=defendant(debtor),
        demands=tuple(writer.demand(claim, language, debtor) for claim in claims),
        court_fee=fee_at_court("extensive", terms),
        stated=stated,
    )


# The claims of a case as an application tells them, with what is asked for in the case.
_CLAIMS = """
SELECT c.id, c.kind, c.reference, cc.principal AS open, cc.costs AS costs_open, c.due_date, cc.interest_from,
  cc.interest_pauses,
  i.number AS invoice_number, n.number AS interest_number,
  CASE WHEN split_part(cc.provision, ': ', 1) IN ('agreement', 'order', 'case', 'interest')
       THEN split_part(cc.provision, ': ', 1) ELSE 'stated' END AS relies_on_kind,
  CASE WHEN position(': ' IN cc.provision) > 0 THEN substr(cc.provision, position(': ' IN cc.provision) + 2)
       ELSE cc.provision END AS relies_on,
  coalesce(i.issue_date, n.issue_date) AS issue_date, i.supply_date,
  (SELECT jsonb_agg(DISTINCT jsonb_build_object('sv', item.name_sv, 'fi', item.name_fi, 'en', item.name_en))
   FROM sales_invoiceline line JOIN registers_item item ON item.id = line.item_id
   WHERE line.unit_id = %(unit)s AND line.invoice_id = c.invoice_id) AS items,
  (SELECT jsonb_agg(jsonb_build_object('day', r.sent_date, 'letter', letter.number) ORDER BY r.ordinal)
   FROM claims_reminder r JOIN claims_letter letter ON letter.id = r.letter_id
   WHERE r.unit_id = %(unit)s AND r.claim_id = c.id) AS reminders
FROM claims_caseclaim cc
JOIN claims_claim c ON c.id = cc.claim_id
LEFT JOIN sales_invoice i ON i.id = c.invoice_id
LEFT JOIN claims_interestinvoice n ON n.id = c.interest_invoice_id
WHERE cc.unit_id = %(unit)s AND cc.case_id = %(case)s ORDER BY c.due_date, c.id
"""


@clause("OC 6.2.4-a")
def complete_dossier(acting: Acting, case: Case, stated: Statements, day: date | None = None) -> CaseEvent:
    """Keep the dossier in the archive; its digest is what two persons sign. A later one takes the place of it.

    Raises ``NotAllowed``, and ``RunRefused`` for a case that is no extensive one, that has gone out, or whose dossier
    lacks something: then the refusal names what.
    """
    require(acting.person, "decide_case", acting.unit, acting.day)
    _not_filed(acting, case)
    day = day or acting.day
    dossier = gather(acting, case, stated, day)
    if lacking := missing(dossier):
        raise RunRefused(
            "court.dossier_incomplete", missing=tuple(Named(f"dossier.{key}") for key in lacking)
        )
    stored = archive.store([_written(dossier)])
    return step(
        acting,
        case,
        "dossier",
        day,
        digest=stored.digest,
        detail=_detail(dossier),
        amount=_sum(dossier),
    )


def _written(dossier: Dossier) -> bytes:
    return json.dumps(dossier.as_json(), ensure_ascii=False, sort_keys=True, indent=1).encode()


def _sum(dossier: Dossier) -> Decimal:
    return sum((one.principal for one in dossier.demands), Decimal(0))


def _detail(dossier: Dossier) -> dict[str, Any]:
    return {
        "signers": sorted(one.person for one in dossier.stated.signers),
        "legal_costs": f"{dossier.stated.legal_costs:.2f}",
    }


@clause("OC 6.2-b")
def sign(acting: Acting, case: Case, digest: str) -> CaseSignature:
    """Sign the dossier of ``case`` by its digest: two persons with signing right do, each once.

    Raises ``NotAllowed``, and ``RunRefused`` when the dossier is another by now, when the person is not one of the two
    that it names, or has signed.
    """
    require(acting.person, "sign_summons", acting.unit, acting.day)
    _not_filed(acting, case)
    dossier = _dossier_of(acting, case)
    if digest != dossier.digest:
        raise RunRefused("court.dossier_has_changed", case=str(case.number))
    if acting.person.username not in dossier.detail["signers"]:
        raise RunRefused("court.signer_not_named", person=acting.person.username)
    with refused_as(lambda constraint: RunRefused("court.signed_already", person=acting.person.username)):
        return CaseSignature.objects.create(
            unit=acting.unit,
            case=case,
            digest=digest,
            act="sign",
            person=acting.person,
            given_at=acting.at,
        )


@clause("OC 6.2.4-a", "OC 6.2-b", "OC 6.2.6-a")
def file_extensive(acting: Acting, case: Case, day: date | None = None) -> CaseEvent:
    """The signed application is filed: the legal costs that it claims and the court fee of the day are asked for.

    Raises ``NotAllowed``, and ``RunRefused`` before two have signed; the database refuses it too
    (``an_extensive_application_is_signed_by_two``).
    """
    require(acting.person, "decide_case", acting.unit, acting.day)
    _not_filed(acting, case)
    dossier = _dossier_of(acting, case)
    signed = CaseSignature.objects.filter(unit=acting.unit, case=case, digest=dossier.digest).count()
    if signed < 2:
        raise RunRefused("court.not_signed_by_two", case=str(case.number))
    told = json.loads(archive.read(dossier.digest))
    day = day or acting.day
    run = act_run(acting, "extensive", day)
    fee = fee_at_court("extensive", terms_of(acting.unit, day))
    replace_cost(run, case, "legal_cost", Decimal(told["stated"]["legal_costs"]))
    replace_cost(run, case, "court_fee", fee)
    asked = {cost.kind: f"{cost.amount:.2f}" for cost in standing_costs(case)}
    return step(
        acting, case, "applied", day, run=run, digest=dossier.digest, amount=dossier.amount,
        detail={"court": case.court, **asked},
    )  # fmt: skip


def _not_filed(acting: Acting, case: Case) -> None:
    opened(acting, case)
    if case.procedure != "extensive":
        raise RunRefused("court.not_extensive", case=str(case.number))
    if CaseEvent.objects.filter(unit=acting.unit, case=case, kind="applied").exists():
        raise RunRefused("court.filed_already", case=str(case.number))


def _dossier_of(acting: Acting, case: Case) -> CaseEvent:
    found = (
        CaseEvent.objects.filter(unit=acting.unit, case=case, kind="dossier").order_by("-position").first()
    )
    if found is None:
        raise RunRefused("court.no_dossier", case=str(case.number))
    return found
