"""What a spreadsheet would take for a formula is a text to it in the files that we write."""

import csv
import io

import pytest

from reskontra.kernel.formulas import STARTERS, harmless


@pytest.mark.parametrize("starter", STARTERS)
def test_a_csv_cell_never_begins_like_a_formula(starter: str) -> None:
    safe = harmless(f"{starter}1+1")
    assert safe == f"'{starter}1+1"
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe.replace("\x00", "")])
    assert next(csv.reader(io.StringIO(buffer.getvalue(), newline="")))[0][0] == "'"


@pytest.mark.parametrize("cell", ["", "text", "1-2", "a=b", "100245", " =1+1", "e@mail"])
def test_a_harmless_csv_cell_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell
