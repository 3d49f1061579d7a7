"""Suppliers by command: found, added, accounts told by one and approved by another, bans by their protocol."""

from collections.abc import Callable
from typing import Any

from cast import DAY, HARBOUR, business_id, iban, inside, set_term, unit
from expenditure.payment_tables import account, open_of, payable, released, supplier
from reskontra.insight.invariants import broken
from reskontra.purchases.models import PaymentFile
from reskontra.registers.models import Supplier

Command = Callable[..., tuple[int, Any]]
AT = ("--unit", HARBOUR, "--on", DAY.isoformat())
ACCOUNT, AUTHORITY = iban("99008801000001"), iban("99008801000002")


def test_a_supplier_from_its_first_day_to_a_ban_by_command(command: Command) -> None:
    """EX 5.1-a, EX 8-a, EX 9-c"""
    who = ("--kind", "company", "--name", "Koevene Oy", "--business-id", business_id(8801))
    assert command("supplier", "add", *AT, *who, "--as", "kirsi")[1]["refused"] == "not_allowed"
    code, told = command("supplier", "add", *AT, *who)
    assert code == 0
    number = told["supplier"]
    assert command("supplier", "add", *AT, *who)[1]["refused"] == "a_business_id_is_one_supplier"
    code, told = command("supplier", "add", *AT, "--kind", "company", "--name", "Utan")
    assert (code, told["reasons"][0]["rule"]) == (2, "supplier_not_identified")
    for act in ("show", "account", "approve-account", "end-account", "ban"):
        assert command("supplier", act, "0", *AT)[1]["refused"] == "nothing_found", act
    code, told = command("supplier", "account", number, *AT, "--iban", "FI00", "--source", "invoice")
    assert (code, told["reasons"][0]["rule"]) == (2, "supplier_account_wrong")
    assert command("supplier", "account", number, *AT, "--iban", ACCOUNT, "--verification", "match")[0] == 0
    assert [one["to_approve"] for one in command("supplier", "list", *AT, "--only", "accounts")[1]] == [1]
    approve = ("supplier", "approve-account", number, *AT)
    assert command(*approve)[1]["refused"] == "who_tells_a_supplier_account_does_not_approve_it"
    assert command(*approve, "--as", "kirsi")[1]["refused"] == "not_allowed"
    assert command(*approve, "--as", "petra") == (0, {"iban": ACCOUNT, "supplier": number})
    assert (
        command(*approve, "--iban", ACCOUNT, "--as", "petra")[1]["refused"]
        == "supplier.not_approvable.approved"
    )
    payable(unit(), Supplier.objects.get(number=number), "80.00", DAY, number="L-80")
    order = (
        "--protocol", "P/1", "--sum", "500", "--share", "25", "--payee", "Ulosottolaitos", "--iban", AUTHORITY,
        "--reference", "1232", "--from", "2026-01-01",
    )  # fmt: skip
    assert command("supplier", "ban", number, *AT, *order, "--as", "kirsi")[1]["refused"] == "not_allowed"
    code, told = command("supplier", "ban", number, *AT, *order)
    assert code == 0
    code, shown = command("supplier", "show", number, *AT)
    assert [(one["iban"], one["approved_by"]) for one in shown["accounts"]] == [(ACCOUNT, "petra")]
    assert [(one["protocol"], one["left"], one["share"]) for one in shown["bans"]] == [
        ("P/1", "500.00", "25.00")
    ]
    assert [(one["invoice"], one["open"]) for one in shown["payables"]] == [("L-80", "80.00")]
    (listed,) = command("supplier", "list", ACCOUNT, *AT)[1]
    assert (listed["number"], listed["open"], listed["bans"]) == (number, "80.00", 1)
    assert "P/1" in command("supplier", "show", number, *AT, "--lang", "fi", text=True)[1]
    assert "Koevene Oy" in command("supplier", "list", "koevene", *AT, "--lang", "sv", text=True)[1]
    ban = str(told["ban"])
    assert command("supplier", "end-ban", ban, *AT) == (0, {"ban": told["ban"], "day": DAY.isoformat()})
    assert command("supplier", "end-ban", ban, *AT)[1]["refused"] == "a_payment_ban_ends_once"
    assert command("supplier", "end-ban", "x", *AT)[1]["refused"] == "nothing_found"
    assert command("supplier", "end-account", number, *AT) == (0, {"iban": ACCOUNT, "supplier": number})
    assert command("supplier", "end-account", number, *AT)[1]["refused"] == "nothing_found"


def test_a_plan_is_dropped_and_a_file_stopped_by_command(command: Command) -> None:
    """EX 9-a: what is dropped is not paid; a file that has not left is stopped, and two say that it never left."""
    where = unit()
    set_term(where, "payment_sending_from", "24")  # no hour of the day: the file waits
    set_term(where, "payment_cut_off", "24")
    of = supplier("one")
    account(of)
    one = payable(where, of, "100.00", DAY)
    run = str(command("run", "payment", *AT, "--plan")[1]["run"])
    assert command("payment", "drop", run, *AT, "--as", "kirsi")[1]["refused"] == "not_allowed"
    assert command("payment", "drop", run, *AT)[0] == 0
    assert command("payment", "release", run, *AT, "--as", "petra")[1]["refused"] == "payment.no_plan"
    code, told = command("run", "payment", *AT, "--apply", str(released(where).pk))
    assert (code, [sent["state"] for sent in told["sent"]]) == (0, ["scheduled"])
    assert "reskontra payment send" in command("payment", "send", *AT, text=True)[1]
    with inside(where):
        name = PaymentFile.objects.get(unit=where).message_id
    assert command("payment", "stop", "SP-0", *AT, "--reason", "x")[1]["refused"] == "nothing_found"
    assert command("payment", "stop", name, *AT)[1]["refused"] == "payment.stop_says_why"
    assert command("payment", "stop", name, *AT, "--reason", "wrong day")[0] == 0
    assert (
        command("payment", "stop", name, *AT, "--reason", "again")[1]["refused"]
        == "payment.file_left_already"
    )
    held = ("payment", "not-sent", name, *AT, "--reason", "the bank has none")
    assert command(*held)[1]["refused"] == "unknown_person"
    assert command(*held, "--with", "cecilia")[1]["refused"] == "a_held_batch_is_decided_by_two"
    assert command(*held, "--with", "kirsi")[1]["refused"] == "not_allowed"
    assert command(*held, "--with", "petra") == (0, {"file": name, "undone": 1})
    assert (
        command("payment", "arrived", name, *AT, "--with", "petra", "--reason", "x")[1]["refused"]
        == "not_held"
    )
    with inside(where):
        assert open_of(where, one) == 100
    assert broken([where.pk]) == []
