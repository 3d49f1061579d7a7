"""What the operator has archived comes back, is compared with the report, and lets the list be approved (OC 3.9-e)."""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cast import AT, DAY, an_order, inside, person, run, unit
from reskontra.database.refused import ActRefused
from reskontra.demo.pdf import one_line_pdf
from reskontra.documents.delivery_report import ArchivePackage
from reskontra.documents.invoice import Invoice
from reskontra.exchange import archive
from reskontra.exchange.attachments import beside
from reskontra.exchange.inbox import receive
from reskontra.exchange.messages import message
from reskontra.exchange.reading import read_documents
from reskontra.income.delivery.archived import PackageTaken, take_in_package
from reskontra.income.delivery.image import invoice_copy, invoice_image
from reskontra.income.delivery.lists import (
    Lacking,
    ListStanding,
    approve_invoice_list,
    has_expenditure,
    invoice_lists,
    review_invoice_list,
)
from reskontra.income.delivery.run import DeliveryRun
from reskontra.income.invoicing.run import InvoicingRun
from reskontra.income.order_handling.run import OrdersRun
from reskontra.kernel.texts import LANGUAGES
from reskontra.registers.models import PriceListEntry
from reskontra.registers.policy import NotAllowed
from reskontra.runs.models import Run
from reskontra.sales.models import Invoice as Issued
from reskontra.sales.models import InvoiceListApproval

pytestmark = pytest.mark.usefixtures("database")

DECISION = b"%PDF-1.7 a decision that went along"
FIRST, SECOND = "4210000000001", "4210000000002"


@dataclass
class Operator:
    """What the operator has in its archive after a delivery: documents and images by number, and the attachment."""

    run: Run
    documents: Mapping[str, bytes]
    images: Mapping[str, bytes]
    rows: list[tuple[str, str, str, bytes]] = field(default_factory=list)

    def returns(self, *left_out: str, **instead: bytes) -> bytes:
        """A zip package of everything but ``left_out``; ``instead`` gives other bytes under a file's name."""
        files: dict[str, bytes] = {}
        lines = ["invoice;role;file;sha256"]
        for number, data in self.documents.items():
            told = [
                (number, "xml", f"{number}.xml", data),
                (number, "image", f"{number}.pdf", self.images[number]),
            ]
            for invoice, role, name, content in [*told, *(row for row in self.rows if row[0] == number)]:
                if name in left_out:
                    continue
                files[name] = instead.get(name.replace(".", "_"), content)
                lines.append(f"{invoice};{role};{name};{hashlib.sha256(files[name]).hexdigest()}")
        lines.append(f"total;{len(lines) - 1};;")
        return package({"manifest.csv": "\n".join(lines).encode(), **files})


