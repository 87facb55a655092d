"""Each fault and option of a practice card by what then lies on the chip: files, digests, signers."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from asn1crypto import cms, core, parser
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA384

from clerk_app.practice import card_contents, card_portrait, card_security, card_zone, specimen_authority, specimens
from clerk_app.practice.card_chip import Chip
from clerk_app.practice.card_faults import CardFaults, parse
from clerk_app.practice.specimen_authority import SIGNER_KINDS

QUAN, HUONG = specimens.specimen(1), specimens.specimen(2)
CITIZEN_CARD_ACCESS = bytes.fromhex(
    "3134300D060804007F0007020202020101300F060A04007F000702020302020201013012060A04007F0007020204020202010202010D"
)
"""As public readers carry it."""


def files(*words: str, at: int = 1) -> dict[int, bytes]:
    return card_contents.files(specimens.specimen(at), parse(words))


def inner(content: bytes) -> bytes:
    """What an application's object holds."""
    return bytes(parser.parse(content)[4])


def signed(sod: bytes) -> cms.SignedData:
    return cms.ContentInfo.load(inner(sod))["content"]


def digests(sod: bytes) -> dict[int, bytes]:
    """What the SOD lists, by data group."""
    listed = core.load(bytes(signed(sod)["encap_content_info"]["content"].native))
    return {int(one[0].native): bytes(one[1].native) for one in core.SequenceOf.load(listed[2].dump(), core.Sequence)}


def altered(*words: str, digest: str = "sha256") -> set[int]:
    """The data groups on the chip that are not what the SOD lists."""
    found = files(*words)
    listed = digests(found[0x011D])
    return {
        number
        for number in (1, 2, 13, 14, 15)
        if 0x0100 + number in found and hashlib.new(digest, found[0x0100 + number]).digest() != listed.get(number)
    }


def signer(*words: str) -> asn1_x509.Certificate:
    return signed(files(*words)[0x011D])["certificates"][0].chosen


def test_a_citizen_card_offers_what_real_ones_offer() -> None:
    assert card_security.card_access(CardFaults()) == CITIZEN_CARD_ACCESS
    found = files()
    assert sorted(found) == [0x0101, 0x0102, 0x010D, 0x010E, 0x010F, 0x011D, 0x011E]
    assert set(digests(found[0x011D])) == {1, 2, 3, 13, 14, 15}
    assert found[0x011E].endswith(bytes.fromhex("5C066175636D6E6F"))
    assert altered() == set()


def infos(content: bytes) -> set[bytes]:
    """The SecurityInfos in a file, one by one."""
    return {info.dump() for info in core.SetOf.load(content, spec=core.Sequence)}


@pytest.mark.parametrize(
    "words", [[], ["ca=aes256", "pace=im-aes256-bp384"], ["pace=cam-aes128-p256+gm-3des-bp256", "ca-token"]]
)
def test_what_the_card_offers_stands_signed_in_dg14(words: list[str]) -> None:
    offered = infos(card_security.card_access(parse(words)))
    assert offered < infos(inner(files(*words)[0x010E]))


def test_a_downgraded_card_offers_what_was_not_signed() -> None:
    offered = infos(card_security.card_access(parse(["downgraded-pace"])))
    assert not offered <= infos(inner(files("downgraded-pace")[0x010E]))
    assert altered("downgraded-pace") == set()


def test_keys_are_the_same_in_every_process_and_differ_between_people() -> None:
    assert files()[0x010E] == files()[0x010E]
    assert files()[0x010F] == files()[0x010F]
    assert files()[0x010E] != files(at=2)[0x010E]
    assert files()[0x010F] != files(at=2)[0x010F]
    assert files("aa=rsa")[0x010F] == files("aa=rsa")[0x010F]
    assert hashlib.sha256(files("keys=named")[0x010F]).hexdigest().startswith("134a4ada")


