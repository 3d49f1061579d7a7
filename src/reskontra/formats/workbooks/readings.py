"""One value of a form: from what the cell holds to what it means, with everything that is wrong with it.

A cell comes as text (CSV, JSON, text cells), as a number (a float from a workbook, a ``Decimal`` from
JSON), as a date or as a truth value. A workbook's number is what the program that wrote it can hold and
show, 15 digits: 0.1 is 0.1 and never 0.1000000000000000055.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from reskontra.formats.workbooks.columns import OTHER, Column
from reskontra.formats.workbooks.countries import COUNTRIES
from reskontra.formats.workbooks.refusals import shown
from reskontra.kernel.identifiers import (
    find_personal_codes,
    is_business_id,
    is_personal_code,
    is_vat_id,
    masked_personal_code,
    normal_business_id,
    normal_personal_code,
)
from reskontra.kernel.money import NotAnAmount, parse_amount

Raw = str | int | float | bool | Decimal | date | datetime | time | timedelta | None

_DIGITS_HELD = 15
_MOST_WHOLE_DIGITS = 10
_DECIMALS = {"quantity": 3, "price": 5, "unit_price": 5}
_SHORTEST_CODE = 11
_YEARS = range(1900, 2100)

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00)?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_EMAIL = re.compile(r"[^\s@<>;,]+@[^\s@<>;,.]+(?:\.[^\s@<>;,.]+)+")
_CODE_LIKE = re.compile(
    r"(?<![0-9A-Za-z])([0-9]{6}[-\u2010-\u2015\u2212+A-FU-Ya-fu-y])[0-9]{3}[0-9A-Ya-y](?![0-9A-Za-z])"
)
_SIX_DIGITS = re.compile(r"[0-9]{6}")
_UNCLEAN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff]")

_LANGUAGES = {"fi": "fi", "sv": "sv", "en": "en", "u": "fi", "v": "sv", "e": "en"}
_YES_NO = {
    **dict.fromkeys(("1", "x", "yes", "y", "true", "kyllä", "k", "ja", "j", "tosi", "sant"), True),
    **dict.fromkeys(("0", "no", "n", "false", "ei", "e", "nej", "epätosi", "falskt"), False),
}
_PARTY_KINDS: Mapping[str, tuple[str, ...]] = {
    "person": ("henkilö", "person", "luonnollinen henkilö", "fysisk person", "natural person"),
    "sole_trader": ("toiminimi", "elinkeinonharjoittaja", "enskild näringsidkare", "firma", "sole trader"),
    "company": ("yritys", "yhteisö", "företag", "sammanslutning", "company"),
    "state_unit": ("valtion yksikkö", "statlig enhet", "state unit"),
    "foreign_person": ("ulkomainen henkilö", "utländsk person", "foreign person"),
    "foreign_company": ("ulkomainen yritys", "utländskt företag", "foreign company"),
}
PARTY_KINDS = {
    plain: kind for kind, words in _PARTY_KINDS.items() for plain in (kind, kind.replace("_", " "), *words)
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a value: a rule, its clause, and what may be shown of the value."""

    rule: str
    clause: str = "OC 3.9-c"
    detail: Mapping[str, str] = field(default_factory=dict)
    shown: str | None = None  # instead of the value, where that must not be repeated
    severity: str = "error"


class Reading(NamedTuple):
    """A value as written, as meant, and as compared. ``value`` is ``None`` when it cannot be used."""

    text: str
    value: Any
    plain: str
    named: str = ""  # the column's name and ``plain``: what an order's key is made of
    problems: tuple[Problem, ...] = ()


EMPTY = Reading("", None, "")


