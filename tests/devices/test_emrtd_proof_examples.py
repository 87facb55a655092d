"""Proofs byte for byte: the worked examples of ICAO 9303-11 (appendices F, H.1, I) and transcripts of real chips.

The transcripts hold no personal data: they begin under session keys that were thrown away, with the ephemeral key that
the reader had.
"""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from clerk_app.devices.emrtd import active_authentication, chip_authentication, mappings, mrz, pace, security_infos, tlv
from clerk_app.devices.emrtd.apdu import Command
from clerk_app.devices.emrtd.ciphers import AES_128, AES_192, AES_256, TRIPLE_DES, SessionKeys
from clerk_app.devices.emrtd.curves import CURVES, Point
from clerk_app.devices.emrtd.messaging import Protected
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm
from tests.peers import issuer
from tests.peers.chip import FixedDice, Transcript, converse

H = bytes.fromhex
BP256 = CURVES[13]

# ---- appendix H.1: PACE with integrated mapping, the CAN being 123456 ----

IM_CARD_ACCESS = H("31143012060A04007F0007020204040202010202010D")
IM_TERMINAL = (
    "0489CBA23FFE96AA18D824627C3E934E54A9FD0B87A95D1471DC1C0ABFDCD640D4"
    "6755DE9B7B778280B6BEBD57439ADFEB0E21FD4ED6DF42578C13418A59B34C37"
)
IM_CHIP = (
    "0467F78E5F7F7686082B293E8D087E056916D0F74BC01A5F8957D0DE45691E51E8"
    "932B69A962B52A0985AD2C0A271EE6A13A8ADDDCD1A3A994B9DED257F4D22753"
)
NONCE_S, NONCE_T = "2923BE84E16CD6AE529049F1F1BBE9EB", "5DD4CBFC96F5453B130D890A1CDBAE32"


def test_integrated_mapping_reproduces_appendix_h1() -> None:
    number = mappings.pseudo_random(BP256.p, AES_128, H(NONCE_S), H(NONCE_T))
    assert number == 0xA2F8FF2DF50E52C6599F386ADCB595D229F6A167ADE2BE5F2C3296ADD5B7430E
    assert mappings.integrated(BP256, AES_128, H(NONCE_S), H(NONCE_T)) == Point(
        0x8E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427,
        0x4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD,
    )


def test_pace_with_integrated_mapping_reproduces_appendix_h1() -> None:
    (variant,) = pace.understood(security_infos.of_card_access(IM_CARD_ACCESS).pace)
    assert variant.mapping == "integrated"
    script = Transcript(
        ("0022C1A412800A04007F0007020204040283010284010D", "9000"),
        ("10860000027C0000", "7C128010143DC40C08C8E891FBED7DEDB92B64AD9000"),
        (f"10860000147C128110{NONCE_T}00", "7C0282009000"),
        (f"10860000457C438341{IM_TERMINAL}00", f"7C438441{IM_CHIP}9000"),
        ("008600000C7C0A8508450F02B86F6A090900", "7C0A860875D4D96E8D5B03089000"),
    )
    dice = FixedDice(NONCE_T, "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595")
    opened = converse(pace.establish(variant, pace.Password("can", b"123456"), dice), script)
    assert script.finished
    assert opened.keys.encryption == H("0D3FEB33251A6370893D62AE8DAAF51B")
    assert opened.keys.mac == H("B01E89E3D9E8719E586B50B4A7506E0B")


def test_every_number_has_a_point_on_every_curve_that_allows_it() -> None:
    for curve in CURVES.values():
        if mappings.fits_integrated(curve):
            for number in (2, 0xC0FFEE, curve.p - 2):
                assert curve.contains(mappings.point_of(curve, number))
    assert [curve.name for curve in CURVES.values() if not mappings.fits_integrated(curve)] == ["secp224r1"]


@pytest.mark.parametrize(("suite", "size"), [(AES_192, 32), (AES_256, 32), (TRIPLE_DES, 16)])
def test_nonces_have_the_length_of_their_cipher(suite: pace.Suite, size: int) -> None:
    assert BP256.contains(mappings.integrated(BP256, suite, bytes(size), bytes(suite.key_size)))
    with pytest.raises(pace.Malformed):
        mappings.integrated(BP256, suite, bytes(size - 8), bytes(suite.key_size))


