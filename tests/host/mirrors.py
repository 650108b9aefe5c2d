"""Which field is which attribute: all that a host writes."""

from __future__ import annotations

from attio_mirror import mirrors

from .models import Author, Book, Loan, Review, Sale, Shelf


@mirrors.register
class AuthorMirror(mirrors.Mirror[Author]):
    """Without a key: a create is bare."""

    name = mirrors.Text()
    born = mirrors.Date()

    class Meta:
        model = Author
        object = "authors"


@mirrors.register
class BookMirror(mirrors.Mirror[Book]):
    """Every type of attribute."""

    isbn = mirrors.Text()
    title = mirrors.Text(on_conflict=mirrors.NEWEST)
    pages = mirrors.Number()
    weight = mirrors.Number()
    thickness = mirrors.Number()
    in_print = mirrors.Checkbox()
    signed = mirrors.Checkbox()
    price = mirrors.Currency(currency_field="price_currency")
    published = mirrors.Date()
    catalogued = mirrors.Timestamp()
    rating = mirrors.Rating()
    state = mirrors.Status("reading_state", history=True)
    genre = mirrors.Select()
    tags = mirrors.Select()
    moods = mirrors.Select()
    author = mirrors.Reference("written_by")
    translators = mirrors.Reference()
    editor = mirrors.Actor()
    proofreaders = mirrors.Actor()
    origin = mirrors.Location()
    site = mirrors.Domain()
    email = mirrors.Email("contact")
    orders_to = mirrors.Email()
    phone = mirrors.Phone()
    rest = mirrors.Remainder("extra")

    class Meta:
        model = Book
        object = "books"
        key = "isbn"


@mirrors.register
class ShelfMirror(mirrors.Mirror[Shelf]):
    """Rows are saved one by one."""

    name = mirrors.Text()
    capacity = mirrors.Number()

    class Meta:
        model = Shelf
        object = "shelves"
        writes = mirrors.SAVE


@mirrors.register
class ReviewMirror(mirrors.Mirror[Review]):
    """Attio's only."""

    text = mirrors.Text()
    stars = mirrors.Rating()

    class Meta:
        model = Review
        object = "reviews"
        direction = mirrors.IN


@mirrors.register
class SaleMirror(mirrors.Mirror[Sale]):
    """Ours only."""

    receipt = mirrors.Text()
    amount = mirrors.Currency()

    class Meta:
        model = Sale
        object = "sales"
        key = "receipt"
        direction = mirrors.OUT


@mirrors.register
class LoanMirror(mirrors.Mirror[Loan]):
    """Gone here, gone there; gone there, gone here."""

    reader = mirrors.Text()
    book = mirrors.Reference()

    class Meta:
        model = Loan
        object = "loans"
        on_delete = mirrors.DELETE
        on_remote_delete = mirrors.DELETE
