"""The rule in SQL says what a plain reading of the guideline says, whatever was ordered, received, invoiced."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cast import DAY, inside, new_unit, run
from expenditure.purchase_cast import invoice, order, order_line, received
from reskontra.expenditure.matching.run import MatchingRun
from reskontra.purchases.models import CodingLine, Payable, PurchaseDecision

pytestmark = pytest.mark.usefixtures("database")
_codes = count(670_001)
_CENT = Decimal("0.01")
_few = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
# Amounts where percent, euro or neither decides, and a few cents around every bound.
_whole = st.sampled_from(
    [Decimal(one) for one in ("10.30", "100.00", "199.90", "200.00", "999.80", "1000.00", "3000.00")]
)
_away = st.sampled_from(
    [Decimal(sign) * (Decimal(bound) + Decimal(cents) * _CENT) for sign in (1, -1)
     for bound in ("0", "5", "10", "50", "100") for cents in (-1, 0, 1)]
)  # fmt: skip
_told = st.fixed_dictionaries(
    {
        "ordered": st.tuples(_whole, _whole),
        "received": st.lists(
            st.tuples(st.integers(0, 1), st.sampled_from(["all", "half", "back"])), max_size=4
        ),
        "invoices": st.lists(
            st.tuples(st.sampled_from(["all", "first", "part", "credit"]), _away), min_size=1, max_size=4
        ),
    }
)


@dataclass
class Plain:
    """The state of one order, kept as a careful clerk would."""

    ordered: Decimal
    received: Decimal
    invoiced: Decimal = Decimal(0)

    def outcome(self, net: Decimal) -> str:
        """What becomes of an invoice of ``net``; what it takes is noted."""
        basis, left = self.received - self.invoiced, self.ordered - self.invoiced
        outcome = "AUTO_APPROVED"
        if net < 0:
            if -net > self.invoiced:
                outcome = "OVER_TOLERANCE_UP"
        elif net > basis + _smaller(basis, 5, "10"):
            missing = (basis <= 0 and left > 0) or net <= left + _smaller(left, 5, "10")
            outcome = "NOT_RECEIVED" if missing else "OVER_TOLERANCE_UP"
        elif net < basis - _smaller(basis, 5, "50"):
            outcome = "OVER_TOLERANCE_DOWN"
        if outcome == "AUTO_APPROVED":
            self.invoiced += net
        return outcome


def _smaller(of: Decimal, percent: int, most: str) -> Decimal:
    return min((max(of, Decimal(0)) * percent / 100).quantize(_CENT, ROUND_HALF_UP), Decimal(most))


@given(told=_told)
@_few
def test_the_rule_is_a_plain_reading_of_the_guideline(told: dict[str, Any]) -> None:
    """EX 3-a"""
    where = new_unit(str(next(_codes)))
    came = [Decimal(0), Decimal(0)]
    with inside(where):
        made = order(where, "V11", "kontor")
        for place, net in enumerate(told["ordered"], start=1):
            order_line(made, place, str(net))
        for line, what in told["received"]:
            net = {"all": told["ordered"][line], "half": told["ordered"][line] / 2, "back": -came[line]}[what]
            net = net.quantize(_CENT)
            if net:
                received(made, line + 1, str(net))
                came[line] += net
        plain = Plain(sum(told["ordered"]), sum(came))
        invoices, expected = [], []
        for place, (what, away) in enumerate(told["invoices"]):
            base = {
                "all": sum(came), "first": told["ordered"][0], "part": sum(came) / 2, "credit": -sum(came) / 2,
            }[what]  # fmt: skip
            net = (base + away).quantize(_CENT)
            if not net:
                continue
            day: date = DAY - timedelta(days=9 - place)
            invoices.append(invoice(where, "kontor", str(net), "V11", issue_date=day).pk)
            expected.append(plain.outcome(net))
    result = run(MatchingRun(), where)
    with inside(where):
        decided = dict(
            PurchaseDecision.objects.filter(unit=where, run=result.run).values_list("invoice_id", "outcome")
        )
        assert [decided[one] for one in invoices] == expected
        payable = Payable.objects.filter(unit=where)
        assert payable.count() == expected.count("AUTO_APPROVED")
        coded = sum((one.net for one in CodingLine.objects.filter(unit=where)), Decimal(0))
        assert coded == plain.invoiced
