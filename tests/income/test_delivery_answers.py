"""A receiver that answers at once, late, twice, or never: receipt reports, the worklist, and going again (OC 3.9-d)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError
from tables import Told, read

from cast import AT, DAY, customer, inside, person, run, unit
from reskontra.database.refused import ActRefused
from reskontra.documents.delivery_report import DeliveryReport
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.exchange.outbox import decide_held, hand_over, state_of, waiting
from reskontra.exchange.reading import read_documents
from reskontra.income.delivery.actions import change_channel, send_again
from reskontra.income.delivery.follow_up import Followed, follow_up, worklist
from reskontra.income.delivery.receipts import ReportTaken, take_in_report
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.registers.models import Customer
from reskontra.registers.policy import NotAllowed
from reskontra.sales.models import DeliveryDecision, DeliveryReceipt, Invoice, InvoiceDelivery

pytestmark = pytest.mark.usefixtures("database")

THREE = """
    on 2026-03-16
    order  A  aino
    line   A  PERMIT 1
    order  B  berit
    line   B  PERMIT 2
    order  C  bruk
    line   C  COURSE 1
    """
A, B, C = "4210000000001", "4210000000002", "4210000000003"
SOON, TOMORROW, NEXT_WEEK = AT + timedelta(minutes=10), AT + timedelta(days=1), AT + timedelta(days=7)


@pytest.fixture(autouse=True)
def _out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "OUT", tmp_path)


def sent(text: str = THREE) -> OutboxFile:
    """The invoices of a table, delivered in one batch that is handed over at AT."""
    told = Told(read(text), unit())
    run(InvoicingRun(), told.where, told.table.on)
    return deliver()


def deliver(hand: bool = True) -> OutboxFile:
    """The next batch, handed over."""
    run(DeliveryRun(), unit())
    with inside(unit()):
        *_, file = waiting(unit())
    if hand:
        hand_over(file, AT)
    return file


def total(number: str) -> Decimal:
    with inside(unit()):
        return Invoice.objects.get(unit=unit(), number=int(number[4:])).total


def report(*answers: str, batch: str | None = None, at: datetime = AT) -> ReportTaken:
    """A receipt report taken in; an answer is ``NUMBER status [AMOUNT] [channel=] [reason=]``."""
    rows = [_row(answer, batch) for answer in answers]
    amount = sum((Decimal(row[2]) for row in rows), Decimal("0.00"))
    lines = ["batch;invoice;amount;channel;status;reason;time", *(";".join(row) for row in rows)]
    data = "\n".join([*lines, f"total;{len(rows)};{amount};;;;"]).encode()
    return import_report(data, at)


def _row(answer: str, batch: str | None) -> Sequence[str]:
    number, status, *more = answer.split()
    if batch is None:
        with inside(unit()):
            newest = InvoiceDelivery.objects.filter(unit=unit(), invoice__number=int(number[4:]))
            file = newest.order_by("-attempt").values_list("file__name", flat=True).first()
        batch = file or "finvoice-4210-20260316-000000.xml"
    told = dict(word.split("=") for word in more if "=" in word)
    amounts = [word for word in more if "=" not in word]
    amount = amounts[0] if amounts else format(total(number), ".2f")
    return (
        batch,
        number,
        amount,
        told.get("channel", ""),
        status,
        told.get("reason", ""),
        "2026-03-16T10:00:00+02:00",
    )


def import_report(data: bytes, at: datetime = AT) -> ReportTaken:
    with inside(unit(), at=at) as acting:
        received = receive(acting, data, "report.csv", "import")
        [document] = read_documents(data, "report.csv")
        assert isinstance(document, DeliveryReport)
        return take_in_report(acting, received, document, DAY)


def outcomes(taken: ReportTaken) -> list[tuple[str, tuple[str, ...]]]:
    """What became of each answer, with the rules of its findings."""
    return [(outcome, tuple(finding.rule for finding in findings)) for _, outcome, findings in taken.outcomes]


def standing(at: datetime) -> dict[str, str]:
    """The worklist at a moment: number and outcome."""
    with inside(unit(), at=at) as acting:
        return {one.number: one.outcome for one in worklist(acting, at)}


def of(number: str, at: datetime = NEXT_WEEK) -> Followed:
    """Where one invoice stands."""
    with inside(unit()):
        invoice = Invoice.objects.get(unit=unit(), number=int(number[4:]))
        [found] = follow_up(unit(), at, [invoice.pk])
        return found


def again(
    number: str, reason: str = "no answer", who: str = "kirsi", at: datetime = NEXT_WEEK
) -> DeliveryDecision:
    with inside(unit(), who, at) as acting:
        return send_again(acting, Invoice.objects.get(unit=unit(), number=int(number[4:])), reason)


def by(number: str, channel: str, who: str = "kirsi", at: datetime = NEXT_WEEK) -> DeliveryDecision:
    with inside(unit(), who, at) as acting:
        return change_channel(
            acting, Invoice.objects.get(unit=unit(), number=int(number[4:])), channel, "asked for"
        )


# --- reconciled by count, number and amount ------------------------------------------------------------------------


def test_a_report_that_answers_for_every_invoice_receipts_its_batch() -> None:
    """OC 3.9-d: as many out as in, by number and by amount."""
    file = sent()
    taken = report(f"{A} delivered", f"{B} delivered channel=CONSUMER_E_INVOICE", f"{C} pending")
    assert outcomes(taken) == [("taken", ())] * 3
    [batch] = taken.batches
    assert (batch.documents, batch.answered, batch.missing, batch.state) == (3, 3, 0, "receipted")
    assert batch.amount == batch.amount_answered == file.amount == total(A) + total(B) + total(C)
    with inside(unit()):
        assert state_of(file) == "receipted"
    assert standing(TOMORROW) == {}


def test_the_same_report_twice_changes_nothing() -> None:
    """OC 3.9-d, D17: the same bytes, and the same answers in other bytes."""
    file = sent()
    data = report_of(file, f"{A};100.00;;delivered;", f"{B};200.00;;refused;closed")
    assert import_report(data).count("taken") == 2
    with inside(unit()):
        before = DeliveryReceipt.objects.filter(unit=unit()).count()
    assert outcomes(import_report(data)) == [("known", ())] * 2
    with inside(unit()):
        assert DeliveryReceipt.objects.filter(unit=unit()).count() == before
    other = report_of(file, f"{B};200.00;;refused;closed", f"{A};100.00;;delivered;")
    assert import_report(other).count("known") == 2
    assert (of(A).outcome, of(B).outcome) == ("ARRIVED", "REFUSED_BY_RECEIVER")
    with inside(unit()):
        assert OutboxEvent.objects.filter(unit=unit(), state="receipted").count() == 0


def report_of(file: OutboxFile, *rows: str) -> bytes:
    """The bytes of a report; a row is ``invoice;amount;channel;status;reason``."""
    amount = sum(Decimal(row.split(";")[1]) for row in rows)
    lines = [f"{file.name};{row};2026-03-16T10:00:00+02:00" for row in rows]
    head = "batch;invoice;amount;channel;status;reason;time"
    return "\n".join([head, *lines, f"total;{len(rows)};{amount};;;;"]).encode()


def test_a_later_report_moves_a_pending_invoice_on() -> None:
    """OC 3.9-d: pending, then delivered; the word of before does not come back."""
    sent()
    report(f"{A} pending")
    assert of(A, SOON).outcome == "PENDING"
    report(f"{A} delivered channel=KIVRA")
    assert of(A).outcome == "ARRIVED"
    late = report(f"{A} pending channel=PAPER")
    assert outcomes(late) == [("known", ())]
    assert of(A).outcome == "ARRIVED"


def test_a_contradicting_answer_is_shown_and_not_silently_taken() -> None:
    """OC 3.9-d: delivered and then refused is for a person to settle, in whichever order it came."""
    sent()
    report(f"{A} delivered", f"{B} refused reason=closed")
    taken = report(f"{A} refused reason=moved", f"{B} delivered", f"{C} delivered")
    assert outcomes(taken) == [
        ("contradicts", ("receipt_contradicts",)), ("contradicts", ("receipt_contradicts",)), ("taken", ()),
    ]  # fmt: skip
    assert standing(TOMORROW) == {A: "CONTRADICTED", B: "CONTRADICTED"}


def test_what_cannot_be_laid_to_a_delivery_is_returned_and_stops_nothing_else() -> None:
    """OC 3.9-d: unknown number, wrong amount, unknown batch, another unit's number."""
    file = sent()
    taken = import_report(
        report_of(
            file,
            f"{A};100.00;;delivered;",
            "4210000000099;1.00;;delivered;",
            f"{B};200.01;;delivered;",
            "4220000000001;1.00;;delivered;",
            f"{C};62.75;;lost;",
            f"{C};62.75;OWL;delivered;",
        )
    )
    assert outcomes(taken) == [
        ("taken", ()),
        ("returned", ("receipt_invoice_unknown",)),
        ("returned", ("receipt_amount_wrong",)),
        ("returned", ("receipt_invoice_unknown",)),
        ("returned", ("report_value",)),
        ("taken", ("receipt_channel_unknown",)),
    ]
    [batch] = taken.batches
    assert (batch.answered, batch.missing, batch.state) == (2, 1, "sent")
    assert outcomes(report(f"{A} delivered", batch="finvoice-4220-x.xml")) == [
        ("returned", ("receipt_batch_unknown",))
    ]
    assert standing(TOMORROW) == {B: "MISSING"}