# ---- appendix I: PACE with chip authentication mapping ----

CAM_EXCHANGE = (
    ("0022C1A412800A04007F0007020204060283010184010D", "9000"),
    ("10860000027C0000", "7C128010CB60E8E0D85B76A9BD304747C2AD42E29000"),
    (
        "10860000457C438141047F1D410ADB7DDB3B84BF1030800981A9105D7457B4A3ADE002384F3086C67EDE"
        "1AB889104A27DB6D842B019020FBF3CEACB0DC627F7BDCAC29969E19D0E553C100",
        "7C43824104A234236AA9B9621E8EFB73B5245C0E09D2576E5277183C1208BDD55280CAE8B3"
        "04F365713A356E65A451E165ECC9AC0AC46E3771342C8FE5AEDD092685338E239000",
    ),
    (
        "10860000457C43834104446C934084D9DAB863944F219520076C29EE3F7AE6722B11FF319EC1C7728F95"
        "5483400BFF60BF0C5929270009277DC2A515E12575010AD9BA916CF1BF86FEFC00",
        "7C4384410402AD566F3C6EC7F9324509AD50A51FA52030782A4968FCFEDF737DAEA9933331"
        "11C3B9B4C2287789BD137E7F8AA882E2A3C633CCD6ECC2C63C57AD401A09C2E19000",
    ),
    (
        "008600000C7C0A8508E86BD06018A1CD3B00",
        "7C3C86088596CF055C67C1A38A301EEA964DAAE372AC990E3EFDE6333353BFC89A6704D93DA8798CF77F5B7A54BD"
        "10CBA372B42BE0B9B5F28AA8DE2F4F929000",
    ),
)
CAM_SECRETS = (
    "5D8BB87BD74D985A4B7D4325B9F7B976FE835122773400798914AA22738135CC",
    "76ECFDAA9841C323A3F5FC5E88B88DB3EFF7E35EBF57A7E6946CB630006C2120",
)
CAM_KEY = Point(
    0x1872709494399E7470A6431BE25E83EEE24FEA568C2ED28DB48E05DB3A610DC8,
    0x84D256A40E35EFCB59BF6753D3A489D28C7A4D973C2DA138A6E7A4A08F68E16F,
)
CAM = pace.Variant(security_infos.PACE + bytes((6, 2)), 13)


CAM_PASSWORD = pace.Password("mrz", mrz.key_seed("C11T002JM", "960812", "231031"))


def test_chip_authentication_mapping_reproduces_appendix_i() -> None:
    script = Transcript(*CAM_EXCHANGE)
    opened = converse(pace.establish(CAM, CAM_PASSWORD, FixedDice(*CAM_SECRETS)), script)
    assert script.finished
    assert opened.keys.encryption == H("0A9DA4DB03BDDE39FC5202BC44B2E89E")
    assert opened.keys.mac == H("4B1C06491ED5140CA2B537D344C6C0B1")
    assert opened.mapping is not None
    assert opened.mapping.factor == 0x85DC3FA93D0952BFA82F5FD189EE75BD82F11D1F0B8ED4BF5319AC9B53C426B3
    assert opened.mapping.proves(BP256, CAM_KEY)


def test_chip_authentication_mapping_proves_no_other_key() -> None:
    opened = converse(pace.establish(CAM, CAM_PASSWORD, FixedDice(*CAM_SECRETS)), Transcript(*CAM_EXCHANGE))
    assert opened.mapping is not None
    assert not opened.mapping.proves(BP256, BP256.generator)
    assert not opened.mapping.proves(BP256, Point(CAM_KEY.x, BP256.p - CAM_KEY.y))
    assert not opened.mapping.proves(CURVES[12], CURVES[12].generator)


@pytest.mark.parametrize(
    "last",
    [
        "7C0A86088596CF055C67C1A39000",
        "7C0C86088596CF055C67C1A38A009000",
        "7C1C86088596CF055C67C1A38A10000000000000000000000000000000009000",
    ],
)
def test_a_chip_that_sends_no_proof_has_not_proven_itself(last: str) -> None:
    script = Transcript(*CAM_EXCHANGE[:4], (CAM_EXCHANGE[4][0], last))
    opened = converse(pace.establish(CAM, CAM_PASSWORD, FixedDice(*CAM_SECRETS)), script)
    assert opened.mapping is not None
    assert not opened.mapping.proves(BP256, CAM_KEY)


