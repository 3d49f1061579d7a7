"""The interface: what each resource says, who may ask, that twice is once, and that its files are everybody's files."""

import hashlib
import json
import re
import shlex
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from cast import AT, DAY, FOREST, customer, inside, person, run, unit
from expenditure.intake_tables import an_invoice
from expenditure.purchase_cast import supplier
from reskontra.exchange.inbox import receive
from reskontra.exchange.models import ApiAnswer, FileAnswer, InboxFile
from reskontra.expenditure.intake.run import IntakeRun, inbox_kind
from reskontra.formats.finvoice.writer import Message, frame
from reskontra.purchases.models import PurchaseOrder
from reskontra.registers.api_keys import end_key
from reskontra.registers.models import Person
from reskontra.runs.models import Run
from reskontra.sales.models import Order

Making = Callable[..., Any]
DOCS = Path(__file__).resolve().parents[2] / "docs" / "interface.md"
READ, FILES, PURCHASES = {"read"}, {"files:write"}, {"purchases:write"}
# Every route with the scopes of which one opens it. A route that is not here fails the test below.
ROUTES: dict[tuple[str, str], set[str]] = {
    ("POST", "files"): FILES,
    ("GET", "files/{id}"): READ | FILES,
    ("GET", "files/{id}/result"): READ | FILES,
    ("POST", "purchase-orders"): PURCHASES,
    ("GET", "purchase-orders"): READ,
    ("GET", "purchase-orders/{number}"): READ,
    ("POST", "receipts"): PURCHASES,
    ("GET", "receipts"): READ,
    ("GET", "receipts/{number}"): READ,
    ("POST", "contracts"): PURCHASES,
    ("GET", "contracts"): READ,
    ("GET", "contracts/{number}"): READ,
    ("POST", "coding-templates"): PURCHASES,
    ("GET", "coding-templates"): READ,
    ("GET", "coding-templates/{number}"): READ,
    ("GET", "purchase-invoices"): READ,
    ("GET", "purchase-invoices/{number}"): READ,
    ("GET", "claims/{reference}"): READ,
    ("GET", "explanations/{subject}"): READ,
    ("GET", "metrics/automation"): READ,
}
ORDERS = {
    "kind": "purchase_orders",
    "orders": [
        {
            "number": "V11",
            "supplier": {"number": "S000001"},
            "currency": "EUR",
            "ordered_on": DAY.isoformat(),
            "lines": [
                {
                    "position": 1, "item": "DESK", "text": "Desk", "quantity": "10", "unit_price": "10",
                    "vat_percent": "25.5",
                    "coding": {"account": "40000000"},
                },
                {"position": 2, "text": "Freight", "net": "5.00", "coding": {"account": "43000000"}},
            ],
        }
    ],
}  # fmt: skip


def described() -> dict[str, Any]:
    """The description, as anybody reads it."""
    told: dict[str, Any] = json.loads(Client(SERVER_NAME="localhost").get("/api/v1/openapi.json").content)
    return told


def billing(key: str, item: str = "PERMIT", **more: Any) -> bytes:
    """A billing request of one order as a file."""
    order = {
        "key": key, "order_type": "Z001", "service_date": DAY.isoformat(),
        "customer": {"number": customer("aino").number}, "lines": [{"item": item, "quantity": 1}], **more,
    }  # fmt: skip
    return json.dumps({"kind": "billing_request", "orders": [order]}).encode()


