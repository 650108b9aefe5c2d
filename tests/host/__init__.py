"""A little host: a bookshop whose own tables are mirrored to custom objects."""
