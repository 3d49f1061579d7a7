"""S26: batches beside the operator's answers, what waits for a person, the invoice lists (OC 3.9-d, 3.9-e, 3.9-f)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from accessible import troubles
from django.conf import settings
from django.test import Client
from django.utils import timezone

from cast import DAY, inside, invoice_number, person, run
from reskontra.documents.delivery_report import DeliveryReport
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import OutboxEvent
from reskontra.exchange.outbox import hand_over, waiting
from reskontra.exchange.reading import read_documents
from reskontra.income.delivery.receipts import take_in_report
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.kernel.texts import text
from reskontra.registers.models import Person
from reskontra.sales.models import DeliveryDecision, Invoice

AtDesk = Callable[[str], Client]


@pytest.fixture
def answered(desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Three invoices went out in one batch: one has arrived, one was refused, of one nothing is known for a week."""
    for name in ("HOME", "OUT"):
        monkeypatch.setattr(settings, name, tmp_path)
    sent_at = timezone.now() - timedelta(days=7)
    run(InvoicingRun(), desk.unit, DAY)
    run(DeliveryRun(), desk.unit, DAY)
    with inside(desk.unit):
        *_, file = waiting(desk.unit)
    hand_over(file, sent_at)
    with inside(desk.unit) as acting:
        OutboxEvent.objects.create(unit=desk.unit, file=file, state="receipted", happened_at=sent_at)
        rows = [
            f"{file.name};{invoice_number(desk.unit, one.number)};{one.total};;{status};{reason};{_written(sent_at)}"
            for one, status, reason in zip(
                Invoice.objects.filter(unit=desk.unit).order_by("number"),
                ("delivered", "refused"),
                ("", "closed mailbox"),
                strict=False,
            )
        ]
        amount = sum(one.total for one in Invoice.objects.filter(unit=desk.unit).order_by("number")[:2])
        lines = ["batch;invoice;amount;channel;status;reason;time", *rows, f"total;2;{amount};;;;"]
        data = "\n".join(lines).encode()
        received = receive(acting, data, "report.csv", "import")
        [document] = read_documents(data, "report.csv")
        assert isinstance(document, DeliveryReport)
        take_in_report(acting, received, document, DAY)
    return desk


def _written(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def words_of(page: bytes) -> str:
    return page.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_the_page_tells_what_waits_what_came_back_and_what_the_archive_lacks(
    answered: Any, at_desk: AtDesk, language: str
) -> None:
    """OC 3.9-d, OC 3.9-e: refused and missing wait for a person; the batch is not reconciled; nothing is archived."""
    Person.objects.filter(pk=person("kirsi").pk).update(language=language)
    page = words_of(at_desk("kirsi").get(answered.path("deliveries")).content)
    refused = invoice_number(answered.unit, 2)
    assert f'/invoices/2#delivery">{refused}</a>' in page
    assert "closed mailbox" in page
    assert text("outcome.REFUSED_BY_RECEIVER", language) in page.lower()
    assert "/invoices/1#delivery" not in page
    assert text("desk.deliveries.reconciled", language) not in page
    assert text("desk.deliveries.lack.image", language) in page
    assert 'name="seen"' not in page  # nobody approves a list before its archive is complete


def test_the_invoice_tells_what_the_operator_said_and_goes_again_once(answered: Any, at_desk: AtDesk) -> None:
    """OC 3.9-d: the refusal stands in the history; what was sent twice from one page is done once."""
    client = at_desk("kirsi")
    page = words_of(client.get(answered.path("invoices/2")).content)
    assert text("desk.invoice.state.not_delivered", "sv") in page
    assert "closed mailbox" in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    asked = {"act": "again", "seen": seen, "reason": "the mailbox is open again"}
    told = client.post(answered.path("invoices/2/delivery"), asked, follow=True)
    assert text("deliveries.again_done", "sv", invoice=invoice_number(answered.unit, 2)) in words_of(
        told.content
    )
    told = client.post(answered.path("invoices/2/delivery"), asked, follow=True)
    assert text("desk.deliveries.stale", "sv") in words_of(told.content)
    with inside(answered.unit):
        assert DeliveryDecision.objects.filter(unit=answered.unit).count() == 1
    page = words_of(client.get(answered.path("invoices/2")).content)
    assert text("desk.invoice.step.goes_again", "sv") in page
    assert "the mailbox is open again" in page
    assert text("desk.invoice.state.unsent", "sv") in page


def test_another_channel_is_chosen_and_a_reason_is_asked_for(answered: Any, at_desk: AtDesk) -> None:
    """OC 3.6-b, OC 3.9-d: the form keeps what was written when something is missing."""
    client = at_desk("kirsi")
    page = words_of(client.get(answered.path("invoices/2")).content)
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    asked = {"act": "channel", "seen": seen, "channel": "PAPER", "reason": ""}
    told = client.post(answered.path("invoices/2/delivery"), asked)
    assert told.status_code == 422
    assert '<option value="PAPER" selected>' in told.content.decode()
    told = client.post(answered.path("invoices/2/delivery"), {**asked, "reason": "asked for"}, follow=True)
    assert told.status_code == 200
    with inside(answered.unit):
        decided = DeliveryDecision.objects.get(unit=answered.unit)
        assert (decided.channel, decided.reason) == ("PAPER", "asked for")


def test_what_has_arrived_has_no_form_and_a_reviewer_has_none_either(answered: Any, at_desk: AtDesk) -> None:
    assert b"delivery-act" not in at_desk("kirsi").get(answered.path("invoices/1")).content
    page = at_desk("maria").get(answered.path("invoices/2")).content.decode()
    assert 'name="act" value="again"' not in page
    assert at_desk("maria").post(answered.path("invoices/2/delivery"), {"act": "again"}).status_code in {
        302,
        403,
    }
    with inside(answered.unit):
        assert not DeliveryDecision.objects.filter(unit=answered.unit).exists()


def test_a_list_that_waits_for_its_archive_is_not_approved(answered: Any, at_desk: AtDesk) -> None:
    """OC 3.9-e: whoever posts without the page is told why nothing happened."""
    with inside(answered.unit):
        made = Invoice.objects.filter(unit=answered.unit).values_list("run_id", flat=True)[0]
    asked = {"act": "approve", "seen": "0" * 64}
    told = at_desk("petra").post(answered.path(f"deliveries/lists/{made}"), asked, follow=True)
    assert "OC 3.9" in words_of(told.content)


def test_the_start_page_counts_what_has_not_arrived(answered: Any, at_desk: AtDesk) -> None:
    page = words_of(at_desk("kirsi").get(answered.path()).content)
    assert text("desk.task.deliveries", "sv") in page
    assert f'href="{answered.path("deliveries")}"' in page


@pytest.mark.browser
def test_the_pages_are_for_everybody(answered: Any, sits_down: Callable[[str], Any]) -> None:
    """Looked at by axe, in three widths and languages, light and dark, with targets large enough."""
    visits = [("kirsi", answered.path("deliveries")), ("kirsi", answered.path("invoices/2"))]
    found = troubles(sits_down, visits)
    assert found == [], "\n".join(found)
