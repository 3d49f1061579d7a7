"""The clock of the desk: the real one, but in a demonstration the day on which its story ends."""

from datetime import date

import pytest
from django.conf import settings
from django.utils import timezone

from reskontra.desk.clock import now, today


def test_the_desk_works_on_the_real_day() -> None:
    assert today() == timezone.localdate()
    assert abs((now() - timezone.now()).total_seconds()) < 60


def test_a_demonstration_stands_on_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DEMO_DAY", "2029-06-29")
    assert today() == date(2029, 6, 29)
    assert now().tzinfo is not None
