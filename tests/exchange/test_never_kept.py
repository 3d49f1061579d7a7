"""A card statement with a whole card number is refused before a byte of it is written (EX 4-a)."""

import hashlib

import pytest

from exchange.conftest import Office
from reskontra.database.session import working_in
from reskontra.documents.findings import Refused
from reskontra.exchange import archive
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import InboxFile


def test_a_whole_card_number_is_neither_archived_nor_in_the_inbox(office: Office) -> None:
    """EX 4-a"""
    data = b"card_statement;number\n1;4111 1111 1111 1111\n"
    with working_in([office.unit.pk], office.first.pk):
        with pytest.raises(Refused) as refusal:
            receive(office.acting(), data, "cards.csv", "import")
        assert not InboxFile.objects.filter(digest=hashlib.sha256(data).hexdigest()).exists()
    assert [finding.rule for finding in refusal.value.findings] == ["card_number_in_file"]
    assert not archive.path_of(hashlib.sha256(data).hexdigest()).exists()


def test_a_statement_with_the_last_four_digits_is_kept(office: Office) -> None:
    """EX 4-a"""
    data = b"card_statement;number\n1;1111\n"
    with working_in([office.unit.pk], office.first.pk):
        received = receive(office.acting(), data, "cards.csv", "import")
    assert archive.path_of(received.file.digest).read_bytes() == data
