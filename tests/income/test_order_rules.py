"""Orders decide themselves: every outcome by its clause, in a crowd and alone (OC 3.2.1, 2.1, 3.5, 3.8)."""

from datetime import date

import pytest
from tables import Told, decide_in_crowd_and_alone, read

from cast import add_item, add_price, an_order, inside, person, run, unit
from reskontra.database.refused import ActRefused
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.actions import approve, review
from reskontra.income.order_handling.rules import decide_orders
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.terms import terms_on
from reskontra.registers.policy import NotAllowed
from reskontra.sales.in_hand import MissingVatRate
from reskontra.sales.models import Order, OrderApproval, OrderDecision

pytestmark = pytest.mark.usefixtures("database")

TABLES = {
    "what is on the price list is ready": """
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        order  B  bruk
        line   B  COURSE 2
        line   B  BOOK   1 at 20.00
        order  C  verket
        line   C  COURSE 1.5
        expect A  READY                                   # OC 3.9-a
        expect B  READY                                   # OC 3.9-a: the list price, written out
        expect C  READY                                   # OC 3.9-a
        """,
    "an item or price that no approved list holds goes back": """
        on 2026-03-16
        price  SEEDS 9.00 from 2026-04-01
        order  A  aino
        line   A  LICENCE 1
        order  B  aino
        line   B  PERMIT 1
        line   B  LICENCE 1 at 5.00
        order  C  aino   priced 2009-12-31
        line   C  PERMIT 1 at 100.00
        order  D  bruk
        line   D  HOURS  3
        order  E  aino
        line   E  OPINION 1
        line   E  LICENCE 1
        order  F  bruk
        line   F  SEEDS  1 at 8.00
        expect A  ITEM_NOT_ON_PRICE_LIST                       # OC 2.1-a
        expect B  ITEM_NOT_ON_PRICE_LIST                       # OC 2.1-a: one line is enough
        expect C  ITEM_NOT_ON_PRICE_LIST                       # OC 2.1-a: the list did not hold it yet
        expect D  PRICE_MISSING  also NO_STANDARD_PRICE        # OC 2.1-a
        expect E  ITEM_NOT_ON_PRICE_LIST also PRICE_MISSING NO_STANDARD_PRICE   # OC 2.1-a: the first reason decides
        expect F  READY                                        # OC 3.9-a: the dearer price is not in force yet
        """,
    "the price of the pricing date counts, and without one that of the service": """
        on 2026-03-16
        price  PERMIT 120.00 from 2026-03-01
        order  A  aino  served 2026-03-10  priced 2026-02-28
        line   A  PERMIT 1 at 100.00
        order  B  aino  served 2026-02-28
        line   B  PERMIT 1 at 100.00
        order  C  aino  served 2026-03-01
        line   C  PERMIT 1 at 100.00
        order  D  aino  served 2026-02-10  priced 2026-03-01
        line   D  PERMIT 1 at 120.00
        expect A  READY                                   # OC 3.9-a
        expect B  READY                                   # OC 3.9-a
        expect C  OFF_LIST_PRICE                          # OC 3.2.1-a
        expect D  READY                                   # OC 3.9-a
        """,
    "a public-law item off the list is seen by the unit, a commercial one not unless the unit says so": """
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1 at 99.99
        order  B  aino
        line   B  PERMIT 1 at 100.01
        order  C  bruk
        line   C  COURSE 1 at 45.00
        order  D  aino
        line   D  PERMIT 1 at 100.000
        order  E  aino
        line   E  OPINION 1 at 300.00
        order  F  bruk
        line   F  HOURS 1 at 80.00
        order  G  aino
        line   G  PERMIT 1 at 1.00
        line   G  OPINION 1 at 1.00
        expect A  OFF_LIST_PRICE                          # OC 3.2.1-a: cheaper is off the list too
        expect B  OFF_LIST_PRICE                          # OC 3.2.1-a
        expect C  READY                                   # OC 3.9-a
        expect D  READY                                   # OC 3.9-a
        expect E  NO_STANDARD_PRICE                       # OC 3.2.1-a
        expect F  NO_STANDARD_PRICE                       # OC 3.2.1-a
        expect G  OFF_LIST_PRICE also NO_STANDARD_PRICE   # OC 3.2.1-a
        """,
    "the unit's own term makes commercial prices off the list a matter for review": """
        on 2026-03-16
        term   review_commercial_off_list yes             # OC 2.1-b
        order  A  bruk
        line   A  COURSE 1 at 45.00
        order  B  bruk
        line   B  COURSE 1 at 50.00
        order  C  bruk
        line   C  COURSE 1 at 45.00
        act    C  review maria
        act    C  approve gunnar
        expect A  OFF_LIST_PRICE                          # OC 3.2.1-a
        expect B  READY                                   # OC 3.9-a
        expect C  APPROVED also OFF_LIST_PRICE            # OC 3.2.1-b
        """,
    "the charge has a legal basis: of the item, as a text, or in an attached decision": """
        on 2026-03-16
        order  A  aino
        line   A  BARE 1
        order  B  aino   basis "Lag 1/2020, 3 §"
        line   B  BARE 1
        order  C  aino   basis-attached
        line   C  BARE 1
        order  D  aino
        line   D  PERMIT 1
        line   D  BARE 1
        expect A  LEGAL_BASIS_MISSING                     # OC 3.5-a
        expect B  READY                                   # OC 3.9-a
        expect C  READY                                   # OC 3.9-a
        expect D  LEGAL_BASIS_MISSING                     # OC 3.5-a: every line needs one
        """,
    "a posting that the order names must be in force": """
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1 account 30000000
        order  B  aino
        line   B  PERMIT 1 account 19500000
        order  C  aino
        line   C  PERMIT 1 account 12345678
        order  D  aino
        line   D  PERMIT 1 budget 999999
        order  E  aino
        line   E  PERMIT 1 project P-1
        expect A  READY                                   # OC 3.9-a
        expect B  POSTING_UNKNOWN                         # OC 2.1-b: no income account
        expect C  POSTING_UNKNOWN                         # OC 2.1-b
        expect D  POSTING_UNKNOWN                         # OC 2.1-b
        expect E  POSTING_UNKNOWN                         # OC 2.1-b
        """,
    "one invoice is of one kind of law, within or outside VAT, and of this country": """
        on 2026-03-16
        order  A  aino
        line   A  SAMPLE 1
        line   A  COURSE 1
        order  B  aino
        line   B  PERMIT 1
        line   B  SAMPLE 1
        order  C  aino
        line   C  PERMIT 1
        line   C  COURSE 1
        order  D  bruk  tax-country SE
        line   D  COURSE 1
        order  E  bruk  tax-country FI
        line   E  COURSE 1
        expect A  MIXED_LAW                               # OC 6.2.7-a
        expect B  MIXED_VAT_SCOPE                         # OC 1.6-a
        expect C  MIXED_LAW also MIXED_VAT_SCOPE          # OC 6.2.7-a
        expect D  DEVIATING_TAX_COUNTRY                   # OC 3.5-a
        expect E  READY                                   # OC 3.9-a
        """,
    "between State units a space or a comma ends the contract number": """
        on 2026-03-16
        order  A  verket case VSK1004711X
        line   A  COURSE 1
        order  B  verket case VSK1004711
        line   B  COURSE 1
        order  C  verket case VSK1004711,Lindberg
        line   C  COURSE 1
        order  D  bruk   case VSK1-2026/7
        line   D  COURSE 1
        expect A  CONTRACT_NOT_ENDED                      # OC 3.5.3-a
        expect B  READY                                   # OC 3.9-a
        expect C  READY                                   # OC 3.9-a
        expect D  READY                                   # OC 3.9-a
        """,
    "State units get e-invoices only, letter numbers belong to own systems": """
        on 2026-03-16
        order  A  stum
        line   A  COURSE 1
        order  B  aino  pays stum
        line   B  COURSE 1
        order  C  museum
        line   C  COURSE 1
        order  D  aino  pays museum
        line   D  COURSE 1
        system HAMN-KIOSK
        order  E  museum sent-by HAMN-SHOP
        line   E  COURSE 1
        order  F  museum
        line   F  LICENCE 1
        order  G  museum sent-by HAMN-KIOSK
        line   G  COURSE 1
        order  H  aino sent-by HAMN-KIOSK pays museum
        line   H  COURSE 1
        order  I  aino sent-by HAMN-KIOSK ship-to museum
        line   I  COURSE 1
        order  J  aino sent-by HAMN-SHOP bill-to museum
        line   J  COURSE 1
        order  K  aino bill-to museum
        line   K  COURSE 1
        order  L  aino  bill-to stum
        line   L  PERMIT 1
        order  M  stum  bill-to verket
        line   M  COURSE 1
        order  N  verket  bill-to paja
        line   N  COURSE 1
        expect A  STATE_UNIT_WITHOUT_E_ADDRESS            # OC 2.2-i
        expect B  STATE_UNIT_WITHOUT_E_ADDRESS            # OC 2.2-i: the payer receives
        expect C  CUSTOMER_OF_OWN_SYSTEM                  # OC 2.2-a
        expect D  CUSTOMER_OF_OWN_SYSTEM                  # OC 2.2-a
        expect E  READY_FROM_OWN_SYSTEM                   # OC 3.2.1-a
        expect F  CUSTOMER_OF_OWN_SYSTEM also ITEM_NOT_ON_PRICE_LIST   # OC 2.2-a
        expect G  CUSTOMER_OF_OWN_SYSTEM also READY_FROM_OWN_SYSTEM    # OC 2.2-a: of another system
        expect H  CUSTOMER_OF_OWN_SYSTEM also READY_FROM_OWN_SYSTEM    # OC 2.2-a
        expect I  CUSTOMER_OF_OWN_SYSTEM also READY_FROM_OWN_SYSTEM    # OC 2.2-a
        expect J  READY_FROM_OWN_SYSTEM                   # OC 3.2.1-a
        expect K  CUSTOMER_OF_OWN_SYSTEM                  # OC 2.2-a
        expect L  STATE_UNIT_WITHOUT_E_ADDRESS            # OC 2.2-i: who receives it for the payer
        expect M  READY                                   # OC 3.9-a: reached by another unit
        expect N  STATE_UNIT_WITHOUT_E_ADDRESS            # OC 2.2-i: a State unit's invoice is never on paper
        """,
    "what a person sent back stays back, whatever the rule would say": """
        on 2026-03-16
        order  A  aino
        line   A  PERMIT 1
        act    A  return kirsi
        order  B  aino
        line   B  PERMIT 1 at 90.00
        act    B  review maria
        act    B  return gunnar
        order  C  aino
        line   C  PERMIT 1 at 90.00
        act    C  review maria
        act    C  approve gunnar
        act    C  return maria
        order  D  aino
        line   D  LICENCE 1
        expect A  SENT_BACK                               # OC 3.9-c
        expect B  SENT_BACK also OFF_LIST_PRICE           # OC 3.9-c
        expect C  SENT_BACK also APPROVED OFF_LIST_PRICE  # OC 3.9-c
        expect D  ITEM_NOT_ON_PRICE_LIST                  # OC 2.1-a
        """,
    "the recipient has an address to stand on the invoice": """
        on 2026-03-16
        order  A  nowhere
        line   A  COURSE 1
        order  B  bruk  bill-to nowhere
        line   B  COURSE 1
        order  C  nowhere bill-to bruk
        line   C  COURSE 1
        order  D  skydd bill-to nowhere
        line   D  PERMIT 1
        order  E  skyddbank bill-to skyddbank
        line   E  PERMIT 1
        order  F  aino  bill-to skyddbank
        line   F  PERMIT 1
        order  G  bruk  ship-to nowhere
        line   G  COURSE 1
        expect A  RECIPIENT_WITHOUT_ADDRESS               # OC 3.5-a
        expect B  RECIPIENT_WITHOUT_ADDRESS               # OC 3.5-a: the recipient's is asked for
        expect C  READY                                   # OC 3.9-a
        expect D  RECIPIENT_WITHOUT_ADDRESS               # OC 3.5-a
        expect E  READY                                   # OC 3.9-a: the unit's own address stands there
        expect F  RECIPIENT_WITHOUT_ADDRESS               # OC 3.5-a: the unit's own stands for the payer's only
        expect G  READY                                   # OC 3.9-a: the place of delivery is left out
        """,
    "a protected person is reached by a safe address, a consumer e-invoice or the unit's contact person": """
        on 2026-03-16
        order  A  skydd
        line   A  PERMIT 1
        order  B  skydd bill-to contact
        line   B  PERMIT 1
        order  C  skyddbox
        line   C  PERMIT 1
        order  D  skyddbank
        line   D  PERMIT 1
        order  E  skydd bill-to skydd
        line   E  PERMIT 1
        order  F  aino pays skydd
        line   F  PERMIT 1
        expect A  PROTECTED_WITHOUT_SAFE_WAY              # OC 3.8-a
        expect B  READY                                   # OC 3.9-a
        expect C  READY                                   # OC 3.9-a
        expect D  READY                                   # OC 3.9-a
        expect E  PROTECTED_WITHOUT_SAFE_WAY              # OC 3.8-a
        expect F  PROTECTED_WITHOUT_SAFE_WAY              # OC 3.8-a
        """,
    "orders from the unit's own system were approved there, but must still be lawful": """
        on 2026-03-16
        invoiced F1 bruk COURSE 4
        order  A  aino  own-system
        line   A  PERMIT 1 at 1.00
        order  B  aino  own-system
        line   B  OPINION 1 at 300.00
        order  C  bruk  own-system credits F1
        line   C  COURSE -1
        order  D  aino  own-system
        line   D  LICENCE 1
        order  E  bruk  own-system credits 4210000000999
        line   E  COURSE -1
        expect A  READY_FROM_OWN_SYSTEM also OFF_LIST_PRICE       # OC 3.2.1-a
        expect B  READY_FROM_OWN_SYSTEM also NO_STANDARD_PRICE    # OC 3.2.1-a
        expect C  READY_FROM_OWN_SYSTEM also CREDIT_NEEDS_REVIEW  # OC 3.2.1-a
        expect D  ITEM_NOT_ON_PRICE_LIST also READY_FROM_OWN_SYSTEM   # OC 2.1-a
        expect E  ORIGINAL_UNKNOWN also READY_FROM_OWN_SYSTEM CREDIT_NEEDS_REVIEW   # OC 3.5-a
        """,
    "every credit is reviewed, and fits the invoice that it corrects": """
        on 2026-03-16
        invoiced F1 aino PERMIT 2
        invoiced F2 bruk COURSE 1
        invoiced F3 bruk COURSE 3
        order  A  aino  credits F1
        line   A  PERMIT -1
        order  B  aino  credits F1
        line   B  PERMIT -2
        order  C  aino  credits F1
        line   C  PERMIT -3
        order  D  berit credits F1
        line   D  PERMIT -1
        order  E  aino  credits 4210000000099
        line   E  PERMIT -1
        order  F  aino  credits 4220000000001
        line   F  PERMIT -1
        order  G  aino  credits "the invoice of March"
        line   G  PERMIT -1
        order  H  aino  credit
        line   H  PERMIT -1
        order  I  aino  credits F1
        line   I  PERMIT 1
        order  J  aino
        line   J  PERMIT -1
        order  K  aino
        line   K  PERMIT 2
        line   K  INSPECT -1
        order  L  bruk  credits F2
        line   L  COURSE -1 at 50.01
        order  M  aino  credits F1
        line   M  INSPECT -1
        order  N  bruk  credits F3
        line   N  SEEDS -1
        order  O  bruk  credits F3
        line   O  COURSE -1
        line   O  BOOK -1
        order  P  bruk  credits F3
        line   P  COURSE -3
        line   P  SEEDS -0.001
        expect A  CREDIT_NEEDS_REVIEW                                          # OC 3.2.1-a
        expect B  CREDIT_NEEDS_REVIEW                                          # OC 3.2.1-a: the whole invoice
        expect C  CREDIT_EXCEEDS_ORIGINAL also CREDIT_NEEDS_REVIEW             # OC 3.5-a
        expect D  ORIGINAL_OF_ANOTHER_PAYER also CREDIT_NEEDS_REVIEW           # OC 3.5-a
        expect E  ORIGINAL_UNKNOWN also CREDIT_NEEDS_REVIEW                    # OC 3.5-a
        expect F  ORIGINAL_UNKNOWN also CREDIT_NEEDS_REVIEW                    # OC 3.5-a: another unit's invoice
        expect G  ORIGINAL_UNKNOWN also CREDIT_NEEDS_REVIEW                    # OC 3.5-a
        expect H  ORIGINAL_UNKNOWN also CREDIT_NEEDS_REVIEW                    # OC 3.5-a
        expect I  CREDIT_NOT_NEGATIVE also CREDIT_NEEDS_REVIEW                 # OC 3.2.1-a
        expect J  NEGATIVE_WITHOUT_CREDIT                                      # OC 3.2.1-a
        expect K  NEGATIVE_WITHOUT_CREDIT                                      # OC 3.2.1-a: no line may hide one
        expect L  CREDIT_EXCEEDS_ORIGINAL also CREDIT_NEEDS_REVIEW             # OC 3.5-a
        expect M  CREDIT_OF_ANOTHER_ITEM also CREDIT_NEEDS_REVIEW              # OC 3.2.1-a: the reviewer is told
        expect N  CREDIT_EXCEEDS_ORIGINAL also CREDIT_OF_ANOTHER_ITEM CREDIT_NEEDS_REVIEW  # OC 3.5-a: not charged
        expect O  CREDIT_EXCEEDS_ORIGINAL also CREDIT_OF_ANOTHER_ITEM CREDIT_NEEDS_REVIEW  # OC 3.5-a
        expect P  CREDIT_EXCEEDS_ORIGINAL also CREDIT_OF_ANOTHER_ITEM CREDIT_NEEDS_REVIEW  # OC 3.5-a: by one cent
        """,
    "two acts of two persons let an order through, one act does not": """
        on 2026-03-16
        invoiced F1 aino PERMIT 1
        order  A  aino
        line   A  PERMIT 1 at 90.00
        act    A  review maria
        order  B  aino
        line   B  PERMIT 1 at 90.00
        act    B  review maria
        act    B  approve gunnar
        order  C  aino  credits F1
        line   C  PERMIT -1
        act    C  review hanna
        act    C  approve gunnar
        order  D  aino
        line   D  LICENCE 1 at 90.00
        act    D  review maria
        act    D  approve gunnar
        order  E  aino
        line   E  PERMIT 1
        act    E  review maria
        act    E  approve gunnar
        expect A  OFF_LIST_PRICE                          # OC 3.2.1-a
        expect B  APPROVED also OFF_LIST_PRICE            # OC 3.2.1-b
        expect C  APPROVED also CREDIT_NEEDS_REVIEW       # OC 3.2.1-b
        expect D  ITEM_NOT_ON_PRICE_LIST                  # OC 2.1-a: approval mends nothing
        expect E  READY                                   # OC 3.9-a: nothing needed it
        """,
}


