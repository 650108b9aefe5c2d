"""The hands of the people on both sides: they edit, create and delete, and each of it is entered into the account."""

from __future__ import annotations

from typing import Any

from attio_mirror.models import Option

from .account import Account, Side
from .actions import Create, Delete, Edit, Layout, Merge
from .doors import FIRST_AMOUNT, rows_of
from .facets import FACETS, MODELS, Facet, Pointer
from .scene import Scene


class Hands:
    """Ada in Django, Ben in Attio."""

    def __init__(self, scene: Scene, account: Account) -> None:
        self.scene, self.account = scene, account
        self.take_up(Layout())
        self.made_here: set[str] = set()
        self.made_there: set[str] = set()
        self.deleted: set[str] = set()
        self.keys: list[str] = []

    def take_up(self, layout: Layout) -> None:
        """What they are busy with in this run."""
        self.facets = [FACETS[name] for name in layout.facets]
        self.object = layout.object

    # -- what there is ---------------------------------------------------------------------------------------------

    def row(self, slug: str, which: int) -> Any:
        rows = list(rows_of(slug, self.scene.connection).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def record(self, slug: str, which: int) -> str | None:
        found = list(self.scene.records(slug))
        return found[which % len(found)] if found else None

    def held_there(self, facet: Facet, record_id: str) -> list[str]:
        return self.scene.held(facet, self.scene.records(facet.object)[record_id])

    # -- edits -----------------------------------------------------------------------------------------------------

    def edit(self, edit: Edit) -> None:
        facet = self.facets[edit.facet % len(self.facets)]
        if edit.side == Side.HERE:
            row = self.row(facet.object, edit.which)
            if row is not None:
                now = self.scene.names.here(facet).here(row)
                self._edit_here(facet, row, now, self._wanted(edit, facet, now), quietly=edit.quietly)
            return
        record_id = self.record(facet.object, edit.which)
        if record_id is not None:
            now = self.held_there(facet, record_id)
            self._edit_there(facet, record_id, now, self._wanted(edit, facet, now))

    def _wanted(self, edit: Edit, facet: Facet, now: list[str]) -> list[str]:
        """The values that shall be."""
        if facet.multi and edit.pick % 2 and now:
            gone = edit.pick // 2 % len(now)
            return now[:gone] + now[gone + 1 :]
        new = self._value(edit.side, facet, edit.pick // 2 if facet.multi else edit.pick)
        if facet.multi:
            return [*new, *(each for each in now if each not in new)]
        return new

    def _value(self, side: Side, facet: Facet, pick: int) -> list[str]:
        """The `pick`th value; texts are new ones each time, 0 clears what may be empty."""
        n = self.account.n + 1
        match facet.slug:
            case "stage" | "plan":
                options = self._options(side, facet)
                return [options[pick % len(options)]]
            case "owner":
                return [self.scene.members[pick % len(self.scene.members)]]
            case "email_addresses" | "domains":
                return [self.key(facet.object, twin=pick == 0)]
            case "associated_people" | "associated_company" | "company":
                return self._target(side, facet, pick)
            case "value":
                return [str(n + FIRST_AMOUNT[self.scene.connection.alias])] if pick else []
        if facet.slug in ("note", "job_title") and not pick:
            return []
        return [f"{facet.slug} {n}{self.scene.mark}"]

    def _options(self, side: Side, facet: Facet) -> list[str]:
        """What a select box of this side offers."""
        names = self.scene.names
        if side == Side.THERE:
            return self.scene.options(facet.object, names.there(facet).slug)
        mine = Option.objects.filter(attribute__connection=self.scene.connection)
        offered = mine.filter(attribute__slug=names.here(facet).slug)
        offered = offered.filter(is_archived=False).order_by("position", "pk")
        return list(offered.values_list("option_id", flat=True))

    def _target(self, side: Side, facet: Facet, pick: int) -> list[str]:
        assert isinstance(facet, Pointer)
        if not pick and not facet.multi:
            return []
        if side == Side.HERE:
            row = self.row(facet.target, pick)
            return [f"row {facet.target} {row.pk}"] if row is not None else []
        record_id = self.record(facet.target, pick)
        return [f"record {record_id}"] if record_id is not None else []

    def key(self, slug: str, *, twin: bool) -> str:
        """An e-mail address or a domain, used before or new."""
        ending = "@mail.example" if slug == "people" else ".example"
        used = [key for key in self.keys if key.endswith(ending) and ("@" in key) == (slug == "people")]
        if twin and used:
            return used[0]
        self.keys.append(f"n{self.account.n + 1}{ending}")
        return self.keys[-1]

    def _edit_here(self, facet: Facet, row: Any, now: list[str], wanted: list[str], *, quietly: bool) -> None:
        if set(now) == set(wanted):
            return
        if facet.multi and isinstance(facet, Pointer):
            self._relate(facet, row, now, wanted, quietly=quietly)
        else:
            columns = self.scene.names.here(facet).put(row, wanted, self.scene.connection)
            if quietly:
                type(row)._base_manager.filter(pk=row.pk).update(**{name: getattr(row, name) for name in columns})
            else:
                row.save(update_fields=columns)
        self._enter(Side.HERE, f"row {facet.object} {row.pk}", facet, now, wanted)

    def _relate(self, facet: Facet, row: Any, now: list[str], wanted: list[str], *, quietly: bool) -> None:
        relation = getattr(row, facet.slug)
        added = [int(each.rsplit(" ", 1)[1]) for each in wanted if each not in now]
        removed = [int(each.rsplit(" ", 1)[1]) for each in now if each not in wanted]
        if quietly:
            pairs = relation.through._base_manager
            pairs.filter(deal_id=row.pk, person_id__in=removed).delete()
            pairs.bulk_create([relation.through(deal_id=row.pk, person_id=pk) for pk in added])
        else:
            relation.remove(*removed)
            relation.add(*added)

    def _edit_there(self, facet: Facet, record_id: str, now: list[str], wanted: list[str]) -> None:
        if set(now) == set(wanted):
            return
        body = {"data": {"values": {self.scene.names.there(facet).slug: facet.wire(wanted)}}}
        path = f"/v2/objects/{facet.object}/records/{record_id}"
        answer = self.scene.world.ask("PUT", path, body=body, member=self.scene.members[1])
        if answer.status == 200:
            self._enter(Side.THERE, f"record {record_id}", facet, now, wanted)

    def _enter(self, side: Side, subject: str, facet: Facet, now: list[str], wanted: list[str]) -> None:
        if not facet.multi:
            value, saw = (wanted[0] if wanted else None), (now[0] if now else None)
            self.account.set(side, subject, facet.slug, value, saw)
            return
        for element in [each for each in wanted if each not in now]:
            self.account.move(side, subject, facet.slug, element, added=True)
        for element in [each for each in now if each not in wanted]:
            self.account.move(side, subject, facet.slug, element, added=False)

    # -- births and deaths -----------------------------------------------------------------------------------------

    def create(self, create: Create) -> None:
        slug = create.object or self.object
        values = self._newborn(create, slug)
        if create.side == Side.HERE:
            self._create_here(slug, values)
        else:
            self._create_there(slug, values)

    def _newborn(self, create: Create, slug: str) -> dict[str, list[str]]:
        """The values of a new row or record by slug of the attribute."""
        n, side, mark = self.account.n + 1, create.side, self.scene.mark
        if slug == "deals":
            name = f"Tea{mark}" if create.twin else f"name {n}{mark}"
            values = {
                "name": [name],
                "stage": self._options(side, FACETS["deals.stage"])[:1],
                "owner": self.scene.members[:1],
            }
            if create.rich:
                values["associated_people"] = self._target(side, FACETS["deals.associated_people"], n)
                values["associated_company"] = self._target(side, FACETS["deals.associated_company"], n)
            return values
        if slug == "people":
            values = {"name": [f"name {n}{mark}"], "email_addresses": [self.key(slug, twin=create.twin)]}
            if create.rich:
                values["company"] = self._target(side, FACETS["people.company"], n)
            return values
        return {
            "name": [f"name {n}{mark}"],
            "domains": [self.key(slug, twin=create.twin)] if create.twin or create.rich else [],
        }

    def _create_here(self, slug: str, values: dict[str, list[str]]) -> None:
        row: Any = MODELS[slug]()
        later = {}
        for name, wanted in values.items():
            facet = FACETS[f"{slug}.{name}"]
            if facet.multi and isinstance(facet, Pointer):
                later[facet] = wanted
            else:
                facet.put(row, wanted, self.scene.connection)
        row.save()
        self.made_here.add(f"row {slug} {row.pk}")
        for facet, wanted in later.items():
            self._relate(facet, row, [], wanted, quietly=False)
        self._enter_all(Side.HERE, slug, f"row {slug} {row.pk}", values)

    def _create_there(self, slug: str, values: dict[str, list[str]]) -> None:
        sent = {name: FACETS[f"{slug}.{name}"].wire(wanted) for name, wanted in values.items()}
        path = f"/v2/objects/{slug}/records"
        answer = self.scene.world.ask("POST", path, body={"data": {"values": sent}}, member=self.scene.members[1])
        if answer.status == 200:
            subject = f"record {answer.body['data']['id']['record_id']}"
            self.made_there.add(subject)
            self._enter_all(Side.THERE, slug, subject, values)

    def _enter_all(self, side: Side, slug: str, subject: str, values: dict[str, list[str]]) -> None:
        for name, wanted in values.items():
            if wanted:
                self._enter(side, subject, FACETS[f"{slug}.{name}"], [], wanted)

    def delete(self, delete: Delete) -> None:
        slug = delete.object or self.object
        if delete.side == Side.HERE:
            row = self.row(slug, delete.which)
            if row is not None:
                self.deleted.add(f"row {slug} {row.pk}")
                row.delete()
            return
        record_id = self.record(slug, delete.which)
        if record_id is not None:
            self.scene.ask("DELETE", f"{slug}/records/{record_id}")
            self.deleted.add(f"record {record_id}")

    def merge(self, merge: Merge) -> None:
        """Over there: of two records one is made, and both are gone."""
        slug = merge.object or self.object
        first, second = self.record(slug, merge.which), self.record(slug, merge.other)
        if first is None or second is None or first == second:
            return
        body = {"data": {"primary_record_id": first, "secondary_record_id": second}}
        path = f"/v2/objects/{slug}/records/merge"
        answer = self.scene.world.ask("POST", path, body=body, member=self.scene.members[1])
        if answer.status == 200:
            survivor = answer.body["data"]["new_record_id"]
            self.made_there.add(f"record {survivor}")
            self.deleted |= {f"record {first}", f"record {second}"}
            self.account.merged |= {f"record {one}" for one in (first, second, survivor)}
