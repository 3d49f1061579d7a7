"""List what is wrong with a file, by rule."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from django.conf import settings

from reskontra.commands.output import as_json, out
from reskontra.documents.findings import Finding, Refused
from reskontra.exchange.checking import file_findings
from reskontra.exchange.messages import message
from reskontra.kernel.texts import text


def add_arguments(parser: ArgumentParser) -> None:
    """The file, and a folder of public schemas to validate against as well."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--schemas", type=Path, default=settings.SCHEMAS, help="folder with public XSD files")


def handle(arguments: Namespace) -> int:
    """Exit 0 when nothing is wrong, 1 with errors, 2 when the file as a whole is refused."""
    refused = False
    try:
        findings = file_findings(arguments.file.read_bytes(), arguments.file.name, arguments.schemas)
    except Refused as problem:
        findings, refused = list(problem.findings), True
    errors = sum(1 for finding in findings if finding.severity == "error")
    if arguments.json:
        as_json(
            {
                "file": str(arguments.file),
                "valid": errors == 0,
                "refused": refused,
                "errors": errors,
                "warnings": len(findings) - errors,
                "findings": [_told(finding, arguments.lang) for finding in findings],
            }
        )
    else:
        for finding in findings:
            mark = "✖" if finding.severity == "error" else "!"
            place = f" row {finding.row}" if finding.row else f" {finding.where}" if finding.where else ""
            out.print(f"{mark} {finding.rule}{place}: {message(finding, arguments.lang)}", markup=False)
        key = "command.valid" if not errors else "command.invalid"
        out.print(text(key, arguments.lang, errors=errors, warnings=len(findings) - errors), markup=False)
    return 2 if refused else 1 if errors else 0


def _told(finding: Finding, language: str) -> dict[str, object]:
    return {**finding.as_json(), "message": message(finding, language)}