class ColumnReader:
    """Reads the values of one column. Equal cells are read once: a day's material repeats itself."""

    _MOST_KEPT = 20_000

    def __init__(self, name: str, column: Column | None, read: "Read | None" = None) -> None:
        self.name = name
        self.level = column.level if column else "row"
        self._kind = column.kind if column else "text"
        self._most = column.most if column else None
        self._read = read or _KIND_READERS.get(self._kind, _text_value)
        self._texts: dict[str, Reading] = {}
        self._others: dict[tuple[type, Raw], Reading] = {}

    def read(self, raw: Raw) -> Reading:
        """The reading of one cell; ``EMPTY`` for nothing but spaces."""
        if isinstance(raw, str):
            return self._texts.get(raw) or self._keep(self._texts, raw, raw)
        key = (raw.__class__, raw)
        return self._others.get(key) or self._keep(self._others, key, raw)

    def read_all(self, values: Sequence[Raw], count: int) -> list[Reading]:
        """The readings of ``count`` cells; cells that ``values`` does not have are empty."""
        readings = [
            (known(raw) if raw.__class__ is str else None) or self.read(raw)
            for known in (self._texts.get,)
            for raw in values
        ]
        return readings + [EMPTY] * (count - len(readings))

    def _keep(self, kept: dict[Any, Reading], key: Any, raw: Raw) -> Reading:
        reading = self._fresh(raw)
        if len(kept) < self._MOST_KEPT:
            kept[key] = reading
        return reading

    def _fresh(self, raw: Raw) -> Reading:
        text = written(raw)
        if not text:
            return EMPTY
        value, problem = self._read(raw, text)
        problems = tuple(self._problems_of_text(raw, text))
        if problem is not None:
            problems = (*problems, problem)
        plain = _compared(value, text)
        return Reading(text, value, plain, f"{self.name}\x1f{plain}", problems)

    def _problems_of_text(self, raw: Raw, text: str) -> Iterator[Problem]:
        if self._most is not None and len(text) > self._most:
            yield Problem("form_text_too_long", detail={"most": str(self._most), "length": str(len(text))})
        if "\ufffd" in text or (not text.isprintable() and _UNCLEAN.search(text)):
            yield Problem("form_text_damaged")
        if self._kind in _NUMBERS_OR_DATES:
            return
        if isinstance(raw, float) and abs(raw) >= 10**_DIGITS_HELD:
            yield Problem("form_number_lost_digits")
        if self._kind not in _IDENTITIES and (codes := _codes_in(text)):
            yield Problem("form_personal_code_in_text", "OC 2.2-f", shown=", ".join(codes))


def _codes_in(text: str) -> list[str]:
    """The personal codes in a text, as they may be shown."""
    if len(text) < _SHORTEST_CODE or not _SIX_DIGITS.search(text):
        return []
    return list(map(masked_personal_code, find_personal_codes(text)))


