"""The values that only forms of expenditure carry: amounts of either sign, shares, accounts, numbers of orders."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from reskontra.formats.workbooks.currencies import CURRENCIES
from reskontra.formats.workbooks.readings import (
    PARTY_KINDS,
    Problem,
    Raw,
    Read,
    decimals_of,
    hidden,
    number_in,
)
from reskontra.kernel.identifiers import (
    find_personal_codes,
    is_business_id,
    is_iban,
    is_ovt,
    is_vat_id,
    normal_business_id,
    normal_iban,
)

_CLAUSE = "OC 3.9-c"
_CENTS = 2
_PERCENT_DECIMALS = 4
_MOST_WHOLE_DIGITS = 12
_MOST_COUNT_DIGITS = 6
_HUNDRED = Decimal(100)
# A private person's technical business id: 4, the day of birth, and a zero for the check digit (EX 5.1).
_TECHNICAL_ID = re.compile(r"4([0-9]{2})([0-9]{2})([0-9]{2})-0")
_CENTURIES = (1900, 2000)
_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_ACCOUNT = re.compile(r"[0-9]{8}")
_OPERATING_UNIT = re.compile(r"[0-9]{10}")
_BUDGET_ACCOUNT = re.compile(r"[0-9]{1,3}(?:\.?[0-9]{1,3}){1,7}")
_VOUCHER_TYPE = re.compile(r"[A-Z0-9]{2}")
# The number of an order or a contract ends at the first space or comma (OC 3.5.3-a).
_NUMBER = re.compile(r"[^\s,;]+")
_PLAN_TYPES: Mapping[str, tuple[str, ...]] = {
    "budget": ("budget", "budjetti", "budjettipohjainen", "budgetbaserad", "budget-based"),
    "schedule": ("schedule", "aikataulu", "maksuaikataulu", "tidtabell", "betalningsplan"),
}
_PLAN_TYPE = {word: plan for plan, words in _PLAN_TYPES.items() for word in words}


def is_technical_id(text: str) -> bool:
    """Whether ``text`` is a private person's technical business id: 4ddmmyy-0 with a day that exists (EX 5.1)."""
    found = _TECHNICAL_ID.fullmatch(text.strip())
    if found is None:
        return False
    day, month, year = map(int, found.groups())
    return any(_exists(century + year, month, day) for century in _CENTURIES)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _wrong(rule: str, **detail: str) -> tuple[None, Problem]:
    return None, Problem(rule, _CLAUSE, detail)


def _amount(raw: Raw, text: str) -> tuple[Decimal | None, Problem | None]:
    """Any amount in whole cents, zero and either sign included."""
    number = number_in(raw, text)
    if number is None:
        return _wrong("form_not_a_number")
    if number.adjusted() >= _MOST_WHOLE_DIGITS:
        return _wrong("form_number_too_large", most=str(_MOST_WHOLE_DIGITS))
    if decimals_of(number) > _CENTS:
        return _wrong("form_too_many_decimals", most=str(_CENTS))
    return number, None


def _not_zero(raw: Raw, text: str) -> tuple[Decimal | None, Problem | None]:
    number, problem = _amount(raw, text)
    return _wrong("value_amount_is_zero") if number is not None and not number else (number, problem)


def _positive(raw: Raw, text: str) -> tuple[Decimal | None, Problem | None]:
    number, problem = _amount(raw, text)
    return _wrong("value_amount_not_positive") if number is not None and number <= 0 else (number, problem)


def _not_negative(raw: Raw, text: str) -> tuple[Decimal | None, Problem | None]:
    number, problem = _amount(raw, text)
    return _wrong("value_amount_is_negative") if number is not None and number < 0 else (number, problem)


def _percent(raw: Raw, text: str) -> tuple[Decimal | None, Problem | None]:
    """A share of more than nothing and at most the whole."""
    number = _number_without_sign(raw, text)
    if number is None:
        return _wrong("form_not_a_number")
    if decimals_of(number) > _PERCENT_DECIMALS:
        return _wrong("form_too_many_decimals", most=str(_PERCENT_DECIMALS))
    return (number, None) if 0 < number <= _HUNDRED else _wrong("value_percent_out_of_range")


