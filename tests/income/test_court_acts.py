"""What people do with a case at court: judgment, contest, closing, and the extensive application (OC 6.2)."""

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connections

from cast import customer, inside, run
from income.court_tables import Docket, at, told
from income.money import a_payment
from reskontra.claims.models import Case, CaseClaim, CaseEvent, CaseSignature, Cost, SidePayment
from reskontra.database.refused import constraint_of
from reskontra.documents.dossier import Statements, statements_from_json
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.income.legal.court_acts import (
    Awarded,
    act_run,
    close,
    contest,
    name_agreement,
    name_court,
    record_judgment,
    register,
    step,
)
from reskontra.income.legal.court_dossier import (
    CONTENTS,
    complete_dossier,
    file_extensive,
    gather,
    missing,
    open_extensive,
    sign,
)
from reskontra.income.legal.court_run import CourtRun
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.ledger.models import Entry, Voucher
from reskontra.registers.models import Person
from reskontra.registers.policy import NotAllowed
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")

ON = date(2026, 6, 15)
LATER = date(2026, 9, 1)
TABLE = f"""
on {ON}
claim    A bruk 250.00 agreement HM-2026-1
claim    B bruk 49.99 order B-2
reminded A 2026-04-20 2026-05-11
reminded B 2026-04-20 2026-05-11
"""


def _at_court() -> tuple[Docket, Case]:
    docket = told(TABLE)
    run(CourtRun(), docket.where, ON)
    with inside(docket.where):
        return docket, Case.objects.get(unit=docket.where)


def _costs(docket: Docket) -> dict[str, Decimal]:
    """What is asked for of each kind of cost at court. Called inside ``working_in``."""
    found: dict[str, Decimal] = {}
    for cost in Cost.objects.filter(unit=docket.where, case__isnull=False):
        found[cost.kind] = found.get(cost.kind, Decimal(0)) + cost.amount
    return {kind: amount for kind, amount in found.items() if amount}


# --- judgment ------------------------------------------------------------------------------------------------------


def test_costs_that_a_judgment_does_not_award_are_undone() -> None:
    """OC 6.2.6-a: by counter-facts; what it awards stays asked for."""
    docket, case = _at_court()
    with inside(docket.where, at=at(LATER)) as acting:
        assert _costs(docket) == {"legal_cost": 50, "court_fee": 70}
        event = record_judgment(acting, case, LATER, "L 26/999", Awarded(Decimal("30.00"), Decimal(70)))
        assert _costs(docket) == {"legal_cost": 30, "court_fee": 70}
        kept = Cost.objects.filter(unit=docket.where, case=case, kind="legal_cost").order_by("id")
        assert [one.amount for one in kept] == [50, -50, 30]
        assert event.detail["claims"] == sorted(claim.pk for claim in docket.claims.values())
    decided = docket.decided(CourtRun(), "court", LATER)
    assert {one[0] for one in decided.values()} == {"COURT_JUDGED_ALREADY"}


def test_a_claim_that_the_judgment_dismisses_waits_for_the_unit() -> None:
    """OC 6.2.3-a"""
    docket, case = _at_court()
    with inside(docket.where, at=at(LATER)) as acting:
        record_judgment(
            acting, case, LATER, "L 26/999", Awarded(Decimal(0), Decimal(0)), [docket.claims["A"]]
        )
        assert _costs(docket) == {}
    decided = docket.decided(CourtRun(), "court", LATER)
    assert (decided["A"][0], decided["B"][0]) == ("COURT_JUDGED_ALREADY", "COURT_CASE_ENDED")


@pytest.mark.parametrize(("legal", "fee"), [("50.01", "70.00"), ("50.00", "70.01"), ("-0.01", "70.00")])
def test_a_court_awards_what_was_claimed_at_most(legal: str, fee: str) -> None:
    """OC 6.2.6-a"""
    docket, case = _at_court()
    with (
        pytest.raises(RunRefused, match=r"court\.more_than_was_claimed"),
        inside(docket.where, at=at(LATER)) as acting,
    ):
        record_judgment(acting, case, LATER, "L 26/999", Awarded(Decimal(legal), Decimal(fee)))
    with inside(docket.where):
        assert _costs(docket) == {"legal_cost": 50, "court_fee": 70}


