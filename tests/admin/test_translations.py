"""Both languages are whole: every text has Russian words, which fit where they are put."""

from __future__ import annotations

import re

from adapter.admin import i18n
from tests.admin.words import marked, translated

PLACE = re.compile(r"%\(\w+\)|{\w+}")


def test_every_text_has_russian_words():
    known = translated("ru")
    texts = list(marked())

    missing = [
        f"{where}: {text!r}"
        for where, text in texts
        if not any(all(_forms(one.string)) for one in known.get(text, {}).values())
    ]

    assert len(texts) > 150
    assert missing == []


def test_no_text_is_said_in_two_ways_and_none_lost_its_places():
    wrong = []
    for text, by_file in translated("ru").items():
        if len({str(one.string) for one in by_file.values()}) > 1:
            wrong.append(f"{text!r} differs between {', '.join(by_file)}")
        wanted = set(PLACE.findall(text if isinstance(text, str) else text[-1]))
        for file, one in by_file.items():
            wrong += [
                f"{file}: {text!r} has other places: {form!r}"
                for form in _forms(one.string)
                if set(PLACE.findall(form)) != wanted
            ]

    assert wrong == []


def test_catalogues_hold_no_text_that_nobody_says():
    said = {text for _where, text in marked()}

    stale = [
        f"{file}: {text!r}"
        for text, by_file in translated("ru").items()
        if text not in said
        for file in by_file
    ]

    assert stale == []


def test_counted_things_have_the_three_forms_of_russian():
    one, many = (
        "Too many wrong passwords. Try again in %(number)s second.",
        "Too many wrong passwords. Try again in %(number)s seconds.",
    )
    russian = i18n.translations("ru")

    ends = [russian.ngettext(one, many, number).split()[-1] for number in (1, 3, 11, 21)]

    assert ends == ["секунду.", "секунды.", "секунд.", "секунду."]


def _forms(string) -> list[str]:
    return list(string) if isinstance(string, list | tuple) else [string]