def _vat_percent(raw: Raw, text: str) -> tuple[Decimal | None, Problem | None]:
    """A rate in percent; 0.255 is what a spreadsheet makes of 25.5 %, and no rate."""
    number = _number_without_sign(raw, text)
    if number is None:
        return _wrong("form_not_a_number")
    if decimals_of(number) > _PERCENT_DECIMALS:
        return _wrong("form_too_many_decimals", most=str(_PERCENT_DECIMALS))
    if 0 < number < 1:
        return _wrong("value_percent_is_a_share")
    return (number, None) if 0 <= number <= _HUNDRED else _wrong("value_percent_out_of_range")


def _number_without_sign(raw: Raw, text: str) -> Decimal | None:
    return (
        number_in(text.rstrip("%").rstrip(), text.rstrip("%").rstrip())
        if isinstance(raw, str)
        else number_in(raw, text)
    )


def _count(raw: Raw, text: str) -> tuple[int | None, Problem | None]:
    number = number_in(raw, text)
    if number is None or number != number.to_integral_value() or number < 1:
        return _wrong("value_not_a_count")
    if number.adjusted() >= _MOST_COUNT_DIGITS:
        return _wrong("form_number_too_large", most=str(_MOST_COUNT_DIGITS))
    return int(number), None


def _iban(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    return (normal_iban(text), None) if is_iban(text) else _wrong("value_iban_not_valid")


def _bic(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    code = "".join(text.split()).upper()
    return (code, None) if _BIC.fullmatch(code) else _wrong("value_bic_not_valid")


def _ovt(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    return (text.upper(), None) if is_ovt(text) else _wrong("value_edi_code_not_valid")


def _currency(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    return (text.upper(), None) if text.upper() in CURRENCIES else _wrong("value_currency_unknown")


def _payee_id(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    if is_business_id(text):
        return normal_business_id(text), None
    if is_technical_id(text):
        return text, None
    if is_vat_id(text):
        return "".join(text.split()).upper(), None
    if find_personal_codes(text):
        return None, None  # told as what it is, in every column
    return None, Problem("value_business_id_not_valid", _CLAUSE, shown=hidden(text))


def _matching(pattern: re.Pattern[str], rule: str, *, upper: bool = False) -> Read:
    def read(raw: Raw, text: str) -> tuple[Any, Problem | None]:
        given = text.upper() if upper else text
        return (given, None) if pattern.fullmatch(given) else _wrong(rule)

    return read


def _plan_type(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    plan = _PLAN_TYPE.get(text.casefold())
    return (plan, None) if plan else _wrong("value_plan_type")


def _technical_id(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    if is_technical_id(text):
        return text, None
    if find_personal_codes(text):
        return None, None  # told as what it is, in every column
    return None, Problem("value_technical_id_not_valid", _CLAUSE, shown=hidden(text))


def _supplier_kind(raw: Raw, text: str) -> tuple[str | None, Problem | None]:
    kind = PARTY_KINDS.get(text.casefold())
    return (kind, None) if kind else _wrong("value_supplier_kind")


KINDS: Mapping[str, Read] = {
    "sum": _amount,
    "amount": _not_zero,
    "positive": _positive,
    "not_negative": _not_negative,
    "percent": _percent,
    "vat_percent": _vat_percent,
    "count": _count,
    "iban": _iban,
    "bic": _bic,
    "ovt": _ovt,
    "any_currency": _currency,
    "payee_id": _payee_id,
    "account": _matching(_ACCOUNT, "value_account_digits"),
    "operating_unit": _matching(_OPERATING_UNIT, "value_operating_unit_digits"),
    "budget_account": _matching(_BUDGET_ACCOUNT, "value_budget_account_form"),
    "voucher_type": _matching(_VOUCHER_TYPE, "value_voucher_type_form", upper=True),
    "number": _matching(_NUMBER, "value_number_with_space"),
    "plan_type": _plan_type,
    "technical_id": _technical_id,
    "supplier_kind": _supplier_kind,
}
NUMBERS = frozenset(
    {"sum", "amount", "positive", "not_negative", "percent", "vat_percent", "count", "price", "quantity"}
)