def test_a_judgment_is_recorded_once_however_often_and_by_whomever() -> None:
    """OC 6.2.3-a: two at once and a third after them; the costs are undone once."""
    docket, case = _at_court()
    told_twice: list[str] = []

    def judge() -> None:
        try:
            with inside(docket.where, at=at(LATER)) as acting:
                record_judgment(acting, case, LATER, "L 26/999", Awarded(Decimal(0), Decimal(70)))
            told_twice.append("done")
        except RunRefused as refused:
            told_twice.append(refused.key)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=judge) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    judge()
    assert sorted(told_twice) == ["court.case_is_over", "court.case_is_over", "done"]
    with inside(docket.where):
        assert _costs(docket) == {"court_fee": 70}
        assert CaseEvent.objects.filter(unit=docket.where, case=case, kind="judged").count() == 1


# --- contest and close -----------------------------------------------------------------------------------------------


def test_a_contested_matter_goes_to_the_unit_and_its_fee_is_that_of_a_contested_one() -> None:
    """OC 6.2.6-a: the fee goes by the day on which the matter became pending."""
    docket, case = _at_court()
    with inside(docket.where, at=at(LATER)) as acting:
        register(acting, case, "L 26/111", LATER)
        event = contest(acting, case, LATER, "the goods never came")
        assert (event.position, event.detail["task"]) == (3, "unit")
        assert _costs(docket) == {"legal_cost": 50, "court_fee": 310}
    with pytest.raises(RunRefused, match=r"court\.contested_already"), inside(docket.where) as acting:
        contest(acting, case, LATER, "once more")
    assert docket.decided(CourtRun(), "court")["A"][0] == "COURT_CASE_OPEN"


def test_closing_a_case_takes_its_costs_away_but_for_those_that_were_paid() -> None:
    """OC 6.2.4-a"""
    docket, case = _at_court()
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        close(acting, case, "paid in full")
        assert _costs(docket) == {}
    with pytest.raises(RunRefused, match=r"court\.case_is_over"), inside(docket.where, "kirsi") as acting:
        close(acting, case, "again")


def test_rights_at_court() -> None:
    """OC 1.2-a: the centre handles, the unit decides, the unit's approvers sign."""
    docket, case = _at_court()
    for who, act in (
        ("maria", lambda acting: register(acting, case, "1", LATER)),
        ("maria", lambda acting: contest(acting, case, LATER, "x")),
        ("cecilia", lambda acting: close(acting, case, "x")),
        ("cecilia", lambda acting: open_extensive(acting, contested=case)),
        ("kirsi", lambda acting: sign(acting, case, "0" * 64)),
        ("maria", lambda acting: name_court(acting, customer("bruk"), "oulu", "x")),
        ("maria", lambda acting: name_agreement(acting, docket.claims["A"], "x")),
    ):
        with pytest.raises(NotAllowed), inside(docket.where, who) as acting:
            act(acting)


def test_statements_say_something_and_name_a_court_that_there_is() -> None:
    """OC 6.2.3-a, OC 6.2.5-a"""
    docket = told(TABLE)
    with pytest.raises(RunRefused, match=r"court\.unknown_court"), inside(docket.where) as acting:
        name_court(acting, customer("bruk"), "stockholm", "moved")
    with pytest.raises(RunRefused, match=r"court\.says_nothing"), inside(docket.where) as acting:
        name_agreement(acting, docket.claims["A"], "  ")


# --- the extensive application -----------------------------------------------------------------------------------

WHOLE: dict[str, Any] = {
    "demand": "That the defendant pays 299.99 € with interest.",
    "legal_grounds": "The agreement HM-2026-1; a buyer pays what was delivered.",
    "facts": ["Ordered on 2 March 2026.", "Delivered on 16 March 2026."],
    "evidence": [{"document": "Delivery note 7", "proves": "that the goods came"}],
    "agreement": [{"document": "HM-2026-1", "proves": "the price"}],
    "heard": [{"name": "Vittne Vera", "contact": "vera@prov.example", "proves": "the delivery"}],
    "legal_costs": "800.00",
    "representative": {
        "name": "Ombud Olof", "address": "Hamngatan 1, 00990 Provhamn", "email": "", "phone": "0290 000 000",
    },
    "defendant_contact": "info@provbruket.example",
    "signers": [
        {"person": "gunnar", "profession": "director", "domicile": "Provhamn"},
        {"person": "hanna", "profession": "lawyer", "domicile": "Provstad"},
    ],
}  # fmt: skip


def _contested() -> tuple[Docket, Case]:
    """The extensive case that follows a contested one."""
    docket, case = _at_court()
    with inside(docket.where, at=at(LATER)) as acting:
        contest(acting, case, LATER, "the goods never came")
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        return docket, open_extensive(acting, contested=case)


