"""The demo's customers: companies, the people there, and the workspaces and users of those who bought."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from .answer import Json
from .seed_deals import DEALS_EACH, Deal, open_deal
from .seed_names import JOBS, Name, companies, people, phone, place
from .seed_schema import LANGUAGES, PLANS, TIERS
from .seed_story import Story, colleague, link

PEOPLE_COUNT = 150
CUSTOMERS = 40
LAST_ACCOUNT_DAY = 600


@dataclass(slots=True)
class Account:
    """One company as the story sees it."""

    number: int
    name: str
    domain: str
    company: str = ""
    people: list[str] = field(default_factory=list)
    customer: bool = False


def open_accounts(story: Story) -> None:
    """A third of the companies are there from the first weeks, the others come one by one."""
    names, firms = people(story.rng), companies()
    for number, (name, domain) in enumerate(firms):
        team = [next(names) for _ in range(1 + (number < PEOPLE_COUNT - len(firms)))]
        account = Account(number, name, domain)
        late = max(0, number - 30) * LAST_ACCOUNT_DAY / len(firms)
        story.on(number * 0.4 + late, partial(_found, story, account, team))


def _found(story: Story, account: Account, team: list[Name]) -> None:
    values: dict[str, Json] = {
        "name": account.name,
        "domains": [account.domain],
        "tier": story.one_of(TIERS),
        "account_manager": colleague(story.member()),
    }
    if story.chance(0.6):
        values |= {"primary_location": place(story.rng), "health": story.rng.randrange(6)}
    if story.chance(0.5):
        values["description"] = (
            f"{account.name} — “{story.one_of(('kleine Brötchen', 'より良い明日', 'more with less', 'بلا حدود'))}”"
        )
    account.company = story.create("companies", values)
    story.cast.companies.append(account.company)
    for name in team:
        story.after(story.rng.random() * 2, partial(_meet, story, account, name))
    for _ in range(DEALS_EACH):
        story.after(4 + story.rng.random() * story.days_left() * 0.98, partial(_start, story, account))


def _meet(story: Story, account: Account, name: Name) -> None:
    full = f"{name.first} {name.last}"
    values: dict[str, Json] = {
        "name": {"first_name": name.first, "last_name": name.last, "full_name": full},
        "email_addresses": [f"{name.address}@{account.domain}"],
        "job_title": story.one_of(JOBS),
        "company": link("companies", account.company),
        "newsletter": story.chance(0.4),
    }
    if story.chance(0.2):
        values["email_addresses"] += [f"{name.address}@post.example"]
    if story.chance(0.4):
        values["phone_numbers"] = [phone(story.rng, len(story.cast.people))]
    if story.chance(0.5):
        values["languages"] = story.rng.sample(LANGUAGES, story.rng.randint(1, 3))
    account.people.append(story.create("people", values))
    story.cast.people.append(account.people[-1])


def _start(story: Story, account: Account) -> None:
    deal = Deal(account.name, account.domain, account.company, account.people)
    open_deal(story, deal, won=partial(_bought, story, account))


def _bought(story: Story, account: Account) -> None:
    """The first time a company buys, it gets a workspace in our product and a user in it."""
    if account.customer or len(story.cast.workspaces) >= CUSTOMERS:
        return
    account.customer = True
    number = len(story.cast.workspaces) + 1
    who = {"token": story.cast.token}
    workspace = story.create("workspaces", _workspace(story, account, number), **who)
    story.cast.workspaces.append(workspace)
    user: dict[str, Json] = {
        "user_id": f"user-{number:04d}",
        "primary_email_address": f"team+{number}@{account.domain}",
        "person": link("people", account.people[0]),
        "workspace": [link("workspaces", workspace)],
        "last_seen_at": story.today().isoformat(),
    }
    story.cast.users.append(story.create("users", user, **who))


def _workspace(story: Story, account: Account, number: int) -> dict[str, Json]:
    return {
        "workspace_id": f"ws-{number:04d}",
        "name": f"{account.name} {story.one_of(('HQ', '🏝️', 'Équipe', '本社', 'Production'))}",
        "company": link("companies", account.company),
        "avatar_url": f"https://{account.domain}/avatar.png",
        "plan": story.one_of(PLANS),
        "seats": story.rng.randrange(3, 400),
        "mrr": story.rng.randrange(9_900, 900_000) / 100,
    }
