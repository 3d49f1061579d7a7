"""Courts, court fees and maxima of legal costs by day; what a payment demand must tell by day and debtor."""

from datetime import date
from decimal import Decimal

import pytest

from reskontra.kernel.courts import (
    CourtsDefect,
    MissingCourtData,
    competent_court,
    court_fee,
    courts,
    legal_cost,
    read_courts,
)
from reskontra.kernel.demands import Circumstances, all_contents, required_contents


@pytest.mark.parametrize(
    ("postcode", "court"),
    [
        ("00100", "helsinki"), ("00990", "helsinki"), ("01300", "ita_uusimaa"), ("02100", "ita_uusimaa"),
        ("10600", "ita_uusimaa"), ("13100", "varsinais_suomi"), ("15110", "kymenlaakso"), ("20100", "varsinais_suomi"),
        ("22100", "aland"), ("26100", "pirkanmaa"), ("28100", "pirkanmaa"), ("33100", "pirkanmaa"),
        ("40100", "pohjanmaa"), ("45100", "kymenlaakso"), ("53100", "kymenlaakso"), ("65100", "pohjanmaa"),
        ("67100", "pohjanmaa"), ("70100", "kymenlaakso"), ("80100", "kymenlaakso"), ("84100", "oulu"),
        ("87100", "lappi"), ("90100", "oulu"), ("94100", "lappi"), ("96100", "lappi"),
    ],
)  # fmt: skip
def test_a_seat_has_its_court(postcode: str, court: str) -> None:
    """OC 6.2.3-a: the nine courts by the regions of their inhabitants."""
    assert competent_court(postcode) == court


@pytest.mark.parametrize(
    "postcode", ["16900", "17800", "19650", "27320", "31760", "35400", "49220", "68100", "91700", "95100", ""]
)
def test_a_border_is_not_certain(postcode: str) -> None:
    """OC 6.2.3-a: ranges that cross the border of two courts are left to a person."""
    assert competent_court(postcode) is None


def test_the_nine_courts_of_the_guideline() -> None:
    """OC 6.2.3-a"""
    assert [one.name["sv"] for one in courts().by_key.values()] == [
        "Ålands tingsrätt", "Helsingfors tingsrätt", "Östra Nylands tingsrätt", "Kymmenedalens tingsrätt",
        "Lapplands tingsrätt", "Uleåborgs tingsrätt", "Birkalands tingsrätt", "Österbottens tingsrätt",
        "Egentliga Finlands tingsrätt",
    ]  # fmt: skip
    assert {area.court for area in courts().areas} == set(courts().by_key)


@pytest.mark.parametrize(
    ("day", "direct", "other", "contested", "extensive"),
    [
        ("2016-01-01", 65, 86, 250, 500), ("2018-12-31", 65, 86, 250, 500), ("2019-01-01", 65, 86, 260, 510),
        ("2021-12-31", 65, 86, 260, 510), ("2022-01-01", 65, 86, 270, 530), ("2024-12-31", 65, 86, 270, 530),
        ("2025-01-01", 70, 100, 310, 610), ("2026-06-15", 70, 100, 310, 610),
    ],
)  # fmt: skip
def test_the_fee_goes_by_the_day_and_the_channel(
    day: str, direct: int, other: int, contested: int, extensive: int
) -> None:
    """OC 6.2.6-a"""
    on = date.fromisoformat(day)
    asked = [court_fee(item, on) for item in ("direct", "other_channel", "contested", "extensive")]
    assert asked == [direct, other, contested, extensive]


def test_a_day_before_the_first_fee_is_not_guessed() -> None:
    """OC 6.2.6-a"""
    with pytest.raises(MissingCourtData):
        court_fee("direct", date(2015, 12, 31))
    with pytest.raises(MissingCourtData):
        legal_cost(Decimal(100), date(2001, 12, 31), "base")