def package(files: Mapping[str, bytes]) -> bytes:
    """A zip file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


@pytest.fixture
def operator() -> Operator:
    """Two invoices, the first with an attachment, delivered; what the operator keeps of them."""
    kept = archive.store([DECISION])
    attached = [
        {"name": "beslut.pdf", "digest": kept.digest, "size": kept.size, "kind": "pdf", "basis": False}
    ]
    with inside(unit()):
        an_order(unit(), "bruk", {"item": "COURSE"}, attachments=attached)
        an_order(unit(), "aino", {"item": "PERMIT"})
    return delivered({FIRST: [(FIRST, "attachment", "beslut.pdf", DECISION)]})


def delivered(rows: Mapping[str, Sequence[tuple[str, str, str, bytes]]]) -> Operator:
    """Invoice and deliver what is ready."""
    run(OrdersRun(), unit())
    invoicing = run(InvoicingRun(), unit()).run
    result = run(DeliveryRun(), unit())
    batch = archive.read(str(result.files[-1]["digest"]))
    end = b"</Finvoice>"
    documents, images = {}, {}
    for part in batch.split(end)[:-1]:
        framed = part + end
        [document] = read_documents(framed, "one.xml")
        assert isinstance(document, Invoice)
        number = str(document.number)
        documents[number], images[number] = framed, image(document)
    return Operator(invoicing, documents, images, [row for several in rows.values() for row in several])


def image(of: Invoice, **instead: str) -> bytes:
    """A page that shows an invoice as an operator may: the reference in groups, the total with a comma."""
    shown = {
        "number": of.number,
        "total": f"{of.total}".replace(".", ","),
        "reference": " ".join(re.findall("[0-9]{1,5}", str(of.reference))),
    }
    return one_line_pdf(" / ".join(f"{name} {value}" for name, value in {**shown, **instead}.items()))


def comes_back(data: bytes, folder: Path = Path("nowhere")) -> PackageTaken:
    with inside(unit()) as acting:
        received = receive(acting, data, "archive.zip", "import")
        [document] = read_documents(data, "archive.zip")
        assert isinstance(document, ArchivePackage)
        return take_in_package(acting, received, document, beside(folder), DAY)


def standing(of: Run) -> ListStanding:
    with inside(unit()):
        [found] = invoice_lists(unit(), of.pk)
        return found


def approve(of: Run, who: str = "petra", digest: str = "") -> InvoiceListApproval:
    with inside(unit(), who) as acting:
        return approve_invoice_list(acting, of, digest or standing(of).digest)


def rules(taken: PackageTaken) -> list[str]:
    return [finding.rule for _, _, findings in taken.outcomes for finding in findings]


def test_the_list_is_approved_when_everything_is_in_the_archive_and_not_before(operator: Operator) -> None:
    """OC 3.9-e: document, image and attachments of every invoice in the report; one approver in the centre."""
    before = standing(operator.run)
    assert (before.invoices, before.complete) == (2, 0)
    assert before.lacking == [
        Lacking(FIRST, ["xml", "image"], ["beslut.pdf"]),
        Lacking(SECOND, ["xml", "image"], []),
    ]
    with pytest.raises(ActRefused, match="an_invoice_list_waits_for_its_archive"):
        approve(operator.run)
    taken = comes_back(operator.returns("beslut.pdf"))
    assert (taken.count("accepted"), taken.lacking) == (4, [Lacking(FIRST, [], ["beslut.pdf"])])
    assert standing(operator.run).lacking == taken.lacking
    with pytest.raises(ActRefused, match="an_invoice_list_waits_for_its_archive"):
        approve(operator.run)
    rest = comes_back(operator.returns())
    assert (rest.count("accepted"), rest.count("known"), rest.count("returned")) == (1, 4, 0)
    assert rest.lacking == []
    assert standing(operator.run).complete == 2
    assert approve(operator.run).given_at == AT
    assert standing(operator.run).acts == ["approve"]


def test_the_archive_keeps_every_file_under_its_own_digest(operator: Operator) -> None:
    """OC 3.9-e"""
    comes_back(operator.returns())
    kept = operator.images[FIRST]
    assert archive.read(hashlib.sha256(kept).hexdigest()) == kept


def test_the_same_package_twice_changes_nothing(operator: Operator) -> None:
    """OC 3.9-e, D17"""
    data = operator.returns()
    assert comes_back(data).count("accepted") == 5
    again = comes_back(data)
    assert (again.count("known"), bool(again.before)) == (5, True)


def test_the_act_is_given_by_another_person_on_the_report_that_was_seen_and_once(operator: Operator) -> None:
    """OC 3.9-e, OC 3.9-f: who ran the invoicing is not the approver; the clerk has no right at all."""
    comes_back(operator.returns())
    for who in ("kirsi", "gunnar", "cecilia"):
        with pytest.raises(NotAllowed):
            approve(operator.run, who)
    with pytest.raises(ActRefused, match="an_invoice_list_act_binds_to_its_report"):
        approve(operator.run, digest="0" * 64)
    with inside(unit()):
        Run.objects.filter(pk=operator.run.pk).update(person=person("petra"))
    with pytest.raises(ActRefused, match="who_ran_the_invoicing_does_not_approve_its_list"):
        approve(operator.run)
    with inside(unit()):
        Run.objects.filter(pk=operator.run.pk).update(person_id=operator.run.person_id)
    approve(operator.run)
    with pytest.raises(ActRefused, match="an_invoice_list_act_is_given_once"):
        approve(operator.run)


def test_a_list_without_expenditure_is_not_reviewed_apart(operator: Operator) -> None:
    """OC 3.9-f"""
    comes_back(operator.returns())
    with (
        pytest.raises(ActRefused, match="an_invoice_list_without_expenditure_is_the_centres"),
        inside(unit(), "maria") as acting,
    ):
        review_invoice_list(acting, operator.run, standing(operator.run).digest)


def test_a_list_with_expenditure_is_reviewed_and_approved_by_two_in_the_unit() -> None:
    """OC 3.9-f: a line of budget expenditure sends the voucher to the unit."""
    with inside(unit()):
        PriceListEntry.objects.filter(unit=unit(), item__code="BOOK").update(account="40000000")
        an_order(unit(), "bruk", {"item": "BOOK"})
    operator = delivered({})
    comes_back(operator.returns())
    with inside(unit()):
        assert has_expenditure(operator.run)
    for who in ("petra", "maria", "kirsi"):
        with pytest.raises(NotAllowed):
            approve(operator.run, who)
    with pytest.raises(ActRefused, match="a_list_with_expenditure_is_reviewed_first"):
        approve(operator.run, "gunnar")
    with inside(unit(), "hanna") as acting:
        review_invoice_list(acting, operator.run, standing(operator.run).digest)
    with pytest.raises(ActRefused, match="an_invoice_list_is_not_reviewed_and_approved_by_one"):
        approve(operator.run, "hanna")
    assert approve(operator.run, "gunnar").act == "approve"


def wrong(operator: Operator) -> Mapping[str, tuple[str, bytes, list[str]]]:
    """What is wrong with a file that comes back: which file, its bytes, the findings."""
    xml = operator.documents[SECOND]
    [second] = read_documents(xml, "one.xml")
    assert isinstance(second, Invoice)
    cut = re.sub(rb"<BuyerPostalAddressDetails>.*?</BuyerPostalAddressDetails>", b"", xml, flags=re.DOTALL)
    document, picture = f"{SECOND}_xml", f"{SECOND}_pdf"
    return {
        "no document": (document, b"<html/>", ["archive_xml_unreadable"]),
        "two documents": (document, xml + operator.documents[FIRST], ["archive_xml_unreadable"]),
        "another invoice's document": (document, operator.documents[FIRST], ["archive_xml_other"]),
        "another sum": (document, xml.replace(b"100,00", b"100,01"), ["archive_xml_differs"]),
        "an address left out": (document, cut, ["archive_xml_differs"]),
        "no PDF": (picture, b"GIF89a", ["archive_image_unreadable"]),
        "half a PDF": (picture, b"%PDF-1.7 an image of an invoice", ["archive_image_unreadable"]),
        "a PDF without words": (picture, one_line_pdf(""), ["archive_image_silent"]),
        "another invoice's image": (
            picture,
            operator.images[FIRST],
            ["archive_image_number", "archive_image_total", "archive_image_reference"],
        ),
        "the number in a longer one": (
            picture,
            image(second, number=f"{SECOND}7"),
            ["archive_image_number"],
        ),
        "an image of another total": (picture, image(second, total="1100,00"), ["archive_image_total"]),
        "an image of another reference": (
            picture,
            image(second, reference="11"),
            ["archive_image_reference"],
        ),
        "another decision": ("beslut_pdf", b"%PDF-1.7 another", ["archive_attachment_differs"]),
    }


def test_a_file_that_is_not_what_was_sent_is_returned_by_name_and_stops_nothing_else(
    operator: Operator,
) -> None:
    """OC 3.9-e: document by its content, image by number, total and reference, attachment by its digest."""
    names = {f"{number}.{kind}" for number in operator.documents for kind in ("xml", "pdf")} | {"beslut.pdf"}
    for case, (file, data, expected) in wrong(operator).items():
        name = file.replace("_", ".")
        taken = comes_back(operator.returns(*(names - {name}), **{file: data}))
        assert (case, rules(taken), taken.count("returned")) == (case, expected, 1)
        for finding in (finding for _, _, findings in taken.outcomes for finding in findings):
            assert finding.value == name
            assert all("{" not in message(finding, language) for language in LANGUAGES)
        [still] = taken.lacking
        assert name in {*(f"{still.invoice}.{what}" for what in ("xml", "pdf")), *still.attachments}
    assert comes_back(operator.returns(**{file: data})).count("accepted") == 4
    with pytest.raises(ActRefused, match="an_invoice_list_waits_for_its_archive"):
        approve(operator.run)


def test_an_attachment_that_never_went_along_is_told_apart_from_one_that_changed(operator: Operator) -> None:
    """OC 3.9-e"""
    operator.rows.append((SECOND, "attachment", "annan.pdf", DECISION))
    assert rules(comes_back(operator.returns())) == ["archive_attachment_unknown"]


def test_a_document_is_what_was_sent_whatever_way_it_is_written(operator: Operator) -> None:
    """OC 3.9-e: encoding, blanks, comments and the operator's own frame are not the invoice."""
    text = operator.documents[SECOND].decode("iso-8859-15")
    text = text[text.index("<Finvoice") :]
    text = re.sub("(<MessageTimeStamp>)[^<]*", r"\g<1>2026-03-17T08:00:00+02:00", text)
    rewritten = text.replace("><", ">\r\n  <!-- archived --><").encode()
    assert rewritten != operator.documents[SECOND]
    assert comes_back(operator.returns(**{f"{SECOND}_xml": rewritten})).count("accepted") == 5


