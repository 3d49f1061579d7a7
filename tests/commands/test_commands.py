"""The commands as people and machines use them: stable keys, calm refusals, and exit codes 0, 1, 2, 3 and 5."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import reskontra
from cast import (
    CUSTOMERS,
    DAY,
    FOREST,
    HARBOUR,
    an_order,
    customer,
    inside,
    personal_code,
    run,
    set_term,
    unit,
)
from reskontra.commands import COMMANDS, main
from reskontra.demo.material import write_day
from reskontra.exchange.models import OutboxEvent, OutboxFile
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.identifiers import find_personal_codes
from reskontra.kernel.texts import LANGUAGES
from reskontra.registers.models import Customer, Item
from reskontra.sales.models import Order

ON = ("--on", DAY.isoformat())
IN_HARBOUR = ("--unit", HARBOUR, *ON)
Command = Callable[..., tuple[int, Any]]


def request(folder: Path, *orders: Mapping[str, Any], name: str = "day.json", **head: Any) -> str:
    """A billing request in a file."""
    path = folder / name
    path.write_text(json.dumps({"kind": "billing_request", **head, "orders": orders}), encoding="utf-8")
    return str(path)


def order(key: str, who: str = "aino", item: str = "PERMIT", **more: Any) -> dict[str, Any]:
    """An order of one line."""
    line = {"item": item, "quantity": 1, **({"unit_price": more.pop("price")} if "price" in more else {})}
    return {
        "key": key, "order_type": "Z001", "service_date": DAY.isoformat(), "customer": {"number": customer(who).number},
        "lines": [line], **more,
    }  # fmt: skip


# --- import ----------------------------------------------------------------------------------------------------------


def test_import_tells_what_was_read_accepted_returned_and_known(command: Command, tmp_path: Path) -> None:
    """OC 3.9-a, OC 3.9-c: exit 0 when all is accepted or known, 1 when some rows went back."""
    good = request(tmp_path, order("A-1"), order("A-2"))
    code, told = command("import", good, *IN_HARBOUR)
    assert code == 0
    expected = {
        "file": good, "unit": HARBOUR, "kind": "billing_request", "read": 2, "accepted": 2, "returned": 0,
        "duplicates": 0, "reasons": [], "totals": {"orders": 2, "net": "200.00"},
    }  # fmt: skip
    assert {key: told[key] for key in expected} == expected
    code, told = command("import", good, *IN_HARBOUR)
    assert (code, told["accepted"], told["duplicates"], told["reasons"][0]["rule"]) == (0, 0, 2, "file_known")
    mixed = request(tmp_path, order("A-1"), order("A-3", item="LICENCE"), order("A-4"), name="mixed.json")
    code, told = command("import", mixed, *IN_HARBOUR, "--lang", "sv")
    assert (code, told["accepted"], told["returned"], told["duplicates"]) == (1, 1, 1, 1)
    returned = next(one for one in told["reasons"] if one["status"] == "returned")
    assert (returned["rule"], returned["row"], returned["clause"], returned["severity"]) == (
        "order_item_not_on_price_list", 2, "OC 2.1-a", "error",
    )  # fmt: skip
    assert "LICENCE" in returned["message"]


def test_import_writes_the_result_workbook_where_it_is_asked_to(command: Command, tmp_path: Path) -> None:
    """OC 3.9-c"""
    result = tmp_path / "result.xlsx"
    code, told = command("import", request(tmp_path, order("A-1")), *IN_HARBOUR, "--result", str(result))
    assert code == 0
    assert result.read_bytes().startswith(b"PK")
    assert re.fullmatch("[0-9a-f]{64}", told["result"])


def test_import_takes_attachments_from_beside_the_file_and_from_nowhere_else(
    command: Command, tmp_path: Path
) -> None:
    """OC 3.2-d: a name never leads out of the folder."""
    (tmp_path / "decision.pdf").write_bytes(b"%PDF-1.7")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "map.pdf").write_bytes(b"%PDF-1.7")
    code, _ = command("import", request(folder, order("A-1", attachments=["map.pdf"])), *IN_HARBOUR)
    assert code == 0
    outside = request(folder, order("A-2", attachments=["decision.pdf"]), name="outside.json")
    code, told = command("import", outside, *IN_HARBOUR)
    assert (code, told["reasons"][0]["rule"]) == (1, "attachment_missing")
    up = request(folder, order("A-3", attachments=["../decision.pdf"]), name="up.json")
    code, told = command("import", up, *IN_HARBOUR)
    assert code == 1
    given = request(folder, order("A-4", attachments=["decision.pdf"]), name="given.json")
    assert command("import", given, *IN_HARBOUR, "--attachments", str(tmp_path))[0] == 0


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ({"unit": FOREST}, "file_of_another_unit"),
        ({"declared_rows": 9}, "counts_disagree"),
        ({"sender": "X"}, "sender_unknown"),
    ],
)
def test_a_file_that_is_refused_whole_ends_with_two(
    command: Command, tmp_path: Path, head: dict[str, Any], rule: str
) -> None:
    """OC 3.9-a"""
    code, told = command("import", request(tmp_path, order("A-1"), **head), *IN_HARBOUR)
    assert (code, told["refused"], told["exit"]) == (2, "refused", 2)
    assert [reason["rule"] for reason in told["reasons"]] == [rule]
    assert told["message"]
    with inside(unit()):
        assert not Order.objects.filter(unit=unit()).exists()


@pytest.mark.parametrize(
    "data", [b"", b"not a form at all", b"PK\x03\x04broken", b'{"kind": "letter"}', b"\xff\xfe\x00"]
)
def test_what_is_no_request_is_refused_with_a_sentence(command: Command, tmp_path: Path, data: bytes) -> None:
    """OC 3.9-c"""
    path = tmp_path / "file.bin"
    path.write_bytes(data)
    code, told = command("import", str(path), *IN_HARBOUR)
    assert (code, told["refused"]) == (2, "refused")
    assert told["message"]


def test_the_text_of_an_import_is_for_people_and_tells_no_personal_code(
    command: Command, tmp_path: Path
) -> None:
    """OC 2.2-f, OC 3.9-c"""
    one, other = personal_code("010191", 911), personal_code("010191", 912)
    spoken = order("A-1", header_text=f"Olli {one}", customer={"number": other})
    code, printed = command("import", request(tmp_path, spoken), *IN_HARBOUR, "--lang", "fi", text=True)
    assert code == 1
    assert "day.json" in printed
    assert not find_personal_codes(printed, glued=True)


# --- who may (OC 1.2-a) -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("olli", ("run", "orders")),
        ("maria", ("run", "orders")),
        ("gunnar", ("run", "invoicing")),
        ("kirsi", ("act", "review", "1")),
        ("maria", ("act", "approve", "1")),
        ("petra", ("act", "return", "1", "--reason", "x")),
        ("maria", ("act", "reopen", "1")),
        ("olli", ("outbox",)),
        ("olli", ("explain", "1")),
    ],
)
def test_who_may_not_is_told_so_with_three(command: Command, who: str, words: tuple[str, ...]) -> None:
    """OC 1.2-a, OC 3.2.1-b"""
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT", "unit_price": 90})
    run(OrdersRun(), unit())
    code, told = command(*words, *IN_HARBOUR, "--as", who)
    assert (code, told["refused"], told["exit"]) == (3, "not_allowed", 3)
    assert who in told["message"]


def test_import_is_for_those_who_may(command: Command, tmp_path: Path) -> None:
    """OC 1.2-a"""
    code, told = command("import", request(tmp_path, order("A-1")), *IN_HARBOUR, "--as", "olli")
    assert (code, told["refused"]) == (3, "not_allowed")


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (("run", "orders", "--unit", "9999"), "unknown_unit"),
        (("run", "orders", *IN_HARBOUR, "--as", "nobody"), "unknown_person"),
        (("run", "invoicing", *IN_HARBOUR, "--apply", "99"), "run.no_such_plan"),
        (("explain", "77", *IN_HARBOUR), "nothing_found"),
        (("act", "review", "77", *IN_HARBOUR, "--as", "maria"), "nothing_found"),
        (("import", "no-such-file.xlsx", *IN_HARBOUR), "file"),
        (("read", "no-such-file.xml"), "file"),
        (("outbox", *IN_HARBOUR, "--sent", "no-such-batch.xml", "--with", "petra"), "nothing_found"),
        (("run", "invoicing", "--unit", HARBOUR, "--on", "2023-06-01"), "missing_term"),
    ],
)
def test_a_refusal_is_one_sentence_with_a_name_and_two(
    command: Command, words: tuple[str, ...], rule: str
) -> None:
    code, told = command(*words)
    assert (code, told["refused"]) == (2, rule)
    assert told["message"]
    assert "Traceback" not in told["message"]


def test_a_question_that_makes_no_sense_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["run", "dinner", "--unit", HARBOUR])
    assert left.value.code == 2
    with pytest.raises(SystemExit) as left:
        main(["run", "orders", "--unit", HARBOUR, "--on", "tomorrow"])
    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err


# --- the day: run, act, explain, outbox ---------------------------------------------------------------


def test_a_day_by_commands_from_the_request_to_the_operators_folder(command: Command, tmp_path: Path) -> None:
    """OC 3.2 to 3.9: each step tells its decisions, controls and files with stable keys."""
    orders = order("A-1"), order("A-2", "bruk", "COURSE"), order("A-3", price=90)
    command("import", request(tmp_path, *orders), *IN_HARBOUR)

    code, told = command("run", "orders", *IN_HARBOUR)
    assert code == 0
    assert set(told) >= {"run", "name", "unit", "on", "state", "digest", "decisions", "controls", "files"}
    assert (told["name"], told["unit"], told["on"], told["state"]) == (
        "orders",
        HARBOUR,
        DAY.isoformat(),
        "applied",
    )
    keys = ("outcome", "standing", "clause", "count", "amount")
    assert {tuple(one[key] for key in keys) for one in told["decisions"]} == {
        ("READY", "READY", "OC 3.9-a", 2, "150.00"), ("OFF_LIST_PRICE", "REVIEW", "OC 3.2.1-a", 1, "90.00"),
    }  # fmt: skip

    code, told = command("act", "review", "3", *IN_HARBOUR, "--as", "maria")
    assert (code, told[0]["order"], told[0]["act"], told[0]["version"]) == (0, 3, "review", 1)
    code, told = command("act", "review", "3", *IN_HARBOUR, "--as", "hanna")
    assert (code, told["refused"]) == (2, "an_act_is_given_once")
    code, told = command("act", "approve", "3", *IN_HARBOUR, "--as", "gunnar", "--comment", "agreed")
    assert code == 0

    code, planned = command("run", "invoicing", *IN_HARBOUR, "--plan")
    assert (code, planned["state"], planned["files"]) == (0, "planned", [])
    code, told = command("run", "invoicing", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, told["run"], told["state"], told["invoices"]) == (0, planned["run"], "applied", 2)
    assert told["digest"] == planned["digest"]
    assert all(control["ok"] and control["expected"] == control["actual"] for control in told["controls"])
    assert [file["kind"] for file in told["files"]] == ["invoicing report"]
    code, told = command("run", "invoicing", *IN_HARBOUR, "--apply", str(planned["run"]))
    assert (code, told["refused"]) == (2, "run.already_applied")

    code, told = command("run", "delivery", *IN_HARBOUR)
    assert (code, told["documents"], told["rejected"]) == (0, 2, [])
    [sent] = told["sent"]
    assert sent["state"] == "sent"
    batch = Path(sent["path"])
    assert batch.parent == tmp_path / "out"
    assert sent["digest"] == told["files"][0]["digest"]

    code, told = command("outbox", *IN_HARBOUR)
    assert [(one["name"], one["state"], one["documents"], one["amount"]) for one in told] == [
        (batch.name, "sent", 2, "252.75"),
    ]  # fmt: skip
    _is_read_and_valid(command, batch)
    _is_explained(command)


def test_an_order_is_sent_back_and_withdrawn_by_command(command: Command) -> None:
    """OC 3.9-c: with a reason, and told by explain."""
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    maria = (*IN_HARBOUR, "--as", "maria")
    code, told = command("act", "return", "1", *maria)
    assert (code, told["refused"]) == (2, "an_order_is_stopped_for_a_reason")
    code, told = command("act", "withdraw", "1", *maria, "--reason", "twice")
    assert (code, told["refused"]) == (2, "only_what_went_back_is_withdrawn")
    code, told = command("act", "return", "1", *maria, "--reason", "wrong quantity")
    assert (code, told[0]["act"], told[0]["state"]) == (0, "return", "returned")
    code, told = command("act", "reopen", "1", *IN_HARBOUR, "--as", "kirsi")
    assert (code, told["refused"]) == (2, "only_what_the_rule_returned_is_taken_up")
    code, told = command("act", "withdraw", "1", *maria, "--reason", "never ordered")
    assert (code, told[0]["state"]) == (0, "withdrawn")
    code, told = command("explain", "1", *IN_HARBOUR)
    assert [one["reason"] for one in told["acts"]] == ["wrong quantity", "never ordered"]
    code, printed = command("explain", "1", *IN_HARBOUR, text=True)
    assert "wrong quantity" in printed


def _is_read_and_valid(command: Command, batch: Path) -> None:
    """The contract of ``read`` and ``validate`` on what we wrote ourselves (OC 1.6-a)."""
    code, told = command("read", str(batch))
    assert (code, len(told)) == (0, 2)
    first = told[0]
    assert set(first) >= {
        "kind", "number", "issue_date", "due_date", "currency", "seller", "buyer", "net", "vat", "total", "reference",
        "agreement", "order", "buyer_reference", "accounting", "site", "lines",
    }  # fmt: skip
    assert (first["kind"], first["number"], first["total"], first["issue_date"]) == (
        "invoice", "4210000000001", "190.00", "2026-03-16",
    )  # fmt: skip
    assert set(first["seller"]) >= {"name", "business_id", "vat_id", "iban"}
    assert [(line["item"], line["quantity"], line["net"]) for line in first["lines"]] == [
        ("PERMIT", "1", "100.00"), ("PERMIT", "1", "90.00"),
    ]  # fmt: skip
    code, told = command("validate", str(batch))
    assert (code, told["valid"], told["errors"], told["refused"]) == (0, True, 0, False)


def _is_explained(command: Command) -> None:
    code, told = command("explain", "4210000000001", *ON)
    assert (code, told["subject"], told["unit"]) == (0, "invoice", HARBOUR), "the number tells the unit"
    code, told = command("explain", "3", *IN_HARBOUR, "--lang", "sv")
    assert (code, told["subject"], told["invoice"]) == (0, "order", "4210000000001")
    assert [one["outcome"] for one in told["decisions"]] == ["OFF_LIST_PRICE", "OFF_LIST_PRICE", "INVOICE"]
    code, printed = command("explain", "3", *IN_HARBOUR, "--lang", "sv", text=True)
    assert code == 0
    assert "OC 3.2.1" in printed


def test_a_clerk_asks_about_an_order_without_naming_her_unit(command: Command) -> None:
    """OC 1.2-a: it is looked for in the units that she may see, and nowhere else."""
    with inside(unit(FOREST)):
        an_order(unit(FOREST), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit(FOREST))
    code, told = command("explain", "1", *ON, "--as", "olli")
    assert (code, told.get("unit")) == (0, FOREST)


def test_the_text_of_a_run_shows_decisions_amounts_and_controls(command: Command) -> None:
    """OC 3.9-a"""
    set_term(unit(), "smallest_invoice_amount", "150.00")
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT", "quantity": 12})
        an_order(unit(), "bruk", {"item": "COURSE"})
    run(OrdersRun(), unit())
    code, printed = command("run", "invoicing", *IN_HARBOUR, "--lang", "sv", text=True)
    assert code == 0
    assert "1 200,00" in printed.replace("\N{NO-BREAK SPACE}", " ")
    assert "OC 3.10-a" in printed
    assert "claims = invoices, total: 1200.00" in printed


def test_an_invoice_left_out_of_the_batch_is_named_and_the_run_is_done_in_part(command: Command) -> None:
    """OC 3.4-a: in the text for people too, in their language."""
    with inside(unit()):
        an_order(unit(), "paja", {"item": "COURSE"})
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    command("run", "invoicing", *IN_HARBOUR)
    Customer.objects.filter(pk=customer("paja").pk).update(business_id="9900002-1")
    code, printed = command("run", "delivery", *IN_HARBOUR, "--lang", "sv", text=True)
    assert code == 1
    assert "✖ 4210000000001" in printed
    assert "9900002-1" in printed
    code, told = command("run", "delivery", *IN_HARBOUR)
    assert (code, told["documents"], [one["invoice"] for one in told["rejected"]]) == (
        1,
        0,
        ["4210000000001"],
    )


def test_a_batch_that_is_not_held_is_not_decided(command: Command) -> None:
    """OC 3.4-a: nobody is asked about what was sent; a refusal, not a crash."""
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    command("run", "invoicing", *IN_HARBOUR)
    _, told = command("run", "delivery", *IN_HARBOUR)
    name = told["files"][0]["name"]
    code, told = command("outbox", *IN_HARBOUR, "--sent", name, "--with", "petra")
    assert (code, "refused" in told) == (2, True)


def test_a_held_batch_is_decided_by_two_persons_and_not_by_one_twice(command: Command) -> None:
    """OC 3.4-a"""
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    command("run", "invoicing", *IN_HARBOUR)
    with inside(unit()) as acting:
        from reskontra.income.delivery.run import DeliveryRun
        from reskontra.runs.run import apply

        apply(DeliveryRun(), acting, DAY)
        file = OutboxFile.objects.get(unit=unit())
        for state in ("intent", "held"):
            OutboxEvent.objects.create(unit=unit(), file=file, state=state, happened_at=acting.at)
    code, told = command("outbox", *IN_HARBOUR, "--sent", file.name, "--with", "cecilia", "--as", "cecilia")
    assert (code, told["refused"]) == (2, "a_held_batch_is_decided_by_two")
    code, told = command("outbox", *IN_HARBOUR, "--sent", file.name, "--with", "kirsi", "--as", "cecilia")
    assert (code, told["refused"]) == (3, "not_allowed")
    code, told = command("outbox", *IN_HARBOUR, "--sent", file.name, "--with", "petra", "--as", "cecilia")
    assert (code, told[0]["state"]) == (0, "sent")


# --- read, validate, clauses, check, registers --------------------------------------------------------


def test_the_empty_form_is_a_request_without_rows(command: Command, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    for language in LANGUAGES:
        code, told = command("form", str(form), "--lang", language)
        assert (code, told["file"]["size"]) == (0, form.stat().st_size)
        code, told = command("read", str(form))
        assert (code, told["kind"], told["orders"]) == (0, "billing_request", [])


def test_read_prints_a_request_without_storing_it_and_without_personal_codes(
    command: Command, tmp_path: Path
) -> None:
    """OC 3.2-a, OC 2.2-f"""
    code_of_olli = personal_code("010191", 913)
    address = {"street": "Katu 1", "postcode": "00999", "town": "Koe"}
    told = order("A-1", customer={"name": "Koe Olli", "identity": code_of_olli, **address})
    code, read = command("read", request(tmp_path, told, order("A-2")))
    assert (code, read["kind"], [one["key"] for one in read["orders"]]) == (
        0,
        "billing_request",
        ["A-1", "A-2"],
    )
    assert not find_personal_codes(json.dumps(read), glued=True)
    with inside(unit()):
        assert not Order.objects.filter(unit=unit()).exists()


def test_validate_tells_what_is_wrong_by_rule(command: Command, tmp_path: Path) -> None:
    """OC 3.9-c: 0 when nothing is wrong, 1 with errors, 2 when nothing can be read."""
    good = request(tmp_path, order("A-1"))
    code, told = command("validate", good)
    assert (code, told["valid"], told["findings"]) == (0, True, [])
    bad = request(tmp_path, order("A-1", service_date="2026-02-30"), name="bad.json")
    code, told = command("validate", bad, "--lang", "fi")
    assert (code, told["valid"], told["errors"], told["refused"]) == (1, False, 1, False)
    assert {"rule", "severity", "row", "message"} <= set(told["findings"][0])
    counts = request(tmp_path, order("A-1"), name="counts.json", declared_rows=2)
    code, told = command("validate", counts)
    assert (code, [one["rule"] for one in told["findings"]]) == (1, ["counts_disagree"])
    broken = tmp_path / "broken.xml"
    broken.write_bytes(b"<Finvoice Version='3.0'><InvoiceDetails>")
    code, told = command("validate", str(broken))
    assert code in (1, 2)
    assert told["errors"] >= 1


def test_clauses_prints_how_far_the_guidelines_are_built(command: Command) -> None:
    code, told = command("clauses")
    assert code == 0
    assert told["requirements"] == sum(told["by_status"].values())
    assert {"document", "chapter", "title", "counts"} <= set(told["chapters"][0])
    code, told = command("clauses", "OC 3.2.1-a")
    assert (code, told[0]["id"], set(told[0]["title"])) == (0, "OC 3.2.1-a", {"sv", "fi", "en"})
    code, told = command("clauses", "OC 99.9-z")
    assert (code, told) == (2, [])


def test_check_says_that_all_is_in_order(command: Command) -> None:
    code, told = command("check")
    assert (code, told["problems"], told["role"]) == (0, [], "reskontra_app")
    assert told["unit_tables_with_policy"] > 10


def test_registers_loaded_twice_change_nothing_the_second_time(command: Command) -> None:
    """OC 2.1-a, OC 2.2-a"""
    folder = Path(reskontra.__file__).parent / "registers" / "data"
    code, told = command("registers", str(folder))
    assert (code, told.pop("items_alike"), set(told.values())) == (0, [], {0})
    code, told = command("registers", str(folder.parent / "nowhere"))
    assert (code, told["refused"]) == (2, "file")


def test_an_item_that_means_the_same_is_told_of_before_it_is_saved(command: Command, tmp_path: Path) -> None:
    """OC 2.1-c"""
    was = Item.objects.order_by("code")[0]
    heads = ("code", "name_sv", "name_fi", "name_en", "measure", "public_law", "vat_class")
    again = ("ZZ1", was.name_sv, was.name_fi, was.name_en, "kpl", "no", was.vat_class)
    other = ("ZZ2", "Skoning av hästar", "Hevosen kengitys", "Shoeing of horses", "kpl", "no", was.vat_class)
    lines = [";".join(row) for row in (heads, again, other)]
    (tmp_path / "items.csv").write_text("\n".join(lines) + "\n", "utf-8")
    for options, saved in ((("--check",), 0), ((), 2)):
        code, told = command("registers", str(tmp_path), *options)
        assert (code, told["items"]) == (0, 2)
        (alike,) = told["items_alike"]
        assert alike["code"] == "ZZ1"
        assert was.code in alike["alike"]
        assert Item.objects.filter(code__startswith="ZZ").count() == saved


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    printed = capsys.readouterr().out
    assert "--json" in printed
    assert "--lang" in printed


# --- the real thing, once: its own process, its own server, its own folder ----------------------------


_OURS = ("RESKONTRA", "DATABASE_URL", "PYTEST", "DJANGO")


def test_a_unit_works_its_day_from_an_empty_folder(tmp_path: Path) -> None:
    """OC 3.2 to 3.9: registers, request, runs and batch by real processes against a server of their own."""
    home = tmp_path / "home"
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(_OURS)},
        "RESKONTRA_HOME": str(home),
        "PYTHONPATH": str(Path(reskontra.__file__).parent.parent),
    }

    def really(*words: str) -> tuple[int, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "reskontra.commands", *words, "--json"],
            env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    material = next(one for one in write_day(tmp_path / "in", DAY) if one.kind == "billing_request")
    day = ("--unit", material.unit, *ON)
    code, told = really("registers", str(Path(reskontra.__file__).parent / "demo" / "registers"))
    assert (code, told["units"]) == (0, 3)
    code, first = really("import", str(material.path), *day)
    assert (code, first["read"]) == (1, first["accepted"] + first["returned"] + first["duplicates"])
    assert (first["returned"] > 0, first["accepted"] > 500) == (True, True)
    code, again = really("import", str(material.path), *day)
    assert (code, again["duplicates"], again["accepted"]) == (0, first["read"], 0)
    code, told = really("run", "invoicing", *day)
    assert (code, told["invoices"] > 100) == (0, True)
    code, told = really("run", "delivery", *day)
    assert (code, told["documents"] > 100) == (0, True)
    batch = Path(told["sent"][-1]["path"])
    assert batch.is_relative_to(home)
    code, valid = really("validate", str(batch))
    assert (code, valid["errors"]) == (0, 0)
    assert not find_personal_codes(batch.read_bytes().decode("iso-8859-15"), glued=False)
    code, told = really("explain", f"{material.unit}000000001", *ON)
    assert (code, told["subject"]) == (0, "invoice")


def test_the_cast_has_test_codes_only() -> None:
    codes = [told["code"] for told in CUSTOMERS.values() if "code" in told]
    assert all(900 <= int(code[7:10]) <= 999 for code in codes)
