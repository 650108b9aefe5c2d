"""The control page, on a real world: what people and tests may do that Attio would not offer."""

from __future__ import annotations

import json
import queue

import pytest
import requests

from attio_mirror.sandbox import Deliveries, Gate, World, empty, serve


@pytest.fixture
def world():
    return World()


@pytest.fixture
def cast(world):
    return empty(world)


@pytest.fixture
def gate(world, cast):
    return Gate(world)


@pytest.fixture
def server(gate, cast):
    with serve(gate, token=cast.token) as server:
        yield server


@pytest.fixture
def control(server):
    """`control("GET", "log")` → the answer."""

    def control(method, path, body=None, **params):
        return requests.request(method, f"{server.url}/sandbox/{path}", json=body, params=params, timeout=5)

    return control


@pytest.fixture
def deal(world, cast):
    """A deal with two people, made by Ada."""
    ada = cast.members["ada"]
    people = [
        world.ask_or_raise("POST", "/v2/objects/people/records", body={"data": {"values": {}}}, member=ada)["data"]
        for _ in range(2)
    ]
    refs = [{"target_object": "people", "target_record_id": person["id"]["record_id"]} for person in people]
    values = {"name": "Łódź 🚀", "stage": "Lead", "owner": "ada@acme.example", "associated_people": refs}
    made = world.ask_or_raise("POST", "/v2/objects/deals/records", body={"data": {"values": values}}, member=ada)
    return made["data"]


def edit(control, deal, values, **more):
    asked = {"object": "deals", "record_id": deal["id"]["record_id"], "values": values, **more}
    return control("POST", "edit", asked)


def test_the_front_door_leads_to_the_page(server):
    answer = requests.get(server.url, timeout=5)
    assert answer.url == server.url + "/sandbox/"
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_page_shows_the_token_the_counts_and_the_last_requests(server, control, cast, deal):
    requests.get(server.url + "/v2/objects/deals", timeout=5)
    page = control("GET", "").text
    assert cast.token in page
    assert '<td>Deal<td class="number">1' in page
    assert "GET /v2/objects/deals" in page
    assert '<td class="number">401' in page


def test_the_page_escapes_what_came_from_outside(gate, control):
    gate.answer("GET", "/v2/<script>alert(1)</script>", query={}, headers={}, body=None)
    assert "<script>" not in control("GET", "").text


def test_the_log_is_read_from_where_one_stopped(server, control):
    for number in range(3):
        requests.post(server.url + "/v2/objects", json={"n": number}, timeout=5)
    rows = control("GET", "log", since=1).json()["data"]
    assert [(row["number"], row["body"]) for row in rows] == [(2, {"n": 1}), (3, {"n": 2})]
    assert rows[0]["kind"] == "write"
    assert rows[0]["status"] == 401


def test_the_control_page_itself_is_not_in_the_log(control, gate):
    control("GET", "members")
    assert gate.log == []


def test_members_are_those_of_the_workspace(control, cast):
    rows = control("GET", "members").json()["data"]
    assert [row["id"]["workspace_member_id"] for row in rows] == list(cast.members.values())


def test_a_fault_can_be_scripted_from_outside(server, control, gate):
    said = control("POST", "faults", {"fault": "status", "code": 503, "method": "GET", "path": "/self$", "times": 2})
    assert said.json() == {"data": {"waiting": 2}}
    assert requests.get(server.url + "/v2/self", timeout=5).status_code == 503
    assert requests.get(server.url + "/v2/objects", timeout=5).status_code == 401
    assert gate.faults.left() == 1


def test_a_colleagues_edit_carries_the_colleagues_name_and_overwrites(control, cast, deal):
    ben = cast.members["ben"]
    kept = deal["values"]["associated_people"][:1]
    refs = [{key: kept[0][key] for key in ("target_object", "target_record_id")}]
    answer = edit(control, deal, {"stage": "In Progress", "associated_people": refs}, member=ben)
    assert answer.status_code == 200
    values = answer.json()["data"]["values"]
    assert values["stage"][0]["created_by_actor"] == {"type": "workspace-member", "id": ben}
    assert len(values["associated_people"]) == 1


def test_a_colleague_may_be_named_by_address_or_not_at_all(control, cast, deal):
    by_address = edit(control, deal, {"name": "a"}, member="farah@acme.example").json()
    unnamed = edit(control, deal, {"name": "b"}).json()
    actors = [said["data"]["values"]["name"][0]["created_by_actor"]["id"] for said in (by_address, unnamed)]
    assert actors == [cast.members["farah"], cast.members["ada"]]


def test_an_edit_attio_would_refuse_is_refused_in_attios_words(control, deal):
    answer = edit(control, deal, {"stage": "Nowhere"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "value_not_found"


def test_anything_can_be_asked_as_a_person_or_as_attio_itself(control, cast, deal):
    path = f"/v2/objects/deals/records/{deal['id']['record_id']}"
    asked = {"method": "PATCH", "path": path, "body": {"data": {"values": {"name": "x"}}}}
    person = control("POST", "ask", {**asked, "member": cast.members["chloe"]}).json()
    assert person["data"]["values"]["name"][0]["created_by_actor"]["type"] == "workspace-member"
    asked["body"]["data"]["values"]["name"] = "y"
    attio = control("POST", "ask", {**asked, "system": True}).json()
    assert attio["data"]["values"]["name"][0]["created_by_actor"] == {"type": "system", "id": None}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("edit", {"object": "deals"}, "'record_id' is missing"),
        ("edit", {"object": "deals", "record_id": "x", "values": {}, "member": "nobody"}, "No workspace member"),
        ("faults", {"fault": "earthquake"}, "No fault is called"),
        ("faults", {"fault": "status", "colour": "red"}, "colour"),
        ("faults", {}, "'fault' is missing"),
        ("ask", ["GET"], "Send a JSON object"),
    ],
)
def test_a_mistake_is_explained(control, path, body, words):
    answer = control("POST", path, body)
    assert answer.status_code == 400
    assert words in answer.json()["message"]


def test_what_the_sandbox_does_not_have_is_not_found(control):
    assert control("GET", "nothing").status_code == 404


def test_a_webhook_made_over_http_hears_of_a_colleagues_edit(world, gate, cast, deal):
    """End to end: subscribe, let a colleague edit, receive."""
    world.https_only = False
    got = queue.Queue()
    deliveries = Deliveries(world, lambda url, headers, body: got.put((url, json.loads(body))) or 200)
    with serve(gate, deliveries=deliveries) as server:
        subscription = {"event_type": "record.updated", "filter": None}
        asked = {"data": {"target_url": "http://127.0.0.1:1/hook", "subscriptions": [subscription]}}
        bearer = {"Authorization": f"Bearer {cast.token}"}
        assert requests.post(server.url + "/v2/webhooks", json=asked, headers=bearer, timeout=5).status_code == 200
        changed = {"object": "deals", "record_id": deal["id"]["record_id"], "values": {"name": "new"}}
        assert requests.post(server.url + "/sandbox/edit", json=changed, timeout=5).status_code == 200
        url, message = got.get(timeout=5)
    assert url == "http://127.0.0.1:1/hook"
    assert message["events"][0]["id"]["record_id"] == deal["id"]["record_id"]
    assert message["events"][0]["actor"] == {"type": "workspace-member", "id": cast.members["ada"]}