@pytest.mark.parametrize("word", ["keys=explicit", "keys=named", "keys=standardized", "aa=rsa", "pace=gm-aes256-bp512"])
def test_the_keys_are_keys_that_another_program_understands(word: str) -> None:
    from asn1crypto.keys import PublicKeyInfo

    found = files(word)
    key = PublicKeyInfo.load(inner(found[0x010F]))
    assert key.algorithm == ("rsa" if word == "aa=rsa" else "ec")
    if key.algorithm == "ec":
        assert (key["algorithm"]["parameters"].name == "specified") is (word not in ("keys=named", "keys=standardized"))


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["altered-dg1"], {1}),
        (["altered-dg2"], {2}),
        (["swapped-dg2"], {2}),
        (["altered-dg13"], {13}),
        (["foreign-dg13"], {13}),
        (["signed-foreign-dg13"], set()),
        (["unlisted-dg13"], {13}),
        (["altered-dg14"], {14}),
        (["altered-dg15"], {15}),
        (["copied"], set()),
        (["no-ca", "no-aa"], set()),
        (["opaque-dg13"], set()),
        (["no-expiry"], set()),
        (["no-keys"], set()),
    ],
)
def test_which_digests_a_fault_breaks(words: list[str], wrong: set[int]) -> None:
    assert altered(*words) == wrong


@pytest.mark.parametrize("digest", ["sha1", "sha384", "sha512"])
def test_other_digests(digest: str) -> None:
    assert altered(digest, digest=digest) == set()


def test_missing_files_are_still_listed_in_the_sod() -> None:
    for word, number in (("no-dg2", 2), ("no-dg14", 14), ("no-dg15", 15)):
        found = files(word)
        assert 0x0100 + number not in found
        assert number in digests(found[0x011D])
    found = files("no-keys")
    assert set(digests(found[0x011D])) == {1, 2, 3, 13}
    assert found[0x011E].endswith(bytes.fromhex("5C046175636D"))


def test_what_belongs_to_somebody_else() -> None:
    assert card_portrait.draw(2, "jp2") in files("swapped-dg2")[0x0102]
    for word in ("foreign-dg13", "signed-foreign-dg13"):
        assert HUONG.person.number.encode() in files(word)[0x010D]
        assert QUAN.person.number.encode() not in files(word)[0x010D]
    assert files("foreign-dg13", at=4)[0x010D] == files()[0x010D]


def test_an_opaque_dg13_tells_nothing() -> None:
    assert QUAN.person.number.encode() not in files("opaque-dg13")[0x010D]
    assert files("opaque-dg13")[0x010D][0] == 0x6D


def test_a_card_that_never_runs_out_has_fillers_for_its_expiry() -> None:
    person = card_contents.bearer(QUAN, parse(["no-expiry"]))
    zone = card_zone.mrz(person)
    assert (len(zone), zone[38:45]) == (90, "<<<<<<0")
    assert zone[59] == card_zone.digit(zone[5:30] + zone[30:37] + zone[38:45] + zone[48:59])
    assert "Không thời hạn".encode() in files("no-expiry")[0x010D]


def test_a_copy_has_every_file_of_the_genuine_card() -> None:
    genuine, copy = files(), files("copied")
    del genuine[0x011D], copy[0x011D]
    assert copy == genuine


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("expired-signer", "expired"),
        ("future-signer", "future"),
        ("wrong-key-usage", "wrong-usage"),
        ("revoked-signer", "revoked"),
        ("rsa-signer", "rsa"),
        ("pss-signer", "rsa"),
        ("explicit-curve", "explicit-curve"),
        ("renewed-authority", "renewed"),
    ],
)
def test_special_signers(word: str, kind: specimen_authority.SignerKind) -> None:
    known = specimen_authority.load(specimens.folder(), kind)
    assert signer(word).serial_number == known.certificate.serial_number
    assert signer(word).serial_number != signer().serial_number