# ---- which way is taken ----


def offer(*ways: tuple[int, int, int]) -> bytes:
    infos = [
        tlv.encode(
            0x30, tlv.encode(0x06, security_infos.PACE + bytes((m, s))) + b"\x02\x01\x02" + tlv.encode(2, bytes((p,)))
        )
        for m, s, p in ways
    ]
    return tlv.encode(0x31, b"".join(infos))


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ([(2, 2, 13), (6, 2, 13)], (6, 2, 13)),
        ([(4, 2, 13), (2, 2, 13)], (2, 2, 13)),
        ([(2, 4, 13), (6, 2, 13), (2, 1, 18)], (2, 4, 13)),
        ([(2, 4, 12), (2, 4, 17)], (2, 4, 17)),
        ([(1, 4, 2), (3, 4, 2), (2, 1, 10)], (2, 1, 10)),
        ([(4, 2, 10), (4, 1, 11)], (4, 1, 11)),
        ([(6, 1, 13), (2, 9, 13), (2, 2, 8), (2, 2, 99)], None),
    ],
)
def test_the_strongest_way_that_is_understood(
    offered: list[tuple[int, int, int]], taken: tuple[int, int, int] | None
) -> None:
    found = pace.understood(security_infos.of_card_access(offer(*offered)).pace)
    assert [(v.identifier[8], v.identifier[9], v.parameter) for v in found[:1]] == ([taken] if taken else [])


# ---- chip authentication: real chips ----

BP256_IN_FULL = (
    "3081EC06072A8648CE3D02013081E0020101302C06072A8648CE3D0101022100A9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620"
    "282013481D1F6E5377304404207D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9042026DC5C6CE94A4B44"
    "F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B60441048BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD"
    "9ACE3262547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997022100A9FB57DBA1EEA9BC3E660A909D838D71"
    "8C397AA3B561A6F7901E0E82974856A7020101"
)
P256_IN_FULL = (
    "3081EC06072A8648CE3D02013081E0020101302C06072A8648CE3D0101022100FFFFFFFF00000001000000000000000000000000FFFFFF"
    "FFFFFFFFFFFFFFFFFF30440420FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC04205AC635D8AA3A93E7"
    "B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B0441046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945"
    "D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5022100FFFFFFFF00000000FFFFFFFFFFFFFFFF"
    "BCE6FAADA7179E84F3B9CAC2FC632551020101"
)


def chip_key(curve: str, point: str, number: str = "") -> str:
    key = tlv.encode(0x30, H(curve) + tlv.encode(0x03, b"\0" + H(point)))
    return tlv.encode(0x30, H("060904007F000702020102") + key + H(number)).hex()


def dg14(*infos: str) -> bytes:
    return tlv.encode(0x6E, tlv.encode(0x31, H("".join(infos))))


