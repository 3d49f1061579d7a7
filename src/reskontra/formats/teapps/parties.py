"""Who sends the invoice and who gets it: names, identifiers, addresses and accounts."""

from reskontra.documents.invoice import Party
from reskontra.formats.teapps.values import Group, distinct
from reskontra.kernel.identifiers import NotAnIdentifier, is_iban, is_ovt, ovt_of_peppol_id

_STREETS = ("STREET_ADDRESS1", "STREET_ADDRESS2", "STREET_ADDRESS3", "STREET_ADDRESS4")


def seller(invoice: Group, sender: str | None, operator: str | None) -> tuple[Party, tuple[str, ...]]:
    """The payee, and the accounts beside the first that it may be paid to (BT-84).

    ``sender`` and ``operator`` are what the frame says; the payee's own address comes before them.
    """
    payee = invoice.group("PAYEE")
    accounts = _accounts(invoice, payee)
    iban, bic = next(iter(accounts.items()), (None, None))
    party = _party(
        payee.group("CUSTOMER_INFORMATION"),
        number=payee.group("CUSTOMER_INFORMATION").text("CUSTOMER_ID"),
        einvoice_address=address(payee.text("NET_SERVICE_ID") or sender),
        einvoice_operator=payee.text("INTERMEDIATOR") or operator,
        iban=iban,
        bic=bic,
    )
    return party, tuple(accounts)[1:]


def buyer(invoice: Group, receiver: str | None, operator: str | None) -> Party:
    """The receiver (BG-7), or where none is told the recipient of the invoice."""
    name = "RECEIVER" if "RECEIVER" in invoice else "INVOICE_RECIPIENT"
    group = invoice.group(name)
    information = group.group("CUSTOMER_INFORMATION")
    return _party(
        information,
        number=information.text("CUSTOMER_ID") or group.text("CUSTOMER_ID"),
        einvoice_address=address(group.text("NET_SERVICE_ID") or receiver),
        einvoice_operator=group.text("INTERMEDIATOR") or operator,
    )


def delivery(invoice: Group) -> Party | None:
    """The delivery party (BG-13), if the invoice names one."""
    if "DELIVERY_PARTY" not in invoice:
        return None
    return _party(invoice.group("DELIVERY_PARTY", "CUSTOMER_INFORMATION"))


def address(text: str | None) -> str | None:
    """An e-invoice address as the State's registers know it.

    The operator writes TE before an EDI address, and Peppol its scheme: both name the same receiver (EX 6-b).
    Anything else stays as it is written.
    """
    if text is None:
        return None
    bare = text.upper().removeprefix("TE")
    if is_ovt(bare):
        return bare
    try:
        return ovt_of_peppol_id(text)
    except NotAnIdentifier:
        return text


def _party(information: Group, **given: str | None) -> Party:
    """One party. A personal code has an element of its own, which nobody asks for here (OC 2.2-f)."""
    place = information.group("ADDRESS")
    contact = information.group("CONTACT_INFORMATION")
    names = information.texts("CUSTOMER_NAME")
    country = place.text("COUNTRY_CODE")
    return Party(
        name=names[0] if names else None,
        name2=names[1] if len(names) > 1 else None,
        business_id=information.text("ORGANIZATION_NUMBER"),
        vat_id=information.text("VAT_NUMBER"),
        street=", ".join(text for name in _STREETS if (text := place.text(name))) or None,
        postcode=place.text("POSTAL_CODE"),
        town=place.text("POST_OFFICE"),
        country=country.upper() if country else None,
        contact_name=contact.text("CONTACT_PERSON"),
        contact_email=contact.text("E-MAIL_ADDRESS") or information.text("E-MAIL_ADDRESS"),
        contact_phone=contact.text("TELEPHONE_NUMBER"),
        **given,
    )


def _accounts(invoice: Group, payee: Group) -> dict[str, str | None]:
    """Every account in the form of an IBAN with its BIC: that of the payment part first, then in their order."""
    banks: dict[str, str | None] = {}
    for bank in payee.groups("BANKS"):
        told = bank.text("IBAN_ACCOUNT_NUMBER")
        national = bank.text("BANK_ACCOUNT_NUMBER")
        if told is None and national is not None:
            # An IBAN does not belong there, and stands there.
            if is_iban(national):
                told = national
            else:
                bank.note("teapps_account_not_iban", "BANK_ACCOUNT_NUMBER", national, "warning")
        if told is not None:
            banks.setdefault(_compact(told), bank.text("SWIFT_CODE"))
    parties = invoice.group("EpiDetails", "EpiPartyDetails")
    first = parties.group("EpiBeneficiaryPartyDetails").text("EpiAccountID")
    if first is None or not is_iban(first):
        return banks
    bic = parties.group("EpiBfiPartyDetails").text("EpiBfiIdentifier") or banks.get(_compact(first))
    return {_compact(first): bic, **{iban: bic for iban, bic in banks.items() if iban != _compact(first)}}


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def site(invoice: Group) -> str | None:
    """The place of business that the delivery was for: of the delivery party, the receiver, then the transport."""
    named = (
        invoice.group(role, "CUSTOMER_INFORMATION").text("SITE")
        for role in ("DELIVERY_PARTY", "RECEIVER", "ORDERER")
    )
    places = (
        transport.text("FINAL_DESTINATION")
        for transport in invoice.group("HEADER").groups("TRANSPORT_INFORMATION")
    )
    return next(iter(distinct((*named, *places))), None)
