"""Deals as Attio would answer them: pages of JSON, about 3 KB and ten values a record, deterministic."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attio_mirror.models import Attribute, Member

PAGE = 500
STAGES = ("Lead", "In Progress", "Won 🎉", "Lost")


class Workload:
    """The same records for the same number, page by page in a file; nothing is held in memory."""

    def __init__(self, records: int, path: Path) -> None:
        self.records, self.path = records, path
        stage = Attribute.objects.get(slug="stage", object__slug="deals")
        self.workspace = str(uuid.uuid4())
        self.object = stage.object.object_id  # type: ignore[union-attr]  # deals
        self.stages = {option.title: option.option_id for option in stage.options.all()}
        self.stage_attribute = stage.attribute_id
        self.attributes = dict(Attribute.objects.filter(object=stage.object).values_list("slug", "pk"))
        self.members = list(Member.objects.values_list("member_id", flat=True))

        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{page}\n" for page in self._made())

    def pages(self) -> Iterator[bytes]:
        """Each page as the body of Attio's answer."""
        with self.path.open("rb") as file:
            yield from file

    def _made(self) -> Iterator[str]:
        for start in range(0, self.records, PAGE):
            numbers = range(start, min(start + PAGE, self.records))
            yield json.dumps({"data": [self.record(number) for number in numbers]}, ensure_ascii=False)

    def record(self, number: int) -> dict[str, Any]:
        """One deal."""
        dice = random.Random(number)
        record_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        second = f"2026-{1 + number % 9:02d}-{1 + number % 28:02d}T{number % 24:02d}:{number % 60:02d}:00.480000000Z"
        actor = {"type": "workspace-member", "id": dice.choice(self.members)}

        def value(type_: str, **keys: Any) -> list[dict[str, Any]]:
            return [{"active_from": second, "active_until": None, "created_by_actor": actor, **keys,
                     "attribute_type": type_}]  # fmt: skip

        title = dice.choice(STAGES)
        status = {"id": {"workspace_id": self.workspace, "object_id": self.object,
                         "attribute_id": self.stage_attribute, "status_id": self.stages[title]},
                  "title": title, "is_archived": False, "target_time_in_status": None,
                  "celebration_enabled": False}  # fmt: skip
        member = {"referenced_actor_type": "workspace-member", "referenced_actor_id": dice.choice(self.members)}
        return {
            "id": {"workspace_id": self.workspace, "object_id": self.object, "record_id": record_id},
            "created_at": second,
            "web_url": f"https://app.attio.com/acme/deals/record/{record_id}",
            "values": {
                "record_id": value("text", value=record_id),
                "name": value("text", value=f"Deal {number} · Größe {dice.randrange(999)} 契約"),
                "stage": value("status", status=status),
                "owner": value("actor-reference", **member),
                "value": value("currency", currency_value=dice.randrange(1, 10**6), currency_code="USD"),
                "associated_people": [],
                "associated_company": [],
                "created_at": value("timestamp", value=second),
                "created_by": value("actor-reference", **member),
                "note": value("text", value="A note about this deal. " * 4),
                "seats": value("number", value=dice.randrange(500)),
                "closes_on": value("date", value=second[:10]),
            },
        }
