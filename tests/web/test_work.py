"""A view that the engine asks again is run again, once committed and never twice."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import exc

from adapter.db.database import ATTEMPTS

SEED = {"data": '{"name": "sunflower"}'}


def serialization_failure():
    return exc.OperationalError("INSERT", None, psycopg.errors.SerializationFailure())


def lost_connection():
    return exc.OperationalError("INSERT", None, Exception(), connection_invalidated=True)


def eaten(scene):
    return scene.client.get("/v1/parrot/seeds").json["seeds"]


@pytest.mark.parametrize("failure", [serialization_failure, lost_connection])
def test_a_view_that_failed_before_its_commit_runs_again(scene, failure):
    scene.trouble = [failure()]

    reply = scene.client.post("/v1/parrot/seed", **SEED)

    assert (reply.status_code, reply.json) == (200, {"ate": "sunflower"})
    assert (scene.runs, eaten(scene)) == (2, 1)


def test_a_view_that_keeps_failing_is_refused_as_unavailable(scene):
    scene.trouble = [serialization_failure() for _ in range(20)]

    reply = scene.client.post("/v1/parrot/seed", **SEED)

    assert (reply.status_code, reply.json) == (503, {"squawk": "asleep"})
    assert (scene.runs, eaten(scene)) == (ATTEMPTS, 0)


def test_a_commit_of_unknown_end_is_never_run_again(scene, lost_commit):
    scene.trouble = [lost_commit]

    reply = scene.client.post("/v1/parrot/seed", **SEED)

    assert (reply.status_code, scene.runs) == (503, 1)


def test_any_other_failure_is_not_run_again_and_leaves_nothing(scene):
    scene.trouble = [exc.IntegrityError("INSERT", None, Exception())]

    reply = scene.client.post("/v1/parrot/seed", **SEED)

    assert (reply.status_code, scene.runs, eaten(scene)) == (500, 1, 0)
