"""What came back beside what was sent: the content of invoice documents, and what a PDF tells. The door to both."""

from reskontra.formats.finvoice.content import Content, content, difference, value_at
from reskontra.formats.pdf import Told, read

__all__ = ["Content", "Told", "content", "difference", "read_pdfs", "value_at"]

read_pdfs = read
