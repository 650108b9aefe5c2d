"""The pages of the admin over 100,000 deals and their ledger, beside Django's own over the same table.

    python -m benchmarks.admin [--deals 100000] [--rounds 40]        # DATABASE_URL picks the database

The stock pages are those of an empty ModelAdmin. Both are asked for in turn, in one run, so that the ratio between them
says more than the milliseconds.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")

import django

django.setup()

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection as database
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from attio_mirror.models import AttributeValue, Company, Deal, Member, Option
from attio_mirror.testing import sandboxed

from .lives import SPAN, START, Lives
from .scratch import own_tables

QUARTER = timedelta(days=91)
AT_MOST = 2
"""Times the stock list."""
stock = admin.AdminSite("stock")
stock.register(Deal)
urlpatterns = [path("", include("project.urls")), path("stock/", stock.urls)]


def main() -> None:
    """Build, measure, print, drop the database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--deals", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    args = parser.parse_args()
    with own_tables(), sandboxed() as attio, override_settings(ROOT_URLCONF=__name__):
        Lives(attio.connection, args.deals).write()
        _fill(args.deals)
        print(f"{database.vendor}, {args.deals} deals, {AttributeValue.objects.count()} versions")
        browser = Client()
        browser.force_login(get_user_model().objects.create_superuser("ada", "ada@example.com", "secret"))
        for name, pages in _pages(args.deals, args.rounds).items():
            _show(browser, name, pages)


def _fill(deals: int) -> None:
    """What a mirror would have written into the rows: the ledger's last words."""
    numbered = {"companies": (Company, "Company "), "deals": (Deal, "Deal ")}
    for model, word in numbered.values():
        model._base_manager.update(name=Concat(Value(word), Cast("pk", CharField())))
    stages, members = list(Option.objects.filter(attribute__slug="stage")), list(Member.objects.all())
    for values, name in ((stages, "stage"), (members, "owner")):
        for n, value in enumerate(values):
            Deal._base_manager.annotate(turn=F("pk") % len(values)).filter(turn=n).update(**{name: value})
    Deal._base_manager.update(
        value=F("pk") * 10, value_currency="USD", associated_company=F("pk") % max(1, deals // 20) + 1
    )
    with database.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if database.vendor == "postgresql" else "ANALYZE")


def _pages(deals: int, rounds: int) -> dict[str, list[tuple[str, str | None]]]:
    """By name: addresses of ours, and the stock page to compare with."""
    turns = range(rounds)
    some = [1 + (deals // rounds) * turn for turn in turns]
    days = [(START + SPAN * ((turn + 1) / (rounds + 1))).date() for turn in turns]
    ours, theirs = (f"{site}:attio_mirror_deal_" for site in ("admin", "stock"))
    lists, plain = reverse(f"{ours}changelist"), reverse(f"{theirs}changelist")
    stages = list(Option.objects.filter(attribute__slug="stage").values_list("pk", flat=True))
    page = {pk: (reverse(f"{ours}change", args=[pk]), reverse(f"{theirs}change", args=[pk])) for pk in some}
    quarter = f"{reverse('admin:attio_mirror_deal_attio_pipeline')}?unit=month&since="
    return {
        "list of deals": [(f"{lists}?p={turn + 1}", f"{plain}?p={turn + 1}") for turn in turns],
        "the list, of one stage": [(f"{lists}?stage={stages[turn % len(stages)]}", None) for turn in turns],
        "the list, searched": [(f"{lists}?q=Deal+{pk}", None) for pk in some],
        "the list, of one company": [(f"{lists}?associated_company={1 + pk % 5_000}", None) for pk in some],
        "the list, of amounts": [(f"{lists}?value_from={pk}&value_to={pk * 5}", None) for pk in some],
        "the list as of a day": [(f"{lists}?as_of={day}", None) for day in days],
        "and of one company": [(f"{lists}?as_of={day}&associated_company=1", None) for day in days],
        "and of amounts": [(f"{lists}?as_of={day}&value_from=1000&value_to=9000", None) for day in days],
        "page of a deal": [page[pk] for pk in some],
        "its history": [(reverse(f"{ours}attio_history", args=[pk]), None) for pk in some],
        "operations": [(reverse("admin:attio_mirror_operations_changelist"), None) for _ in turns],
        "pipeline of a quarter": [(f"{quarter}{day}&until={day + QUARTER}", None) for day in days[:10]],
        "its page as of a day": [(f"{page[pk][0]}?as_of={day}", None) for pk, day in zip(some, days, strict=True)],
    }


def _show(browser: Client, name: str, pages: Sequence[tuple[str, str | None]]) -> None:
    """One line: ours, and theirs where there is one."""
    times: list[float] = []
    plain: list[float] = []
    _timed(browser, pages[0][0])  # templates are compiled once
    for address, beside in pages:
        times.append(_timed(browser, address))
        if beside is not None:
            plain.append(_timed(browser, beside))
    line = f"  {name:24} {_spread(times)}   {_queries(browser, pages[-1][0]):3} queries"
    if plain:
        ratio = sorted(times)[len(times) // 2] / sorted(plain)[len(plain) // 2]
        verdict = "  TOO SLOW" if "list" in name and ratio > AT_MOST else ""
        line += f"   stock {_spread(plain)}   {_queries(browser, pages[-1][1] or ''):3} queries"
        line += f"   {ratio:.2f} times{verdict}"
    print(line)


def _spread(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"median {ordered[len(ordered) // 2]:7.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:7.1f} ms"


def _timed(browser: Client, address: str) -> float:
    began = time.perf_counter()
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return (time.perf_counter() - began) * 1000


def _queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(database) as queries:
        browser.get(address)
    return len(queries)


if __name__ == "__main__":
    main()
