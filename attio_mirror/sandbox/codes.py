"""Closed sets of codes Attio knows: countries, currencies, calling codes, and enough public suffixes."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


CURRENCIES = _set(
    "ARS AUD BRL BGN CAD CLP CNY COP CZK DKK EUR FJD HKD HUF ISK INR IDR ILS JPY KES KRW MYR MXN NTD NZD NGN NOK XPF "
    "PEN PHP PLN GBP RWF SAR SGD ZAR SEK CHF THB TRY AED UYU USD EGP GHS OMR QAR"
)
"""`NTD` and `RWF` are as Attio spells them."""

DISPLAY_TYPES = frozenset({"code", "name", "narrowSymbol", "symbol"})

COUNTRIES = _set(
    "AF AX AL DZ AS AD AO AI AQ AG AR AM AW AU AT AZ BS BH BD BB BY BE BZ BJ BM BT BO BA BW BV BR IO BN BG BF BI KH CM "
    "CA CV KY CF TD CL CN CX CC CO KM CG CD CK CR CI HR CU CW CY CZ DK DJ DM DO EC EG SV GQ ER EE ET FK FO FJ FI FR GF "
    "PF TF GA GM GE DE GH GI GR GL GD GP GU GT GG GN GW GY HT HM VA HN HK HU IS IN ID IR IQ IE IM IL IT JM JP JE JO KZ "
    "KE KI KR KW KG LA LV LB LS LR LY LI LT LU MO MK MG MW MY MV ML MT MH MQ MR MU YT MX FM MD MC MN ME MS MA MZ MM NA "
    "NR NP NL AN NC NZ NI NE NG NU NF MP NO OM PK PW PS PA PG PY PE PH PN PL PT PR QA RE RO RU RW BL SH KN LC MF PM VC "
    "WS SM ST SA SN SS RS SC SL SG SK SI SB SO ZA GS ES LK SD SR SJ SZ SE CH SY TW TJ TZ TH TL TG TK TO TT TN TR TM TC "
    "TV UG UA AE GB US UM UY UZ VU VE VN VG VI WF EH YE ZM ZW BQ KP SX XK AC"
)
"""The country codes of Attio's OpenAPI document."""

_CALLING = (
    "1US 1CA 7RU 7KZ 20EG 27ZA 30GR 31NL 32BE 33FR 34ES 36HU 39IT 39VA 40RO 41CH 43AT 44GB 44GG 44IM 44JE 45DK 46SE "
    "47NO 47SJ 48PL 49DE 51PE 52MX 53CU 54AR 55BR 56CL 57CO 58VE 60MY 61AU 61CX 61CC 62ID 63PH 64NZ 65SG 66TH 81JP "
    "82KR 84VN 86CN 90TR 91IN 92PK 93AF 94LK 95MM 98IR 211SS 212MA 212EH 213DZ 216TN 218LY 220GM 221SN 222MR 223ML "
    "224GN 225CI 226BF 227NE 228TG 229BJ 230MU 231LR 232SL 233GH 234NG 235TD 236CF 237CM 238CV 239ST 240GQ 241GA "
    "242CG 243CD 244AO 245GW 246IO 247AC 248SC 249SD 250RW 251ET 252SO 253DJ 254KE 255TZ 256UG 257BI 258MZ 260ZM "
    "261MG 262RE 262YT 263ZW 264NA 265MW 266LS 267BW 268SZ 269KM 290SH 291ER 297AW 298FO 299GL 350GI 351PT 352LU "
    "353IE 354IS 355AL 356MT 357CY 358FI 358AX 359BG 370LT 371LV 372EE 373MD 374AM 375BY 376AD 377MC 378SM 380UA "
    "381RS 382ME 383XK 385HR 386SI 387BA 389MK 420CZ 421SK 423LI 500FK 501BZ 502GT 503SV 504HN 505NI 506CR 507PA "
    "508PM 509HT 590GP 590BL 590MF 591BO 592GY 593EC 594GF 595PY 596MQ 597SR 598UY 599CW 599BQ 670TL 672NF 673BN "
    "674NR 675PG 676TO 677SB 678VU 679FJ 680PW 681WF 682CK 683NU 685WS 686KI 687NC 688TV 689PF 690TK 691FM 692MH "
    "850KP 852HK 853MO 855KH 856LA 880BD 886TW 960MV 961LB 962JO 963SY 964IQ 965KW 966SA 967YE 968OM 970PS 971AE "
    "972IL 973BH 974QA 975BT 976MN 977NP 992TJ 993TM 994AZ 995GE 996KG 998UZ"
)
CALLING_CODE: dict[str, str] = {item[-2:]: item[:-2] for item in _CALLING.split()}
"""Country → calling code."""

CALLED_COUNTRY: dict[str, str] = {item[:-2]: item[-2:] for item in reversed(_CALLING.split())}
"""Calling code → the country that mainly uses it (the first listed)."""

_PAIRS = {
    "uk": "co org ac gov ltd plc me net sch",
    "au": "com net org edu gov",
    "nz": "co net org ac govt",
    "jp": "co ne or ac go",
    "br": "com net org gov edu",
    "in": "co net org ac gov",
    "za": "co org net ac gov",
    "kr": "co or ac go",
    "cn": "com net org gov edu",
    "tw": "com org net edu gov",
    "hk": "com org net edu gov",
    "sg": "com org net edu gov",
    "my": "com org net edu gov",
    "mx": "com org net edu gob",
    "ar": "com org net edu gob",
    "tr": "com org net edu gov",
    "il": "co org net ac gov",
    "th": "co or ac go in",
    "id": "co or ac go web",
    "ua": "com org net edu gov",
}
SECOND_LEVEL = frozenset(f"{second}.{top}" for top, seconds in _PAIRS.items() for second in seconds.split())
"""Public suffixes of two labels: below them a root domain has three. A small part of the public suffix list."""
