"""What the rules of an office ask of somebody who signs in, and how long wrong tries make the next one wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from clerk_app.domain.oversight import Factor
from clerk_app.domain.refusals import Refusal, Words

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


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """What holds for one person by their roles; of several roles the strictest rule.

    `offline_days` is how long a sign-in with a line lets them in without one; `code_needed` that a password alone is
    not enough, `code_to_decide` that it is not for decisions on the work of others.
    """

    offline_days: int = OFFLINE_DAYS
    code_needed: bool = False
    code_to_decide: bool = False
    pin_tries: int = PIN_TRIES


def policy_of(roles: Iterable[str], setting: Callable[[str], str]) -> SignInPolicy:
    """The policy for these roles. `setting` gives the text of a setting of the catalogue, empty where there is none.

    Settings: `offline_days` and, for one role, `offline_days_ROLE`; `second_factor_roles` (roles with | between them,
    or `none`); `second_factor_for_decisions` (`on`); `pin_tries`. What is no figure counts as not said.
    """
    named = tuple(roles)
    days = _figure(setting("offline_days"), OFFLINE_DAYS)
    coded = frozenset(part.strip() for part in setting("second_factor_roles").split("|")) - {"", NOBODY}
    return SignInPolicy(
        offline_days=min([_figure(setting(f"offline_days_{role}"), days) for role in named], default=days),
        code_needed=not coded.isdisjoint(named),
        code_to_decide=setting("second_factor_for_decisions") == "on",
        pin_tries=max(1, _figure(setting("pin_tries"), PIN_TRIES)),
    )


def _figure(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else otherwise


SECOND: frozenset[Factor] = frozenset({"totp", "token"})
"""Factors that are more than a word or number that somebody knows."""


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
        f"Thử lại sau {left.vi}, hoặc nhờ lãnh đạo mở khoá ngay.",
        f"Try again in {left.en}, or let a supervisor lift the wait.",
    )


def after_wrong(failures: int) -> Words:
    """The remedy after so many wrong passwords in a row."""
    seconds = wait_s(failures)
    if seconds:
        left = spoken(seconds)
        return Words(
            f"Chờ {left.vi} rồi thử lại, hoặc nhờ lãnh đạo mở khoá ngay.",
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


def code_needed() -> Refusal:
    """The password is right; the code of the second factor is still to be typed."""
    return Refusal(
        "CODE_NEEDED",
        Words("Cần mã xác thực 6 chữ số.", "The six-digit code is needed."),
        Words("Mở ứng dụng xác thực trên điện thoại và nhập mã đang hiện.", "Type what your authenticator app shows."),
    )


def second_factor_missing() -> Refusal:
    """The policy wants a second factor of this person, who has none."""
    return Refusal(
        "SECOND_FACTOR_MISSING",
        Words(
            "Vai trò này phải có lớp xác thực thứ hai, nhưng tài khoản chưa được cấp.",
            "This role needs a second factor, and this account has none.",
        ),
        Words(
            "Nhờ cán bộ quản trị cấp: clerk central people totp TÊN.",
            "Ask the IT officer to issue one: clerk central people totp USER.",
        ),
    )


# ---- unlocking ----------------------------------------------------------------------------------------------------

UNLOCK = "user.unlock"
"""The scope of who may end somebody's wait."""


def same_person(one: str, person: str, other: str, other_person: str) -> bool:
    """Whether two accounts are one natural person's; an account without a person stands for one itself."""
    return (person or one) == (other_person or other)


def own_wait() -> Refusal:
    """Nobody lifts their own wait, also not by a second account."""
    return Refusal(
        "FOUR_EYES",
        Words("Không ai tự mở khoá cho chính mình.", "Nobody lifts their own wait."),
        Words("Nhờ một lãnh đạo khác.", "Ask another supervisor."),
    )
