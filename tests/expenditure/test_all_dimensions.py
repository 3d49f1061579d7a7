"""Every tracking object of the State's model goes from what is agreed, asked or coded to the ledger, and is checked."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cast import ALWAYS, DAY, HARBOUR, inside, person, run, unit
from expenditure.circulation_tables import BUDGET, COST, a_line, an_invoice, furnish_expenditure, newest
from expenditure.import_tables import CONTRACT, ORDER, RECEIPT, TEMPLATE, bring, outcome
from expenditure.payment_tables import account
from expenditure.payment_tables import supplier as payee
from expenditure.purchase_cast import invoice, supplier
from expenditure.test_import_payments import asked
from expenditure.test_import_payments import bring as bring_payments
from expenditure.test_statement_acts import line_of
from expenditure.test_statement_acts import told as told_lines
from reskontra.bank.lines import Sought
from reskontra.documents.coding import Coding as Told
from reskontra.documents.findings import Refused
from reskontra.expenditure.circulation.actions import approve, code, review
from reskontra.expenditure.circulation.coding import DIMENSIONS, LineDraft, propose
from reskontra.expenditure.circulation.run import CirculationRun
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.expenditure.statement_posting.actions import approve as approve_rule
from reskontra.expenditure.statement_posting.actions import correct, post_memo
from reskontra.expenditure.statement_posting.actions import propose as propose_rule
from reskontra.expenditure.statement_posting.coding import Part as StatementPart
from reskontra.expenditure.statement_posting.lists import try_rule
from reskontra.insight.kept import KEPT
from reskontra.ledger.models import Entry
from reskontra.purchases.models import CodingLine, Payable, PurchaseInvoice
from reskontra.purchases.parts import Part, check_parts
from reskontra.registers import tracking
from reskontra.registers.models import CodingTemplateLine, DimensionValue, ReceivingAddress, Unit
from reskontra.runs.run import RunRefused

pytestmark = pytest.mark.usefixtures("database")
FOUR = ("authorisation", "reserve1", "reserve2", "joint_funding_unit")
CODES = {name: f"{place}-{name}"[:20] for place, name in enumerate(DIMENSIONS)} | {
    "budget_account": BUDGET, "operating_unit": "9990000001",
}  # fmt: skip
HEADING, VALUES = ";".join(CODES), ";".join(CODES.values())
WRONG = VALUES.replace(CODES["reserve2"], "NOBODYS")
DESKS = "V11;S000001;EUR;16.3.2026;;1;DESK;Desk;10;10;;25,5;40000000"


@pytest.fixture
def where(database: object) -> Unit:
    """The harbour with an object of every dimension."""
    found = unit(HARBOUR)
    furnish_expenditure(found)
    with inside(found):
        for name, value in CODES.items():
            DimensionValue.objects.get_or_create(
                dimension=name, code=value, defaults={"name": name, "in_unit": found, "validity": ALWAYS}
            )
    return found


def posted(one: PurchaseInvoice) -> list[dict[str, str]]:
    """The tracking objects of the entries of an invoice's voucher on accounts of cost."""
    with inside(unit()):
        vouchers = Payable.objects.filter(invoice=one).values("voucher_id")
        found = Entry.objects.filter(voucher_id__in=vouchers, account__startswith="4")
        return list(found.values(*DIMENSIONS))


def approved(one: PurchaseInvoice) -> None:
    """Reviewed, approved and posted."""
    for who, act in (("maria", review), ("gunnar", approve)):
        with inside(unit(), who) as acting:
            act(acting, one, newest(unit(), one).digest)
    run(CirculationRun(), unit())


def test_every_dimension_is_one_of_the_model_and_stands_in_each_list() -> None:
    """EX 1.2.1-a: beside VAT and the partner, which come from the invoice and from the supplier."""
    assert (
        set(DIMENSIONS)
        == set(tracking.DIMENSIONS)
        == set(Told.__slots__) - {"account", "vat_code", "partner"}
    )
    assert set(FOUR) <= set(DIMENSIONS)
    assert set(tracking.NOT_KEPT) == {"vat_code", "partner"}


def test_an_order_posts_its_dimensions_and_a_wrong_one_refuses_it(where: Unit) -> None:
    """EX 3-a, EX 1.2.1-a"""
    supplier("kontor")
    heading = f"{ORDER};{HEADING}"
    assert outcome(heading, f"{DESKS};{WRONG}") == [("purchase_dimension_unknown", 2, "reserve2")]
    taken = bring(heading, f"{DESKS};{VALUES}")
    assert taken.findings == []
    bring(RECEIPT, "V11;1;16.3.2026;Kirsi;10;;R1", "kirsi")
    with inside(where):
        one = invoice(where, "kontor", "100.00", "V11")
    run(MatchingRun(), where)
    assert posted(one) == [CODES]
    with inside(where):
        kept = KEPT["purchase_orders"].named(where, "V11")
    assert kept
    assert {name: kept["lines"][0]["coding"].get(name) for name in FOUR} == {
        name: CODES[name] for name in FOUR
    }


