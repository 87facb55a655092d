"""The worked examples of ICAO 9303-11 (appendices D and G.1) and of 9303-3/5, byte for byte."""

from __future__ import annotations

from datetime import date

import pytest

from clerk_app.devices.emrtd import bac, mrz, pace, security_infos
from clerk_app.devices.emrtd.apdu import Answer, Command, Malformed
from clerk_app.devices.emrtd.ciphers import (
    AES_128,
    AES_192,
    AES_256,
    FOR_PASSWORD,
    TRIPLE_DES,
    KeyedSuite,
    SessionKeys,
    Suite,
    pad,
)
from clerk_app.devices.emrtd.curves import CURVES
from clerk_app.devices.emrtd.messaging import Protected
from clerk_app.domain.refusals import DeviceFault
from tests.peers.chip import FixedDice, Transcript, converse

H = bytes.fromhex

# ---- appendix D: BAC and secure messaging with 3DES ----

BAC_EXCHANGE = (
    ("0084000008", "4608F919887022129000"),
    (
        "008200002872C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A728",
        "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D74499000",
    ),
)
BAC_KEYS = SessionKeys(
    TRIPLE_DES, H("979EC13B1CBFE9DCD01AB0FED307EAE5"), H("F1CB1F1FB5ADF208806B89DC579DC1F8"), H("887022120C06C226")
)


def without_parity(key: bytes) -> bytes:
    """DES ignores the lowest bit of every octet; the standard prints keys with it adjusted, we never adjust."""
    return bytes(octet & 0xFE for octet in key)


def test_bac_reproduces_appendix_d3() -> None:
    seed = mrz.key_seed("L898902C<", "690806", "940623")
    assert seed[:16] == H("239AB9CB282DAF66231DC5A4DF6BFBAE")
    script = Transcript(*BAC_EXCHANGE)
    keys = converse(bac.establish(seed, FixedDice("781723860C06C226", "0B795240CB7049B01C19B33E32804F0B")), script)
    assert script.finished
    assert without_parity(keys.encryption) == without_parity(BAC_KEYS.encryption)
    assert without_parity(keys.mac) == without_parity(BAC_KEYS.mac)
    assert keys.counter == BAC_KEYS.counter


def test_secure_messaging_reproduces_appendix_d4() -> None:
    channel = Protected(BAC_KEYS)
    script = Transcript(
        ("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800", "990290008E08FA855A5D4C50A8ED9000"),
        ("0CB000000D9701048E08ED6705417E96BA5500", "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"),
        (
            "0CB000040D9701128E082EA28A70F3C7B53500",
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
        ),
    )
    assert converse(channel.ask(Command(0xA4, 0x02, 0x0C, H("011E"))), script) == Answer(b"", 0x9000)
    assert converse(channel.ask(Command(0xB0, 0, 0, le=4)), script).data == H("60145F01")
    assert converse(channel.ask(Command(0xB0, 0, 4, le=18)), script).data == H("04303130365F36063034303030305C026175")
    assert script.finished


GOOD_ANSWER = H("990290008E08FA855A5D4C50A8ED9000")
CHANGED = [GOOD_ANSWER[:at] + bytes((GOOD_ANSWER[at] ^ 1,)) + GOOD_ANSWER[at + 1 :] for at in range(len(GOOD_ANSWER))]
CUT_OFF = [GOOD_ANSWER[:at] for at in range(len(GOOD_ANSWER))]


@pytest.mark.parametrize("answer", CHANGED + CUT_OFF + [GOOD_ANSWER * 2, bytes(70_000)])
def test_a_changed_or_cut_off_answer_is_never_believed(answer: bytes) -> None:
    talk = Protected(BAC_KEYS).ask(Command(0xA4, 0x02, 0x0C, H("011E")))
    next(talk)
    with pytest.raises(DeviceFault) as caught:
        talk.send(answer)
    assert caught.value.code in ("CARD_SESSION_LOST", "CARD_GARBAGE")


# ---- appendix G.1: PACE, ECDH with generic mapping ----

NONCE = "95A3A016522EE98D01E76CB6B98B42C3"
MAP_PCD = (
    "047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
    "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D"
)
MAP_ICC = (
    "04824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
    "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C54"
)
AGREE_PCD = (
    "042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C"
    "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB36462"
)
AGREE_ICC = (
    "049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB"
    "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F094"
)
SECRETS = (
    "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99",
    "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595",
)
CARD_ACCESS = H("31143012060A04007F0007020204020202010202010D")
PASSWORD = pace.Password("mrz", mrz.key_seed("T22000129", "640812", "101031"))
PACE_EXCHANGE = (
    ("0022C1A412800A04007F0007020204020283010184010D", "9000"),
    ("10860000027C0000", f"7C128010{NONCE}9000"),
    (f"10860000457C438141{MAP_PCD}00", f"7C438241{MAP_ICC}9000"),
    (f"10860000457C438341{AGREE_PCD}00", f"7C438441{AGREE_ICC}9000"),
    ("008600000C7C0A8508C2B0BD78D94BA86600", "7C0A86083ABB9674BCE93C089000"),
)