def test_an_answer_given_twice_in_one_report_counts_once() -> None:
    """OC 3.9-d"""
    file = sent()
    taken = import_report(report_of(file, *[f"{A};100.00;;delivered;"] * 2))
    assert outcomes(taken) == [("taken", ()), ("known", ("receipt_twice",))]
    assert taken.batches[0].answered == 1


def test_an_answer_for_a_batch_that_never_left_us_is_returned_until_it_has() -> None:
    """OC 3.9-d: the same report is taken once the batch has been handed over."""
    told = Told(read(THREE), unit())
    run(InvoicingRun(), told.where, told.table.on)
    file = deliver(hand=False)
    data = report_of(file, f"{A};100.00;;delivered;")
    assert outcomes(import_report(data)) == [("returned", ("receipt_batch_not_sent",))]
    hand_over(file, AT)
    assert outcomes(import_report(data)) == [("taken", ())]


def test_an_answer_releases_a_batch_in_doubt() -> None:
    """D19: held leaves by a receipt or by two persons."""
    file = sent()
    told = Told(read("on 2026-03-16\norder D paja\nline D COURSE 1"), unit())
    run(InvoicingRun(), told.where, DAY)
    doubtful = deliver(hand=False)
    (Path(settings.OUT) / doubtful.name).write_bytes(b"something else")
    assert hand_over(doubtful, AT).state == "held"
    taken = report("4210000000004 delivered")
    assert taken.batches[0].state == "receipted"
    with inside(unit()):
        states = list(
            OutboxEvent.objects.filter(file=doubtful, unit=unit())
            .order_by("id")
            .values_list("state", flat=True)
        )
        assert states == ["intent", "held", "sent", "receipted"]
        assert state_of(file) == "sent"


