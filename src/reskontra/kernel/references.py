"""Payment references and the bank bar code.

Sources: Finance Finland, the structure of the national reference number and of the RF creditor reference;
ISO 11649; Finance Finland, bank bar code guide (versions 4 and 5).
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from reskontra.kernel.identifiers import is_iban, normal_iban
from reskontra.kernel.money import round_cents

_BASE = re.compile(r"[1-9][0-9]{2,18}")
_NATIONAL = re.compile(r"[1-9][0-9]{3,19}")
_RF = re.compile(r"RF(?P<check>[0-9]{2})(?P<body>[0-9A-Z]{1,21})")
_BAR_CODE_LIMIT = Decimal("999999.99")
_FINNISH_IBAN_LENGTH = 18
_RUNNING = re.compile(r"[0-9]{9}")


class NotAReference(ValueError):
    """The text is no payment reference. The message never repeats the text."""


class NoBarCode(ValueError):
    """The payment cannot be shown as a bank bar code: account not Finnish, or amount negative."""


def national_reference(base: str) -> str:
    """The national reference for ``base``: the same 3 to 19 digits and their check digit.

    Raises ``NotAReference`` for anything else than 3 to 19 digits without a leading zero: leading zeros
    are not part of a reference and are lost on the way through the banks.
    """
    if not _BASE.fullmatch(base):
        raise NotAReference("the base of a reference is 3 to 19 digits and does not begin with a zero")
    return base + _national_check(base)


def is_national_reference(text: str) -> bool:
    """Whether ``text`` is a national reference of 4 to 20 digits, spaces and leading zeros aside."""
    digits = _compact(text).lstrip("0")
    return bool(_NATIONAL.fullmatch(digits)) and _national_check(digits[:-1]) == digits[-1]


def is_rf_reference(text: str) -> bool:
    """Whether ``text`` is an RF creditor reference (ISO 11649), letters of foreign creditors included."""
    found = _RF.fullmatch(_compact(text))
    return found is not None and _rf_check(found["body"]) == found["check"]


def normal_reference(text: str) -> str:
    """The one form in which a reference is stored and compared.

    Spaces and leading zeros go; an RF reference becomes the national reference it carries, so that both
    forms of one claim meet. An RF reference that carries no national one (a foreign creditor's) stays RF.
    Raises ``NotAReference`` when the check digit or the form is wrong.
    """
    compact = _compact(text)
    if is_national_reference(compact):
        return compact.lstrip("0")
    if is_rf_reference(compact):
        body = _without_zeros(compact[4:])
        return body if is_national_reference(body) else compact[:4] + body
    raise NotAReference("neither a national reference nor an RF reference with right check digits")


def rf_reference(national: str) -> str:
    """The RF form (ISO 11649) of a national reference; raises ``NotAReference``."""
    if not is_national_reference(national):
        raise NotAReference("not a national reference with a right check digit")
    body = _compact(national).lstrip("0")
    return f"RF{_rf_check(body)}{body}"


def grouped(reference: str) -> str:
    """``reference`` as it is printed: fives from the right, an RF reference in fours from the left.

    Check digits are not looked at: a supplier's faulty reference is shown as it was received. Raises
    ``NotAReference`` for what has neither form.
    """
    compact = _compact(reference)
    if _RF.fullmatch(compact):
        return " ".join(compact[at : at + 4] for at in range(0, len(compact), 4))
    digits = compact.lstrip("0")
    if not re.fullmatch(r"[0-9]{1,20}", digits):
        raise NotAReference("neither the digits of a national reference nor an RF reference")
    first = len(digits) % 5
    parts = [digits[:first]] if first else []
    return " ".join(parts + [digits[at : at + 5] for at in range(first, len(digits), 5)])


def unit_reference(unit_code: str, number: int, width: int = 9) -> str:
    """The reference of invoice ``number``: the unit's code, the number in ``width`` digits, check digit.

    Every reference begins with the unit's code (OC 4.1-a), and equal widths keep the references of two
    units apart. Raises ``NotAReference`` when the code is not digits or begins with a zero, the number is
    negative or wider than ``width``, or the whole is not 3 to 19 digits before the check digit.
    """
    if not re.fullmatch(r"[1-9][0-9]*", unit_code):
        raise NotAReference("a unit's code in a reference is digits and does not begin with a zero")
    if number < 0 or len(str(number)) > width:
        raise NotAReference(f"the number of a reference has at most {width} digits and no sign")
    return national_reference(f"{unit_code}{number:0{width}d}")


def invoice_number(code: str, number: int) -> str:
    """The invoice number as people see it: the unit's code and the running ``number`` in nine digits (OC 4.1-a)."""
    return f"{code}{number:09d}"


# A State contract number (OC 3.5.3-a): a space or a comma ends it, other text may follow. For Python and for SQL.
CONTRACT_NUMBER: Final = "^VSK1"
ENDED_CONTRACT_NUMBER: Final = "^VSK1[0-9]+([ ,]|$)"


def running_number(code: str, text: str) -> int | None:
    """The number that ``invoice_number`` made ``text`` from; None for all but the unit's code and nine digits.

    Spaces are not passed over: who reads what a person typed takes them away first.
    """
    running = text.removeprefix(code)
    if len(running) == len(text) or not _RUNNING.fullmatch(running):
        return None
    return int(running)


def bank_barcode(iban: str, amount: Decimal, reference: str, due_date: date | None) -> str:
    """The 54 digits of the bank bar code: version 4 for a national reference, 5 for an RF reference.

    ``amount`` is in euro and is rounded to cents; above 999 999.99 the code holds zeros and the payer
    types the amount. No ``due_date`` gives zeros too. Raises ``NoBarCode`` for an account that is not
    Finnish or a negative amount, and ``NotAReference`` for a faulty reference or one with letters.
    """
    version, code = _bar_code_reference(reference)
    return f"{version}{_bar_code_account(iban)}{_bar_code_amount(amount)}{code}{_bar_code_day(due_date)}"


def _bar_code_reference(reference: str) -> tuple[str, str]:
    compact = _compact(reference)
    if is_national_reference(compact):
        return "4", "000" + compact.lstrip("0").zfill(20)
    if is_rf_reference(compact) and compact[4:].isdigit():
        return "5", compact[2:4] + compact[4:].zfill(21)
    raise NotAReference("the bar code takes a national reference or an RF reference of digits")


@lru_cache(maxsize=1024)
def _bar_code_account(iban: str) -> str:
    if not is_iban(iban):
        raise NoBarCode("the account is no valid IBAN")
    account = normal_iban(iban)
    if not account.startswith("FI") or len(account) != _FINNISH_IBAN_LENGTH:
        raise NoBarCode("the bar code takes Finnish accounts only")
    return account[2:]


def _bar_code_amount(amount: Decimal) -> str:
    cents = round_cents(amount)
    if cents < 0:
        raise NoBarCode("a negative amount cannot be paid")
    return "00000000" if cents > _BAR_CODE_LIMIT else f"{int(cents * 100):08d}"


def _bar_code_day(due_date: date | None) -> str:
    if due_date is None:
        return "000000"
    return f"{due_date.year % 100:02d}{due_date.month:02d}{due_date.day:02d}"


def _national_check(base: str) -> str:
    digits = [int(digit) for digit in reversed(base)]
    total = 7 * sum(digits[0::3]) + 3 * sum(digits[1::3]) + sum(digits[2::3])
    return str(-total % 10)


def _rf_check(body: str) -> str:
    # A letter counts as two digits, A = 10 to Z = 35; RF00 stands behind the body: R = 27, F = 15.
    return f"{98 - int(''.join(str(int(sign, 36)) for sign in body) + '271500') % 97:02d}"


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _without_zeros(body: str) -> str:
    return body.lstrip("0") or "0"