def test_pace_reproduces_appendix_g1() -> None:
    (variant,) = pace.understood(security_infos.of_card_access(CARD_ACCESS).pace)
    assert variant == pace.ASSUMED
    assert PASSWORD.secret == H("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD")
    assert AES_128.derive(PASSWORD.secret, FOR_PASSWORD) == H("89DED1B26624EC1E634C1989302849DD")
    script = Transcript(*PACE_EXCHANGE)
    opened = converse(pace.establish(variant, PASSWORD, FixedDice(*SECRETS)), script)
    assert script.finished
    assert opened.mapping is None
    keys = opened.keys
    assert keys.encryption == H("F5F0E35C0D7161EE6724EE513A0D9A7F")
    assert keys.mac == H("FE251C7858B356B24514B3BD5F4297D1")
    assert keys.counter == bytes(16)
    select = Protected(keys).protect(Command(0xA4, 0x04, 0x0C, H("A0000002471001"))).encode()
    assert select == H("0CA4040C1D871101752F676B09FAC86A87D632749A49C7CC8E08C18BA1FCE707BD9F00")


def test_generic_mapping_reproduces_the_points_of_appendix_g1() -> None:
    curve = CURVES[13]
    shared = curve.times(int(SECRETS[0], 16), curve.decode(H(MAP_ICC)))
    assert curve.encode(shared) == H(
        "0460332EF2450B5D247EF6D3868397D398852ED6E8CAF6FFEEF6BF85CA57057FD5"
        "0840CA7415BAF3E43BD414D35AA4608B93A2CAF3A4E3EA4E82C9C13D03EB7181"
    )
    nonce = AES_128.decrypt(AES_128.derive(PASSWORD.secret, FOR_PASSWORD), H(NONCE))
    assert nonce == H("3F00C4D39D153F2B2A214A078D899B22")
    generator = curve.plus(curve.times(int.from_bytes(nonce, "big"), curve.generator), shared)
    assert curve.encode(generator) == H(
        "048CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E2"
        "8C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522"
    )


@pytest.mark.parametrize(
    ("step", "reply", "code"),
    [
        (1, "7C128010" + NONCE[2:] + "9000", "CARD_GARBAGE"),
        (2, f"7C438241{MAP_PCD}9000", "CARD_GARBAGE"),
        (2, f"7C438241{MAP_ICC[:-2]}559000", "CARD_GARBAGE"),
        (3, f"7C438441{AGREE_PCD}9000", "CARD_GARBAGE"),
        (3, "6A80", "CARD_GARBAGE"),
        (4, "6300", "CARD_WRONG_KEY"),
        (4, "63C2", "CARD_WRONG_KEY"),
        (0, "63C0", "CARD_BLOCKED"),
        (0, "6983", "CARD_BLOCKED"),
        (4, "6983", "CARD_BLOCKED"),
        (4, "7C0A86083ABB9674BCE93C099000", "CARD_WRONG_KEY"),
    ],
)
def test_pace_with_a_chip_that_does_not_keep_to_the_protocol(step: int, reply: str, code: str) -> None:
    pairs = [*PACE_EXCHANGE[:step], (PACE_EXCHANGE[step][0], reply)]
    with pytest.raises(DeviceFault) as caught:
        converse(pace.establish(pace.ASSUMED, PASSWORD, FixedDice(*SECRETS)), Transcript(*pairs))
    assert caught.value.code == code


# ---- ciphers and curves and zones ----


@pytest.mark.parametrize("suite", [TRIPLE_DES, AES_128, AES_192, AES_256])
def test_ciphers_keyed_once_keep_nothing_of_the_message_before(suite: Suite) -> None:
    keys = SessionKeys.of(suite, b"shared secret")
    keyed = KeyedSuite(keys)
    for counter, data in enumerate((bytes(range(48)), b"\xff" * suite.block, bytes(224)), start=1):
        ssc = counter.to_bytes(suite.block, "big")
        vector = suite.encrypt(keys.encryption, ssc) if suite.aes else None
        sealed = suite.encrypt(keys.encryption, data, vector)
        assert keyed.encrypt(data, ssc) == sealed
        assert keyed.decrypt(sealed, ssc) == data
        assert keyed.mac(data) == suite.mac(keys.mac, pad(data, suite.block) if suite.aes else data)
        with pytest.raises(Malformed):
            keyed.decrypt(data[:-1], ssc)


@pytest.mark.parametrize("number", sorted(CURVES))
def test_curves_agree_with_openssl(number: int) -> None:
    curve = CURVES[number]
    point = curve.times(0xC0FFEE, curve.generator)
    for scalar in (1, 2, 3, 0x1234567890ABCDEF, curve.n - 1):
        assert curve.times(scalar, curve.generator) == curve.times_generator(scalar)
        assert curve.times(scalar, point).x.to_bytes(curve.size, "big") == curve.shared_secret(scalar, point)
        assert curve.agree(scalar, point) == (curve.times_generator(scalar), curve.shared_secret(scalar, point))
    with pytest.raises(Malformed):
        curve.times(curve.n, point)
    with pytest.raises(Malformed):
        curve.times_generator(0)
    assert curve.plus(curve.generator, curve.generator) == curve.times(2, curve.generator)


def test_td1_zone_of_the_standard() -> None:
    zone = "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
    found = mrz.parse(zone, date(2026, 11, 22))
    assert (found.document, found.name, found.born, found.sex, found.expires, found.wrong_digits) == (
        "D23145890",
        "ERIKSSON ANNA MARIA",
        date(1974, 8, 12),
        "F",
        date(2012, 4, 15),
        (),
    )
    assert mrz.parse(zone.replace("7408122", "7408121"), date(2026, 11, 22)).wrong_digits == ("born", "composite")