def test_an_extensive_case_follows_the_contested_one_with_its_claims() -> None:
    """OC 6.2.4-a: the contested case is closed, its costs are asked for anew with the dossier."""
    docket, case = _contested()
    with inside(docket.where):
        assert (case.procedure, case.court) == ("extensive", "helsinki")
        assert case.follows_id is not None
        carried = CaseClaim.objects.filter(unit=docket.where, case=case)
        assert {one.principal for one in carried} == {Decimal("250.00"), Decimal("49.99")}
        before = CaseEvent.objects.filter(unit=docket.where, case_id=case.follows_id).order_by("-position")[0]
        assert (before.kind, before.detail["goes_on_in"]) == ("closed", case.number)
        assert _costs(docket) == {}
    assert {one[0] for one in docket.decided(CourtRun(), "court").values()} == {"COURT_CASE_OPEN"}


@pytest.mark.parametrize(
    ("lacks", "change"),
    [
        ("demand", {"demand": ""}),
        ("legal_grounds", {"legal_grounds": ""}),
        ("facts", {"facts": []}),
        ("facts", {"facts": [""]}),
        ("evidence", {"evidence": []}),
        ("evidence", {"evidence": [{"document": "note", "proves": ""}]}),
        ("agreement", {"agreement": []}),
        ("legal_costs", {"legal_costs": None}),
        ("representative", {"representative": None}),
        (
            "address_for_messages",
            {"representative": {"name": "O", "address": "", "email": "o@x", "phone": ""}},
        ),
        ("plaintiff_contact", {"representative": {"name": "O", "address": "A", "email": "", "phone": ""}}),
        ("defendant_contact", {"defendant_contact": ""}),
        ("heard", {"heard": []}),
        ("heard", {"heard": [{"name": "V", "contact": "", "proves": "x"}]}),
        ("signers", {"signers": WHOLE["signers"][:1]}),
        ("signers", {"signers": [WHOLE["signers"][0]] * 2}),
        ("signers", {"signers": [WHOLE["signers"][0], {**WHOLE["signers"][1], "profession": ""}]}),
    ],
)
def test_each_thing_that_a_dossier_lacks_is_named(
    lacks: str, change: dict[str, Any], contested: tuple[Docket, Case]
) -> None:
    """OC 6.2.4-a"""
    docket, case = contested
    stated = {key: value for key, value in {**WHOLE, **change}.items() if value is not None}
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        found = missing(gather(acting, case, statements_from_json(stated)))
    assert lacks in found
    assert set(found) <= {lacks, "representative", "address_for_messages", "plaintiff_contact"}
    with (
        pytest.raises(RunRefused, match=r"court\.dossier_incomplete"),
        inside(docket.where, "kirsi", at(LATER)) as acting,
    ):
        complete_dossier(acting, case, statements_from_json(stated))


@pytest.fixture
def contested(database: object) -> tuple[Docket, Case]:
    """An extensive case in preparation."""
    return _contested()


def test_what_the_books_do_not_tell_is_asked_for_and_all_of_it_has_words() -> None:
    """OC 6.2.4-a: an unknown domicile, nobody to be heard, a defendant who was searched for."""
    docket, case = _contested()
    known = {
        **WHOLE,
        "heard": [],
        "nobody_heard": True,
        "defendant_contact": "",
        "search": "asked the register",
    }
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        assert missing(gather(acting, case, statements_from_json(known))) == []
        nothing = missing(gather(acting, case, Statements()))
    assert set(nothing) == set(CONTENTS) - {
        "competence",
        "court",
        "parties",
        "plaintiff_domicile",
        "defendant_domicile",
    }
    assert all(text(f"dossier.{key}", language) for key in CONTENTS for language in LANGUAGES)


@pytest.mark.parametrize(
    "told_wrong",
    [[], {"demand": 7}, {"color": "red"}, {"facts": "one"}, {"legal_costs": "-1.00"}, {"legal_costs": "1.005"},
     {"legal_costs": "many"}, {"signers": [{"person": "gunnar"}]}, {"nobody_heard": "yes"}],
)  # fmt: skip
def test_what_is_no_statement_is_refused(told_wrong: Any) -> None:
    """OC 6.2.4-a"""
    with pytest.raises(Refused):
        statements_from_json(told_wrong)


