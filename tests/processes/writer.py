"""The host's side of the play: a process that saves rows, faster than Attio takes them."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from random import Random

from django.db import transaction

from attio_mirror.models import Company, Deal, Member, Option, Person, Workspace

ROWS = 50
PAUSE = 0.02
"""Seconds between two saves: a burst of 200 lasts longer than it takes to kill somebody."""


class Writer:
    """Ada at work: makes deals (no key), workspaces, companies and people (keys), then edits them again and again."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.stages = list(Option.objects.filter(attribute__slug="stage", attribute__object__slug="deals"))
        self.owner = Member.objects.first()
        self.rows: list[Deal | Workspace | Company | Person] = []

    def write(self, saves: int) -> None:
        """So many saves, each in a transaction of its own, each told on a line."""
        for number in range(saves):
            with transaction.atomic():
                self.make(number) if number < ROWS else self.edit(number)
            print(number + 1, flush=True)  # noqa: T201  # the stage reads how far we are
            time.sleep(PAUSE)

    def make(self, number: int) -> None:
        makers: list[Callable[[int], Deal | Workspace | Company | Person]] = [
            self._deal, self._workspace, self._deal, self._company, self._deal, self._person,
        ]  # fmt: skip
        self.rows.append(makers[number % len(makers)](number))

    def edit(self, number: int) -> None:
        row = self.random.choice(self.rows)
        if isinstance(row, Deal):
            self._edit_deal(row, number)
        elif isinstance(row, Person):
            row.job_title = f"Title {number}"
            row.save(update_fields=["job_title"])
        else:
            row.name = f"{type(row).__name__}, edit {number}"
            row.save(update_fields=["name"])

    def _edit_deal(self, deal: Deal, number: int) -> None:
        deal.value = Decimal(number)
        deal.stage = self.random.choice(self.stages)
        deal.save(update_fields=["value", "stage"])
        people = [row for row in self.rows if isinstance(row, Person)]
        deal.associated_people.set(self.random.sample(people, min(len(people), self.random.randrange(3))))

    def _deal(self, number: int) -> Deal:
        company = next((row for row in reversed(self.rows) if isinstance(row, Company)), None)
        stage = self.random.choice(self.stages)
        return Deal.objects.create(name=f"Deal {number}", stage=stage, owner=self.owner, associated_company=company)

    def _workspace(self, number: int) -> Workspace:
        return Workspace.objects.create(workspace_id=f"w-{number}", name="Workspace")

    def _company(self, number: int) -> Company:
        return Company.objects.create(name="Company", domains=[f"company-{number}.example"])

    def _person(self, number: int) -> Person:
        return Person.objects.create(first_name="Zoë", last_name="Person", full_name="Zoë Person",
                                     email_addresses=[f"zoe-{number}@example.com"])  # fmt: skip
