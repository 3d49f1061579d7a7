"""What templates say, in the reader's language: texts by key, amounts, days, instants and counts.

The language is the active one, which ``LanguageMiddleware`` sets for each request. These are built into every
template, so none has to load them.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from reskontra.claims import letters
from reskontra.desk import why
from reskontra.insight import explanations, words
from reskontra.kernel import texts
from reskontra.kernel.clauses import register as clauses
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount, round_cents
from reskontra.kernel.references import grouped
from reskontra.registers.models import Unit

register = template.Library()

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")
_SPAN = re.compile(r"[0-9]+-[0-9]+")
_CLOCK = {
    "sv": "{day} kl. {time:%H.%M}",
    "fi": "{day} klo {time.hour}.{time:%M}",
    "en": "{day} at {time:%H:%M}",
}


def _language() -> str:
    return (get_language() or "sv")[:2]


@register.simple_tag(name="text")
def say(key: str, **values: object) -> str:
    """``{% text "key" name=value %}``: the text in the reader's language; raises ``UnknownText``."""
    return texts.text(key, _language(), **values)


@register.simple_tag
def label(group: str, name: str) -> str:
    """``{% label "desk.run" run.name %}``: the text ``group.name``, or the bare name where there is none.

    For names that stand in facts: a fact of a later version is still shown, by its name.
    """
    try:
        return texts.text(f"{group}.{name}", _language())
    except texts.UnknownText:
        return name


@register.simple_tag
def in_language(titles: dict[str, str]) -> str:
    """``{% in_language clause.title %}``: the reader's one of a table of ``sv``, ``fi`` and ``en``."""
    return titles[_language()]


@register.simple_tag
def name_of(unit: Unit) -> str:
    """``{% name_of unit %}``: the unit's name in the reader's language."""
    return unit.name(_language())


@register.filter
def amount(value: Decimal) -> str:
    """Euro as people read it: ``1 234,56 €`` or ``€1,234.56``."""
    return format_amount(value, _language())


@register.filter
def in_currency(value: Decimal, currency: str) -> str:
    """An amount in the currency that its document names: ``1 234,56 USD``; none named is euro."""
    return format_amount(value, _language(), currency)


@register.filter
def day(value: date) -> str:
    """A day as people read it: ``15.3.2024`` or ``15 Mar 2024``, never broken across lines.

    Of an instant it is the day in Finland.
    """
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return _unbroken(format_date(value, _language()))


@register.filter
def instant(value: datetime) -> str:
    """A day and a time of day in Finland: ``15.3.2024 kl. 06.10``."""
    local = timezone.localtime(value)
    form = _CLOCK.get(_language(), _CLOCK["en"])
    return _unbroken(form.format(day=format_date(local.date(), _language()), time=local))


@register.filter
def whole(value: int) -> str:
    """A count with its thousands apart: ``1 204`` or ``1,204``."""
    grouped = f"{value:,}"
    return grouped if _language() == "en" else grouped.replace(",", _NO_BREAK_SPACE)


@register.filter
def plain(value: Decimal) -> str:
    """A quantity, a price or a percentage without zeros at its end: ``2,5`` or ``1 200`` or ``25.5``."""
    written = f"{value:,f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    written = written.replace("-", "\N{MINUS SIGN}")
    if _language() != "en":
        written = written.translate({ord(","): _NO_BREAK_SPACE, ord("."): ","})
    return written


@register.filter
def plotted(value: Decimal | int) -> str:
    """A figure for a browser or in a number that people copy: with a point, and without thousands apart."""
    return str(value)


@register.filter
def price(value: Decimal) -> str:
    """A price of one piece in euro: to the cent, and with as many decimals more as it has (five at most)."""
    if value == round_cents(value):
        return format_amount(value, _language())
    sign = "€" if _language() == "en" else ""
    return f"{sign}{plain(value)}" if sign else f"{plain(value)}{_NO_BREAK_SPACE}€"


@register.filter
def signed(value: Decimal) -> str:
    """A deviation with its sign: ``+20,00 €`` or ``−5,00 €``."""
    return f"{'+' if value > 0 else ''}{format_amount(value, _language())}"


@register.filter
def percent(value: Decimal) -> str:
    """A deviation in percent with its sign and one decimal: ``+1,7 %``."""
    return f"{'+' if value > 0 else ''}{plain(value.quantize(Decimal('0.1')))}{_NO_BREAK_SPACE}%"


@register.filter
def control(value: str) -> str:
    """A control total as people read it: an amount in euro, a span of numbers, or as it stands."""
    if _AMOUNT.fullmatch(value):
        return format_amount(Decimal(value), _language())
    return value.replace("-", "\N{EN DASH}") if _SPAN.fullmatch(value) else value


@register.filter
def reference(value: str) -> str:
    """A reference number in fives, never broken across lines."""
    return _unbroken(grouped(value))


@register.filter
def iban(value: str) -> str:
    """An account number in fours, never broken across lines."""
    return _unbroken(" ".join(value[place : place + 4] for place in range(0, len(value), 4)))


@register.filter
def reason_told(value: str) -> str:
    """A reason in words: what a run left by the name of its outcome, else as somebody wrote it."""
    return words.reason_told(str(value), _language())


@register.simple_tag
def outcome(name: str) -> str:
    """``{% outcome "READY" %}``: what was decided, in words, beginning with a capital."""
    return why.outcome(name, _language())


@register.simple_tag
def invoice_number(unit: Unit, number: int) -> str:
    """``{% invoice_number place.unit 12 %}``: the number as people see it."""
    return explanations.invoice_number(unit, number)


@register.simple_tag
def letter_number(unit: Unit, number: int) -> str:
    """``{% letter_number place.unit 12 %}``: the number of a letter as people see it."""
    return letters.letter_number(unit, number)


@register.simple_tag
def cited(id: str) -> str:
    """``{% cited "OC 3.9-a" %}``: the clause with its title, or the bare id where the register has no such."""
    found = clauses().get(id)
    return f"{id}, {found.title[_language()]}" if found else id


@register.filter
def at(values: Mapping[Any, Any], key: object) -> Any:
    """``{{ ages|at:order.number }}``: what stands under a key, None where nothing does."""
    return values.get(key)


def _unbroken(written: str) -> str:
    return written.replace(" ", _NO_BREAK_SPACE)