def test_the_special_certificates_are_what_their_names_say() -> None:
    today = datetime(2026, 11, 28, tzinfo=UTC)
    found = {kind: specimen_authority.load(specimens.folder(), kind) for kind in SIGNER_KINDS}
    assert found["expired"].certificate.not_valid_after_utc < today
    assert found["future"].certificate.not_valid_before_utc > today
    for kind, one in found.items():
        usage = one.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        assert usage.digital_signature is (kind != "wrong-usage")
        one.certificate.verify_directly_issued_by(one.authority)
    parameters = signer("explicit-curve").public_key["algorithm"]["parameters"]
    assert parameters.name == "specified"
    assert signer("pss-signer").public_key.algorithm == "rsa"
    algorithm = signed(files("pss-signer")[0x011D])["signer_infos"][0]["signature_algorithm"]
    assert algorithm["algorithm"].native == "rsassa_pss"


def test_the_link_leads_from_the_first_generation_to_the_second() -> None:
    folder = specimens.folder()
    first, second, link = (
        x509.load_pem_x509_certificate((folder / name).read_bytes())
        for name in ("specimen-csca.pem", "specimen-csca-2.pem", "specimen-link.pem")
    )
    link.verify_directly_issued_by(first)
    assert link.public_key() == second.public_key()
    assert first.subject == second.subject == link.subject
    second.verify_directly_issued_by(second)
    assert first.public_key() != second.public_key()


def test_the_revocation_list_holds_the_revoked_signer_alone() -> None:
    folder = specimens.folder()
    crl = x509.load_der_x509_crl((folder / "specimen.crl").read_bytes())
    root = specimen_authority.load(folder).authority
    key = root.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert crl.is_signature_valid(key)
    assert [entry.serial_number for entry in crl] == [
        specimen_authority.load(folder, "revoked").certificate.serial_number
    ]


def test_signatures_hold_and_the_wrong_one_does_not() -> None:
    for word, good in (("", True), ("pss-signer", True), ("rsa-signer", True), ("wrong-signature", False)):
        message = signed(files(*([word] if word else []))[0x011D])
        info = message["signer_infos"][0]
        data = b"\x31" + info["signed_attrs"].dump()[1:]
        kind: specimen_authority.SignerKind = "rsa" if word in ("pss-signer", "rsa-signer") else ""
        key = specimen_authority.load(specimens.folder(), kind).certificate.public_key()
        assert holds(key, bytes(info["signature"].native), data, pss=word == "pss-signer") is good


def holds(key: object, signature: bytes, data: bytes, *, pss: bool) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(SHA256()))
        else:
            assert isinstance(key, RSAPublicKey)
            scheme = padding.PSS(padding.MGF1(SHA256()), 32) if pss else padding.PKCS1v15()
            key.verify(signature, data, scheme, SHA256())
    except InvalidSignature:
        return False
    return True


def test_every_option_can_be_named() -> None:
    """A fault with a field and no name, or with a name that does not parse, would help nobody."""
    for field in fields(CardFaults):
        name = field.name.replace("_", "-")
        match getattr(CardFaults(), field.name):
            case bool():
                word, value = name, True
            case int():
                word = name[:-3] + "@3" if name.endswith("-at") else name.removesuffix("-ms") + "=3"
                value = 3
            case str() as default:
                word, value = f"{name}={default}", default
        assert getattr(parse([word]), field.name) == value


@pytest.mark.parametrize(
    "word",
    ["pace=", "pace=gm-aes128", "pace=gm-des-p256", "pace=dh-aes128-p256", "pace=cam-3des-p256", "ca=des", "keys=odd"],
)
def test_a_choice_that_does_not_exist(word: str) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        parse([word])


def test_a_chip_becomes_another_card_while_it_lies_there() -> None:
    chip = Chip(QUAN, CardFaults())
    before = chip._application_files[0x0101]
    chip.become(parse(["altered-dg1", "slow=5"]))
    assert chip._application_files[0x0101] != before
    assert (chip.faults.slow_ms, chip.count) == (5, 0)
    chip.become(CardFaults())
    assert chip._application_files[0x0101] == before


def test_the_authority_signs_with_sha384() -> None:
    algorithm = specimen_authority.load(specimens.folder()).authority.signature_hash_algorithm
    assert isinstance(algorithm, SHA384)
