"""A bookshop. Nothing here knows of Attio, but for the relations to options and members."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import models

from attio_mirror.models import Member, Option


class Author(models.Model):
    """Rows with a UUID for a key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.TextField(blank=True)
    born = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    """One field for every type of attribute, some narrower than Attio's values."""

    isbn = models.CharField(max_length=20, unique=True)
    title = models.TextField()
    pages = models.IntegerField(null=True, blank=True)
    weight = models.FloatField(null=True, blank=True)
    thickness = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    in_print = models.BooleanField(null=True, blank=True)
    signed = models.BooleanField(default=False)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    price_currency = models.CharField(max_length=3, blank=True, editable=False)
    published = models.DateField(null=True, blank=True)
    catalogued = models.DateTimeField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.ForeignKey(Option, models.SET_NULL, null=True, blank=True, related_name="+")
    genre = models.CharField(max_length=80, null=True, blank=True)
    tags: models.ManyToManyField[Option, Any] = models.ManyToManyField(Option, blank=True, related_name="+")
    moods = models.JSONField(default=list, blank=True)
    author = models.ForeignKey(Author, models.SET_NULL, null=True, blank=True, related_name="books")
    translators: models.ManyToManyField[Author, Any] = models.ManyToManyField(
        Author, blank=True, related_name="translations"
    )
    editor = models.ForeignKey(Member, models.SET_NULL, null=True, blank=True, related_name="+")
    proofreaders: models.ManyToManyField[Member, Any] = models.ManyToManyField(Member, blank=True, related_name="+")
    origin = models.JSONField(null=True, blank=True)
    site = models.CharField(max_length=200, null=True, blank=True)
    email = models.EmailField(null=True, blank=True)
    orders_to = models.JSONField(default=list, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    extra = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.title


class Paperback(Book):
    """The same rows under another name."""

    class Meta:
        proxy = True


class Shelf(models.Model):
    """Its own signals must fire when Attio's values come in."""

    name = models.CharField(max_length=100)
    capacity = models.IntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Review(models.Model):
    """Comes from Attio and never goes back."""

    text = models.TextField(blank=True)
    stars = models.IntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.text


class Sale(models.Model):
    """Goes to Attio, and what people change there is put right."""

    receipt = models.CharField(max_length=40, unique=True)
    amount = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)

    def __str__(self) -> str:
        return self.receipt


class Loan(models.Model):
    """Row and record live and die together."""

    reader = models.CharField(max_length=100)
    book = models.ForeignKey(Book, models.CASCADE, null=True, blank=True, related_name="loans")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["reader", "book"], name="one_loan_of_a_book"),)

    def __str__(self) -> str:
        return self.reader
