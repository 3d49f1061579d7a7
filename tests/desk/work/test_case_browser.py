"""Cases, the dossier and payment time in a real browser: readable for everybody, in three languages, at any width."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from cast import customer, inside, run
from desk.accessible import axe_finds, troubles
from income.deferral_tables import agree
from income.limitation_tables import a_case, a_reminder
from income.money import a_claim, claims_issued
from reskontra.claims.models import Case
from reskontra.documents.dossier import Evidence, Representative, Signer, Statements
from reskontra.income.deferral.actions import ask_for_time
from reskontra.income.legal.court_acts import contest
from reskontra.income.legal.court_dossier import complete_dossier, open_extensive, sign
from reskontra.income.legal.court_run import CourtRun
from reskontra.income.legal.enforcement import EnforcementRun
from reskontra.income.legal.enforcement_actions import stop
from reskontra.kernel.days import bank_day_on_or_after
from reskontra.kernel.texts import text

pytestmark = pytest.mark.browser

SitsDown = Callable[[str], Any]
STATED = Statements(
    demand="Svaranden ska betala 250,00 € jämte dröjsmålsränta.", legal_grounds="Avtalet och köplagen.",
    facts=("Varan beställdes den 2 mars.", "Varan levererades den 16 mars."),
    evidence=(Evidence("Följesedel 7", "att varan kom fram"),), agreement=(Evidence("Ramavtal 7", "priset"),),
    nobody_heard=True, legal_costs=Decimal("800.00"), defendant_contact="info@prov.example",
    representative=Representative("Olof Ombud", "Hamngatan 1, 00990 Provhamn", "", "0290 000 000"),
    signers=(Signer("gunnar", "direktör", "Provhamn"), Signer("hanna", "jurist", "Provstad")),
)  # fmt: skip


@pytest.fixture
def cases(desk: Any) -> dict[str, str]:
    """Addresses of pages, of cases in every hand and of payment time asked and agreed."""
    on = timezone.localdate()
    now = timezone.now()
    public = a_claim(desk.unit, "aino", "123.45", day=on - timedelta(days=140))
    private = claims_issued(
        desk.unit, {"HM-2026-1": ("bruk", "250.00", "private")}, on - timedelta(days=140)
    )["HM-2026-1"]
    told = claims_issued(desk.unit, {"": ("paja", "90.00", "private")}, on - timedelta(days=140))[""]
    for one in (public, private, told):
        for days in (104, 64):
            a_reminder(desk.unit, one, on - timedelta(days=days))
    run(EnforcementRun([public.pk]), desk.unit, on)
    run(CourtRun([private.pk, told.pk]), desk.unit, on)
    given = a_claim(desk.unit, "berit", "150.00", day=on - timedelta(days=60))
    first = bank_day_on_or_after(on + timedelta(days=20))
    deferral = agree(desk.unit, [given], on, first, count=3)
    a_claim(desk.unit, "verket", "40.00", day=on - timedelta(days=60))
    with inside(desk.unit, "kirsi", now) as acting:
        enforced = Case.objects.get(unit=desk.unit, kind="enforcement")
        stop(acting, enforced, "kunden har begärt omprövning")
        asked = ask_for_time(acting, customer("verket"), on + timedelta(days=90), "Vi väntar på ett anslag.")
        summons = Case.objects.get(unit=desk.unit, kind="court")
        contest(acting, summons, on, "varan kom aldrig fram")
        extensive = open_extensive(acting, contested=summons)
        kept = complete_dossier(acting, extensive, STATED)
    with inside(desk.unit, "gunnar", now) as acting:
        sign(acting, extensive, kept.digest)
    far = a_claim(desk.unit, "tokyo", "90.00", day=on - timedelta(days=300))
    steps = [(kind, on - timedelta(days=days)) for kind, days in (("applied", 60), ("obstacle", 10))]
    abroad = a_case(desk.unit, far, "enforcement", *steps)
    return {
        "cases": "claims/cases", "enforcement": f"claims/cases/{enforced.number}",
        "document": f"claims/cases/{enforced.number}/told/1",
        "court": f"claims/cases/{summons.number}", "extensive": f"claims/cases/{extensive.number}",
        "abroad": f"claims/cases/{abroad.number}", "dossier": f"claims/cases/{extensive.number}/dossier",
        "sign": f"claims/cases/{extensive.number}/dossier", "times": "claims/payment-time",
        "request": f"claims/payment-time/requests/{asked.pk}", "agreement": f"claims/payment-time/{deferral.number}",
        "claim": f"claims/{told.reference}",
    }  # fmt: skip


def test_every_page_is_readable_for_everybody(desk: Any, cases: dict[str, str], sits_down: SitsDown) -> None:
    page = sits_down("kirsi")
    page.goto(desk.path(cases["request"]))
    _looks_at_a_plan(page, "sv")
    assert axe_finds(page) == ""
    people = {"sign": "hanna"}
    visits = [(people.get(name, "kirsi"), desk.path(one)) for name, one in cases.items()]
    assert troubles(sits_down, visits) == []


def _looks_at_a_plan(page: Any, language: str) -> None:
    """By the keyboard: Enter in the form shows the instalments, and does not grant them."""
    first = bank_day_on_or_after(timezone.localdate() + timedelta(days=20))
    page.fill("#first", first.isoformat())
    page.fill("#count", "14")
    with page.expect_navigation():
        page.press("#count", "Enter")
    assert text("desk.time.preview", language) in page.inner_text("#preview")