def test_our_own_image_is_known_by_the_document_inside(operator: Operator) -> None:
    """OC 3.9-e: a PDF/A-3 with the Finvoice document; another invoice's is returned with the place."""
    with inside(unit()):
        numbers = {one.number: one.pk for one in Issued.objects.filter(unit=unit())}
        own, other = (invoice_image(unit(), numbers[place]) for place in (2, 1))
    taken = comes_back(operator.returns(**{f"{SECOND}_pdf": other}))
    [finding] = [finding for _, _, findings in taken.outcomes for finding in findings]
    assert (finding.rule, finding.detail["place"]) == (
        "archive_image_document",
        "SellerPartyDetails/SellerOrganisationName",
    )
    assert comes_back(operator.returns(**{f"{SECOND}_pdf": own})).count("returned") == 0


def test_a_document_of_what_was_never_sent_is_returned() -> None:
    """OC 3.9-e: it stands in the report, but no batch of ours holds it."""
    with inside(unit()):
        an_order(unit(), "aino", {"item": "PERMIT"})
    run(OrdersRun(), unit())
    run(InvoicingRun(), unit())
    with inside(unit()):
        xml = invoice_copy(unit(), Issued.objects.get(unit=unit(), number=1).pk).xml
    listed = f"invoice;role;file;sha256\n{FIRST};xml;a.xml;{hashlib.sha256(xml).hexdigest()}\ntotal;1;;"
    assert rules(comes_back(package({"manifest.csv": listed.encode(), "a.xml": xml}))) == [
        "archive_never_sent"
    ]


