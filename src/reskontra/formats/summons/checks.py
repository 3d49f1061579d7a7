"""What keeps an application from going out: everything that OC 6.2.5 asks for, part by part."""

from collections.abc import Iterator, Sequence

from reskontra.documents.findings import Finding
from reskontra.documents.summons import Demand, Summons

_CLAUSE = "OC 6.2.5-a"


def check(summons: Summons) -> Sequence[Finding]:
    """A finding ``summons_missing`` for each part that is not there, and one for each sum that may not be asked."""
    found = [Finding("summons_missing", clause=_CLAUSE, where=where) for where in _missing(summons)]
    if summons.legal_cost > summons.legal_cost_maximum:
        found.append(
            Finding(
                "summons_legal_cost",
                clause="OC 6.2.6-a",
                value=f"{summons.legal_cost:.2f}",
                detail={"limit": f"{summons.legal_cost_maximum:.2f}"},
            )
        )
    return found


def _missing(summons: Summons) -> Iterator[str]:
    plaintiff, defendant = summons.plaintiff, summons.defendant
    wanted: dict[str, object] = {
        "court": summons.court_name,
        "competence": summons.competence,
        "plaintiff.name": plaintiff.name,
        "plaintiff.business_id": plaintiff.business_id,
        "plaintiff.domicile": plaintiff.domicile,
        "plaintiff.address": plaintiff.address,
        "plaintiff.contact": plaintiff.email or plaintiff.phone,
        "plaintiff.account": plaintiff.iban,
        "defendant.name": defendant.name,
        "defendant.identity": defendant.business_id or defendant.personal_code or defendant.birth_date,
        "defendant.address": defendant.street and defendant.town,
        "demands": summons.demands,
    }
    yield from (where for where, told in wanted.items() if not told)
    for place, demand in enumerate(summons.demands, start=1):
        yield from (f"demand[{place}].{where}" for where in _missing_of(demand))


def _missing_of(demand: Demand) -> Iterator[str]:
    wanted: dict[str, object] = {
        "principal": demand.principal > 0,
        "reference": demand.reference,
        "ground": demand.ground,
        "relies_on": demand.relies_on,
        "evidence": demand.evidence,
    }
    if demand.relies_on_kind != "interest":
        wanted |= {
            "interest.ground": demand.interest_ground,
            "interest.points": demand.interest_points is not None,
            "interest.from": demand.interest_from,
        }
    yield from (where for where, told in wanted.items() if not told)