def written(raw: Raw) -> str:
    """A cell as text, the way the form shows it: no outer spaces, numbers plain, dates as ISO."""
    if isinstance(raw, str):
        return raw.strip()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, float):
        return repr(raw) if (exact := exact_number(raw)) is None else format(exact, "f")
    if isinstance(raw, Decimal):
        return format(raw, "f") if raw.is_finite() and abs(raw.adjusted()) < 400 else str(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ")
    return raw.isoformat() if isinstance(raw, date | time) else str(raw)


def exact_number(number: float) -> Decimal | None:
    """The decimal number that a workbook's cell holds, at 15 digits; ``None`` when it is not finite."""
    exact = Decimal(repr(number))
    if not exact.is_finite():
        return None
    if len(exact.as_tuple().digits) > _DIGITS_HELD and exact != exact.to_integral_value():
        exact = Decimal(f"{number:.{_DIGITS_HELD}g}")
    return exact.to_integral_value() if exact == exact.to_integral_value() else exact.normalize()


def masked(text: str) -> str:
    """``text`` with everything that looks like a personal code made unreadable (OC 2.2-f)."""
    return _CODE_LIKE.sub(r"\1****", text)


def _compared(value: Any, text: str) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else text


# How each kind of column is read: (raw, text) to (value, problem).
Read = Callable[[Raw, str], tuple[Any, Problem | None]]


def _text_value(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    return text, None


def _single_line(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    if any(letter in text for letter in "\r\n\v\f\x85\u2028\u2029"):
        return None, Problem("form_line_break_in_text")
    return text, None


def _flag(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    return (text, None) if text in ("0", "1") else (None, Problem("form_order_start_value"))


def _number(kind: str) -> Read:
    most = _DECIMALS[kind]

    def read(raw: Raw, text: str) -> tuple[Any, Problem | None]:
        number = number_in(raw, text)
        if number is None:
            return None, Problem("form_not_a_number")
        if number.adjusted() >= _MOST_WHOLE_DIGITS:
            return None, Problem("form_number_too_large", detail={"most": str(_MOST_WHOLE_DIGITS)})
        if decimals_of(number) > most:
            return None, Problem("form_too_many_decimals", detail={"most": str(most)})
        if kind == "quantity" and not number:
            return None, Problem("form_quantity_is_zero")
        if kind == "unit_price" and number < 0:
            return None, Problem("form_unit_price_negative")
        return number, None

    return read


def number_in(raw: Raw, text: str) -> Decimal | None:
    """The number in a cell, unrounded; ``None`` when it holds none, or one that can be read in two ways."""
    if isinstance(raw, bool | date | time | timedelta):
        return None
    if isinstance(raw, float):
        return exact_number(raw)
    if isinstance(raw, int | Decimal):
        return Decimal(raw) if Decimal(raw).is_finite() else None
    try:
        return parse_amount(text)
    except NotAnAmount:
        return None


def decimals_of(number: Decimal) -> int:
    """How many decimals ``number`` has, zeros at the end left out."""
    exponent = number.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _date(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    if isinstance(raw, datetime):
        found = raw.date() if raw.time() == time() else None
    elif isinstance(raw, date):
        found = raw
    else:
        found = _date_of_text(text) if isinstance(raw, str) else None
    if found is None:
        return None, Problem(
            "form_number_is_no_date" if isinstance(raw, int | float | Decimal) else "form_not_a_date"
        )
    return (found, None) if found.year in _YEARS else (None, Problem("form_date_out_of_range"))


def _date_of_text(text: str) -> date | None:
    iso, day_first = _ISO_DATE.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        return None
    return None


def _country(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    code = text.upper()
    return (code, None) if code in COUNTRIES else (None, Problem("form_country_code"))


def _language(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    language = _LANGUAGES.get(text.casefold())
    return (language, None) if language else (None, Problem("form_language_code"))


def _currency(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    return ("EUR", None) if text.upper() == "EUR" else (None, Problem("form_currency_code"))


def _gross_net(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    if text.upper() == "N":
        return "N", None
    return None, Problem("gross_prices_not_accepted" if text.upper() == "B" else "form_gross_net_value")


def _identity(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    if is_personal_code(text):
        return normal_personal_code(text), None
    if is_business_id(text):
        return normal_business_id(text), None
    if (born := _date(raw, text)[0]) is not None:
        return born.isoformat(), None
    return None, Problem("form_identity_not_valid", "OC 2.2-d", shown=hidden(text))


def _business_id(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    if is_business_id(text):
        return normal_business_id(text), None
    return None, Problem("form_business_id_not_valid", "OC 2.2-b", shown=hidden(text))


def _personal_code(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    if is_personal_code(text):
        return normal_personal_code(text), None
    return None, Problem("form_personal_code_not_valid", "OC 2.2-d", shown="****")


def _vat_id(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    if is_vat_id(text):
        return "".join(text.split()).upper(), None
    return None, Problem("form_vat_id_not_valid", "OC 2.2-b", shown=hidden(text))


def hidden(text: str) -> str:
    """A faulty identity as it may be shown: only what cannot be a person's."""
    digits = sum(letter.isdigit() for letter in text)
    return text if len(text) <= _SHORTEST_CODE - 1 and digits <= 8 else "****"


def _email(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    return (text, None) if _EMAIL.fullmatch(text) else (None, Problem("form_email_not_valid"))


def _yes_no(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    answer = _YES_NO.get(text.casefold())
    return (answer, None) if answer is not None else (None, Problem("form_yes_or_no"))


def _customer_kind(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    kind = PARTY_KINDS.get(text.casefold())
    return (kind, None) if kind else (None, Problem("form_customer_kind_value"))


def _files(raw: Raw, text: str) -> tuple[Any, Problem | None]:
    """File names parted by semicolons; a name is a name and no way to somewhere (OC 3.2-d)."""
    names = tuple(name for piece in text.split(";") if (name := piece.strip()))
    for name in names:
        if any(letter in name for letter in "/\\:\r\n") or name.startswith(".") or name.endswith((".", " ")):
            return None, Problem("form_attachment_name", "OC 3.2-d", detail={"name": shown(name) or ""})
    if len({name.casefold() for name in names}) != len(names):
        return None, Problem("form_attachment_twice", "OC 3.2-d")
    return names, None


_KIND_READERS: Mapping[str, Read] = {
    "single_line": _single_line,
    "flag": _flag,
    "quantity": _number("quantity"),
    "price": _number("price"),
    "unit_price": _number("unit_price"),
    "date": _date,
    "country": _country,
    "language": _language,
    "currency": _currency,
    "gross_net": _gross_net,
    "identity": _identity,
    "business_id": _business_id,
    "personal_code": _personal_code,
    "vat_id": _vat_id,
    "email": _email,
    "yes_no": _yes_no,
    "customer_kind": _customer_kind,
    "files": _files,
}
_NUMBERS_OR_DATES = frozenset({"quantity", "price", "unit_price", "date", "flag", "yes_no"})
_IDENTITIES = frozenset({"identity", "personal_code"})


def column_readers(names: tuple[str | None, ...], columns: Mapping[str, Column]) -> list[ColumnReader | None]:
    """A reader for each place of a heading; ``None`` where the heading has no column of ours."""
    return [
        None if name is None else ColumnReader(name, None if name.startswith(OTHER) else columns[name])
        for name in names
    ]
