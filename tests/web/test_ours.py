"""Pages of our own beside the protocols: they own their paths, and what they say of caching."""

from __future__ import annotations

import pytest
from flask import Blueprint, Response

from adapter.web.mount import Ours, mount_ours


def refuse(error: Exception) -> Response:
    """Any error in words of our own."""
    return Response(f"ours: {type(error).__name__}", 404, mimetype="text/plain")


@pytest.fixture
def pages(make_scene):
    """An application with birds, and pages of our own below `/ours`."""
    blueprint = Blueprint("ours", __name__)

    @blueprint.get("/page")
    def page() -> Response:
        response = Response("a page", mimetype="text/plain")
        response.cache_control.max_age = 60
        return response

    @blueprint.get("/fresh")
    def fresh() -> Response:
        return Response("fresh", mimetype="text/plain")

    scene = make_scene()
    mount_ours(scene.app, Ours("ours", refuse), blueprint, path="/ours")
    return scene.app.test_client()


def test_they_answer_below_their_path_and_refuse_in_their_words(pages):
    assert pages.get("/ours/page").text == "a page"
    assert pages.get("/ours/nothing").text == "ours: NotFound"
    assert pages.get("/ours").text == "ours: NotFound"
    assert pages.get("/oursX").mimetype == "application/json"


def test_what_a_view_says_of_caching_is_believed_and_the_rest_is_never_kept(pages):
    assert pages.get("/ours/page").headers["Cache-Control"] == "max-age=60"
    assert pages.get("/ours/fresh").headers["Cache-Control"] == "no-store"
    assert pages.get("/ours/nothing").headers["Cache-Control"] == "no-store"
    assert pages.get("/v1/parrot").headers["Cache-Control"] == "no-store"


def test_a_path_has_one_owner(make_scene):
    scene = make_scene()

    with pytest.raises(ValueError, match="parrot"):
        mount_ours(scene.app, Ours("ours", refuse), Blueprint("ours", __name__), path="/v1/parrot")