@pytest.mark.parametrize(
    ("day", "principal", "base", "high", "included"),
    [
        ("2012-09-01", "299.99", 50, 80, False), ("2012-09-01", "300.00", 80, 120, False),
        ("2012-09-01", "1000.00", 80, 120, False), ("2012-09-01", "1000.01", 110, 160, False),
        ("2012-08-31", "250.00", 134, 218, False), ("2012-08-31", "250.01", 168, 258, False),
        ("2011-01-01", "250.00", 134, 218, False), ("2010-12-31", "250.00", 211, 294, True),
        ("2010-12-31", "250.01", 245, 333, True), ("2002-01-01", "250.00", 170, 240, True),
    ],
)  # fmt: skip
def test_the_maximum_goes_by_principal_day_and_tariff(
    day: str, principal: str, base: int, high: int, included: bool
) -> None:
    """OC 6.2.6-a: at and over each bound, and on the days on which it changes."""
    on = date.fromisoformat(day)
    found = [legal_cost(Decimal(principal), on, tariff) for tariff in ("base", "high")]
    assert [one.amount for one in found] == [base, high]
    assert {one.fee_included for one in found} == {included}


_COURT = (
    '[[court]]\nkey = "a"\nname = {{ sv = "A", fi = "A", en = "{en}" }}\nregions = []\nfrom = 2020-01-01\n'
)
_AREA = '[[area]]\nfirst = "{first}"\nlast = "{last}"\ncourt = "{court}"\n'
_REST = (
    '[[fee]]\nitem = "{fee}"\nvalue = "1"\nfrom = 2020-01-01\n[[legal_cost]]\nbase = "1"\nfrom = 2020-01-01\n'
)


def _written(en: str = "A", areas: tuple[tuple[str, str, str], ...] = (("00001", "00002", "a"),), fee: str = "direct",
             twice: bool = False) -> str:  # fmt: skip
    told = _COURT.format(en=en) * (2 if twice else 1)
    told += "".join(_AREA.format(first=first, last=last, court=court) for first, last, court in areas)
    return told + _REST.format(fee=fee)


@pytest.mark.parametrize(
    "wrong",
    [
        _written(twice=True), _written(en=""), _written(areas=(("00001", "00002", "b"),)),
        _written(areas=(("00002", "00001", "a"),)), _written(areas=(("1", "2", "a"),)),
        _written(areas=(("00001", "00005", "a"), ("00005", "00009", "a"))), _written(fee="free"),
    ],
)  # fmt: skip
def test_a_file_of_courts_that_contradicts_itself_is_refused(wrong: str) -> None:
    assert read_courts(_written()).by_key
    with pytest.raises(CourtsDefect):
        read_courts(wrong)


def test_what_a_demand_must_tell_goes_by_day_debtor_and_claim() -> None:
    """OC 6.1.4-a: to consumers since 2013-03-16, to others since 2022-05-01."""
    consumer, other = Circumstances("consumer"), Circumstances("other")
    assert len(all_contents()) == 12
    assert required_contents(consumer, date(2013, 3, 15)) == ()
    assert len(required_contents(consumer, date(2013, 3, 16))) == 9
    assert required_contents(other, date(2022, 4, 30)) == ()
    assert len(required_contents(other, date(2022, 5, 1))) == 8
    assert "interruption_right" in required_contents(consumer, date(2026, 1, 1))
    assert "interruption_right" not in required_contents(other, date(2026, 1, 1))
    assert "original_creditor_name" in required_contents(
        Circumstances("other", assigned=True), date(2026, 1, 1)
    )
    enforceable = required_contents(Circumstances("other", enforceable=True), date(2026, 1, 1))
    assert "remedies_and_postponement" in enforceable
    assert "objection_right_deadline" not in enforceable
    unstated = Circumstances("consumer", interest_stated=False)
    assert "interest_explanation_right" in required_contents(unstated, date(2026, 1, 1))
