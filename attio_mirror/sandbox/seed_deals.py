"""The demo's deals: each is opened, worked on, and won or lost, in the hands of several people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .answer import Json
from .seed_names import phone, place
from .seed_schema import LIST, PAPERWORK, PHASES, PRODUCTS, RISKS, SOURCES
from .seed_story import Story, colleague, link

DEALS_EACH = 4
WON, LOST, OPEN = "Won 🎉", "Lost", "In Progress"
ENDINGS = {WON: 0.48, LOST: 0.36, OPEN: 0.16}
MATTERS = (
    "Core", "Pilot 🧪", "Renewal 🔁", "Rollout Größe XL", "Migration", "アップグレード", "توسعة الفريق",
    "Пілотний проєкт", "数据平台二期", "הרחבה", "Insights für alle 📊",
    "Contrat-cadre", "नवीनीकरण", "สัญญารายปี", "50 → 500 seats",
)  # fmt: skip
STEPS = (
    "Send the order form", "Call back after the board meeting ☎️", "見積もりを再送する",
    "Warten auf die Rechtsabteilung", "Réunion avec l’équipe sécurité", "انتظار الموافقة", "Intro to the CFO",
    "Надіслати договір",
)  # fmt: skip


@dataclass(slots=True)
class Deal:
    """One deal as the story sees it."""

    customer: str
    domain: str
    company: str
    people: list[str]
    record: str = ""
    worth: float = 0


Won = Callable[[], None]


def open_deal(story: Story, deal: Deal, won: Won) -> None:
    """A new lead, by a colleague or, one in eight, by the form on the website, which speaks through the API."""
    number = len(story.cast.deals) + 1
    seats = story.rng.randrange(5, 500)
    deal.worth = seats * story.one_of((48, 96, 120.5, 199.99))
    values: dict[str, Json] = {
        "name": f"{deal.customer} – {story.one_of(MATTERS)}",
        "stage": "Lead",
        "owner": colleague(story.member()),
        "value": round(deal.worth, 2),
        "associated_company": link("companies", deal.company),
        "associated_people": [link("people", person) for person in deal.people],
        "external_id": f"DL-{number:04d}",
        "seats": seats,
        "lead_source": story.one_of(SOURCES),
        "products": story.rng.sample(PRODUCTS, story.rng.randint(1, 3)),
    }
    form = story.chance(1 / 8)
    deal.record = story.create("deals", values, **({"token": story.cast.token} if form else {}))
    story.cast.deals.append(deal.record)
    if story.chance(0.92):
        story.after(1 + story.rng.expovariate(1 / 12), partial(_progress, story, deal, won))


def _progress(story: Story, deal: Deal, won: Won) -> None:
    values: dict[str, Json] = {
        "stage": OPEN,
        "next_step": story.one_of(STEPS),
        "fit": story.rng.randrange(1, 6),
        "last_demo_at": story.today(-1).isoformat(),
        "security_review_done": story.chance(0.5),
        "champion": link("people", story.one_of(deal.people)),
        "solutions_engineer": colleague(story.member()),
        "watchers": [colleague(member) for member in story.rng.sample(list(story.cast.members.values()), 2)],
        "trial_domain": [f"trial.{deal.domain}"],
        "paperwork": PAPERWORK[0],
    }
    _edit(story, deal, values)
    if story.chance(0.5):
        story.after(3 + story.rng.random() * 9, partial(_haggle, story, deal))
    ending = story.one_of(ENDINGS)
    if ending != OPEN:
        story.after(14 + story.rng.expovariate(1 / 35), partial(_close, story, deal, ending, won))


def _haggle(story: Story, deal: Deal) -> None:
    """The price moves, lawyers write, and now and then somebody else takes over."""
    deal.worth *= story.one_of((0.8, 0.9, 1.15))
    values: dict[str, Json] = {
        "value": round(deal.worth, 2),
        "setup_fee": story.rng.randrange(0, 900_000) / 100,
        "paperwork": story.one_of(PAPERWORK[1:3]),
        "billing_location": place(story.rng),
        "invoice_email": f"Invoices@{deal.domain}",
        "procurement_phone": phone(story.rng, len(deal.record) + story.rng.randrange(100)),
    }
    if story.chance(0.3):
        values["partners"] = [link("companies", story.one_of(story.cast.companies))]
    if story.chance(0.2):
        values["owner"] = colleague(story.member())
    _edit(story, deal, values)


def _close(story: Story, deal: Deal, ending: str, won: Won) -> None:
    values: dict[str, Json] = {"stage": ending, "next_step": []}
    if ending == WON:
        values |= {"paperwork": PAPERWORK[3], "contract_start": story.today(story.rng.randrange(40)).date().isoformat()}
    _edit(story, deal, values)
    if ending == WON:
        won()
        if story.chance(0.6):
            _onboard(story, deal)
    elif story.chance(0.06):
        story.after(30 + story.rng.random() * 60, partial(_progress, story, deal, won))


def _onboard(story: Story, deal: Deal) -> None:
    """The deal enters the list and walks through its phases."""
    values: dict[str, Json] = {
        "phase": PHASES[0],
        "kick_off": story.today(7).date().isoformat(),
        "risk": story.one_of(RISKS),
        "success_manager": colleague(story.member()),
    }
    entry = {"parent_object": "deals", "parent_record_id": deal.record, "entry_values": values}
    made = story.ask("POST", f"/v2/lists/{LIST}/entries", entry)
    for place_in_line, phase in enumerate(PHASES[1:], start=1):
        advance = partial(_reach, story, str(made["id"]["entry_id"]), phase)
        story.after(place_in_line * (6 + story.rng.random() * 20), advance)


def _reach(story: Story, entry_id: str, phase: str) -> None:
    values: dict[str, Json] = {"phase": phase}
    if story.chance(0.3):
        values["notes"] = story.one_of(("Data arrived as a scan 😅", "研修は来週", "Tout roule", "Чекаємо на доступи"))
    story.ask("PATCH", f"/v2/lists/{LIST}/entries/{entry_id}", {"entry_values": values})


def _edit(story: Story, deal: Deal, values: dict[str, Json]) -> None:
    """One save by one colleague."""
    story.edit("deals", deal.record, values)