# --- a receiver that answers late, or never ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "after", "expected"),
    [
        ((), timedelta(minutes=30), {}),
        ((), timedelta(minutes=31), {A: "MISSING", B: "MISSING", C: "MISSING"}),
        (("delivered", "delivered"), timedelta(minutes=31), {C: "MISSING"}),
        (("pending", "refused", "delivered"), timedelta(hours=48), {B: "REFUSED_BY_RECEIVER"}),
        (("pending", "refused", "delivered"), timedelta(hours=49), {A: "LATE", B: "REFUSED_BY_RECEIVER"}),
    ],
)
def test_what_is_missing_refused_or_late_is_on_the_list(
    answers: Sequence[str], after: timedelta, expected: dict[str, str]
) -> None:
    """OC 3.9-d: after the dated terms, in minutes without an answer and in hours of pending."""
    sent()
    if answers:
        report(*(f"{number} {status}" for number, status in zip((A, B, C), answers, strict=False)))
    assert standing(AT + after) == expected


def test_an_answer_that_comes_late_takes_the_invoice_off_the_list() -> None:
    """OC 3.9-d"""
    sent()
    assert set(standing(TOMORROW)) == {A, B, C}
    report(f"{A} delivered", f"{B} delivered", f"{C} delivered", at=NEXT_WEEK)
    assert standing(NEXT_WEEK) == {}


def test_a_batch_that_two_persons_said_was_not_received_is_on_the_list() -> None:
    """OC 3.9-d, D19"""
    told = Told(read(THREE), unit())
    run(InvoicingRun(), told.where, DAY)
    file = deliver(hand=False)
    (Path(settings.OUT) / file.name).write_bytes(b"something else")
    hand_over(file, AT)
    assert standing(NEXT_WEEK) == {}
    with inside(unit()):
        decide_held(file, False, person("cecilia"), person("petra"), AT)
    assert set(standing(NEXT_WEEK).values()) == {"BATCH_NOT_RECEIVED"}
    again(A)
    assert of(A).outcome == "GOES_AGAIN"


# --- going again ---------------------------------------------------------------------------------------------------


def test_an_invoice_goes_again_by_a_persons_decision_and_once() -> None:
    """OC 3.9-d: in a new sealed batch, alone; a run without a decision sends nothing twice."""
    first = sent()
    report(f"{A} refused reason=moved", f"{B} delivered", f"{C} delivered")
    assert again(A, "the address is corrected").attempt == 2
    second = deliver()
    assert (second.documents, second.amount, second.name == first.name) == (1, total(A), False)
    assert run(DeliveryRun(), unit()).facts["documents"] == 0
    with inside(unit()):
        sendings = InvoiceDelivery.objects.filter(unit=unit(), invoice__number=1).order_by("attempt")
        assert [(one.attempt, one.file_id) for one in sendings] == [(1, first.pk), (2, second.pk)]
    assert of(A, SOON).outcome == "ANSWER_AWAITED"
    report(f"{A} delivered")
    assert of(A).outcome == "ARRIVED"


