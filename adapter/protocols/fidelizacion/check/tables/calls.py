"""Sections 5 to 8: the seven calls, the flows, repeats, consents and codes."""

from __future__ import annotations

from adapter.checks import Clause
from adapter.protocols.fidelizacion.check import (
    benefits,
    flows,
    paying,
    profiles,
    selling,
    short_codes,
    wrong_fields,
)
from adapter.protocols.fidelizacion.check.fields import refused
from adapter.protocols.fidelizacion.check.tables.clauses import ADVICE, MUST, sum_of, unseen

_MEMBERS = (
    Clause("5.1a", "register: in newMemberData", MUST, profiles.wrapped),
    Clause("5.1b", "register: flat", MUST, profiles.flat),
    Clause("5.1c", "register: newMemberData wins", ADVICE, profiles.wrapped_wins),
    Clause("5.1d", "register: memberId, membershipKey", ADVICE, profiles.names_of_the_new),
    Clause("5.1e", "register: usable at once", MUST, profiles.usable_at_once),
    Clause("5.1f", "register: a phone is enough", MUST, profiles.phone_is_enough),
    Clause("5.1g", "register: an e-mail is enough", MUST, profiles.email_is_enough),
    Clause("5.1h", "register: phone or e-mail", MUST, refused(wrong_fields.NO_CONTACT)),
    Clause("5.1i", "register: the phone is taken", MUST, profiles.phone_is_taken),
    Clause("5.1j", "register: the e-mail is taken", ADVICE, profiles.email_is_taken),
    Clause("5.1k", "register: no consent is false", ADVICE, profiles.consents_not_given),
    Clause("5.1l", "register: strict, nine fields", ADVICE, profiles.all_nine_needed),
    Clause("5.2a", "update: only what is sent", MUST, profiles.only_what_is_sent),
    Clause("5.2b", "update: every field", MUST, profiles.every_field_changes),
    Clause("5.2c", "update: message and memberId", MUST, profiles.answer_of_an_update),
    Clause("5.2d", "update: the whole member after", MUST, profiles.whole_member_after),
    Clause("5.2e", "update: something to change", ADVICE, refused(wrong_fields.NOTHING_NEW)),
    Clause("5.2f", "update: another's phone or e-mail", ADVICE, profiles.contact_of_another),
    Clause("5.2g", "update: their own phone and e-mail", ADVICE, profiles.own_contact),
    sum_of("5.3a", "details: identification", MUST, "4.1a", "4.1b", "4.1c", "4.3a"),
    Clause("5.3b", "details: only reads", ADVICE, benefits.only_reads),
    Clause("5.3c", "details: no preview unasked", ADVICE, benefits.no_preview_unasked),
    Clause("5.3d", "details: no sale, empty preview", ADVICE, benefits.empty_preview),
    Clause("5.3e", "details: the preview of a sale", ADVICE, benefits.preview),
    Clause("5.3f", "details: an unusable asset", ADVICE, benefits.unusable_in_preview),
    Clause("5.3g", "details: an asset in the preview", ADVICE, benefits.asset_in_preview),
    Clause("5.3h", "inactive: details, no payment", ADVICE, paying.inactive_member),
    Clause("5.4a", "shortCode: fields", MUST, refused(wrong_fields.SHORT_CODES)),
    Clause("5.4b", "shortCode: sent, and not told", MUST, short_codes.sent),
    Clause("5.4c", "shortCode: got", MUST, short_codes.got),
    Clause("5.4d", "shortCode: verified", MUST, short_codes.verified),
    Clause("5.4e", "shortCode: two aliases", ADVICE, short_codes.code_aliases),
    Clause("5.4f", "shortCode: wrong, another's, none", MUST, short_codes.wrong),
    unseen("5.4g", "shortCode: delivered", MUST, "nobody reads the mail of made-up members"),
)

_PAYMENTS = (
    Clause("5.5a", "pay: the debit, both balances", MUST, paying.pays),
    Clause("5.5b", "pay: type and amount", ADVICE, paying.kind_and_amount),
    Clause("5.5c", "pay: with a sale", MUST, paying.beside_a_sale),
    Clause("5.5d", "pay: more than held is 407", MUST, paying.more_than_held),
    Clause("5.5e", "pay: 407 names the balance", ADVICE, paying.names_the_balance),
    Clause("5.5f", "pay: more than the sale is 4007009", ADVICE, paying.more_than_the_sale),
    Clause("5.5g", "pay: assets are not looked up", ADVICE, paying.assets_beside_a_payment),
    Clause("5.5h", "pay: 1, or 4007010", ADVICE, paying.smallest_payment),
    Clause("5.5i", "cancel: all comes back", MUST, paying.cancels),
    Clause("5.5j", "cancel: the exact amount or none", ADVICE, paying.cancels_with_the_amount),
    Clause("5.5k", "cancel: from any branch", ADVICE, paying.cancels_elsewhere),
    Clause("5.5l", "cancel: an unknown code", ADVICE, paying.unknown_payment),
    Clause("5.5m", "cancel: another member's payment", ADVICE, paying.payment_of_another),
    Clause("5.5n", "cancel: a sale's code is unknown", ADVICE, paying.code_of_a_sale),
)

