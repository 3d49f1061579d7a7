"""When a payment file may go to the bank, and its going, with its signature beside it (EX 9-a)."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from django.utils import timezone

from reskontra.database.session import working_in
from reskontra.exchange import archive
from reskontra.exchange.outbox import (
    Handed,
    hand_over,
    happened,
    only_one_sender,
    operator_folder,
    state_of,
    waiting,
)
from reskontra.exchange.signing import public_key, verify
from reskontra.expenditure.payment.outgoing import CHANNEL
from reskontra.kernel.clauses import clause
from reskontra.kernel.days import bank_days_earlier, is_bank_day
from reskontra.kernel.terms import Terms
from reskontra.purchases.models import PaymentFile, PaymentPermit, SupplierPayment
from reskontra.registers.models import Unit
from reskontra.registers.unit_terms import terms_of
from reskontra.runs.run import RunRefused

Turn = Literal["send", "wait", "hold"]
SCHEDULED = "scheduled"
_SIGNATURE = ".sig"


@dataclass(frozen=True)
class Timing:
    """What becomes of a file now, and why it is held."""

    turn: Turn
    why: str = ""


@clause("EX 9-a")
def timing(execution: datetime, at: datetime, terms: Terms, *, permitted: bool = False) -> Timing:
    """What becomes at ``at`` of a file that is to be carried out on the day of ``execution``, both in local time.

    It goes on a bank day, from the hour from which files may go until the cut-off, and no later than so many bank days
    ahead as the bank asks for: after that nobody knows what the bank makes of it, and it is held. With a permit of
    the Treasury (``permitted``) a person sends it at any hour until then.
    """
    last = bank_days_earlier(execution.date(), terms.payment_lead_days)
    late = at.hour >= terms.payment_cut_off
    if at.date() > last or (at.date() == last and late and not permitted):
        return Timing("hold", f"to be sent by {last.isoformat()} {terms.payment_cut_off}:00")
    if permitted:
        return Timing("send")
    open_now = is_bank_day(at.date()) and at.hour >= terms.payment_sending_from and not late
    return Timing("send" if open_now else "wait")


@clause("EX 9-a")
def send_payments(unit: Unit, at: datetime, *, by_hand: bool = False) -> list[Handed]:
    """Hand over the unit's payment files that wait, each once; what must wait or is held is told with its state.

    Called outside any transaction. ``by_hand`` sends outside the hours, and raises ``RunRefused`` without a permit of
    the Treasury that holds on the day.
    """
    local = timezone.localtime(at)
    with working_in([unit.pk]):
        permits = PaymentPermit.objects.filter(unit=unit, from_date__lte=local, until_date__gte=local)
        if by_hand and not permits.exists():
            raise RunRefused("payment.no_permit", unit=unit.code)
        files = [
            PaymentFile.objects.select_related("file").get(unit=unit, file=file)
            for file in waiting(unit, CHANNEL)
        ]
    return [_send(unit, file, at, by_hand) for file in files]


def _send(unit: Unit, kept: PaymentFile, at: datetime, by_hand: bool) -> Handed:
    """One file. An intent that was left behind is only looked up: it may have gone already."""
    path = operator_folder() / kept.file.channel / kept.file.name
    with working_in([unit.pk]):
        only_one_sender(kept.file)
        state = state_of(kept.file)
        if state not in {"built", "intent"}:
            return Handed(kept.file, state, path)
        now = _now(unit, kept, at, by_hand)
        if state == "built" and now.turn == "wait":
            return Handed(kept.file, SCHEDULED, path)
        if state == "built" and now.turn == "hold":
            happened(kept.file, "intent", at)
            happened(kept.file, "held", at, now.why)
            return Handed(kept.file, "held", path)
        signature = archive.read(kept.signature)
    if state == "built":
        _lay_beside(path, signature)
    return hand_over(kept.file, at)


def _now(unit: Unit, kept: PaymentFile, at: datetime, by_hand: bool) -> Timing:
    if not verify(public_key(unit.code), kept.file.digest, archive.read(kept.signature)):
        return Timing("hold", "the signature is not the unit's")
    local = timezone.localtime(at)
    day = SupplierPayment.objects.filter(unit=unit, file=kept).values_list("payment_date", flat=True)[0]
    execution = datetime.combine(day, local.timetz())
    return timing(execution, local, terms_of(unit, local.date()), permitted=by_hand)


def _lay_beside(path: Path, signature: bytes) -> None:
    """The signature goes first: who finds the file finds its signature too. The same bytes again change nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    target = path.with_name(path.name + _SIGNATURE)
    temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    temporary.write_bytes(signature)
    temporary.replace(target)
    archive.flush_folder(target.parent)
