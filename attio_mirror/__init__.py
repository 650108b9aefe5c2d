"""A live, two-way mirror of an Attio CRM in a Django project."""

__version__ = "0.1.0"
