"""Which channel takes an invoice, and why those before it did not: the cascade as data (OC 1.5, 3.6)."""
# ruff: noqa: E501 - a table: one line for each case

from collections.abc import Mapping
from datetime import date

import pytest
from django.db import connection

from cast import DAY, an_order, customer, inside, run, unit
from reskontra.exchange import archive
from reskontra.income.delivery.channels import ChannelsDefect, channels_on, read_channels
from reskontra.income.delivery.rules import (
    CHANNELS,
    PASSED_OVER,
    decide_delivery,
    passed_over,
    told_passed_over,
)
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.texts import LANGUAGES, text
from reskontra.registers.models import Customer
from reskontra.sales.models import InvoiceDelivery

pytestmark = pytest.mark.usefixtures("database")

# recipient, address (none, bank, op, operator, abroad), postal address, attachments, several order numbers, chosen
# -> outcome, clause, channels passed over
CASES = """
    person   none      street   -         one      -               PAPER                 OC 3.1-a    CONSUMER_E_INVOICE=not_reached MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected
    person   bank      street   -         one      -               CONSUMER_E_INVOICE    OC 1.5-c
    person   bank      nowhere  pdf       one      -               CONSUMER_E_INVOICE    OC 1.5-c
    person   bank      street   jpeg      one      -               ATTACHMENTS_NOT_CARRIED OC 3.6-b  CONSUMER_E_INVOICE=attachments MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected PAPER=attachments
    person   bank      street   -         several  -               PAPER                 OC 3.1-a    CONSUMER_E_INVOICE=order_numbers MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected
    person   bank      nowhere  -         several  -               SEVERAL_ORDER_NUMBERS OC 3.6-c    CONSUMER_E_INVOICE=order_numbers MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected PAPER=not_reached
    person   none      nowhere  -         one      -               NO_WAY_TO_SEND        OC 3.8-a    CONSUMER_E_INVOICE=not_reached MOBILE=not_connected OMAPOSTI=not_connected KIVRA=not_connected SUOMI_FI=not_connected PAPER=not_reached
    company  operator  street   pdf,png   one      -               E_INVOICE             OC 3.6-a
    company  bank      street   -         one      -               BANK_E_INVOICE        OC 3.6-a    E_INVOICE=not_reached
    company  bank      street   pdf       one      -               PAPER                 OC 3.1-a    E_INVOICE=not_reached BANK_E_INVOICE=agreement PEPPOL=not_reached SUOMI_FI=not_connected
    company  op        street   pdf       one      -               PAPER                 OC 3.1-a    E_INVOICE=not_reached BANK_E_INVOICE=agreement PEPPOL=not_reached SUOMI_FI=not_connected
    company  op        street   pdf       one      BANK_E_INVOICE  BANK_E_INVOICE        OC 3.9-d
    company  bank      street   pdf       one      BANK_E_INVOICE  CHOSEN_CHANNEL_CLOSED OC 3.9-d
    company  op        nowhere  png       one      -               ATTACHMENTS_NOT_CARRIED OC 3.6-b  E_INVOICE=not_reached BANK_E_INVOICE=attachments PEPPOL=not_reached SUOMI_FI=not_connected PAPER=not_reached
    company  abroad    street   -         one      -               PEPPOL                OC 3.6.1-a  E_INVOICE=not_reached BANK_E_INVOICE=not_reached
    company  abroad    street   pdf       one      -               PAPER                 OC 3.1-a    E_INVOICE=not_reached BANK_E_INVOICE=not_reached PEPPOL=attachments SUOMI_FI=not_connected
    company  operator  street   -         several  -               PAPER                 OC 3.1-a    E_INVOICE=order_numbers BANK_E_INVOICE=not_reached PEPPOL=not_reached SUOMI_FI=not_connected
    company  operator  street   -         one      PAPER           PAPER                 OC 3.9-d
    state    operator  street   -         one      -               E_INVOICE             OC 3.6-a
    state    none      street   -         one      -               STATE_UNIT_ONLY_ELECTRONIC OC 2.2-i E_INVOICE=not_reached BANK_E_INVOICE=not_reached
    state    operator  street   -         several  -               SEVERAL_ORDER_NUMBERS OC 3.6-c    E_INVOICE=order_numbers BANK_E_INVOICE=not_reached
    state    operator  street   -         one      PAPER           CHOSEN_CHANNEL_CLOSED OC 3.9-d
    state    bank      street   pdf       one      -               ATTACHMENTS_NOT_CARRIED OC 3.6-b  E_INVOICE=not_reached BANK_E_INVOICE=agreement
    """
