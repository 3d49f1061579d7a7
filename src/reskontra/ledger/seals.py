"""Seals of the journal: below a root that has left the machine nothing changes unseen, not even by the owner."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from reskontra.ledger.models import Seal
from reskontra.registers.models import Unit

_BROKEN = """
SELECT block FROM ledger_sealed_block WHERE unit_id = %s AND NOT holds ORDER BY block
"""


@dataclass(frozen=True)
class Standing:
    """How the sealed journal of a unit stands."""

    blocks: int
    vouchers: int
    unsealed: int  # vouchers that came since the last seal
    broken: tuple[int, ...]  # blocks that are not what was sealed


def seal(unit: Unit) -> Seal | None:
    """Seal the vouchers that came since the last block; ``None`` when none did. Called inside ``working_in``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_seal_journal(%s)", [unit.pk])
        row = cursor.fetchone()
    assert row is not None
    return Seal.objects.get(unit=unit, block=row[0]) if row[0] else None


def newest(unit: Unit) -> Seal | None:
    """The unit's last block."""
    return Seal.objects.filter(unit=unit).order_by("-block").first()


def standing(unit: Unit) -> Standing:
    """Every block made anew from the journal and compared with its seal. Called inside ``working_in``."""
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN, [unit.pk])
        broken = tuple(block for (block,) in cursor.fetchall())
        cursor.execute(
            "SELECT count(*), coalesce(sum(vouchers), 0), (SELECT count(*) FROM ledger_voucher WHERE unit_id = %s)"
            " FROM ledger_seal WHERE unit_id = %s",
            [unit.pk, unit.pk],
        )
        row = cursor.fetchone()
    assert row is not None
    blocks, sealed, vouchers = row
    return Standing(blocks, int(sealed), vouchers - int(sealed), broken)


def root_file(found: Seal, unit: Unit) -> dict[str, Any]:
    """What leaves the machine of a block: enough to know it again, nothing of what it holds."""
    return {
        "unit": unit.code,
        "block": found.block,
        "form": found.form,
        "sealed_at": found.sealed_at.isoformat(),
        "upto": found.upto,
        "vouchers": found.vouchers,
        "entries": found.entries,
        "previous_root": found.previous_root,
        "root": found.root,
    }


def matches(told: dict[str, Any], unit: Unit) -> bool:
    """Whether the database still has the block that a file told of, with the root it told."""
    kept = Seal.objects.filter(unit=unit, block=told["block"]).values_list("root", flat=True).first()
    return kept is not None and kept == str(told["root"])
