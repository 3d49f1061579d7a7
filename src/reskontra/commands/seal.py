"""Seal what is new in the journal and write roots that are to leave this machine; or check seals and kept roots."""

import hashlib
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from reskontra.commands.connection import UnknownUnit, add_person, open_database, person_of, today
from reskontra.commands.output import as_json, say
from reskontra.database.session import working_in
from reskontra.exchange.signing import public_key, sign, verify
from reskontra.ledger.models import Seal
from reskontra.ledger.seals import matches, newest, root_file, seal, standing
from reskontra.registers.models import Person, Unit
from reskontra.registers.policy import require, units_of

_SIGNATURE = ".sig"


def add_arguments(parser: ArgumentParser) -> None:
    """Which units, where to, or what to check."""
    parser.add_argument("--unit", metavar="CODE", help="one accounting unit (default: every unit)")
    add_person(parser)
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FOLDER",
        help="where the signed roots are written, for somebody to carry away (default: seals in the home folder)",
    )
    parser.add_argument(
        "--check",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="make every block anew and compare; with files, compare the roots that they kept as well",
    )


def handle(arguments: Namespace) -> int:
    """Exit 0 when all is well, 5 when the journal is not what was sealed."""
    open_database()
    person = person_of(arguments)
    on = arguments.on or today()
    units = [one for one in units_of(person, on) if arguments.unit in (None, one.code)]
    if arguments.unit and not units:
        raise UnknownUnit(arguments.unit)
    if arguments.check is not None:
        return _check(arguments, person, units)
    folder = arguments.to or Path(settings.HOME) / "seals"
    folder.mkdir(parents=True, exist_ok=True)
    told = []
    for unit in units:
        with working_in([unit.pk], person.pk, "reskontra seal"):
            require(person, "seal_journal", unit, on)
            new, last = seal(unit), newest(unit)
        path = _write(folder, last, unit) if last else None
        told.append(
            {
                "unit": unit.code,
                "block": last.block if last else None,
                "new": new is not None,
                "vouchers": new.vouchers if new else 0,
                "root": last.root if last else None,
                "file": str(path) if path else None,
            }
        )
    if arguments.json:
        as_json({"seals": told})
    for one in told:
        if one["new"]:
            say(arguments, "command.sealed", **one)
    if not any(one["new"] for one in told):
        say(arguments, "command.sealed_nothing")
    return 0


def _write(folder: Path, found: Seal, unit: Unit) -> Path:
    """The root and its signature; a file that is there already stays as it is: it may be the witness."""
    path = folder / f"seal-{unit.code}-{found.block:06d}.json"
    if not path.exists():
        data = (json.dumps(root_file(found, unit), indent=2) + "\n").encode("ascii")
        path.write_bytes(data)
        path.with_name(path.name + _SIGNATURE).write_bytes(sign(unit.code, hashlib.sha256(data).hexdigest()))
    return path


def _check(arguments: Namespace, person: Person, units: Sequence[Unit]) -> int:
    blocks: list[dict[str, Any]] = []
    for unit in units:
        with working_in([unit.pk], person.pk, "reskontra seal"):
            found = standing(unit)
        blocks.append(
            {
                "unit": unit.code,
                "blocks": found.blocks,
                "vouchers": found.vouchers,
                "unsealed": found.unsealed,
                "broken": list(found.broken),
            }
        )
    by_code = {unit.code: unit for unit in units}
    files = [{"file": str(path), "finding": _finding(path, person, by_code)} for path in arguments.check]
    if arguments.json:
        as_json({"units": blocks, "files": files})
    for one in blocks:
        for block in one["broken"]:
            say(arguments, "command.seal_broken", unit=one["unit"], block=block)
    for file in files:
        say(arguments, f"command.seal_file_{file['finding']}", file=file["file"])
    wrong = any(one["broken"] for one in blocks) or any(file["finding"] != "holds" for file in files)
    if not wrong:
        say(
            arguments,
            "command.seals_hold",
            blocks=sum(one["blocks"] for one in blocks),
            vouchers=sum(one["vouchers"] for one in blocks),
            unsealed=sum(one["unsealed"] for one in blocks),
        )
    return 5 if wrong else 0


def _finding(path: Path, person: Person, units: dict[str, Unit]) -> str:
    """What the kept root at ``path`` says of the journal: ``holds``, ``changed``, ``unsigned`` or ``unreadable``."""
    try:
        data = path.read_bytes()
        told = json.loads(data)
        unit = units[told["unit"]]
        with working_in([unit.pk], person.pk, "reskontra seal"):
            kept = matches(told, unit)
    except (OSError, ValueError, KeyError, TypeError):
        return "unreadable"
    signature = path.with_name(path.name + _SIGNATURE)
    digest = hashlib.sha256(data).hexdigest()
    if not signature.is_file() or not verify(public_key(unit.code), digest, signature.read_bytes()):
        return "unsigned"
    return "holds" if kept else "changed"
