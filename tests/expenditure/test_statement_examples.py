"""Public examples of account statements on an expenditure account: every line is stored, decided and posted."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from cast import DAY, inside, run, unit
from expenditure.statement_tables import BANK, FEES, UNEXPLAINED, a_rule, balances_of
from income.bank_tables import File, account, ask, take_in
from reskontra.bank.models import Line
from reskontra.documents.findings import Refused
from reskontra.documents.statement import Balance, Statement
from reskontra.exchange.reading import read_documents
from reskontra.expenditure.statement_posting.actions import post_memo
from reskontra.expenditure.statement_posting.coding import Part
from reskontra.expenditure.statement_posting.lists import waiting_lines
from reskontra.expenditure.statement_posting.run import StatementPostingRun
from reskontra.registers.tracking import Tracking
from reskontra.registers.unit_terms import terms_of

EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "standards" / "iso20022" / "examples"
FILES = sorted(one for one in EXAMPLES.rglob("*") if one.is_file() and b"camt.053" in one.read_bytes()[:3000])

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.skipif(
        not FILES, reason="the public examples are kept beside the project in shared/standards/iso20022"
    ),
]


@pytest.mark.parametrize("path", FILES, ids=lambda one: one.name)
def test_every_line_of_a_public_example_is_stored_and_posted(path: Path) -> None:
    """EX 10-a"""
    documents = [one for one in read_documents(path.read_bytes(), path.name) if isinstance(one, Statement)]
    assert documents
    where = unit()
    told = 0
    for place, document in enumerate(documents):
        own = replace(document, account=account(where, "expenditure"))
        if any(one.severity == "error" for one in own.findings):
            with pytest.raises(Refused):
                take_in(where, File(f"{path.stem}-{place}-as-it-is", (own,)))
            own = _made_to_add_up(own)
        take_in(where, File(f"{path.stem}-{place}", (own,)))
        told += len(own.entries)
    lines = ask(
        where,
        "SELECT id, amount, end_to_end_id, payment_information_id, instruction_id, ultimate_debtor FROM bank_line"
        " WHERE unit_id = %(unit)s AND kind = 'other'",
    )
    assert len(lines) == told > 0
    a_rule(where, "transaction_code", "7*", FEES)
    run(StatementPostingRun(), where)
    with inside(where):
        waiting = waiting_lines(where, terms_of(where, DAY))
    for one in waiting:
        with inside(where) as acting:
            line = Line.objects.get(pk=one["line"])
            post_memo(acting, line, [Part(line.amount, Tracking(FEES))], "an example")
    found = balances_of(where)
    assert UNEXPLAINED not in found
    assert found.get(BANK, Decimal(0)) == sum(line[1] for line in lines)


def _made_to_add_up(document: Statement) -> Statement:
    """The lines of an example whose figures do not hold, in a statement of one day whose figures do."""
    balances = (Balance("OPBD", Decimal(0), "EUR", DAY), Balance("CLBD", document.total, "EUR", DAY))
    return replace(
        document, currency="EUR", balances=balances, findings=(), copy=None, from_date=DAY, to_date=DAY
    )
