"""Batches leave once what built them is committed: those that go at once, and payment files when it is their time."""

from collections.abc import Sequence

from django.http import HttpRequest

from reskontra.database.session import working_in
from reskontra.desk.clock import now
from reskontra.desk.frame import say
from reskontra.exchange.outbox import Handed, hand_over, waiting
from reskontra.expenditure.payment.outgoing import CHANNEL
from reskontra.expenditure.payment.sending import send_payments
from reskontra.kernel.texts import text
from reskontra.registers.models import Unit

_GOOD = {"sent", "scheduled"}


def send_waiting(request: HttpRequest, unit: Unit, language: str) -> None:
    """Hand over what waits and tell how each batch stands. Called outside any transaction: each step commits itself."""
    with working_in([unit.pk]):
        batches = list(waiting(unit))
        payments = list(waiting(unit, CHANNEL))
    handed = [hand_over(file, now()) for file in batches]
    tell_handed(request, handed + (send_payments(unit, now()) if payments else []), language)


def tell_handed(request: HttpRequest, handed: Sequence[Handed], language: str) -> None:
    """Say how each batch stands; one that waits for its hour or for two persons is told with what is left to do."""
    for one in handed:
        say(
            request,
            text(f"desk.runs.batch.{one.state}", language, name=one.file.name),
            "good" if one.state in _GOOD else "warn",
        )