def test_every_route_asks_for_a_key_of_the_unit_with_the_scope(
    system: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OC 1.2-a: no key, one that never was, another unit's, one that is over: told alike. A cookie opens nothing."""
    told = described()
    assert told["openapi"].startswith("3.1")
    routes = {
        (method.upper(), path.removeprefix("/api/v1/u/{unit}/"))
        for path, ways in told["paths"].items()
        for method in ways
    }
    assert routes == set(ROUTES)
    everything = system()
    ended = system()
    with inside(unit()) as acting:
        end_key(acting.unit, acting.person, ended.key[:12], acting.at)
    strangers = {
        "none": system(),
        "never": system(),
        "forest": system(code=FOREST),
        "ended": ended,
        "expired": system(until=date(2026, 3, 16)),
    }
    strangers["none"].key, strangers["never"].key = "", "rk_12345678_" + "x" * 43
    strangers["forest"].code = everything.code
    scoped = {scope: system("cecilia", scope) for scope in ("read", "files:write", "purchases:write")}
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(person("cecilia"), "django.contrib.auth.backends.ModelBackend")
    answered: dict[str, set[tuple[int, str]]] = {}
    for (method, path), scopes in ROUTES.items():
        where = re.sub(r"\{\w+\}", "1", path)
        for who, stranger in strangers.items():
            monkeypatch.setattr(settings, "DEMO_DAY", "2026-03-17" if who == "expired" else DAY.isoformat())
            status, said = stranger.ask(method, where, {}, name="x")
            assert stranger.headers["Content-Type"] == "application/problem+json"
            answered.setdefault(who, set()).add((status, said["code"]))
        for scope, one in scoped.items():
            status, said = one.ask(method, where, {}, name="x")
            opens = "opened" if (status, said.get("code")) != (403, "scope") else "scope"
            assert opens == ("opened" if scope in scopes else "scope"), (method, path, scope)
        call = getattr(browser, method.lower())
        assert call(f"/api/v1/u/{everything.code}/{where}").status_code == 401
    assert answered == {who: {(401, "key")} for who in strangers}
    assert Client(SERVER_NAME="localhost").get("/api/v1/u/9999/metrics/automation").status_code == 401
    assert (
        Client(SERVER_NAME="localhost").get("/api/v2/").headers["Content-Type"] == "application/problem+json"
    )


def test_orders_receipts_contracts_and_templates_are_brought_and_read(
    system: Making, command: Callable[..., tuple[int, Any]], tmp_path: Path
) -> None:
    """EX 3-a, EX 3-c, EX 3-d: by the rules of the files; twice is once; the same file by command is the same file."""
    supplier("kontor")
    Person.objects.filter(username="kirsi").update(email="kirsi@prov.example")
    clerk = system("kirsi")
    status, said = clerk.ask("POST", "purchase-orders?check=1", ORDERS, name="try")
    assert (status, said["checked"], said["accepted"], said["id"], said["run"]) == (200, True, 1, None, None)
    with inside(unit()):
        counts = [model.objects.count() for model in (PurchaseOrder, InboxFile, FileAnswer, ApiAnswer, Run)]
    assert counts == [0] * 5
    first = clerk.ask("POST", "purchase-orders", ORDERS, name="A")
    assert (first[0], first[1]["accepted"], first[1]["outcomes"]) == (201, 1, {"new": 1})
    assert clerk.ask("POST", "purchase-orders", ORDERS, name="A") == first
    changed = {**ORDERS, "orders": [{**ORDERS["orders"][0], "number": "V12"}]}  # type: ignore[dict-item]
    status, said = clerk.ask("POST", "purchase-orders", changed, name="A")
    assert (status, said["code"]) == (422, "idempotency_key_reused")
    status, said = clerk.ask("POST", "purchase-orders", ORDERS)
    assert (status, said["code"]) == (400, "idempotency_key")
    path = tmp_path / "the same.json"
    path.write_text(json.dumps(ORDERS))
    code, told = command("import", str(path), "--unit", clerk.code, "--on", DAY.isoformat(), "--as", "kirsi")
    assert (code, told["duplicates"], told["reasons"][0]["rule"]) == (0, 1, "file_known")
    again = clerk.ask("POST", "purchase-orders", ORDERS, name="B")
    assert (again[0], again[1]["duplicates"], again[1]["id"]) == (200, 1, first[1]["id"])
    with inside(unit()):
        assert (InboxFile.objects.count(), FileAnswer.objects.count()) == (1, 3)

    # Only what was refused did nothing: it is mended under its name.
    wrong = {"kind": "receipts", "receipts": [
        {"number": "R1", "order_number": "V19", "position": 1, "day": DAY.isoformat(), "receiver": "K",
         "quantity": "4"}]}  # fmt: skip
    status, said = clerk.ask("POST", "receipts", wrong, name="R", Accept_Language="fi")
    assert (status, said["code"], said["row"], said["clause"]) == (422, "purchase_order_unknown", 1, "EX 3-a")
    assert (said["errors"][0]["column"], clerk.headers["Content-Language"]) == (said["column"], "fi")
    status, said = clerk.ask("POST", "receipts", ORDERS, name="R")
    assert (status, said["code"]) == (422, "file_of_another_kind")
    right = json.loads(json.dumps(wrong).replace("V19", "V11"))
    assert clerk.ask("POST", "receipts", right, name="R")[0] == 201
    status, said = clerk.ask("POST", "coding-templates", {"kind": "coding_templates", "templates": [
        {"reference": "TK1-5", "name": "Vehicles", "valid_from": "2026-01-01", "coding_lines": [
            {"percent": "100", "coding": {"account": "40000000"}}]}]}, name="T")  # fmt: skip
    assert (status, said.get("accepted")) == (201, 1), said
    status, said = clerk.ask("POST", "contracts", {"kind": "contracts", "contracts": [
        {"number": "VSK1-7", "supplier": {"number": "S000001"}, "valid_from": "2026-01-01", "plan_type": "budget",
         "limit": "5000", "confirmation": False, "owner": "kirsi@prov.example",
         "coding_lines": [{"percent": "100", "coding": {"account": "40000000"}}]}]},
        name="C")  # fmt: skip
    assert (status, said.get("accepted")) == (201, 1), said

    status, said = clerk.ask("GET", "purchase-orders/V11")
    assert status == 200
    assert {key: said[key] for key in ("net", "received", "invoiced", "currency", "closed_on")} == {
        "net": "105.00", "received": "40.00", "invoiced": "0.00", "currency": "EUR", "closed_on": None,
    }  # fmt: skip
    assert said["supplier"]["number"] == "S000001"
    assert [(one["net"], one["received"], one["coding"]["account"]) for one in said["lines"]] == [
        ("100.00", "40.00", "40000000"), ("5.00", "0.00", "43000000"),
    ]  # fmt: skip
    assert clerk.ask("GET", "purchase-orders/V19")[0] == 404
    assert clerk.ask("GET", "receipts")[1]["items"][0]["quantity"] == "4"
    assert clerk.ask("GET", "receipts/R1")[1]["amount"] == "40.00"
    assert clerk.ask("GET", "contracts")[1]["items"][0]["limit"] == "5000.00"
    assert clerk.ask("GET", "contracts/VSK1-7")[1]["owner"] == "kirsi@prov.example"
    assert clerk.ask("GET", "coding-templates/TK1-5")[1]["valid_from"] == "2026-01-01"
    assert len(clerk.ask("GET", "coding-templates")[1]["items"]) == 1

    for number in ("V13", "V14"):
        more = {**ORDERS, "orders": [{**ORDERS["orders"][0], "number": number}]}  # type: ignore[dict-item]
        clerk.ask("POST", "purchase-orders", more, name=number)
    status, said = clerk.ask("GET", "purchase-orders?limit=2")
    assert [one["number"] for one in said["items"]] == ["V14", "V13"]
    assert said["next"] in clerk.headers["Link"]
    status, said = clerk.ask("GET", f"purchase-orders?limit=2&cursor={said['next']}")
    assert ([one["number"] for one in said["items"]], said["next"]) == (["V11"], None)
    assert clerk.ask("GET", "purchase-orders?cursor=nothing")[0] == 422
    assert clerk.ask("GET", "purchase-orders?limit=many")[1]["errors"][0]["pointer"].endswith("limit")


def test_files_are_checked_taken_in_and_asked_about(system: Making) -> None:
    """OC 3.9-a, OC 3.2-d: with what lies beside them; refused as by the command, in the caller's language."""
    clerk = system("kirsi")
    asked = billing("A-1", attachments=["map.pdf"])
    status, said = clerk.bring("day.json", asked, name="1", query="?check=1")
    assert (status, said["returned"], said["reasons"][0]["rule"]) == (200, 1, "attachment_missing")
    status, said = clerk.bring("day.json", asked, ("map.pdf", b"%PDF-1.7"), name="2")
    assert (status, said["accepted"], said["totals"]) == (201, 1, {"orders": 1, "net": "100.00"})
    with inside(unit()):
        assert Order.objects.count() == 1
    status, kept = clerk.ask("GET", f"files/{said['id']}")
    assert (status, kept["accepted"], kept["received_from"], kept["size"]) == (200, 1, "kirsi", len(asked))
    answer = Client(SERVER_NAME="localhost").get(
        f"/api/v1/u/{clerk.code}/files/{said['id']}/result", headers={"Authorization": f"Bearer {clerk.key}"}
    )
    assert answer.content.startswith(b"PK")
    assert clerk.ask("GET", "files/" + "0" * 64)[0] == 404
    status, said = clerk.bring("day.json", billing("A-2", item="LICENCE"), name="3", Accept_Language="sv")
    assert (status, said["returned"], said["reasons"][0]["row"]) == (201, 1, 1)
    for name, data, rule in (("x.xlsx", b"PK\x03\x04nothing", None), ("empty", b" ", "empty_file")):
        status, said = clerk.bring(name, data, name=name, Accept_Language="sv")
        assert status == 422
        assert rule in (None, said["code"])
        assert said["detail"] == said["errors"][0]["detail"]
    status, said = clerk.bring("bill.xml", b"<Finvoice>", name="5")
    assert (status, said["code"]) == (403, "not_allowed"), "suppliers' invoices are the centre's to bring"
    status, said = system("cecilia").ask("POST", "purchase-orders", b"<Finvoice>", name="6")
    assert (status, said["code"]) == (422, "file_of_another_kind")
    with inside(unit()):
        assert not InboxFile.objects.filter(kind__startswith="purchase_").exists(), "nothing waits for intake"
    for path in ("claims/1", "explanations/999", "purchase-invoices/PI9", "receipts/R9", "contracts/VSK19"):
        assert clerk.ask("GET", path)[1].get("code") == "not_found", path
    assert clerk.ask("GET", "purchase-invoices")[1] == {"items": [], "next": None}
    assert clerk.ask("GET", "metrics/automation")[1]["months"] == []
    order = clerk.ask("GET", "explanations/1")[1]
    assert (order["subject"], order["decisions"] != []) == ("order", True)


def test_suppliers_invoices_come_in_and_are_told(system: Making) -> None:
    """EX 2.1-a, EX 5-a: by the interface, and by a run that took in what lay in the inbox."""
    centre = system()
    where = unit()
    made = [an_invoice(where, number) for number in ("7", "8")]
    messages = [
        frame(one, Message(f"ID-{one.number}", AT, "003799000009", "PROVOPER", where.edi_code, "STATEOPER"))
        for one in made
    ]  # fmt: skip
    status, said = centre.bring("invoices.xml", messages[0], name="1")
    assert (status, said["kind"], said["read"], len(said["more"]["invoices"])) == (
        201,
        "purchase_invoices",
        1,
        1,
    )
    with inside(where) as acting:
        receive(acting, messages[1], "later.xml", inbox_kind("einvoice"))
    later = hashlib.sha256(messages[1]).hexdigest()
    assert centre.ask("GET", f"files/{later}")[1]["state"] == "waiting"
    run(IntakeRun(), where)
    told = centre.ask("GET", f"files/{later}")[1]
    assert (told["state"], told["read"], told["more"]["invoices"][0]["number"]) == ("taken", 1, "8")
    listed = [
        one
        for stream in ("procurement", "other")
        for one in centre.ask("GET", f"purchase-invoices?stream={stream}")[1]["items"]
    ]  # fmt: skip
    assert [(one["number"], one["total"]) for one in listed] == [("8", "125.50"), ("7", "125.50")]
    whole = centre.ask("GET", f"purchase-invoices/{listed[0]['id']}")[1]
    assert (whole["number"], whole["total"], whole["digest"]) == ("8", "125.50", later)
    assert centre.ask("GET", f"explanations/{listed[0]['id']}")[1]["decisions"][0]["clause"]
    months = centre.ask("GET", "metrics/automation")[1]["months"]
    assert [one["invoices"] for one in months] == [2]
    assert centre.ask("GET", "purchase-invoices?stream=gifts")[0] == 422


def test_two_at_once_of_one_name_are_one(system: Making) -> None:
    """Both hear what the first was answered, and the effect is there once."""
    supplier("kontor")
    clerk, answers = system("kirsi"), []
    gate = threading.Barrier(2)

    def ask() -> None:
        gate.wait()
        answers.append(type(clerk)(clerk.key).ask("POST", "purchase-orders", ORDERS, name="A"))
        connections["default"].close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers[0][0], answers[0]) == (201, answers[1])
    with inside(unit()):
        assert [model.objects.count() for model in (PurchaseOrder, ApiAnswer, FileAnswer)] == [1, 1, 1]