_ADDRESSES: Mapping[str, tuple[str, str, str]] = {
    "none": ("", "", "FI"),
    "bank": ("FI990001", "DABAFIHH", "FI"),
    "op": ("003799000018", "OKOYFIHH", "FI"),
    "operator": ("003799000018", "PROVOPER", "FI"),
    "abroad": ("0007:9900000001", "EUPEPPOL", "SE"),
}


def _subject(place: int, words: list[str]) -> str:
    recipient, address, street, kinds, numbers, chosen = words
    einvoice, operator, country = _ADDRESSES[address]
    files = "{}" if kinds == "-" else f"{{{kinds}}}"
    home = "Provgatan 1" if street == "street" else ""
    return (
        f"({place}, '{'' if chosen == '-' else chosen}', '{recipient}', '{country}', '{einvoice}', '{operator}',"
        f" '{home}', '{home}', {numbers == 'several'}, '{files}'::text[])"
    )


def test_the_first_open_channel_of_the_cascade_takes_the_invoice_and_says_which_it_passed_over() -> None:
    """OC 1.5-c, OC 1.5-d, OC 3.6-a, OC 3.6-b, OC 3.6-c: each case in a crowd and alone."""
    cases = [line.split() for line in CASES.strip().splitlines()]
    rows = [_subject(place, words[:6]) for place, words in enumerate(cases)]
    expected = {
        place: (words[6], " ".join(words[7:9]), " ".join(words[9:])) for place, words in enumerate(cases)
    }
    assert _decided(rows) == expected
    for place, row in enumerate(rows):
        assert _decided([row]) == {place: expected[place]}
    assert {words[6] for words in cases if words[6] in CHANNELS} == {
        key for key, one in channels_on(DAY).by_key.items() if one.connected
    }


def _decided(rows: list[str]) -> dict[int, tuple[str, str, str]]:
    channels = channels_on(DAY)
    subjects = (
        f"(SELECT * FROM (VALUES {', '.join(rows)}) given (id, chosen, recipient, country, einvoice_address,"
        " einvoice_operator, street, town, several_order_numbers, attachment_kinds))"
    )
    query = decide_delivery(channels).select(subjects, f"id, {passed_over(channels)} AS skipped")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, outcome, clause, skipped FROM ({query}) told")
        return {row[0]: (row[1], row[2], row[3]) for row in cursor.fetchall()}


def test_every_reason_for_passing_a_channel_over_has_its_clause_and_its_words() -> None:
    """OC 1.5-d"""
    used = {
        one.why for line in CASES.strip().splitlines() for one in told_passed_over(" ".join(line.split()[9:]))
    }
    of_letters = {"no_message", "consent"}  # test_letters.py
    assert used | of_letters == set(PASSED_OVER)
    assert all(text(f"channel.{why}", language) for why in PASSED_OVER for language in LANGUAGES)