@pytest.mark.parametrize("name", TABLES)
def test_orders_become_what_the_clause_says_in_a_crowd_and_alone(name: str) -> None:
    decide_in_crowd_and_alone(TABLES[name])


def test_the_tables_show_every_outcome_of_the_rule() -> None:
    rule = {case.outcome.name for case in decide_orders(terms_on(date(2026, 3, 16))).cases}
    shown = {line.words[1] for text in TABLES.values() for line in read(text).all("expect")}
    assert shown == rule


def test_an_item_that_is_announced_but_not_approved_cannot_be_billed() -> None:
    """OC 2.1-a, 2.1-d: the price list is used only once it is approved."""
    where = unit()
    add_item("FERRY", public=True, vat_class="outside_scope", basis=True)
    with inside(where):
        add_price(where, "FERRY", "12.00", approved=False)
        order = an_order(where, "aino", {"item": "FERRY"})
    assert _outcome(order) == "ITEM_NOT_ON_PRICE_LIST"


def test_a_credit_after_another_may_take_only_what_is_left() -> None:
    """OC 3.5-a: credits that are out already count against the original."""
    told = Told(
        read("""
            on 2026-03-16
            invoiced F1 aino PERMIT 2
            order  A  aino  credits F1
            line   A  PERMIT -1.5
            act    A  review maria
            act    A  approve gunnar
            """),
        unit(),
    )
    run(InvoicingRun(), told.where)
    original = f"4210{told.invoices['F1'].number:09d}"
    with inside(told.where):
        fits, exceeds = (
            an_order(
                told.where,
                "aino",
                {"item": "PERMIT", "quantity": quantity},
                credit=True,
                reference_invoice=original,
            )
            for quantity in ("-0.5", "-0.51")
        )
    assert (_outcome(fits), _outcome(exceeds)) == ("CREDIT_NEEDS_REVIEW", "CREDIT_EXCEEDS_ORIGINAL")