AUSTRIAN = dg14(
    "300F060A04007F00070202030202020101",
    chip_key(
        BP256_IN_FULL,
        "041983917269AC877C0B61544C2C022000D2A5ABA723E2D80141E648B40911DC34"
        "59761F27480E4B57181A53D8FE1190EA86C939AC14363178CAFFC621F0F905C3",
    ),
)
GERMAN = dg14(
    "3013060A04007F00070202030202020101020200C3",
    chip_key(
        BP256_IN_FULL,
        "047036BC5D0BCF31913B59103BB6F2C0C98C99EF4C19B9517340B76BFE4EE2194C"
        "76C3F3314E021D4B092DB5A32AB7D6E297F2FBEAE45AA28DEFC4DA750FEAD54E",
        "020200C3",
    ),
)
FRENCH = dg14(
    chip_key(
        P256_IN_FULL,
        "048367FC170D90AD53A28C6526A9C7EC4F5C59C4F7F5D992583F951A1654B4D1D6"
        "332163A33D82CBF245154887A8812ED9A55C15AD9D5C5C463851875BBA9AEABD",
    ),
)
SELECT_DG14 = Command(0xA4, 0x02, 0x0C, H("010E"))
TRANSCRIPTS = {
    "two commands, AES-128": (
        AUSTRIAN,
        SessionKeys(
            AES_128, H("524170DE3419B7AF2F23E45AD6EF9595"), H("97893F5FDC29A5C13A924FE7D8ED44FD"), H("F0".zfill(32))
        ),
        "80EBAFC8A51BECD4D90BB640EE38C9FD5C12748D28AAA37096B98C4533C4F5F5",
        (
            (
                "0C2241A41D8711015D8F69B1EA365CCE4304970DB12421F38E085340D338128085E700",
                "990290008E083F5136E82A6C34779000",
            ),
            (
                "0C860000608751019E18F1BA79D805379752BB560EB70AAC3CE3BC5AFE2FDD4AEB325CA8B578B4A93B9F66A5DF40005F8E8785"
                "35251D33DD974AAF77FB858773E5799FA9DC1034E89B1150EC7F0BB3DB4BF37A1B9EA4458A9701008E089D204D950C0B95DB00",
                "8711010B0A5DFFC7432DE4DEB604291377A05B990290008E08B3384A1F5D1579739000",
            ),
        ),
        (
            "0CA4020C1D8711011B2EE500E84960DF7F37AFE7ADFF53838E084500F3B43E192A5700",
            "990290008E0803C4B125B4218CEF9000",
        ),
    ),
    "a key with a number": (
        GERMAN,
        SessionKeys(
            AES_128, H("CC86415F2ED7E8FD663B754265695AE1"), H("581E84B8EE06C4D3EEE30461498D7FB3"), H("BA".zfill(32))
        ),
        "84A5145885678EE9307C28C52736896267511203B7B8009C5FE27ABCBAECDCAA",
        (
            (
                "0C2241A41D871101980953D37F67558690045D78A853B18A8E08929767A2CEF172E200",
                "990290008E08FC873EBB62219C8A9000",
            ),
            (
                "0C8600006087510161912C367A6322D24AA1D4522DC47A7345369257672DF1D1163D506EB6489395D8083FAD393A394297CE87"
                "03C42F22C864C1F4C8E70EE1CF9B497ACF6579190D90F36CF9E16FE2149FF57247285D9E1E9701008E08A1D7A16EFBFD932C00",
                "87110123E7159AC9B0EF92CE1F6755B89697E3990290008E088972F1595E1508C29000",
            ),
        ),
        (
            "0CA4020C1D871101FAD37EADBCDE7E6A0833035A9FFF5B708E0836560BBCE1FECD5F00",
            "990290008E0829D0E1EBBB61BE7A9000",
        ),
    ),
    "one command, 3DES, from AES-256": (
        FRENCH,
        SessionKeys(
            AES_256,
            H("17DA5D46E356F5B31C3D65B1369EF531CA811EFFC76967D2B62335E1AD9FE5CB"),
            H("5CB99A25E6081581FAC80C8DA621087939B6BDE273F2F7C65693B3A0EA3051ED"),
            H("C6".zfill(32)),
        ),
        "D9C3B06A4DCB735351429403FCB56DB520DC882512D775971F724D6112F96586",
        (
            (
                "0C2241A65D8751013AE386873DF68BD7E9F8D7AB2E696CED29EEB8DA78D502645B5E97D566361341E2EAA56318F6D84BF0BC44"
                "F7808AFAF14798D16048AAB03545F017F557D2CCE9DEE724F099E3D643ABD0FB03E567D9B18E08F2D238DEDE5ABBF100",
                "990290008E089666AC14D11E8C2C9000",
            ),
        ),
        (
            "0CA4020C15870901DB66E918FE3525F98E08D870008CEA2BA80000",
            "990290008E08420DEA0A913418AE9000",
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(TRANSCRIPTS))
def test_chip_authentication_of_a_real_chip(name: str) -> None:
    content, session, secret, exchange, proof = TRANSCRIPTS[name]
    way = chip_authentication.offered(security_infos.of_dg14(content))[0]
    script = Transcript(*exchange)
    keys = converse(chip_authentication.authenticate(Protected(session), way, FixedDice(secret)), script)
    assert script.finished
    after = Protected(keys)
    assert converse(after.ask(SELECT_DG14), Transcript(proof)).status == 0x9000
    assert after.heard == 1


# ---- active authentication ----

AA_CHALLENGE = H("F173589974BF40C6")
AA_RECOVERED = H(
    "9D2784A67F8E7C659973EA1AEA25D95B6C8F91E5002F369F0FBDCE8A3CEC1991B543F1696546C5524CF23A5303CD6C98"
    "599F40B79F377B5F3A1406B3B4D8F96784D23AA88DB7E1032A405E69325FA91A6E86F5C71AEA978264C4A207446DAD4E"
    "7292E2DCDA3024B47DA8"
)
AA_MESSAGE = H("6A") + AA_RECOVERED + H("C063AA1E6D22FBD976AB0FE73D94D2D9C6D88127BC")
RSA_1024 = rsa.generate_private_key(65537, 1024)


def raw_signature(key: rsa.RSAPrivateKey, message: bytes) -> bytes:
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    return pow(int.from_bytes(message, "big"), numbers.d, modulus).to_bytes((modulus.bit_length() + 7) // 8, "big")


def rsa_spki(modulus: int, exponent: int) -> bytes:
    numbers = tlv.encode(0x30, issuer.integer(modulus) + issuer.integer(exponent))
    return tlv.encode(0x30, H("300D06092A864886F70D0101010500") + tlv.encode(0x03, b"\0" + numbers))


def spki(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, kind)


def test_active_authentication_accepts_the_message_of_appendix_f() -> None:
    """The appendix gives the message and no key, so it is signed with one of ours."""
    assert active_authentication.signed(spki(RSA_1024), b"", AA_CHALLENGE, raw_signature(RSA_1024, AA_MESSAGE))


def test_active_authentication_refuses_every_changed_message() -> None:
    key = spki(RSA_1024)
    for at in (0, 1, 60, 107, 126, 127):
        changed = AA_MESSAGE[:at] + bytes((AA_MESSAGE[at] ^ 1,)) + AA_MESSAGE[at + 1 :]
        assert not active_authentication.signed(key, b"", AA_CHALLENGE, raw_signature(RSA_1024, changed)), at
    good = raw_signature(RSA_1024, AA_MESSAGE)
    assert not active_authentication.signed(key, b"", AA_CHALLENGE[::-1], good)
    for forged in (b"", b"\0", b"\1", good + b"\0", good[:-1], bytes(128), b"\xff" * 128, b"\xff" * 70_000):
        assert not active_authentication.signed(key, b"", AA_CHALLENGE, forged)


@pytest.mark.parametrize(
    ("digest", "trailer"),
    [("sha1", "33CC"), ("sha224", "38CC"), ("sha256", "34CC"), ("sha384", "36CC"), ("sha512", "35CC")],
)
def test_every_trailer_names_its_digest(digest: str, trailer: str) -> None:
    size = 128 - 3 - hashlib.new(digest).digest_size
    recovered = bytes(range(size))
    message = H("6A") + recovered + hashlib.new(digest, recovered + AA_CHALLENGE).digest() + H(trailer)
    signature = raw_signature(RSA_1024, message)
    assert active_authentication.signed(spki(RSA_1024), b"", AA_CHALLENGE, signature)
    other = message[:-2] + H("34CC" if trailer != "34CC" else "35CC")
    assert not active_authentication.signed(spki(RSA_1024), b"", AA_CHALLENGE, raw_signature(RSA_1024, other))


REAL_DG15 = H(
    "6F8201023081FF300D06092A864886F70D01010105000381ED003081E90281E100BB8F93F4DC95E205CDA17C6927AB1E365B13065D03CD"
    "12E0FCE95D96840529453202F56CC4C13F77CD062930C8BC89A2873B257045C286E601CF3C09323A53103314902804AA10A314628CE222"
    "206A8866946A36B442041BB54AC81E6855DD1D6E16101833D65A191C20AC8B33B8A1A32920F46043F8031CF2BC17417030865FC5BE5A39"
    "DEE423BCBA3CA8177168EB23CFE01BA43EC87711B1CFFF85DB46F300DD8AE317B50D543B573E119E23AF7070D0B2FED6A3B2313A5EC02A"
    "531AAED1741F4390D1013E2A0F081EAC5DC8B0A1B2C6BDB1206F08D30E3643E1E5BDF536110203010001"
)
REAL_SIGNING = (
    "0C88000020871101ED7F8CB47A4EEA086324A7F9DD7427809701008E0897F54BAE49AA71F800",
    "8781E901D04CA80F527DF94F4A430D3D6E6CB6C2AF4C6756C068A93132D147FA27833125304132981B8BD8009448E89F259EEC8552B542"
    "85CEF9D8F1B7FB31B9F279221C7E925F4951811F3FE2E01D76E68DBC7CDE9C873C5F61862F3C5469792A72F92C8943B890436F5E9FEAEA"
    "D9F2A361FCD7A615493D1B3519865F32EE9A125886588EB21FEE0E709353D0731139FDC958D6B2127FAD6947B438998B526819803F70F7"
    "8614CD42F4A6619C6AF95DFD2AB09BEDF71E707ABC39A250AEE68006D522AD37D159674984A07D11C001022C853AEB7ACDB059EDE5721A"
    "3B9F20441BDA7E242EE8DF1369D25316990290008E08FD2493147866F0ED9000",
)


def test_active_authentication_of_a_real_chip() -> None:
    session = SessionKeys(
        TRIPLE_DES, H("B99D546108EAA251570876B6D3456DCE"), H("E3857CA24946251C151C540E13F2CD51"), H("CC".zfill(16))
    )
    key = active_authentication.key_in(REAL_DG15)
    assert active_authentication.verifiable(key, b"") == 224
    script = Transcript(REAL_SIGNING)
    dice = FixedDice("96302B0F3D7E7864")
    assert converse(active_authentication.authenticate(Protected(session), key, b"", dice), script)
    assert script.finished


PLAIN = "04007F000701010401"
DIGESTS = {1: hashes.SHA1(), 2: hashes.SHA224(), 3: hashes.SHA256(), 4: hashes.SHA384(), 5: hashes.SHA512()}


@pytest.mark.parametrize("curve", [ec.SECP224R1(), ec.SECP256R1(), ec.SECP521R1(), ec.BrainpoolP384R1()])
@pytest.mark.parametrize("number", sorted(DIGESTS))
def test_ecdsa_plain_or_der_with_the_digest_that_dg14_names(curve: ec.EllipticCurve, number: int) -> None:
    key = ec.generate_private_key(curve)
    public = spki(key)
    der = key.sign(AA_CHALLENGE, ec.ECDSA(DIGESTS[number]))
    size = (curve.key_size + 7) // 8
    plain = b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(der))
    named, other = H(f"{PLAIN}{number:02X}"), H(f"{PLAIN}{number % 5 + 1:02X}")
    assert active_authentication.verifiable(public, named) == 2 * size
    for signature in (plain, der):
        assert active_authentication.signed(public, named, AA_CHALLENGE, signature)
        assert active_authentication.signed(public, b"", AA_CHALLENGE, signature), "where DG14 names none"
        assert not active_authentication.signed(public, named, AA_CHALLENGE[::-1], signature)
        assert not active_authentication.signed(public, named, AA_CHALLENGE, signature[:-1])
    assert not active_authentication.signed(public, other, AA_CHALLENGE, plain)
    assert not active_authentication.signed(public, named, AA_CHALLENGE, bytes(2 * size))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa_spki(2**1023 - 1, 2**65 + 1), b""),
        (rsa_spki(2**767 - 1, 65537), b""),
        (rsa_spki(2**9000 - 1, 65537), b""),
        (spki(ec.generate_private_key(ec.SECP256R1())), H(PLAIN + "06")),
        (spki(ec.generate_private_key(ec.SECP256R1())), H("2A8648CE3D040302")),
    ],
    ids=["exponent", "short", "long", "other oid", "ecdsa oid"],
)
def test_keys_of_another_kind_are_neither_good_nor_bad(key: bytes, algorithm: bytes) -> None:
    with pytest.raises(UnknownAlgorithm):
        active_authentication.verifiable(key, algorithm)
