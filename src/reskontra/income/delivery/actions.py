"""What only people can judge of a delivery: sending again, another channel (OC 3.9-d). One fact, one right each."""

from reskontra.database.refused import ActRefused, refused_as
from reskontra.income.delivery.channels import channels_on
from reskontra.income.delivery.follow_up import follow_up, not_sent
from reskontra.kernel.clauses import clause
from reskontra.registers.policy import require
from reskontra.runs.run import Acting
from reskontra.sales.models import DeliveryDecision, Invoice, InvoiceDelivery


@clause("OC 3.9-d")
def send_again(acting: Acting, invoice: Invoice, reason: str) -> DeliveryDecision:
    """The invoice goes in the next batch, by its recipient's cascade. Called inside ``working_in``.

    Raises ``NotAllowed``, and ``ActRefused`` while the operator may still answer, when it has arrived, or when it was
    never sent: then the delivery run takes it by itself.
    """
    require(acting.person, "send_again", acting.unit, acting.day)
    return _decide(acting, invoice, "", reason)


@clause("OC 3.6-b", "OC 3.9-d")
def change_channel(acting: Acting, invoice: Invoice, channel: str, reason: str) -> DeliveryDecision:
    """The invoice goes in the next batch by ``channel`` alone. Called inside ``working_in``.

    Choosing a bank for an invoice with attachments means: the recipient's agreement with it was made sure of.
    Raises ``NotAllowed``, and ``ActRefused`` for a channel that is not connected.
    """
    require(acting.person, "change_channel", acting.unit, acting.day)
    known = channels_on(acting.day).by_key.get(channel)
    if known is None or not known.connected:
        raise ActRefused("channel_unknown_or_closed")
    return _decide(acting, invoice, channel, reason)


def _decide(acting: Acting, invoice: Invoice, channel: str, reason: str) -> DeliveryDecision:
    newest = InvoiceDelivery.objects.filter(unit=acting.unit, invoice=invoice).order_by("-attempt").first()
    if newest is None and not channel:
        raise ActRefused("what_was_never_sent_goes_without_a_decision")
    if newest and not _waits_for_a_person(acting, invoice):
        raise ActRefused("an_answer_may_still_come")
    with refused_as(ActRefused):
        return DeliveryDecision.objects.create(
            unit=acting.unit,
            invoice=invoice,
            attempt=newest.attempt + 1 if newest else 1,
            channel=channel,
            reason=reason.strip()[:350],
            person=acting.person,
            decided_at=acting.at,
        )


def _waits_for_a_person(acting: Acting, invoice: Invoice) -> bool:
    """Whether the invoice, which was sent, stands on the worklist."""
    [followed] = follow_up(acting.unit, acting.at, [invoice.pk])
    # One that has arrived is refused by the database, in its own words.
    return followed.standing in {"REVIEW", "LEFT"} or bool(not_sent(acting, [invoice.pk]))
