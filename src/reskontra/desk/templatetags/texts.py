"""What templates say, in the reader's language: texts by key, amounts, days, instants and counts.

The language is the active one, which ``LanguageMiddleware`` sets for each request. These are built into every
template, so none has to load them.
"""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from reskontra.kernel import texts
from reskontra.kernel.days import format_date
from reskontra.kernel.money import format_amount
from reskontra.registers.models import Unit

register = template.Library()

_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
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


def _unbroken(written: str) -> str:
    return written.replace(" ", _NO_BREAK_SPACE)