def test_files_may_lie_beside_their_list_and_what_is_missing_may_come_later(
    operator: Operator, tmp_path: Path
) -> None:
    """OC 3.9-e: the list by itself; the same list again when the file is there."""
    with zipfile.ZipFile(io.BytesIO(operator.returns())) as made:
        made.extractall(tmp_path)
    listed = (tmp_path / "manifest.csv").read_bytes()
    (tmp_path / f"{FIRST}.pdf").rename(tmp_path / "later")
    taken = comes_back(listed, tmp_path)
    assert (taken.count("accepted"), rules(taken)) == (4, ["archive_file_missing"])
    (tmp_path / "later").rename(tmp_path / f"{FIRST}.pdf")
    (tmp_path / f"{SECOND}.pdf").write_bytes(b"%PDF-1.7 swapped")
    again = comes_back(listed, tmp_path)
    assert (again.count("accepted"), again.count("known"), rules(again)) == (1, 3, ["archive_file_differs"])
    assert standing(operator.run).complete == 2


def test_an_invoice_of_another_unit_or_of_no_report_is_returned(operator: Operator) -> None:
    """OC 3.9-e"""
    listed = "\n".join(
        [
            "invoice;role;file;sha256",
            *(f"{n};image;{n}.pdf;{'0' * 64}" for n in ("4210000000009", "4220000000001", "7")),
            "total;3;;",
        ]
    )
    assert rules(comes_back(listed.encode())) == ["archive_invoice_unknown"] * 3
