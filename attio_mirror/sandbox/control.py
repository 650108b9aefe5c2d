"""The control page under /sandbox/: what people and tests may do to the sandbox that Attio would not offer.

GET  /sandbox/         a page: what this is, the token, counts, the last requests
GET  /sandbox/log      ``?since=N``: the requests numbered above N
GET  /sandbox/members  the workspace members, for `member` below
POST /sandbox/faults   ``{fault, method?, path?, times?, code?, body?, seconds?, after?}``: one more line for the script
POST /sandbox/edit     ``{object, record_id, values, member?}``: a colleague's edit in Attio's own pages
POST /sandbox/ask      ``{method, path, query?, body?, member?, system?}``: a request by a person, or by Attio itself
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from . import reply
from .answer import Answer, Json
from .control_page import render
from .deliveries import Deliveries
from .faults import named
from .gate import Gate, Logged
from .reply import Reply


class Control:
    """Answers the control page. Whatever it does goes past rate limits, faults and the log."""

    def __init__(self, gate: Gate, deliveries: Deliveries, *, token: str = "") -> None:
        self.gate, self.world, self.deliveries, self.token = gate, gate.world, deliveries, token
        self._routes: Mapping[tuple[str, str], Callable[[Any], Answer]] = {
            ("GET", "/sandbox/log"): self._log,
            ("GET", "/sandbox/members"): self._members,
            ("POST", "/sandbox/faults"): self._add_fault,
            ("POST", "/sandbox/edit"): self._edit,
            ("POST", "/sandbox/ask"): self._ask,
        }

    def answer(self, method: str, path: str, *, query: Mapping[str, str], body: bytes) -> Reply:
        """One request to the control page."""
        with self.gate.lock:
            now = self.world.clock.now()
            if path in ("/", "/sandbox"):
                return Reply(302, {"Location": "/sandbox/", "Content-Length": "0"}, b"")
            if (method, path) == ("GET", "/sandbox/"):
                return reply.page(self._page(), now)
            return reply.reply(self._routed(method, path, query, body), now)

    def _routed(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Answer:
        route = self._routes.get((method, path))
        if route is None:
            return _refused(404, f"The sandbox has no {method} {path}.")
        try:
            return route(query if method == "GET" else _read(body))
        except (ValueError, TypeError) as error:
            return _refused(400, str(error))
        except KeyError as missing:
            return _refused(400, f"{missing} is missing.")

    def _log(self, query: Mapping[str, str]) -> Answer:
        since = int(query.get("since", 0))
        return _said([_row(entry) for entry in self.gate.log if entry.number > since])

    def _members(self, _query: Mapping[str, str]) -> Answer:
        return self.world.ask("GET", "/v2/workspace_members", system=True)

    def _add_fault(self, body: dict[str, Any]) -> Answer:
        script = {name: body.pop(name) for name in ("method", "path", "times") if name in body}
        self.gate.faults.add(named(body.pop("fault"), **body), **script)
        return _said({"waiting": self.gate.faults.left()})

    def _edit(self, body: dict[str, Any]) -> Answer:
        """As in Attio's pages, what a field is set to is what it then holds: an overwrite, also of multi-values."""
        path = f"/v2/objects/{body['object']}/records/{body['record_id']}"
        return self.world.ask("PUT", path, body={"data": {"values": body["values"]}}, member=self._member(body))

    def _ask(self, body: dict[str, Any]) -> Answer:
        who: dict[str, Any] = {"system": True} if body.get("system") else {"member": self._member(body)}
        return self.world.ask(body["method"], body["path"], query=body.get("query"), body=body.get("body"), **who)

    def _member(self, body: Mapping[str, Any]) -> str:
        """The member named by id or e-mail address; the first one when nobody is named."""
        wanted = body.get("member")
        for member in self.world.members.values():
            if wanted in (None, member.id, member.email):
                return member.id
        raise ValueError(f"No workspace member is {wanted!r}.")

    def _page(self) -> str:
        return render(
            token=self.token,
            counts={each.plural: len(each.holders) for each in self.world.objects},
            waiting={"Faults waiting": self.gate.faults.left(), "Deliveries waiting": len(self.deliveries.pending())},
            log=[_row(entry) for entry in self.gate.log[-50:]],
        )


def _read(body: bytes) -> dict[str, Any]:
    asked = json.loads(body or b"{}")
    if not isinstance(asked, dict):
        raise TypeError("Send a JSON object.")
    return asked


def _row(entry: Logged) -> dict[str, Json]:
    return {**asdict(entry), "at": entry.at.isoformat()}


def _said(data: Json) -> Answer:
    return Answer(200, {"data": data}, {})


def _refused(code: int, message: str) -> Answer:
    return Answer(code, reply.refusal(code, message), {})
