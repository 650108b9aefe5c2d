"""The demo project's addresses, and a second admin site for the little host app."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.sites import site as default
from django.urls import path

from attio_mirror.admin import MirroredAdmin
from attio_mirror.admin.asking import amount_filter, reference_filter
from attio_mirror.admin.pipeline import Pipelined
from attio_mirror.models import Member, Option
from tests.host.models import Author, Book, Review, Shelf

shop = admin.AdminSite(name="shop")


class ByName(MirroredAdmin):
    """All a host writes."""

    search_fields = ["name"]


class BookAdmin(Pipelined, MirroredAdmin):
    """A host's own choices."""

    pipeline_stage = "state"
    pipeline_value = "price"
    pipeline_owner = "editor"
    pipeline_company = "author"

    list_display = ["title", "attio_state"]
    list_filter = [reference_filter("author"), amount_filter("price")]
    search_fields = ["title"]
    autocomplete_fields = ["author", "translators"]


shop.register(Author, ByName)
shop.register(Shelf, ByName)
shop.register(Review, MirroredAdmin)
shop.register(Book, BookAdmin)
shop.register([Option, Member])

urlpatterns = [path("shop/", shop.urls), path("admin/", default.urls)]