def _outcome(order: Order) -> str:
    decided_by = run(OrdersRun([order.pk]), unit()).run
    with inside(unit()):
        return str(OrderDecision.objects.get(unit=unit(), order=order, run=decided_by).outcome)


# --- the two acts (OC 3.2.1-b) -----------------------------------------------------------------------------------


def _off_list() -> Order:
    with inside(unit()):
        return an_order(unit(), "aino", {"item": "PERMIT", "unit_price": "90.00"})


def test_the_reviewer_is_not_the_approver() -> None:
    """OC 3.2.1-b: refused in the database, by the constraint's name."""
    order = _off_list()
    with inside(unit(), "hanna") as acting:
        review(acting, order, order.digest)
    with inside(unit(), "hanna") as acting, pytest.raises(ActRefused) as refused:
        approve(acting, order, order.digest)
    assert refused.value.constraint == "reviewer_is_not_approver"


def test_an_approval_follows_a_review() -> None:
    """OC 3.2.1-b"""
    order = _off_list()
    with inside(unit(), "gunnar") as acting, pytest.raises(ActRefused) as refused:
        approve(acting, order, order.digest)
    assert refused.value.constraint == "an_approval_follows_a_review"


def test_an_act_binds_to_the_version_that_was_seen() -> None:
    """OC 3.2.1-b"""
    order = _off_list()
    with inside(unit(), "maria") as acting, pytest.raises(ActRefused) as refused:
        review(acting, order, "f" * 64)
    assert refused.value.constraint == "an_act_binds_to_the_version_seen"