def test_two_sign_the_dossier_and_only_then_it_is_filed() -> None:
    """OC 6.2-b, OC 6.2.6-a: with the legal costs that it claims and the court fee of an extensive matter."""
    docket, case = _contested()
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        dossier = complete_dossier(acting, case, statements_from_json(WHOLE))
        kept = archive.read(dossier.digest).decode()
        assert "Delivery note 7" in kept
        assert dossier.amount == Decimal("299.99")
    with inside(docket.where, "gunnar", at(LATER)) as acting:
        sign(acting, case, dossier.digest)
    with pytest.raises(RunRefused, match=r"court\.signed_already"), inside(docket.where, "gunnar") as acting:
        sign(acting, case, dossier.digest)
    with (
        pytest.raises(RunRefused, match=r"court\.not_signed_by_two"),
        inside(docket.where, "kirsi") as acting,
    ):
        file_extensive(acting, case)
    with inside(docket.where, "hanna", at(LATER)) as acting:
        sign(acting, case, dossier.digest)
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        filed = file_extensive(acting, case)
        assert (filed.kind, filed.digest, filed.amount) == ("applied", dossier.digest, Decimal("299.99"))
        assert _costs(docket) == {"legal_cost": 800, "court_fee": 610}
    with pytest.raises(RunRefused, match=r"court\.filed_already"), inside(docket.where, "kirsi") as acting:
        file_extensive(acting, case)
    with inside(docket.where, at=at(LATER)) as acting:
        record_judgment(acting, case, LATER, "L 26/222", Awarded(Decimal(500), Decimal(610)))
        assert _costs(docket) == {"legal_cost": 500, "court_fee": 610}


def test_a_new_dossier_asks_for_new_signatures() -> None:
    """OC 6.2-b: the same two sign it again; who signs the old one is refused."""
    docket, case = _contested()
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        first = complete_dossier(acting, case, statements_from_json(WHOLE))
    for who in ("gunnar", "hanna"):
        with inside(docket.where, who, at(LATER)) as acting:
            sign(acting, case, first.digest)
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        second = complete_dossier(acting, case, statements_from_json({**WHOLE, "legal_costs": "900.00"}))
    with (
        pytest.raises(RunRefused, match=r"court\.not_signed_by_two"),
        inside(docket.where, "kirsi") as acting,
    ):
        file_extensive(acting, case)
    with (
        pytest.raises(RunRefused, match=r"court\.dossier_has_changed"),
        inside(docket.where, "gunnar") as acting,
    ):
        sign(acting, case, first.digest)
    for who in ("gunnar", "hanna"):
        with inside(docket.where, who, at(LATER)) as acting:
            sign(acting, case, second.digest)
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        assert file_extensive(acting, case).digest == second.digest


def test_a_dispute_goes_to_court_without_a_limited_application_before_it() -> None:
    """OC 6.2.4-a: the unit assumes a dispute and names the court itself."""
    docket = told(TABLE + "paid A 50.00\ncomplaint A")
    with inside(docket.where, "kirsi", at(ON)) as acting:
        case = open_extensive(acting, claims=[docket.claims["A"]], court="oulu")
        only = CaseClaim.objects.get(unit=docket.where, case=case)
        assert (only.principal, case.follows_id, case.court) == (Decimal("200.00"), None, "oulu")
        dossier = gather(acting, case, statements_from_json(WHOLE))
        assert dossier.court_name == "Uleåborgs tingsrätt"
        assert missing(dossier) == []
    for claims, court, key in (
        ([docket.claims["B"]], "nowhere", r"court\.unknown_court"),
        ([], "oulu", r"court\.claims_of_one_debtor"),
    ):
        with pytest.raises(RunRefused, match=key), inside(docket.where, "kirsi") as acting:
            open_extensive(acting, claims=claims, court=court)


def test_only_a_contested_case_becomes_extensive() -> None:
    """OC 6.2.4-a"""
    docket, case = _at_court()
    with pytest.raises(RunRefused, match=r"court\.not_contested"), inside(docket.where, "kirsi") as acting:
        open_extensive(acting, contested=case)
    with pytest.raises(RunRefused, match=r"court\.not_extensive"), inside(docket.where, "kirsi") as acting:
        complete_dossier(acting, case, statements_from_json(WHOLE))


