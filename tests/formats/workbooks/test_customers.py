# ruff: noqa: E501 - tables of one line for each case
"""Customer updates: the fields of the customer interface, checked row by row (OC 2.2-a to 2.2-j, 3.2-b)."""

from datetime import date

import pytest
from workbook_cast import csv_file, request_file

from reskontra.documents.findings import Refused
from reskontra.formats.workbooks.customers import read_customers

HEADINGS = {
    "fi": ["Asiakasnro", "Asiakaslaji", "Nimi", "Y-tunnus", "Henkilötunnus", "Kielikoodi", "Lähiosoite", "PostiNo", "Toimipaikka", "Turvakielto"],
    "sv": ["Kundnr", "Kundslag", "Namn", "FO-nummer", "Personbeteckning", "Språkkod", "Näradress", "Postnr", "Ort", "Spärrmarkering"],
    "en": ["Customer no", "Customer kind", "Name", "Business id", "Personal code", "Language", "Street", "Postcode", "Town", "Protected"],
}  # fmt: skip
ROWS = [
    ["", "person", "Virtanen Maija", "", "010190-900P", "U", "Katu 1", "00100", "Helsinki", ""],
    ["1002", "yritys", "Bolaget Ab", "0245440-1", "", "V", "Gatan 2", "20100", "Åbo", "nej"],
    ["", "henkilö", "Korhonen Pekka", "", "311203A901H", "fi", "", "", "", "kyllä"],
]


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize("write", [request_file, csv_file])
def test_an_update_is_read_in_every_language_and_format(language: str, write: object) -> None:
    read = read_customers(write([HEADINGS[language], *ROWS]), "x")  # type: ignore[operator]
    person, company, protected = read.customers
    assert (person.row, person.number, person.kind, person.name) == (2, None, "person", "Virtanen Maija")
    assert (person.personal_code, person.language, person.postcode) == ("010190-900P", "fi", "00100")
    assert (company.number, company.kind, company.business_id, company.protected) == (
        "1002",
        "company",
        "0245440-1",
        False,
    )
    assert (protected.protected, protected.personal_code) == (True, "311203A901H")
    assert (read.findings, read.counted_rows) == ((), 3)


def test_the_personal_code_is_never_printed() -> None:
    read = read_customers(request_file([HEADINGS["sv"], *ROWS]), "x")
    assert "900P" not in str(read.as_json())


def findings_of(**values: object) -> list[tuple[str, str | None]]:
    read = read_customers(request_file([list(values), list(values.values())]), "x")
    return [(finding.rule, finding.clause) for finding in read.findings]


PERSON = {"number": "", "kind": "person", "name": "Virtanen Maija", "personal_code": "010190-900P"}
COMPANY = {"number": "", "kind": "company", "name": "Bolaget Ab", "business_id": "0245440-1"}

WRONG = [
    ({**PERSON, "personal_code": "010190-900R"}, ("form_personal_code_not_valid", "OC 2.2-d")),
    ({**PERSON, "personal_code": ""}, ("form_customer_identity_missing", "OC 2.2-d")),
    ({**PERSON, "name": ""}, ("form_value_missing", "OC 2.2-b")),
    ({**PERSON, "kind": ""}, ("form_value_missing", "OC 2.2-b")),
    ({**PERSON, "name": "Virtanen"}, ("form_person_name_order", "OC 2.2-d")),
    ({**PERSON, "name2": "c/o 010190-900P"}, ("form_personal_code_in_text", "OC 2.2-f")),
    ({**PERSON, "kind": "hund"}, ("form_customer_kind_value", "OC 3.9-c")),
    ({**PERSON, "kind": "sole_trader"}, ("form_customer_identity_missing", "OC 2.2-d")),
    ({**PERSON, "protected": "kanske"}, ("form_yes_or_no", "OC 3.9-c")),
    ({**PERSON, "email": "maija(at)example"}, ("form_email_not_valid", "OC 3.9-c")),
    ({**PERSON, "birth_date": "32.1.1990"}, ("form_not_a_date", "OC 3.9-c")),
    ({**PERSON, "postcode": 100}, ("form_postcode_digits", "OC 3.9-c")),
    ({**PERSON, "currency": "SEK"}, ("form_currency_code", "OC 3.9-c")),
    ({**COMPANY, "business_id": "0245440-2"}, ("form_business_id_not_valid", "OC 2.2-b")),
    ({**COMPANY, "business_id": ""}, ("form_customer_identity_missing", "OC 2.2-d")),
    ({**COMPANY, "vat_id": "FI02454402"}, ("form_vat_id_not_valid", "OC 2.2-b")),
    ({**COMPANY, "einvoice_address": "003702454401"}, ("form_einvoice_address_in_two_parts", "OC 2.2-c")),
    ({**COMPANY, "einvoice_operator": "003708599126"}, ("form_einvoice_address_in_two_parts", "OC 2.2-c")),
    ({**COMPANY, "kind": "foreign_company"}, ("form_customer_identity_missing", "OC 2.2-d")),
    ({**COMPANY, "number": "AB1"}, ("form_customer_number_form", "OC 2.2-a")),
    ({**COMPANY, "name": "N" * 36}, ("form_text_too_long", "OC 3.9-c")),
    ({"number": "", "kind": "foreign_person", "name": "Larsen Ola", "country": "NO"}, ("form_customer_identity_missing", "OC 2.2-d")),
]  # fmt: skip


