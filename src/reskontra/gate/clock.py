"""The clock of whatever serves: the real one, but on a demonstration's data the day on which its story ends."""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """This instant; in a demonstration the same time of day on the demonstration's day."""
    real = timezone.localtime()
    day = getattr(settings, "DEMO_DAY", "")
    if not day:
        return real
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), real.time()))


def today() -> date:
    """The day of ``now`` in Finland: rights and terms hold by day."""
    return timezone.localdate(now())
