"""Who answers where, and that nobody else does."""

from __future__ import annotations

import pytest

from adapter.web.mount import Owners

NOBODY = b'{"error": "not found"}'


@pytest.fixture
def owners(birds):
    parrot, crow = birds
    owners = Owners()
    owners.claim("/v1/parrot", parrot)
    owners.claim("/v1/parrot/nest", crow)
    return owners


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/parrot", "parrot"),
        ("/v1/parrot/", "parrot"),
        ("/v1/parrot/a/b", "parrot"),
        ("/v1/parrot/nest", "crow"),
        ("/v1/parrot/nest/egg", "crow"),
        ("/v1/parrot/nests", "parrot"),
        ("/v1/parrots", None),
        ("/v1", None),
        ("/V1/parrot", None),
        ("/", None),
        ("", None),
        ("*", None),
        ("//v1/parrot", None),
    ],
)
def test_the_longest_path_at_a_segment_boundary_owns(owners, path, name):
    owner = owners.owner(path)

    assert (owner.name if owner else None) == name


def test_a_path_has_one_owner(owners, birds):
    with pytest.raises(ValueError, match="is parrot's, not crow's"):
        owners.claim("/v1/parrot", birds[1])


@pytest.mark.parametrize("path", ["", "/", "v1", "/v1/"])
def test_nobody_owns_everything(owners, birds, path):
    with pytest.raises(ValueError, match="cannot own"):
        owners.claim(path, birds[0])


@pytest.mark.parametrize("path", ["/v1/parrot", "/parrot/v1/parrot", "/v1/parrot/"])
def test_a_protocol_answers_at_its_root_and_below_its_prefix(scene, path):
    reply = scene.client.get(path)

    assert (reply.status_code, reply.json) == (200, {"says": "ahoy"})


@pytest.mark.parametrize(
    ("parrot_at", "answers", "silent"),
    [
        ((True, ""), "/v1/parrot", "/parrot/v1/parrot"),
        ((False, "/parrot"), "/parrot/v1/parrot", "/v1/parrot"),
        ((False, "/a/b.c"), "/a/b.c/v1/parrot", "/parrot/v1/parrot"),
    ],
)
def test_root_and_prefix_are_switched_apart(make_scene, parrot_at, answers, silent):
    client = make_scene(parrot_at=parrot_at, crow_on=False).client

    assert client.get(answers).json == {"says": "ahoy"}
    assert (client.get(silent).status_code, client.get(silent).data) == (404, NOBODY)


def test_paths_of_a_protocol_that_is_off_are_nobodys(make_scene):
    client = make_scene(crow_on=False).client

    for path in ("/v1/crow", "/v1/crow/greedy/1", "/crow", "/crow/v1/crow"):
        assert (client.get(path).status_code, client.get(path).data) == (404, NOBODY)


def test_no_route_answers_on_anothers_path(scene):
    assert scene.client.get("/v1/crow/greedy/1").json == {"crow": "1"}
    assert scene.client.get("/v1/parrot/greedy/1").json == {"squawk": "pardon"}
    assert scene.client.get("/v1/eagle/greedy/1").data == NOBODY
    assert scene.client.get("/crow/v1/eagle/greedy/1").json == {"crow": "1"}


def test_a_route_whose_path_is_a_setting_is_owned(make_scene):
    client = make_scene(perch="/branch/<place>").client

    assert client.get("/branch/high").json == {"sits": "high"}
    assert client.get("/parrot/branch/low").json == {"sits": "low"}
    assert client.post("/branch/high").json == {"squawk": "pardon"}
    assert client.get("/branch").json == {"squawk": "pardon"}


@pytest.mark.parametrize(
    "path", ["//v1//parrot", "/v1//parrot", "/v1/parrot//", "/v1/parrot/feather//", "//"]
)
def test_nothing_is_ever_redirected(scene, path):
    reply = scene.client.get(path)

    assert reply.status_code in (200, 404)
    assert b"<" not in reply.data
