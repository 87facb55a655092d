"""What the rules of an office ask of somebody who signs in, and how long wrong tries make the next one wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from clerk_app.domain.oversight import Factor
from clerk_app.domain.people import person_key
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.token_proofs import Second, TokenProof

OFFLINE_DAYS = 7
PIN_TRIES = 3
PIN_LEAST, PIN_MOST = 4, 8
"""Digits of a PIN."""
FREE_TRIES = 3
LONGEST_WAIT_S = 300
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far a clock may be behind what is known of the time before it is called wrong."""
NOBODY = "none"
"""In a setting: no role at all. A cell may not be empty."""
SECOND: frozenset[Factor] = frozenset({"totp", "token"})
"""Factors that are more than a word or number that somebody knows."""


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """What holds for one person by their roles; of several roles the strictest rule.

    `offline_days` is how long a sign-in with a line lets them in without one; `code_needed` that a password alone is
    not enough, `code_to_decide` that it is not for decisions on the work of others; `kinds` are the second factors that
    count.
    """

    offline_days: int = OFFLINE_DAYS
    code_needed: bool = False
    code_to_decide: bool = False
    pin_tries: int = PIN_TRIES
    kinds: frozenset[Factor] = SECOND


def policy_of(roles: Iterable[str], setting: Callable[[str], str]) -> SignInPolicy:
    """The policy for these roles. `setting` gives the text of a setting of the catalogue, empty where there is none.

    Settings: `offline_days` and, for one role, `offline_days_ROLE`; `second_factor_roles` (roles with | between them,
    or `none`); `second_factor_for_decisions` (`on`); `second_factor_kinds` (`totp`, `token`, or both with | between)
    and, for one role, `second_factor_kinds_ROLE`; `pin_tries`. What is no figure counts as not said. Where no factor
    would do for every role, it is the token.
    """
    named = tuple(roles)
    every = _kinds(setting("second_factor_kinds"))
    kinds = every
    for role in named:
        said = setting(f"second_factor_kinds_{role}")
        kinds &= _kinds(said) if said else every
    days = _figure(setting("offline_days"), OFFLINE_DAYS)
    coded = frozenset(part.strip() for part in setting("second_factor_roles").split("|")) - {"", NOBODY}
    return SignInPolicy(
        offline_days=min([_figure(setting(f"offline_days_{role}"), days) for role in named], default=days),
        code_needed=not coded.isdisjoint(named),
        code_to_decide=setting("second_factor_for_decisions") == "on",
        pin_tries=max(1, _figure(setting("pin_tries"), PIN_TRIES)),
        kinds=kinds or frozenset({"token"}),
    )


