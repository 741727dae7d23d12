"""What the trail calls by names of its own, in words; engineers know the names."""

from __future__ import annotations

from adapter.admin.i18n import Lazy, _l
from adapter.admin.render import ROLES, STATES, role_words, state_words
from adapter.admin.writing import shown_money
from adapter.core.amounts import CREDIT

ACTIONS: dict[str, Lazy] = {
    "approval.request": _l("second person asked for"),
    "approval.approve": _l("correction agreed to"),
    "approval.decline": _l("correction declined"),
    "approval.withdraw": _l("request taken back"),
    "benefit.grant": _l("benefit given"),
    "benefit.deactivate": _l("benefit switched off"),
    "card.block": _l("card blocked"),
    "card.unblock": _l("card works again"),
    "card.link": _l("card given"),
    "card.reissue": _l("card replaced"),
    "credential.create": _l("credential made"),
    "credential.rotate": _l("credential has a new secret"),
    "credential.revoke": _l("credential revoked"),
    "file.export": _l("file exported"),
    "file.import": _l("file imported"),
    "job.ask": _l("job asked for"),
    "key.change": _l("secret key changed"),
    "list.download": _l("list taken as a file"),
    "member.block": _l("member blocked"),
    "member.unblock": _l("member let in again"),
    "member.consents": _l("consents changed"),
    "member.enrol": _l("member enrolled"),
    "member.name": _l("member named by the CRM"),
    "member.erase": _l("person erased"),
    "member.export": _l("person's data taken"),
    "member.merge": _l("duplicate merged"),
    "member.reveal": _l("contacts looked at"),
    "pass.add": _l("wallet pass added"),
    "pass.revoke": _l("wallet pass revoked"),
    "points.adjust": _l("balance corrected"),
    "points.reverse": _l("entry undone"),
    "program.change": _l("settings changed"),
    "program.load": _l("program file loaded"),
    "registry.give": _l("registry handed over"),
    "registry.take": _l("registry taken in"),
    "request.reveal": _l("request taken out, with what is a member's"),
    "request.send": _l("request sent once more, somewhere else"),
    "rule.draft": _l("rule drafted"),
    "rule.drop": _l("draft dropped"),
    "rule.publish": _l("rule published"),
    "user.create": _l("person let into the console"),
    "user.disable": _l("person shut out"),
    "user.enable": _l("person let in again"),
    "user.password": _l("password changed"),
    "user.refuse": _l("sign-in refused"),
    "user.role": _l("role changed"),
    "user.sign_in": _l("signed in"),
    "user.sign_out": _l("signed out"),
    "webhook.pause": _l("webhooks paused"),
    "webhook.replay": _l("events told once more"),
    "webhook.resume": _l("webhooks resumed"),
}
SUBJECTS: dict[str, Lazy] = {
    "approval": _l("approval"),
    "benefit": _l("benefit"),
    "card": _l("card"),
    "credential": _l("credential"),
    "file": _l("file"),
    "job": _l("job"),
    "key": _l("secret key"),
    "list": _l("list"),
    "member": _l("member"),
    "program": _l("program"),
    "registry": _l("registry"),
    "request": _l("request of a platform"),
    "rule": _l("rule"),
    "user": _l("person of the console"),
    "webhook": _l("webhook"),
}


def value_words(name: str, value: str, *, unit: object) -> str:
    """A state or a role in words, an amount of money as money; any other value as it is."""
    way, _, last = name.rpartition(".")
    if way.endswith("available"):  # of two members, where each unit is named
        unit, last = last, "available"
    if last in ("amount", "available") and unit == CREDIT.code and value:
        return shown_money(int(value))
    if last in ("state", "status") and value in STATES:
        return state_words(value)
    return role_words(value) if name == "role" and value in ROLES else value
