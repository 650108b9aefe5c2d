"""The demo project: a host for attio_mirror that reads its environment and has no logic of its own."""