def test_the_examples_of_the_page_for_integrators_work(system: Making) -> None:
    supplier("kontor")
    clerk = system("kirsi", "files:write", "purchases:write", "read")
    page = DOCS.read_text("utf-8")
    files = dict(re.findall(r"`([\w.]+)`:\n\n```json\n(.*?)```", page, re.S))
    asked = [line for block in re.findall(r"```sh\n(.*?)```", page, re.S) for line in block.splitlines()]
    statuses = []
    for line in asked:
        words = shlex.split(line.replace("$BASE", "").replace("$KEY", clerk.key))[1:]
        path = next(word for word in words if word.startswith("/")).lstrip("/")
        headers = dict(words[i + 1].split(": ") for i, word in enumerate(words) if word == "-H")
        name = headers.get("Idempotency-Key")
        if "-F" in words:
            file = words[words.index("-F") + 1].partition("@")[2]
            statuses.append(clerk.bring(file, files[file].encode(), name=name)[0])
        elif "--data-binary" in words:
            file = words[words.index("--data-binary") + 1].lstrip("@")
            statuses.append(clerk.ask("POST", path, files[file].encode(), name=name)[0])
        else:
            statuses.append(clerk.ask("GET", path)[0])
    assert statuses == [200, 201, 200, 200, 200, 200, 200]
    routes = {path for _, path in ROUTES}
    assert {path.split("/")[0] for path in routes} <= set(re.findall(r"[a-z]+(?:-[a-z]+)*", page))


