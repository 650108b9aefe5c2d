"""Invented people and companies in many scripts. Any likeness is chance; addresses end in the reserved `.example`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

TONGUES = (
    (
        "Zoë:zoe Maja:maja Étienne:etienne Ruairí:ruairi",
        "Lindqvist:lindqvist Brännström:brannstrom O’Hara:ohara Dubois-Klee:dubois-klee",
    ),
    (
        "Łucja:lucja Jiří:jiri Đorđe:dorde Ágnes:agnes",
        "Żółtowska:zoltowska Větrovský:vetrovsky Kovariček:kovaricek Szőke:szoke",
    ),
    (
        "Íñigo:inigo Conceição:conceicao Beatriz:beatriz",
        "Peñarroya:penarroya Magalhães-Dutra:magalhaes-dutra Ibarrondo:ibarrondo",
    ),
    ("Çağla:cagla Işık:isik Ömer:omer", "Yıldırımoğlu:yildirimoglu Şengöz:sengoz Gündoğar:gundogar"),
    ("Дарина:daryna Тарас:taras Ївга:yivha", "Ковальчик:kovalchyk Щербань:shcherban Їжакевич:yizhakevych"),
    ("Милица:milica Ружа:ruzha Борислав:borislav", "Гълъбова:galabova Ђурђевић:djurdjevic"),
    ("Ελένη:eleni Φωτεινή:fotini Ανδρέας:andreas", "Καραμήτρου:karamitrou Ψαράς:psaras Ξυδάκη:xydaki"),
    ("ნინო:nino თამთა:tamta გიორგი:giorgi", "ბერიძელი:beridzeli წიკლაური:tsiklauri"),
    ("Անահիտ:anahit Նարե:nare Տիգրան:tigran", "Սարոյեանց:saroyeants Գալստյանց:galstyants"),
    ("ליאור:lior איתמר:itamar נעמה:naama", "בן־אלון:ben-alon שקדי:shkedi"),
    ("ليلى:layla يوسف:yousef نور:noor", "الحدادين:alhaddadin الزنبقي:alzanbaqi الصفّارين:assaffareen الرملي:arramli"),
    ("आरोही:aarohi ईशिता:ishita देवांश:devansh", "कुलश्रेष्ठ:kulshrestha पाटणकर:patankar"),
    ("யாழினி:yazhini நிலா:nila கபிலன்:kabilan", "முத்துவேல்:muthuvel அருளரசு:arularasu"),
    ("ธารา:thara มาลี:malee ปวีณ:paween", "วงศ์สว่างใจ:wongsawangjai แก้วประดิษฐ์:kaewpradit"),
    ("Thảo:thao Quỳnh:quynh Ngân:ngan", "Đặng Vũ:dang-vu Huỳnh Lê:huynh-le"),
    ("雨桐:yutong 子墨:zimo 思齐:siqi", "欧阳:ouyang 司徒:situ 諸葛:zhuge"),
    ("陽葵:himari 蒼真:soma さくら:sakura", "小鳥遊:takanashi 七五三掛:shimekake 髙野瀬:takanose"),
    ("서윤:seoyun 하늘:haneul 도현:dohyun", "남궁:namgung 제갈:jegal 선우:seonu"),
    ("ሰላም:selam ሀና:hanna ዮናስ:yonas", "ተስፋዬነህ:tesfayeneh ወልደሰንበት:weldesenbet"),
    ("Ngozi:ngozi Thandeka:thandeka Kwabena:kwabena", "Ọládélé:oladele Mokgatlhe:mokgatlhe Asantewaa:asantewaa"),
    ("Kaʻiulani:kaiulani Māhina:mahina Aroha:aroha", "Kealamakia:kealamakia Te Ahorangi:te-ahorangi"),
)

COMPANIES = """
Blue Heron Analytics:blue-heron  Acme Labs:acme-labs  Ōkami Robotics 狼:okami-robotics
Quiet Harbour & Sons:quiet-harbour  Sølvstråle Energi:solvstrale  Käferwerk GmbH:kaeferwerk
Épicerie Numérique:epicerie-numerique  北辰数据:beichen-data  さざなみ製作所:sazanami  한빛나루:hanbit-naru
Зоряний Міст:zorianyi-mist  Ηλιοτρόπιο Α.Ε.:iliotropio  واحة السحاب:cloud-oasis
ענן צפוני:anan-tzfoni  नीलकमल टेक:neelkamal-tech  மலைத்தேன் மென்பொருள்:malaithen
เมฆาโลจิสติกส์:mekha-logistics  Đom Đóm Studio:domdom-studio  Pão & Píxel:pao-pixel
Ñandú Freight:nandu-freight  Çınaraltı Yazılım:cinaralti  Łódka Logistics:lodka-logistics
Žlutý Balón:zluty-balon  Fűzfa Biotech:fuzfa-biotech  Thirteen Otters:thirteen-otters
Paper Lantern Bank:paper-lantern  O’Malley & Düşes “Fine” Tools:omalley-duses
Null & Void Ltd:null-and-void  Rocket Radish 🚀:rocket-radish  Little Fox 🦊 Daycare:little-fox
Ærø Wind 🌬️:aero-wind  Fjällkråka Outdoors:fjallkraka  Copper Kettle Foods:copper-kettle
Tidewater Genomics:tidewater-genomics  Night Owl Telecom:night-owl  Moss & Mortar:moss-mortar
Velvet Anvil:velvet-anvil  Saltmarsh Insurance:saltmarsh  Juniper Loop:juniper-loop
Granite Parrot:granite-parrot  Halcyon Ferries:halcyon-ferries  Sunday Orchard:sunday-orchard
Bright Ledger:bright-ledger  Hollow Oak Games:hollow-oak  Seven Rivers Rail:seven-rivers
Amber Compass:amber-compass  Wren & Willow:wren-willow  Polar Biscuit:polar-biscuit
Marigold Mutual:marigold-mutual  Iron Teapot:iron-teapot  Lagoon Learning:lagoon-learning
Kite & Keel:kite-keel  Plum Street Clinics:plum-street  Basalt Security:basalt-security
Cricket Cloud:cricket-cloud  Dune Optics:dune-optics  Echo Valley Dairy:echo-valley
Feather Freight:feather-freight  Glasshouse HR:glasshouse-hr  Hazel Numbers:hazel-numbers
Indigo Plough:indigo-plough  Jade Lantern:jade-lantern  Kelp & Co:kelp-and-co
Larkspur Legal:larkspur-legal  Mango Meridian:mango-meridian  Nimbus Bakery:nimbus-bakery
Otter & Onyx:otter-onyx  Pebble Payroll:pebble-payroll  Quartz Quilt:quartz-quilt
Raven Retail:raven-retail  Sparrow Solar:sparrow-solar  Thistle Travel:thistle-travel
Umber Utilities:umber-utilities  Vesper Vision:vesper-vision  Walnut Works:walnut-works
Xylo Sound:xylo-sound  Yarrow Yachts:yarrow-yachts  Zephyr Zinc:zephyr-zinc
Birch Broadband:birch-broadband  Cobalt Crane:cobalt-crane
"""

JOBS = (
    "Head of Operations", "CTO", "Directrice générale", "財務部長", "VP Sales", "Procurement Lead", "Инженер данных",
    "مديرة المشتريات", "Founder 👩‍🚀", "Platform Engineer", "RevOps", "Geschäftsführerin", "产品经理", "Chief of Staff",
)  # fmt: skip

PLACES = (
    ("Malmö", "Skåne", "211 20", "SE"), ("Lyon", "Auvergne-Rhône-Alpes", "69002", "FR"),
    ("São Paulo", "SP", "01000-000", "BR"), ("Kyōto 京都", "京都府", "600-8001", "JP"),
    ("Kraków", "Małopolska", "30-001", "PL"), ("Austin", "TX", "73301", "US"),
    ("Thessaloníki", None, "546 21", "GR"), ("서울", None, "04524", "KR"),
    ("القاهرة", None, None, "EG"), ("Ōtautahi", None, "8011", "NZ"),
)  # fmt: skip

PHONES = ("+1202555{:04d}", "+447700900{:03d}", "+4930231250{:02d}", "+3319900{:04d}", "+61491570{:03d}")
"""Ranges that the numbering authorities keep free for fiction."""


STREETS = ("Lindenstraße", "Rue de l’Étoile", "桜通り", "Mill Lane")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written, and in the letters of an address."""

    first: str
    last: str
    address: str


