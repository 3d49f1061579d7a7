"""The last line of an address abroad: the country in capitals, in English, which every post knows (UPU S42)."""

from typing import Final

_NAMES: Final = dict(
    line.split(" ", 1)
    for line in """
AD Andorra
AE United Arab Emirates
AL Albania
AR Argentina
AT Austria
AU Australia
AX Åland, Finland
BA Bosnia and Herzegovina
BE Belgium
BG Bulgaria
BR Brazil
BY Belarus
CA Canada
CH Switzerland
CL Chile
CN China
CY Cyprus
CZ Czech Republic
DE Germany
DK Denmark
EE Estonia
EG Egypt
ES Spain
FI Finland
FO Faroe Islands
FR France
GB United Kingdom
GE Georgia
GL Greenland
GR Greece
HK Hong Kong
HR Croatia
HU Hungary
ID Indonesia
IE Ireland
IL Israel
IN India
IS Iceland
IT Italy
JP Japan
KE Kenya
KR Republic of Korea
KZ Kazakhstan
LI Liechtenstein
LT Lithuania
LU Luxembourg
LV Latvia
MC Monaco
MD Moldova
ME Montenegro
MK North Macedonia
MT Malta
MX Mexico
MY Malaysia
NL Netherlands
NO Norway
NZ New Zealand
PL Poland
PT Portugal
RO Romania
RS Serbia
RU Russia
SA Saudi Arabia
SE Sweden
SG Singapore
SI Slovenia
SK Slovakia
SM San Marino
TH Thailand
TR Türkiye
TW Taiwan
UA Ukraine
US United States of America
VA Vatican City
VN Vietnam
XK Kosovo
ZA South Africa
""".strip().splitlines()
)


def country_line(code: str) -> str:
    """The line for an ISO 3166 alpha-2 ``code``; a code that stands not in the list is shown itself."""
    return _NAMES.get(code.upper(), code).upper()