def test_someone_whom_the_dossier_does_not_name_does_not_sign() -> None:
    """OC 6.2-b"""
    docket, case = _contested()
    named = {**WHOLE, "signers": [WHOLE["signers"][0], {**WHOLE["signers"][1], "person": "kirsi"}]}
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        dossier = complete_dossier(acting, case, statements_from_json(named))
    with pytest.raises(RunRefused, match=r"court\.signer_not_named"), inside(docket.where, "hanna") as acting:
        sign(acting, case, dossier.digest)


# --- what the database refuses -----------------------------------------------------------------------------------


def _refused(docket: Docket, act: Any) -> str:
    with pytest.raises(IntegrityError) as told_by, inside(docket.where, "kirsi", at(LATER)) as acting:
        act(acting)
    return constraint_of(told_by.value)


def test_the_database_refuses_an_extensive_application_without_two_signatures() -> None:
    """OC 6.2-b: whoever writes it, and whatever the room thinks."""
    docket, case = _contested()

    def filed(acting: Any) -> None:
        step(acting, case, "applied", LATER, digest="0" * 64)

    assert _refused(docket, filed) == "an_extensive_application_is_signed_by_two"
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        dossier = complete_dossier(acting, case, statements_from_json(WHOLE))
    with inside(docket.where, "gunnar", at(LATER)) as acting:
        sign(acting, case, dossier.digest)

    def filed_by_one(acting: Any) -> None:
        step(acting, case, "applied", LATER, digest=dossier.digest)

    assert _refused(docket, filed_by_one) == "an_extensive_application_is_signed_by_two"

    def signed_twice(acting: Any) -> None:
        gunnar = Person.objects.get(username="gunnar")
        CaseSignature.objects.create(
            unit=docket.where, case=case, digest=dossier.digest, act="sign", person=gunnar, given_at=acting.at
        )

    assert _refused(docket, signed_twice) == "a_dossier_is_signed_by_two_persons"

    def another(acting: Any) -> None:
        CaseSignature.objects.create(
            unit=docket.where,
            case=case,
            digest="1" * 64,
            act="sign",
            person=acting.person,
            given_at=acting.at,
        )

    assert _refused(docket, another) == "a_signature_is_under_the_dossier_that_holds"


def test_the_database_refuses_steps_that_the_kind_of_case_does_not_take() -> None:
    """OC 6.2.3-a, OC 6.1.4-a"""
    docket, case = _at_court()
    extensive_step = "a_step_is_one_that_its_kind_of_case_takes"
    assert _refused(docket, lambda acting: step(acting, case, "dossier", LATER)) == extensive_step
    assert _refused(docket, lambda acting: step(acting, case, "demanded", LATER)) == extensive_step
    docket = told(f"on {ON}\nclaim C paja 60.00\ncase C agency applied")
    with inside(docket.where):
        agency = Case.objects.get(unit=docket.where, kind="agency")
    for kind in ("judged", "contested"):
        assert _refused(docket, lambda acting, kind=kind: step(acting, agency, kind, LATER)) == extensive_step


def test_the_database_refuses_a_judgment_on_what_was_never_applied_for() -> None:
    """OC 6.2.3-a"""
    docket, case = _contested()
    assert (
        _refused(docket, lambda acting: step(acting, case, "judged", LATER))
        == "a_court_judges_what_was_applied_for"
    )
    with pytest.raises(RunRefused, match=r"court\.never_applied"), inside(docket.where) as acting:
        record_judgment(acting, case, LATER, "L 26/1", Awarded(Decimal(0), Decimal(0)))


def test_paid_costs_stay_when_a_case_is_closed() -> None:
    """OC 6.2.4-a: they are income already; only what is still asked for is taken away."""
    docket, case = _at_court()
    payment = a_payment(docket.where, "120.00", reference=docket.claims["A"].reference)
    with inside(docket.where, "kirsi", at(LATER)) as acting:
        by = act_run(acting, "test", LATER)
        voucher = Voucher.objects.create(
            unit=docket.where, run=by, kind="AL", year=2026, number=1, posting_date=LATER
        )
        Entry.objects.bulk_create(
            Entry(unit=docket.where, voucher=voucher, position=place, account=account, amount=amount)
            for place, (account, amount) in enumerate((("26200006", 120), ("50000000", -120)), start=1)
        )
        SidePayment.objects.create(
            unit=docket.where, run=by, voucher=voucher, amount=120, clause="OC 6.1.3-b", payment=payment,
            claim=docket.claims["A"], kind="cost",
        )  # fmt: skip
        close(acting, case, "paid")
        assert _costs(docket) == {"legal_cost": 50, "court_fee": 70}