@pytest.mark.parametrize(("values", "finding"), WRONG)
def test_a_faulty_customer_is_told_by_rule_and_clause(
    values: dict[str, object], finding: tuple[str, str]
) -> None:
    assert finding in findings_of(**values)


@pytest.mark.parametrize(
    "values",
    [
        PERSON,
        COMPANY,
        {**COMPANY, "vat_id": "FI02454401", "einvoice_address": "003702454401", "einvoice_operator": "BANK"},
        {"number": "", "kind": "foreign_person", "name": "Larsen Ola", "country": "NO", "birth_date": "1.2.1990", "postcode": "0150"},
        {"number": "K123456789", "name": "Bolaget Ab"},
        {"number": "100245", "street": "Nya gatan 1"},
        {**PERSON, "email": "maija@posti.example", "protected": "1"},
    ],
)  # fmt: skip
def test_a_right_customer_is_accepted_without_a_word(values: dict[str, object]) -> None:
    assert findings_of(**values) == []


@pytest.mark.parametrize(
    ("natural", "country", "business_id", "kind"),
    [
        ("kyllä", "", "", "person"),
        ("ja", "FI", "0245440-1", "sole_trader"),
        ("yes", "NO", "", "foreign_person"),
        ("ei", "", "0245440-1", "company"),
        ("no", "SE", "", "foreign_company"),
        ("", "", "0245440-1", None),
    ],
)
def test_the_kind_follows_from_natural_person_country_and_business_id(
    natural: str, country: str, business_id: str, kind: str | None
) -> None:
    row = {
        "number": "1",
        "name": "A B",
        "natural_person": natural,
        "country": country,
        "business_id": business_id,
    }
    assert read_customers(request_file([list(row), list(row.values())]), "x").customers[0].kind == kind


def test_a_customer_stands_once_in_a_file() -> None:
    rows = [["number", "name"], ["1001", "A B"], ["1002", "C D"], ["1001", "A B"]]
    (finding,) = read_customers(request_file(rows), "x").findings
    assert (finding.rule, finding.row, finding.detail["first"]) == ("form_customer_twice", 4, "2")


def test_a_street_in_two_parts_is_one_street_and_other_fields_are_kept() -> None:
    row = {
        "number": "1",
        "name": "A B",
        "street": "Långa gatan",
        "street2": "12 B",
        "account_group": "Z010",
        "birth_date": "1.2.1990",
    }
    (customer,) = read_customers(request_file([list(row), list(row.values())]), "x").customers
    assert (customer.street, customer.cells["account_group"]) == ("Långa gatan 12 B", "Z010")
    assert customer.birth_date == date(1990, 2, 1)


@pytest.mark.parametrize("data", [b"", b'{"kind": "customer_update"}', b"%PDF", b"a;b\n1;2\n"])
def test_what_is_no_customer_file_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_customers(data, "x")
