"""Refunds by command: prepared, planned, approved by somebody else, applied and sent; payers to contact."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from cast import DAY, HARBOUR, inside, unit
from income.money import a_payment
from income.refund_tables import account, an_overpayment, standing

Command = Callable[..., tuple[int, Any]]
IN_HARBOUR = ("--unit", HARBOUR, "--on", DAY.isoformat())
_REJECTED = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>1</MsgId>
<CreDtTm>2026-03-17T08:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09
</OrgnlMsgNmId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>{}
</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def test_a_refund_is_prepared_planned_approved_applied_and_sent_by_command(
    command: Command, tmp_path: Path
) -> None:
    """OC 4.2-a, OC 4.2-b, OC 3.9-f"""
    where = unit()
    small = an_overpayment(where, "bruk", "5.00", day=DAY)
    over = an_overpayment(where, "aino", "25.00", day=DAY)
    code, told = command("refunds", *IN_HARBOUR, "--ask", str(small.pk), "--reason", "by telephone")
    assert (code, told["act"]) == (0, "ask")
    for one, holder in ((small, "Provbruket Ab"), (over, "Koe Aino")):
        words = ("--account", str(one.pk), "--iban", account(holder), "--holder", holder)
        assert command("refunds", *IN_HARBOUR, *words)[0] == 0
    assert command("run", "refunds", *IN_HARBOUR)[1]["refused"] == "refunds.not_approved"
    code, planned = command("run", "refunds", *IN_HARBOUR, "--plan")
    assert (code, {one["outcome"]: one["amount"] for one in planned["decisions"]}) == (
        0,
        {"REFUND_TO_ACCOUNT": "25.00", "SMALL_ASKED": "5.00"},
    )
    code, told = command("refunds", *IN_HARBOUR, "--as", "petra", "--approve", str(planned["run"]))
    assert (code, told["digest"]) == (0, planned["digest"])
    code, done = command("run", "refunds", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, done["refunds"], [one["kind"] for one in done["files"]]) == (0, 2, ["pain.001"])
    assert [one["state"] for one in done["sent"]] == ["sent"]
    assert len(list((Path(settings.OUT) / "pain.001").iterdir())) == 1
    code, listed = command("refunds", *IN_HARBOUR)
    assert {(one["overpayment"], one["outcome"], one["account"]) for one in listed} == {
        (small.pk, "SMALL_ASKED", account("Provbruket Ab")),
        (over.pk, "REFUND_TO_ACCOUNT", account("Koe Aino")),
    }
    with inside(where):
        sent = standing(where, over)
    answer = tmp_path / "answer.xml"
    answer.write_text(_REJECTED.format(sent.end_to_end_id))
    for count in (1, 0):
        assert command("refunds", *IN_HARBOUR, "--answers", str(answer)) == (
            0,
            {"act": "answers", "count": count},
        )
    code, done = command("run", "refunds", *IN_HARBOUR)
    assert [one["outcome"] for one in done["decisions"]] == ["REJECTED_BY_BANK"]
    assert command("refunds", *IN_HARBOUR, text=True)[0] == 0


def test_what_is_not_there_is_told(command: Command) -> None:
    for words in (("--approve", "99999"), ("--ask", "99999"), ("--heard", "99999"), ("--choose", "99999")):
        person = ("--as", "petra") if words[0] == "--approve" else ()
        code, told = command("refunds", *IN_HARBOUR, *person, *words)
        assert (code, told["refused"]) == (2, "nothing_found")


def test_a_choice_and_what_was_heard_are_written_down(command: Command) -> None:
    """OC 4.2-c, OC 4.2-b"""
    over = an_overpayment(unit(), "aino", "25.00", day=DAY)
    words = ("--choose", str(over.pk), "--way", "bank_return", "--reason", "asked for")
    assert command("refunds", *IN_HARBOUR, *words)[1]["act"] == "choose"
    _, planned = command("run", "refunds", *IN_HARBOUR, "--plan")
    command("refunds", *IN_HARBOUR, "--as", "petra", "--approve", str(planned["run"]))
    command("run", "refunds", *IN_HARBOUR, "--apply", str(planned["run"]))
    _, (listed,) = command("refunds", *IN_HARBOUR)
    assert listed["outcome"] == "CHOSEN_BANK_RETURN"
    words = ("--heard", str(listed["refund"]), "--outcome", "accepted")
    assert command("refunds", *IN_HARBOUR, *words)[1]["act"] == "heard"


def test_payers_without_a_reference_are_listed_and_contacted(command: Command) -> None:
    """OC 4.1-d"""
    for _ in range(3):
        a_payment(unit(), "10.00", payer="Provbruket Ab")
    code, (found,) = command("payers", *IN_HARBOUR, "--without-reference")
    assert (code, found["name"], found["payments"], found["contacted_date"]) == (0, "Provbruket Ab", 3, None)
    words = ("--contacted", found["key"], "--note", "a new system")
    assert command("payers", *IN_HARBOUR, *words)[0] == 0
    code, printed = command("payers", *IN_HARBOUR, "--without-reference", text=True)
    assert (code, "Provbruket Ab" in printed) == (0, True)
