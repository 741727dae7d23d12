"""A chart rendered as Helm does it, as far as our chart goes; whatever else is in one is an error.

Helm itself is a program that no package index offers. Our templates keep to `if`, `else`, `range`,
`define`, `include`, pipelines, and the functions below, whose ways are those of Helm's manual:
https://helm.sh/docs/chart_template_guide/function_list/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_ACTION = re.compile(r"\{\{(-\s)?(.*?)(\s-)?\}\}", re.S)
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|:=|[()|,]|[^\s()|,]+')


class NotInOurSubset(Exception):
    """A template has something that is not rendered here."""


class Refused(Exception):
    """The chart itself refuses these values."""


@dataclass
class Block:
    """`if`, `range` or `define` with what stands in it, or the whole of a template."""

    head: list[str]
    body: list[Any]
    otherwise: list[Any]


def render(
    chart: Path, *, release: str = "shop", values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The documents of a chart by `Kind/name`, with these values over its own."""
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    given = _merged(yaml.safe_load((chart / "values.yaml").read_text()), values or {})
    root = {
        "Values": given,
        "Chart": {"Name": about["name"], "Version": about["version"]}
        | {"AppVersion": about["appVersion"]},
        "Release": {"Name": release, "Service": "Helm"},
    }
    templates = sorted((chart / "templates").iterdir())
    renderer = _Renderer()
    parsed = [(path, _parsed(path.read_text(encoding="utf-8"))) for path in templates]
    for _, block in parsed:
        renderer.define(block)
    found: dict[str, Any] = {}
    for path, block in parsed:
        text = renderer.text(block.body, root, {"$": root})
        for document in yaml.safe_load_all(text):
            if document is not None:
                key = f"{document['kind']}/{document['metadata']['name']}"
                assert key not in found, f"{path.name} makes {key} again"
                found[key] = document
    return found


class _Renderer:
    def __init__(self) -> None:
        self._defined: dict[str, Block] = {}
        self._functions: dict[str, Callable[..., Any]] = {
            "quote": lambda value: json.dumps(_text(value), ensure_ascii=False),
            "default": lambda fallback, value=None: value or fallback,
            "indent": lambda by, text: _indented(by, text),
            "nindent": lambda by, text: "\n" + _indented(by, text),
            "toYaml": lambda value: yaml.safe_dump(value).rstrip("\n").removesuffix("\n..."),
            "printf": lambda form, *values: form % values,
            "sha256sum": lambda text: hashlib.sha256(text.encode()).hexdigest(),
            "omit": lambda of, *names: {k: v for k, v in of.items() if k not in names},
            "not": lambda value: not value,
            "required": _required,
        }

    def define(self, block: Block) -> None:
        """Keep what a template defines for the others."""
        for one in block.body:
            if isinstance(one, Block) and one.head[0] == "define":
                self._defined[json.loads(one.head[1])] = one

    def text(self, body: list[Any], dot: Any, names: Mapping[str, Any]) -> str:
        """What stands in a block, rendered."""
        return "".join(self._rendered(one, dot, names) for one in body)

    def _rendered(self, one: Any, dot: Any, names: Mapping[str, Any]) -> str:
        if isinstance(one, str):
            return one
        if isinstance(one, list):
            return _text(self._value(one, dot, names))
        if one.head[0] == "define":
            return ""
        if one.head[0] == "if":
            holds = self._value(one.head[1:], dot, names)
            return self.text(one.body if holds else one.otherwise, dot, names)
        # range $name, $value := map
        head, of = one.head[1:4], self._value(one.head[5:], dot, names)
        if one.head[4] != ":=" or head[1] != ",":
            raise NotInOurSubset(one.head)
        return "".join(
            self.text(one.body, value, {**names, head[0]: name, head[2]: value})
            for name, value in sorted(of.items())
        )

    def _value(self, words: list[str], dot: Any, names: Mapping[str, Any]) -> Any:
        found, rest = self._piped(words, dot, names)
        if rest:
            raise NotInOurSubset(words)
        return found

    def _piped(self, words: list[str], dot: Any, names: Mapping[str, Any]) -> tuple[Any, list[str]]:
        piped: list[Any] = []
        while True:
            command: list[Any] = []
            while words and words[0] not in ("|", ")"):
                if words[0] == "(":
                    value, words = self._piped(words[1:], dot, names)
                    if words[:1] != [")"]:
                        raise NotInOurSubset(words)
                    command.append(value)
                elif not command and words[0][0].isalpha():
                    command.append(words[0])
                else:
                    command.append(_operand(words[0], dot, names))
                words = words[1:]
            found = self._called(command, piped, dot, names)
            if not words or words[0] == ")":
                return found, words
            piped, words = [found], words[1:]

    def _called(self, command: list[Any], piped: list[Any], dot: Any, names: Any) -> Any:
        name, arguments = command[0], [*command[1:], *piped]
        if name == "include":
            template, context = arguments
            return self.text(self._defined[template].body, context, {"$": context})
        if isinstance(name, str) and name in self._functions:
            return self._functions[name](*arguments)
        if arguments:
            raise NotInOurSubset(command)
        return name


def _parsed(text: str) -> Block:
    root = Block(["define"], [], [])
    open_blocks, bodies = [root], [root.body]
    for piece in _pieces(text):
        if isinstance(piece, str):
            bodies[-1].append(piece)
        elif piece[0] in ("if", "range", "define"):
            block = Block(piece, [], [])
            bodies[-1].append(block)
            open_blocks.append(block)
            bodies.append(block.body)
        elif piece == ["else"]:
            bodies[-1] = open_blocks[-1].otherwise
        elif piece == ["end"]:
            open_blocks.pop()
            bodies.pop()
        else:
            bodies[-1].append(piece)
    assert open_blocks == [root], "a block is not ended"
    return root


def _pieces(text: str) -> Iterator[str | list[str]]:
    last, trims = 0, False
    for action in _ACTION.finditer(text):
        before = text[last : action.start()]
        before = before.lstrip() if trims else before
        yield before.rstrip() if action[1] else before
        content = action[2].strip()
        if not content.startswith("/*"):
            yield _WORD.findall(content)
        last, trims = action.end(), bool(action[3])
    yield text[last:].lstrip() if trims else text[last:]


def _operand(word: str, dot: Any, names: Mapping[str, Any]) -> Any:
    if word.startswith('"'):
        return json.loads(word)
    if word.isdigit():
        return int(word)
    if word in ("true", "false"):
        return word == "true"
    head, _, path = word.partition(".")
    if head and head not in names:
        raise NotInOurSubset(word)
    found = names[head] if head else dot
    for name in filter(None, path.split(".")):
        found = (found or {}).get(name)
    return found


def _required(words: str, value: Any) -> Any:
    if not value:
        raise Refused(words)
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _indented(by: int, text: str) -> str:
    return "\n".join(" " * by + line for line in text.split("\n"))


def _merged(own: Any, given: Mapping[str, Any]) -> Any:
    found = dict(own or {})
    for name, value in given.items():
        both = isinstance(value, Mapping) and isinstance(found.get(name), Mapping)
        found[name] = _merged(found[name], value) if both else value
    return found