def test_an_act_is_given_once() -> None:
    """OC 3.2.1-b"""
    order = _off_list()
    with inside(unit(), "maria") as acting:
        review(acting, order, order.digest)
    with inside(unit(), "hanna") as acting, pytest.raises(ActRefused) as refused:
        review(acting, order, order.digest)
    assert refused.value.constraint == "an_act_is_given_once"


@pytest.mark.parametrize(
    ("who", "act"), [("kirsi", review), ("gunnar", review), ("maria", approve), ("olli", approve)]
)
def test_only_those_whom_the_unit_named_review_and_approve(who: str, act: object) -> None:
    """OC 1.2-a, OC 3.2.1-b"""
    order = _off_list()
    with inside(unit(), who) as acting, pytest.raises(NotAllowed):
        act(acting, order, order.digest)  # type: ignore[operator]
    with inside(unit()):
        assert not OrderApproval.objects.filter(unit=unit(), order=order).exists()
    assert person(who).is_active


def test_an_approval_of_an_older_version_does_not_carry_over() -> None:
    """OC 3.2.1-b: the newest version needs acts of its own."""
    first = _off_list()
    for who, act in (("maria", review), ("gunnar", approve)):
        with inside(unit(), who) as acting:
            act(acting, first, first.digest)
    assert _outcome(first) == "APPROVED"
    with inside(unit()):
        second = an_order(
            unit(), "aino", {"item": "PERMIT", "unit_price": "80.00"}, number=first.number, key=first.key, version=2,
            digest="a" * 64,
        )  # fmt: skip
    assert _outcome(second) == "OFF_LIST_PRICE"
    with inside(unit()):
        decided = set(
            OrderDecision.objects.filter(unit=unit(), order=first).values_list("outcome", flat=True)
        )
    run(OrdersRun(), unit())
    with inside(unit()):
        again = set(OrderDecision.objects.filter(unit=unit(), order=first).values_list("outcome", flat=True))
    assert again == decided, "an older version is not decided any more"


def test_a_missing_vat_rate_stops_the_run_and_is_never_guessed() -> None:
    """OC 1.6-a"""
    with inside(unit()):
        an_order(
            unit(), "bruk", {"item": "COURSE"}, service_date=date(2012, 12, 31), pricing_date=date(2026, 3, 1)
        )
    with pytest.raises(MissingVatRate) as missing:
        run(OrdersRun(), unit())
    assert (missing.value.vat_class, missing.value.day, missing.value.item) == (
        "standard",
        "2012-12-31",
        "COURSE",
    )
    with inside(unit()):
        assert not OrderDecision.objects.filter(unit=unit()).exists()