def test_keys_are_made_shown_once_and_ended(command: Callable[..., tuple[int, Any]]) -> None:
    """OC 1.2-a: the centre makes them, for somebody with a role in the unit; only the hash is kept."""
    where = ("--unit", "4210", "--on", DAY.isoformat())
    new = ("api-key", "new", *where, "--name", "Shop", "--scopes", "read", "--until", "2026-12-31", "--for")
    code, made = command(*new, "kirsi")
    assert (code, made["prefix"], made["until"]) == (0, made["secret"][:12], "2026-12-31")
    code, told = command("api-key", "list", *where)
    assert told["keys"] == [{key: value for key, value in made.items() if key != "secret"}]
    assert command(*new, "kirsi", "--as", "kirsi")[0] == 3
    assert command(*new, "olli")[1]["refused"] == "an_api_key_is_for_somebody_with_a_role"
    late = [word if word != "2026-12-31" else "2026-03-15" for word in new]
    assert command(*late, "kirsi")[1]["refused"] == "an_api_key_expires_after_it_was_made"
    code, told = command("api-key", "end", made["prefix"], *where)
    assert (code, told["ended"]) == (0, DAY.isoformat())
    assert command("api-key", "end", "rk_nothing", *where)[0] == 2
    assert "Shop" in command("api-key", "list", *where, text=True)[1]
