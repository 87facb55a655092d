"""A trust store as the plain values that `trust show` and `doctor` tell."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_app.desk.trust import PackageLabel, Revocations, TrustedAuthority, TrustView
from clerk_app.devices.emrtd import authority, trust
from clerk_app.domain.refusals import Refusal


def report(
    store: trust.TrustStore,
    package: PackageLabel | None = None,
    loose: Sequence[str] = (),
    refusal: Refusal | None = None,
) -> TrustView:
    """Who is believed, from when until when, what was revoked and what was left out."""
    return TrustView(
        practice=store.practice,
        package=package,
        authorities=tuple(
            TrustedAuthority(
                name=one.certificate.subject.human_friendly,
                sha256=authority.fingerprint(one.certificate),
                starts=authority.starts(one.certificate),
                ends=authority.ends(one.certificate),
                linked=one.above is not None,
            )
            for one in store.authorities
        ),
        revocations=tuple(Revocations(one.name, one.since, one.until, len(one.serials)) for one in store.revoked),
        of_other_states=store.of_other_states,
        left_out=tuple((one.name, one.why) for one in store.unbelieved),
        loose=tuple(loose),
        refusal=refusal,
    )