def test_a_contract_and_a_template_keep_their_dimensions(where: Unit) -> None:
    """EX 3-d, EX 1.2.1-a"""
    supplier("kontor")
    olli = person("olli")
    olli.email = "olli@prov.example"
    olli.save()
    one = "VSK11;S000001;1.1.2026;31.12.2026;budget;1000;nej;olli@prov.example;1.1.2026;31.12.2026;1000;;;100;40000000"
    assert outcome(f"{CONTRACT};{HEADING}", f"{one};{WRONG}") == [
        ("purchase_dimension_unknown", 2, "reserve2")
    ]
    assert outcome(f"{CONTRACT};{HEADING}", f"{one};{VALUES}") == {"new": 1}
    assert outcome(f"{TEMPLATE};{HEADING}", f"TK155;Sill;;1.3.2026;;100;{COST};{VALUES}") == {"new": 1}
    with inside(where):
        (line,) = CodingTemplateLine.objects.filter(unit=where)
        assert {name: getattr(line, name) for name in DIMENSIONS} == CODES
        coded = an_invoice(where, number="TK155")
        (proposal,) = propose(where, coded, DAY)
        assert {name: getattr(proposal.lines[0], name) for name in DIMENSIONS} == CODES


def test_what_a_person_codes_is_checked_approved_and_posted(where: Unit) -> None:
    """EX 1.2.1-a: another object is another coding, with a digest of its own."""
    one = an_invoice(where)
    line = a_line(**{name: value for name, value in CODES.items() if name != "budget_account"})
    for name in FOUR:
        with inside(where, "kirsi") as acting, pytest.raises(Refused) as refused:
            code(acting, one, [a_line(**{name: "NOBODYS"})])
        assert [(found.rule, found.detail["dimension"]) for found in refused.value.findings] == [
            ("coding_dimension", name)
        ]
    digests = set()
    for told in (line, *(a_line(**{name: CODES[name]}) for name in FOUR), line):
        with inside(where, "kirsi") as acting:
            digests.add(code(acting, one, [told]).digest)
    assert len(digests) == 6
    approved(one)
    assert posted(one) == [CODES]


def test_a_payment_of_another_system_keeps_the_dimensions_it_asks_for(where: Unit) -> None:
    """EX 2.2-d"""
    with inside(where):
        ReceivingAddress.objects.create(
            unit=where, edi_code=f"{where.edi_code}100", stream="other", voucher_type="XB", validity=ALWAYS
        )
    to = account(payee("grantee"))
    good, bad = asked("C-1", "100.00", to), asked("C-2", "50.00", to)
    good["postings"][0]["coding"] |= CODES
    bad["postings"][0]["coding"] |= CODES | {"authorisation": "NOBODYS"}
    taken = bring_payments(good, bad)
    assert [one.outcome for one in taken.invoices] == ["TAKEN_IN", "REQUEST_REFUSED"]
    assert [(one.rule, one.where) for _, one in taken.findings] == [
        ("purchase_dimension_unknown", "authorisation")
    ]
    with inside(where):
        found = PurchaseInvoice.objects.order_by("position")[0]
        (line,) = CodingLine.objects.filter(coding__invoice=found)
        assert {name: getattr(line, name) for name in DIMENSIONS} == CODES
    approved(found)
    assert posted(found) == [CODES]


def test_parts_of_cards_and_offices_are_checked_alike(where: Unit) -> None:
    """EX 4-a, EX 7-a"""
    with inside(where):
        check_parts(where, [Part(Decimal(5), COST, **CODES)], Decimal(5), DAY)
        for name in FOUR:
            with pytest.raises(RunRefused, match="unknown_dimension"):
                check_parts(where, [Part(Decimal(5), COST, **{name: "NOBODYS"})], Decimal(5), DAY)
    assert LineDraft(Decimal(1), Decimal(0), COST, **CODES).as_values()["joint_funding_unit"]


def test_a_statement_rule_posts_to_every_dimension(where: Unit) -> None:
    """EX 1.2.1-a, EX 10-a: told, tried and posted; by hand as well, and taken back as it stood."""
    books = told_lines("on 2026-03-16\nline A -100.00 batch PALKAT-202601\nline B -7.00 who Provkiosken")
    objects = tracking.Tracking(COST, **CODES)
    with inside(where, "kirsi") as acting:
        for name in FOUR:
            with pytest.raises(RunRefused, match=r"statement\.unknown_dimension"):
                propose_rule(acting, line_of(books, "A"), replace(objects, **{name: "NOBODYS"}), "Wages")
        rule = propose_rule(acting, line_of(books, "A"), objects, "Wages")
        assert tracking.tracking_of(rule) == objects
    with inside(where, "petra") as acting:
        approve_rule(acting, rule)
    books.rules["wages"] = rule
    assert books.decided()["A"][0] == "RULE"
    other = replace(objects, reserve1="", tracking2="")
    with inside(where, "cecilia") as acting:
        post_memo(acting, line_of(books, "B"), [StatementPart(Decimal("-7.00"), objects)], "fee")
        correct(acting, line_of(books, "B"), [StatementPart(Decimal("-7.00"), other)], "another")
        same = try_rule(where, Sought(rule.field, rule.pattern), "out", objects)
        otherwise = try_rule(where, Sought(rule.field, rule.pattern), "out", replace(objects, area=""))
    assert (same.same, otherwise.otherwise) == (1, 1), "one object less is another posting"
    with inside(where):
        entries = Entry.objects.filter(voucher__kind__in=("ST", "ME"), account=COST).order_by(
            "voucher_id", "position"
        )
        found = [(one.amount, tracking.tracking_of(one)) for one in entries]
    assert found == [
        (Decimal("100.00"), objects), (Decimal("7.00"), objects), (Decimal("-7.00"), objects), (Decimal("7.00"), other),
    ]  # fmt: skip