def companies() -> list[tuple[str, str]]:
    """Name and domain of each company."""
    return [(name, f"{slug}.example") for name, slug in _split(COMPANIES)]


def people(rng: Random) -> Iterator[Name]:
    """Names, one script after another; none comes twice."""
    tongues = [list(product(_split(given), _split(family))) for given, family in TONGUES]
    for names in tongues:
        rng.shuffle(names)
    while tongues := [names for names in tongues if names]:
        for names in rng.sample(tongues, len(tongues)):
            (first, given), (last, family) = names.pop()
            yield Name(first, last, f"{given}.{family}")


def phone(rng: Random, number: int) -> str:
    """A number that rings nowhere."""
    return rng.choice(PHONES).format(number % 100)


def place(rng: Random) -> dict[str, str | None]:
    """A location with all its ten keys."""
    locality, region, postcode, country = rng.choice(PLACES)
    street: dict[str, str | None] = {"line_1": f"{rng.randrange(1, 200)} {rng.choice(STREETS)}"}
    street |= dict.fromkeys(("line_2", "line_3", "line_4"))
    area = {"locality": locality, "region": region, "postcode": postcode, "country_code": country}
    return {**street, **area, "latitude": None, "longitude": None}


def _split(words: str) -> list[tuple[str, str]]:
    """`Zoë:zoe De Vos:de-vos` → the names with their addresses; a space inside a name follows no address."""
    return [(name, address) for name, address in re.findall(r"\s*([^:]+):(\S+)", words)]
