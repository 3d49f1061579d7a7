"""A killed worker loses nothing and doubles nothing; the next one ends the work (P8, E6, E8, E10).

Each step of a day is killed with SIGKILL: at every commit, at every touch of the file system, at statements spread
over its whole length, and at random moments. Afterwards there is all of the step or nothing of it, and a clean run
gives what an undisturbed day gives.
"""

import hashlib
import random
import signal
import time
from pathlib import Path

import pytest

from faults.child import Death
from faults.conftest import COUNTED, STEPS, World
from hanging import ends

STATEMENTS = 4  # moments spread over the statements of a step
RANDOM = 1  # kills of each step at moments that nobody chose


# On which sides of a place to die; where only one is named, the other is the side of a neighbour.
SIDES = {
    "commit": (False, True),
    "store": (True,),
    "rename": (False,),
    "link": (False, True),
    "fsync": (False,),
}

# The first flush is of bytes that are written and not yet named; the next are of folders, beside a rename or a link.
MOST = {"fsync": 1}


def deaths(counts: dict[str, int]) -> list[Death]:
    """On both sides of every commit and every touch of the file system; and at statements all along the way."""
    found = [
        Death(place, nth, after)
        for place, sides in SIDES.items()
        for nth in range(1, min(counts[place], MOST.get(place, 99)) + 1)
        for after in sides
    ]
    last = counts["statement"] - 5  # a file that had been received before takes a few statements less
    chosen = {1 + place * (last - 1) // (STATEMENTS - 1) for place in range(STATEMENTS)}
    return found + [Death("statement", nth) for nth in sorted(chosen)]


def files_out(world: World) -> list[Path]:
    """What a receiver that polls the folder takes for files: what does not hide behind a dot."""
    return [
        path for path in (world.home / "out").rglob("*") if path.is_file() and not path.name.startswith(".")
    ]


def check_files(world: World) -> None:
    """Every file out is one sealed batch, whole; what is sent is there; nothing else is."""
    batches = dict(world.ask("SELECT name, digest FROM exchange_outboxfile"))
    found = files_out(world)
    assert len(found) == len({path.name for path in found})
    for path in found:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == batches[path.name]
    sent = {name for (name,) in world.ask("SELECT f.name FROM exchange_outboxfile f JOIN exchange_outboxevent e"
                                          " ON e.file_id = f.id WHERE e.state = 'sent'")}  # fmt: skip
    assert sent <= {path.name for path in found}


def check_archive(world: World) -> None:
    """Every digest that a committed row names has its bytes, whole."""
    named = world.ask(
        "SELECT digest FROM exchange_inboxfile UNION SELECT digest FROM exchange_outboxfile"
        " UNION SELECT document FROM runs_evidence WHERE document <> ''"
    )
    for (digest,) in named:
        data = (world.home / "archive" / digest[:2] / digest).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest


def totals(world: World) -> list[object]:
    """What a day comes to: rows, sums, highest numbers, and the share of invoices in exactly one batch."""
    return world.ask(
        "SELECT (SELECT count(*) FROM sales_order), (SELECT count(*) FROM sales_billingrow),"
        " (SELECT count(*) FROM sales_invoice), (SELECT sum(total) FROM sales_invoice),"
        " (SELECT max(number) FROM sales_invoice), (SELECT count(*) FROM ledger_entry),"
        " (SELECT sum(amount) FROM claims_claim), (SELECT count(*) FROM sales_invoicedelivery),"
        " (SELECT sum(amount) FROM ledger_balance WHERE amount > 0), (SELECT max(number) FROM sales_order)"
    )


def killed(world: World, step: str, death: Death | float) -> None:
    """The step, killed where or when it is told to."""
    process = world.start(step, death if isinstance(death, Death) else None)
    if not isinstance(death, Death):
        time.sleep(death)
        process.kill()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL or not isinstance(death, Death), death
    world.alone()


def check_after_kill(world: World, step: str, before: dict[str, int], death: object) -> bool:
    """Whatever the moment: the books are in order, the files are whole, and nothing is half.

    True when nothing was left but perhaps the file in the inbox, which is whole and waits to be read.
    """
    assert world.broken() == [], death
    check_files(world)
    check_archive(world)
    after = world.counts()
    written = {table: after[table] - before[table] for table in COUNTED if after[table] != before[table]}
    if step == "import":
        assert set(written) - {"exchange_inboxfile"} in (set(), IMPORTED), (death, written)
    elif step == "orders":
        assert set(written) in (set(), {"runs_run", "sales_orderdecision"}), (death, written)
    elif step == "invoicing":
        assert set(written) in (set(), INVOICED), (death, written)
    else:
        assert set(written) - {"exchange_outboxevent"} in (set(), DELIVERED), (death, written)
    return set(written) <= {"exchange_inboxfile"}


IMPORTED = {
    "sales_billingrequest", "sales_billingrow", "sales_order", "sales_orderline", "runs_run", "sales_orderdecision",
    "runs_evidence", "exchange_fileanswer",
}  # fmt: skip
INVOICED = {
    "runs_run", "sales_orderdecision", "sales_invoice", "sales_invoiceline", "sales_invoicedorder", "ledger_voucher",
    "ledger_entry", "claims_claim", "runs_evidence",
}  # fmt: skip
DELIVERED = {"runs_run", "runs_evidence", "exchange_outboxfile", "sales_invoicedelivery"}


def finish(world: World, step: str, evening: World, death: object) -> None:
    """A clean run of what is left of the day gives what an undisturbed day gives."""
    for left in STEPS[STEPS.index(step) :]:
        assert world.do(left) in (0, 1), (death, left)
        if left == "orders" and step in {"import", "orders"}:
            return _compare_orders(world, evening, death)
    world.alone()
    assert world.broken() == [], death
    check_files(world)
    check_archive(world)
    assert totals(world) == totals(evening), death
    states = world.ask("SELECT state FROM exchange_outboxevent ORDER BY id")
    assert states in ([("intent",), ("sent",)], [("intent",), ("held",)]), (death, states)
    assert len(files_out(world)) == (1 if states[-1] == ("sent",) else 0), death
    return None


def _compare_orders(world: World, evening: World, death: object) -> None:
    """Before the acts of people the day is compared as far as orders go."""
    world.alone()
    assert world.broken() == [], death
    check_archive(world)
    query = (
        "SELECT o.number, o.version, o.key, o.digest, b.row, b.status FROM sales_order o"
        " JOIN sales_billingrow b ON b.order_id = o.id ORDER BY o.number, b.row"
    )
    assert world.ask(query) == evening.ask(query), death


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_killed_anywhere_leaves_all_or_nothing_and_is_ended_by_the_next(
    stages: dict[str, World], step: str
) -> None:
    stage = stages[step]
    world, before = stage.copy("killed"), stage.counts()
    untouched = 0
    for death in deaths(stage.passed):
        if death.place == "rename":
            world = stage.copy("killed")  # what an earlier attempt has stored is not renamed again
        killed(world, step, death)
        if check_after_kill(world, step, before, death):
            untouched += 1
            continue
        finish(world, step, stages["evening"], death)
        world = stage.copy("killed")
    assert untouched > 0
    finish(world, step, stages["evening"], "all of them, one after another")


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_killed_at_a_random_moment_is_ended_by_the_next(
    stages: dict[str, World], step: str
) -> None:
    stage = stages[step]
    chance = random.Random(step)
    world, before = stage.copy("killed"), stage.counts()
    for _ in range(RANDOM):
        moment = chance.uniform(0.1, 1.0) * stage.takes
        killed(world, step, moment)
        if not check_after_kill(world, step, before, moment):
            finish(world, step, stages["evening"], moment)
            world = stage.copy("killed")
    finish(world, step, stages["evening"], "after random kills")


def test_a_killed_process_that_kept_a_lock_does_not_stop_the_next(stages: dict[str, World]) -> None:
    """D15, E6: locks end with the transaction, and the transaction with the process."""
    stage = stages["invoicing"]
    world = stage.copy("killed")
    killed(world, "invoicing", Death("commit", 1))
    with ends():
        assert world.do("invoicing") == 0


def test_the_kill_finds_a_number_that_was_taken_before_the_work(stages: dict[str, World]) -> None:
    """P40: a planted fault, numbers taken in a transaction of their own: killed before its commit it leaves a gap."""
    world = stages["invoicing"].copy("killed")
    process = world.start("invoicing", Death("commit", 1), fault="number before work")
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    world.alone()
    assert {problem.name[:2] for problem in world.broken()} == {"I8"}


def test_the_stages_are_a_real_day(stages: dict[str, World]) -> None:
    evening = stages["evening"].counts()
    assert all(evening[table] > 0 for table in COUNTED), evening
    assert stages["import"].counts()["sales_order"] == 0
    assert len(files_out(stages["evening"])) == 1
