"""How large a file from outside may be, in one place.

The figures are this project's own; they are far above one day's material of the largest unit and low
enough that a file made to exhaust the machine is refused at once.
"""

PACKED_BYTES = 20_000_000
UNPACKED_BYTES = 200_000_000
PARTS = 64
RATIO = 200
RATIO_FROM_BYTES = 1_000_000  # small parts may be packed as tightly as they like

ROWS = 100_000
COLUMNS = 100
AREA_CELLS = 4_000_000  # readers lay a sheet out as a full rectangle, empty cells included
ROW_BYTES = 2_000_000
FRAME_BYTES = 2_000_000  # what stands around the rows: column widths, merged cells, rules for display
SMALL_PART_BYTES = 2_000_000
STYLES_BYTES = 4_000_000
STRINGS = 500_000
TEXT_BYTES = 64_000_000  # all texts of all cells, a shared text counted each time it is used
CELL_BYTES = 32_768
SHEETS = 30

HEADER_WITHIN_ROWS = 10
JSON_DEPTH = 20
