"""The public door: `from attio_mirror import mirrors`.

@mirrors.register
class BookMirror(mirrors.Mirror[Book]):
    isbn = mirrors.Text()
    state = mirrors.Status("reading_state", history=True)
    author = mirrors.Reference("written_by")

    class Meta:
        model = Book
        object = "books"
        key = "isbn"
"""

from __future__ import annotations

from ..core.merge import Policy
from ..models.past import as_of
from ..models.timeline import timeline
from .attributes import Attribute, Currency, Direction, PersonalName, Plain, Scalar
from .mirror import Mirror, WhenGone, Writes
from .references import Chosen, Owner, Reference
from .registry import register, registry
from .remainder import Remainder

Text = Number = Checkbox = Date = Timestamp = Rating = Location = Domain = Email = Phone = Interaction = Scalar
Status = Select = Chosen
Actor = Owner
Name = PersonalName

IN, OUT, BOTH = Direction.IN, Direction.OUT, Direction.BOTH
ATTIO, DJANGO, NEWEST, HOLD = Policy.ATTIO, Policy.DJANGO, Policy.NEWEST, Policy.HOLD
KEEP, DELETE = WhenGone.KEEP, WhenGone.DELETE
BULK, SAVE = Writes.BULK, Writes.SAVE

__all__ = [
    "ATTIO",
    "BOTH",
    "BULK",
    "DELETE",
    "DJANGO",
    "HOLD",
    "IN",
    "KEEP",
    "NEWEST",
    "OUT",
    "SAVE",
    "Actor",
    "Attribute",
    "Checkbox",
    "Currency",
    "Date",
    "Direction",
    "Domain",
    "Email",
    "Interaction",
    "Location",
    "Mirror",
    "Name",
    "Number",
    "Phone",
    "Plain",
    "Policy",
    "Rating",
    "Reference",
    "Remainder",
    "Select",
    "Status",
    "Text",
    "Timestamp",
    "WhenGone",
    "Writes",
    "as_of",
    "register",
    "registry",
    "timeline",
]