def test_a_delivery_keeps_which_channels_it_passed_over() -> None:
    """OC 1.5-d, OC 3.6-b: a company whose bank carries no attachments gets that invoice on paper."""
    Customer.objects.filter(pk=customer("bruk").pk).update(einvoice_operator="DABAFIHH")
    kept = archive.store([b"%PDF-1.7 a decision"])
    attached = [{"name": "a.pdf", "digest": kept.digest, "size": kept.size, "kind": "pdf", "basis": False}]
    with inside(unit()):
        lines = [{"item": "COURSE"}, {"item": "BOOK"}]
        an_order(unit(), "bruk", *lines, attachments=attached, order_number="PO-1")
        an_order(unit(), "bruk", {"item": "PERMIT"}, order_number="PO-2")
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    run(DeliveryRun(), unit())
    with inside(unit()):
        found = InvoiceDelivery.objects.filter(unit=unit()).order_by("invoice__number")
        assert [(one.channel, one.skipped) for one in found] == [
            (
                "PAPER",
                "E_INVOICE=not_reached BANK_E_INVOICE=agreement PEPPOL=not_reached SUOMI_FI=not_connected",
            ),
            ("BANK_E_INVOICE", "E_INVOICE=not_reached"),
        ]


def test_a_channel_opens_on_its_day() -> None:
    """OC 1.5-c: Kivra from February 2024; before that nobody is told that it was passed over."""
    before, after = channels_on(date(2024, 1, 31)), channels_on(date(2024, 2, 1))
    assert [one.key for one in before.cascades["person"]] == [
        "CONSUMER_E_INVOICE", "MOBILE", "OMAPOSTI", "SUOMI_FI", "PAPER",
    ]  # fmt: skip
    assert "KIVRA" in after.by_key
    with pytest.raises(ChannelsDefect, match="no cascade"):
        channels_on(date(2023, 12, 31))


_HEAD = '\nclause = "OC 1.5-c"\nfrom = 2024-01-01\nsource = "s"\nsourced = true\n'
_CHANNEL = (
    '[[channel]]\nkey = "PAPER"\nconnected = true\nreached_by = "postal_address"\nelectronic = false\n'
    + ('attachments = "printed"\nkinds = []' + _HEAD)
)
_CASCADES = "".join(
    f'[[cascade]]\nrecipient = "{one}"\nchannels = ["PAPER"]{_HEAD}' for one in ("person", "company", "state")
)


@pytest.mark.parametrize(
    ("told", "source"),
    [
        ("nobody asks", _CASCADES + _CHANNEL.replace("postal_address", "asked_at_each_run")),
        ("unknown way", _CASCADES + _CHANNEL.replace("postal_address", "pigeon")),
        ("unknown carriage", _CASCADES + _CHANNEL.replace("printed", "sung")),
        ("has no source", _CASCADES + _CHANNEL.replace('source = "s"', 'source = ""')),
        ("stands twice", _CASCADES + _CHANNEL * 2),
        ("stands twice", _CASCADES * 2 + _CHANNEL),
        ("names OWL", _CASCADES.replace('["PAPER"]', '["OWL"]', 1) + _CHANNEL),
        ("unknown recipient", _CASCADES.replace('"state"', '"cat"') + _CHANNEL),
        ("no cascade of state", _CASCADES.partition('[[cascade]]\nrecipient = "state"')[0] + _CHANNEL),
    ],
)
def test_channels_that_contradict_themselves_are_refused(told: str, source: str) -> None:
    """OC 1.5-d: a mailbox cannot be connected before somebody asks who has one (OC 1.5-e)."""
    assert read_channels(_CASCADES + _CHANNEL, DAY).by_key["PAPER"].kinds == ()
    with pytest.raises(ChannelsDefect, match=told):
        read_channels(source, DAY)


def test_an_attachment_that_no_channel_carries_is_stopped_before_sending() -> None:
    """OC 3.6-b: a picture has no place on paper; the invoice is left and waits."""
    picture = [{"name": "a.png", "digest": "0" * 64, "size": 1, "kind": "png", "basis": False}]
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"}, attachments=picture)
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    result = run(DeliveryRun(), unit())
    assert [(one.outcome, one.standing, one.clause) for one in result.counts] == [
        ("ATTACHMENTS_NOT_CARRIED", "LEFT", "OC 3.6-b")
    ]
    with inside(unit()):
        assert not InvoiceDelivery.objects.filter(unit=unit()).exists()