_SALES = (
    Clause("5.6a", "sale: of a member", MUST, selling.of_a_member),
    Clause("5.6b", "sale: points and balance", ADVICE, selling.numbers_of_a_sale),
    Clause("5.6c", "sale: of nobody", MUST, selling.of_nobody),
    Clause("5.6d", "sale: days later", MUST, selling.arrives_late),
    Clause("5.6e", "base: without loyalty tenders", ADVICE, selling.base_without_loyalty),
    Clause("5.6f", "base: without what was paid", ADVICE, paying.payment_is_no_base),
    Clause("5.6g", "base: total less discount", ADVICE, selling.base_without_items),
    Clause("5.6h", "base: net amounts, returns negative", ADVICE, selling.base_of_net_amounts),
    Clause("5.6i", "base: not under zero", ADVICE, selling.returned_goods),
    Clause("5.6j", "assets need a member", ADVICE, refused(wrong_fields.ASSETS_OF_NOBODY)),
    Clause("5.6k", "an unknown member, nothing stored", MUST, selling.of_a_stranger),
    Clause("5.6l", "an asset is used once", MUST, benefits.asset_is_used_once),
    Clause("5.6m", "another's asset", ADVICE, benefits.asset_of_another),
    Clause("5.6n", "cancel: in both forms", ADVICE, selling.cancelled),
    Clause("5.6o", "cancel: with its member", ADVICE, selling.cancelled_with_its_member),
    Clause("5.6p", "cancel: fields", ADVICE, refused(wrong_fields.CANCELLED_SALES)),
    Clause("5.6q", "cancel: points are taken back", MUST, selling.points_taken_back),
    Clause("5.6r", "cancel: payments stay", MUST, paying.cancelled_sale_keeps_payment),
    Clause("5.6s", "cancel: an unknown code", ADVICE, selling.unknown_sale),
    Clause("5.6t", "cancel: a payment's code is unknown", ADVICE, paying.code_of_a_payment),
    Clause("5.6u", "cancel: not by another business", ADVICE, paying.other_business),
    Clause("5.6v", "submit may be named", ADVICE, selling.submit_by_name),
    Clause("5.7a", "event: of a member, of nobody", MUST, flows.event),
    unseen("5.7b", "event: its payload is kept", ADVICE, "no call shows an event"),
)

_FLOWS = (
    Clause("6a", "the usual sale", MUST, flows.usual_sale),
    Clause("6b", "a changed mind", MUST, flows.changed_mind),
    Clause("6c", "a finished sale is cancelled", MUST, flows.finished_sale_cancelled),
    Clause("6d", "a partial refund", MUST, flows.partial_refund),
    Clause("6e", "a lost answer", MUST, flows.answer_lost),
    Clause("6f", "identified by a code", MUST, flows.identified_by_code),
)

_REPEATS = (
    Clause("7.1a", "sale again: the same answer", MUST, selling.repeated),
    Clause("7.1b", "sale again: told otherwise", ADVICE, selling.repeated_otherwise),
    Clause("7.1c", "sale again: other content", ADVICE, selling.other_content),
    Clause("7.1d", "sale again: after its cancel", ADVICE, selling.after_cancelling),
    Clause("7.1e", "sale again: of another branch", ADVICE, selling.of_another_branch),
    Clause("7.2a", "payment again: the same answer", ADVICE, paying.repeated),
    Clause("7.2b", "payment again: another amount", ADVICE, paying.other_amount),
    Clause("7.2c", "payment again: after its cancel", ADVICE, paying.after_cancelling),
    Clause("7.2d", "payment again: without a sale", ADVICE, paying.without_a_sale),
    Clause("7.3a", "cancel again: a sale", ADVICE, selling.cancelled_twice),
    Clause("7.3b", "cancel again: a payment", ADVICE, paying.cancelled_twice),
    sum_of("7.4", "register again: 204", MUST, "5.1i"),
    Clause("7.5", "event again", ADVICE, flows.event_repeated),
    Clause("7.6a", "equal sales at once", ADVICE, selling.repeated_at_once),
    Clause("7.6b", "equal registrations at once", ADVICE, profiles.registered_once),
    Clause("7.6c", "equal payments at once", ADVICE, paying.repeated_at_once),
    Clause("7.6d", "payments at once never overdraw", MUST, paying.never_overdrawn),
    Clause("7.7a", "refusals are not kept: a sale", ADVICE, selling.refused_then_accepted),
    Clause("7.7b", "refusals are not kept: a payment", ADVICE, paying.refused_then_paid),
)

_CODES = (
    Clause("8.1a", "consents change", MUST, profiles.consents_change),
    Clause("8.1b", "a missing consent blocks nothing", ADVICE, profiles.no_consent_no_block),
    unseen("8.1c", "nothing personal in logs", MUST, "the host's log cannot be read"),
    Clause("8.2a", "code: used up by verify", ADVICE, short_codes.used_up),
    Clause("8.2b", "code: five wrong tries end it", ADVICE, short_codes.few_tries),
    Clause("8.2c", "code: four do not", ADVICE, short_codes.four_tries),
    Clause("8.2d", "code: a newer one ends it", ADVICE, short_codes.newer_ends_older),
    Clause("8.2e", "code: unique while it lives", ADVICE, short_codes.codes_differ),
    Clause("8.2f", "code: identifies in details", MUST, short_codes.identifies),
    Clause("8.2g", "code: beside an identifier", ADVICE, short_codes.beside_an_identifier),
    unseen("8.2h", "code: lives for its seconds", ADVICE, "the check does not wait so long"),
    Clause("8.3a", "payments: no code was asked for", ADVICE, paying.code_not_asked_for),
    Clause("8.3b", "payments: a code was asked for", MUST, paying.code_asked_for),
)

CALLS = (*_MEMBERS, *_PAYMENTS, *_SALES, *_FLOWS, *_REPEATS, *_CODES)