def test_an_answer_that_comes_before_the_second_sending_stops_it() -> None:
    """OC 3.9-d: late but in time: nobody gets the invoice twice."""
    file = sent()
    again(A)
    assert of(A).outcome == "GOES_AGAIN"
    report(f"{A} delivered", batch=file.name)
    assert of(A).outcome == "ARRIVED"
    assert run(DeliveryRun(), unit()).facts["documents"] == 0


def test_an_answer_that_comes_after_the_second_sending_is_told() -> None:
    """OC 3.9-d: then the customer has it twice, and is told to pay once."""
    file = sent()
    again(A)
    deliver()
    taken = report(f"{A} delivered", batch=file.name)
    assert outcomes(taken) == [("taken", ("receipt_after_going_again",))]


def test_what_was_never_sent_is_not_sent_again_but_may_have_its_channel_chosen() -> None:
    """OC 3.9-d: the refusal says so, and not that an answer may come."""
    told = Told(read(THREE), unit())
    run(InvoicingRun(), told.where, told.table.on)
    with pytest.raises(ActRefused, match="what_was_never_sent_goes_without_a_decision"):
        again(A)
    by(A, "PAPER")


def test_what_has_arrived_or_may_still_be_answered_does_not_go_again() -> None:
    """OC 3.9-d: by us while time is left, by the database when it has arrived."""
    sent()
    with pytest.raises(ActRefused, match="an_answer_may_still_come"):
        again(A, at=SOON)
    report(f"{A} delivered")
    with pytest.raises(ActRefused, match="what_has_arrived_does_not_go_again"):
        again(A)
    with pytest.raises(ActRefused, match="a_delivery_decision_gives_its_reason"):
        again(B, " ")
    for who in ("maria", "gunnar", "olli"):
        with pytest.raises(NotAllowed):
            again(B, who=who)
        with pytest.raises(NotAllowed):
            by(B, "PAPER", who=who)


def test_a_second_delivery_without_a_decision_is_refused_by_the_database() -> None:
    """OC 3.9-d, D12: also when our own code would forget it."""
    file = sent()
    with inside(unit()):
        invoice = Invoice.objects.get(unit=unit(), number=1)
    second = InvoiceDelivery(
        unit=unit(), invoice=invoice, attempt=2, file=file, channel="PAPER", clause="OC 3.1-a"
    )
    with pytest.raises(IntegrityError, match="an_invoice_goes_again_only_by_a_decision"), inside(unit()):
        second.save(force_insert=True)


def test_another_channel_is_chosen_for_an_invoice_that_was_refused() -> None:
    """OC 3.9-d: the next delivery goes by it alone, and says that a person decided."""
    sent()
    report(f"{C} refused reason=contract")
    by(C, "PAPER")
    deliver()
    with inside(unit()):
        found = InvoiceDelivery.objects.get(unit=unit(), invoice__number=3, attempt=2)
        assert (found.channel, found.clause, found.skipped) == ("PAPER", "OC 3.9-d", "")
    for channel in ("KIVRA", "OWL", ""):
        with pytest.raises(ActRefused, match="channel_unknown_or_closed"):
            by(B, channel)


def test_a_chosen_channel_that_is_not_possible_waits_for_another_choice() -> None:
    """OC 3.9-d: it does not fall back on a channel that nobody chose."""
    sent()
    report(f"{A} refused reason=moved")
    by(A, "E_INVOICE")
    assert run(DeliveryRun(), unit()).facts["documents"] == 0
    assert standing(NEXT_WEEK)[A] == "CHOSEN_CHANNEL_CLOSED"
    by(A, "PAPER")
    assert deliver().documents == 1


def test_an_invoice_that_no_channel_takes_is_on_the_list_with_every_channel_that_was_tried() -> None:
    """OC 1.5-d, OC 3.8-a"""
    told = Told(read("on 2026-03-16\norder A aino\nline A PERMIT 1"), unit())
    run(InvoicingRun(), told.where, DAY)
    Customer.objects.filter(pk=customer("aino").pk).update(street="")
    run(DeliveryRun(), unit())
    with inside(unit()) as acting:
        [found] = worklist(acting, AT)
    assert (found.number, found.outcome, found.clause) == (A, "NO_WAY_TO_SEND", "OC 3.8-a")
    assert [(one.channel, one.why) for one in found.passed_over] == [
        ("CONSUMER_E_INVOICE", "not_reached"), ("MOBILE", "not_connected"), ("OMAPOSTI", "not_connected"),
        ("KIVRA", "not_connected"), ("SUOMI_FI", "not_connected"), ("PAPER", "not_reached"),
    ]  # fmt: skip
