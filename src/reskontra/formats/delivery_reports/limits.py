"""How large a report or a package may be; the figures are this project's own, above a day of the largest unit."""

REPORT_BYTES = 100_000_000
ROWS = 500_000
FIELD_CHARACTERS = 200
FINDINGS = 1000
PACKED_BYTES = 100_000_000
UNPACKED_BYTES = 400_000_000
FILE_BYTES = 20_000_000
FILES = 20_000
RATIO = 200
RATIO_FROM_BYTES = 1_000_000  # small files may be packed as tightly as they like