def _figure(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise


def _kinds(text: str) -> frozenset[Factor]:
    """The second factors that a setting names with | between them; all where it names none that there is."""
    named = {part.strip() for part in text.split("|")}
    return frozenset(one for one in SECOND if one in named) or SECOND


# ---- waiting -----------------------------------------------------------------------------------------------------


def wait_s(failures: int) -> int:
    """Seconds before the next try after so many wrong ones in a row: none at first, then doubling, never a lock."""
    return 0 if failures < FREE_TRIES else min(2 ** min(failures - FREE_TRIES, 20), LONGEST_WAIT_S)


def remaining_s(failures: int, tried: datetime, now: datetime) -> int:
    """Whole seconds that are left of the wait, rounded up; never more than the wait itself."""
    whole = wait_s(failures)
    left = timedelta(seconds=whole) - (now - tried)
    return max(0, min(whole, -(-left // timedelta(seconds=1))))


def spoken(seconds: int) -> Words:
    """A duration as people say it: 40 giây, 2 phút 5 giây."""
    minutes, rest = divmod(seconds, 60)
    vi = [f"{minutes} phút"] * bool(minutes) + [f"{rest} giây"] * bool(rest or not minutes)
    en = [f"{minutes} min"] * bool(minutes) + [f"{rest} s"] * bool(rest or not minutes)
    return Words(" ".join(vi), " ".join(en))


class MustWait(Refusal):
    """Too many wrong tries: nothing is judged for `wait_s` seconds more."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            "SIGN_IN_WAIT",
            Words("Đã sai nhiều lần liên tiếp.", "Too many wrong tries in a row."),
            still_to_wait(wait_s),
        )
        self.wait_s = wait_s


def still_to_wait(seconds: int) -> Words:
    """How long is left, and who can end it sooner."""
    left = spoken(seconds)
    return Words(
        f"Thử lại sau {left.vi}, hoặc nhờ lãnh đạo mở khóa ngay.",
        f"Try again in {left.en}, or let a supervisor lift the wait.",
    )


def wrong_try(code: str, words: Words, failures: int) -> Refusal:
    """A wrong password, and how long the next try waits after so many in a row."""
    refusal = Refusal(code, words, after_wrong(failures))
    refusal.wait_s = wait_s(failures)
    return refusal


def after_wrong(failures: int) -> Words:
    """The remedy after so many wrong passwords in a row."""
    seconds = wait_s(failures)
    if seconds:
        left = spoken(seconds)
        return Words(
            f"Chờ {left.vi} rồi thử lại, hoặc nhờ lãnh đạo mở khóa ngay.",
            f"Wait {left.en} and try again, or let a supervisor lift the wait.",
        )
    return Words("Kiểm tra Caps Lock và bộ gõ, rồi thử lại.", "Check Caps Lock and the input method, then try again.")


# ---- PIN ---------------------------------------------------------------------------------------------------------


def check_new_pin(pin: str) -> None:
    """Raises `Refusal` `PIN_SHAPE` for what is not 4 to 8 digits, `PIN_WEAK` for one that everybody tries first."""
    if not (pin.isascii() and pin.isdigit() and PIN_LEAST <= len(pin) <= PIN_MOST):
        raise Refusal(
            "PIN_SHAPE",
            Words(f"PIN gồm {PIN_LEAST} đến {PIN_MOST} chữ số.", f"A PIN has {PIN_LEAST} to {PIN_MOST} digits."),
            Words("Chọn PIN khác.", "Choose another one."),
        )
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    halves = len(pin) % 2 == 0 and pin[:2] * (len(pin) // 2) == pin
    if steps <= {0} or steps <= {1} or steps <= {9} or halves:
        raise Refusal(
            "PIN_WEAK",
            Words("PIN này quá dễ đoán.", "This PIN is too easy to guess."),
            Words(
                "Không dùng một chữ số lặp lại, dãy liền nhau hay cặp số lặp lại.",
                "Take no repeated digit, no run such as 1234, no repeated pair.",
            ),
        )


# ---- the second factor: what is said of it ------------------------------------------------------------------------


def owned(app: str, tokens: Sized) -> frozenset[Factor]:
    """The second factors of an account: the name of its app's secret, and its tokens."""
    found: set[Factor] = {"totp"} if app else set()
    return frozenset(found | {"token"}) if tokens else frozenset(found)


def second_of(policy: SignInPolicy, has: frozenset[Factor], second: Second) -> Factor:
    """Which second factor is to be verified of somebody who `has` these; the empty text: none is asked for.

    Whoever has one that counts uses it, also where no rule asks. Raises `Refusal` `SECOND_FACTOR_MISSING`,
    `CODE_NEEDED`, `TOKEN_NEEDED`, `CODE_OR_TOKEN_NEEDED`, `TOKEN_NOT_WANTED`.
    """
    usable = has & policy.kinds
    if not usable:
        if policy.code_needed:
            raise second_factor_missing(policy.kinds, has)
        return ""
    if isinstance(second, TokenProof):
        if "token" in usable:
            return "token"
        raise code_needed() if "token" in policy.kinds else token_not_wanted()
    if "totp" in usable and (second.strip() or "token" not in usable):
        return "totp"
    raise code_needed(or_token=True) if "totp" in usable else token_needed()


def code_needed(or_token: bool = False) -> Refusal:
    """The password is right; the code of the second factor is still to be typed."""
    words = Words("Cần mã xác thực 6 chữ số.", "The six-digit code is needed.")
    remedy = Words(
        "Mở ứng dụng xác thực trên điện thoại và nhập mã đang hiện.", "Type what your authenticator app shows."
    )
    if or_token:
        words = Words("Cần mã xác thực 6 chữ số hoặc token của bạn.", "The six-digit code or your token is needed.")
        remedy = Words(
            "Nhập mã đang hiện trong ứng dụng xác thực, hoặc cắm token và nhập PIN của token.",
            "Type what your authenticator app shows, or plug in your token and type its PIN.",
        )
    return Refusal("CODE_OR_TOKEN_NEEDED" if or_token else "CODE_NEEDED", words, remedy)


def token_needed() -> Refusal:
    """The password is right; the token has still to sign."""
    return Refusal(
        "TOKEN_NEEDED",
        Words("Cần token của bạn để xác thực.", "Your token is needed."),
        Words(
            "Cắm token và nhập PIN của token; máy trạm không đọc được token thì làm ở máy khác.",
            "Plug in your token and type its PIN; where this desk reads no tokens, go to one that does.",
        ),
    )


def token_not_wanted() -> Refusal:
    """A token signed, and the rules of this role want the code of an app."""
    return Refusal(
        "TOKEN_NOT_WANTED",
        Words("Quy định của vai trò này không nhận token.", "The rules of this role do not accept a token."),
        Words("Dùng mã của ứng dụng xác thực.", "Use the code of an authenticator app."),
    )


def second_factor_missing(kinds: frozenset[Factor] = SECOND, has: frozenset[Factor] = frozenset()) -> Refusal:
    """The policy wants a second factor of this person, who has none that counts; `has` are those that do not."""
    issue = {
        "totp": Words("clerk central people totp TÊN", "clerk central people totp USER"),
        "token": Words("clerk central people token add TÊN TỆP", "clerk central people token add USER FILE"),
    }
    wanted = [issue[kind] for kind in ("totp", "token") if kind in kinds]
    ways = Words(" hoặc ".join(one.vi for one in wanted), " or ".join(one.en for one in wanted))
    words = Words(
        "Vai trò này phải có lớp xác thực thứ hai, nhưng tài khoản chưa được cấp.",
        "This role needs a second factor, and this account has none.",
    )
    if has - kinds:
        vi, en = ("token", "a token") if "token" in kinds else ("mã của ứng dụng xác thực", "an app's code")
        words = Words(
            f"Vai trò này chỉ nhận {vi}; tài khoản chưa được cấp.",
            f"This role accepts {en} only, and this account has none.",
        )
    return Refusal(
        "SECOND_FACTOR_MISSING",
        words,
        Words(f"Nhờ cán bộ quản trị cấp: {ways.vi}.", f"Ask the IT officer to issue one: {ways.en}."),
    )


# ---- unlocking ----------------------------------------------------------------------------------------------------

UNLOCK = "user.unlock"
"""The scope of who may end somebody's wait."""


def same_person(one: str, person: str, other: str, other_person: str) -> bool:
    """Whether two accounts are one natural person's; an account without a person stands for one itself."""
    return person_key(person or one) == person_key(other_person or other)


def own_wait() -> Refusal:
    """Nobody lifts their own wait, also not by a second account."""
    return Refusal(
        "FOUR_EYES",
        Words("Không ai tự mở khóa cho chính mình.", "Nobody lifts their own wait."),
        Words("Nhờ một lãnh đạo khác.", "Ask another supervisor."),
    )
