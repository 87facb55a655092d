"""The workstation's window: `python -m ui [--profile DIR]`."""

from __future__ import annotations

import os
import sys
import time
from typing import NoReturn

BEGAN = float(os.environ.get("CLERK_T0") or time.time())
"""When the process began; whoever starts it may say so in CLERK_T0, which counts the interpreter too."""


OPTIONS: dict[str, tuple[str, str]] = {
    "--profile": ("DIR", "where this desk is kept; any folder makes a throw-away desk"),
    "--language": ("vi|en", "language of the window"),
    "--scale": ("1.0-2.0", "size of everything"),
    "--high-contrast": ("", "strong colours"),
    "--screenshots": ("DIR", "take pictures of every page into DIR, then stop"),
    "--bench-first-frame": ("", "print how long the first frame took, then stop"),
    "--demo": ("", "practice devices and an embedded central"),
    "--headless": ("", "with --demo: play the guided story unseen"),
    "--out": ("DIR", "with --demo: where its papers and pictures go"),
}
"""Every option: what its value is (empty for a switch), and its meaning."""


def _options(arguments: list[str]) -> dict[str, str]:
    """The options given, a switch as `yes`. Loading argparse would cost the first frame 5 ms: it only explains."""
    found: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name not in OPTIONS or (equals and not OPTIONS[name][0]):
            _explain(arguments)
        if OPTIONS[name][0] and not equals:
            if not rest:
                _explain(arguments)
            value = rest.pop(0)
        found[name] = value or "yes"
    if found.get("--language", "vi") not in ("vi", "en"):
        _explain(arguments)
    return found


def _explain(arguments: list[str]) -> NoReturn:
    """Say how this program is called, and stop: 0 when that was asked for, else 2 with what is wrong."""
    import argparse

    parser = argparse.ArgumentParser(prog="quay", description="Quầy, the counter workstation / máy trạm tại quầy")
    for name, (value, words) in OPTIONS.items():
        if value:
            parser.add_argument(name, metavar=value, help=words)
        else:
            parser.add_argument(name, action="store_true", help=words)
    parser.parse_args(arguments)
    parser.error("--language takes vi or en")


def main(arguments: list[str] | None = None) -> int:
    """Open the window and work until it is closed."""
    options = _options(sys.argv[1:] if arguments is None else arguments)
    if "--scale" in options:
        os.environ["QT_SCALE_FACTOR"] = str(_scale(options["--scale"]))
    if "--headless" in options:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    unseen = _find_display()
    if "--demo" in options:
        from pathlib import Path

        from ui import demo

        out = Path(options["--out"]) if "--out" in options else None
        return demo.run("--headless" in options or unseen, out, options.get("--language", ""))
    return _run(options.get("--profile", ""), options)


def _scale(text: str) -> float:
    try:
        return min(2.0, max(1.0, float(text)))
    except ValueError:
        return 1.0


def _find_display() -> bool:
    """Whether the window will not be seen by anybody."""
    # Without a display Qt would abort the process; say so and draw nowhere instead.
    if sys.platform == "linux" and not any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        print("Không có màn hình: cửa sổ chạy ẩn. / No display: the window runs unseen.", file=sys.stderr)
    return os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal")


def _run(profile_option: str, options: dict[str, str]) -> int:
    from pathlib import Path

    from clerk_app import bootstrap, settings
    from clerk_app.domain.refusals import Refusal, Words
    from ui import application, theme

    profile = Path(profile_option) if profile_option else settings.default_profile()
    unreadable: Refusal | None = None
    kept = settings.Settings()
    try:
        peek = bootstrap.peek(profile)
        kept = settings.load(profile)
    except Refusal as refusal:
        # A broken settings file is said in the window, not in a terminal that nobody sees.
        peek = bootstrap.Peek(False, False, "", Words("", ""), "vi", False)
        unreadable = refusal
    language = options.get("--language", "") or peek.language
    if "--high-contrast" in options or kept.contrast == "high":
        theme.set_high_contrast(True)
    qt = application.application(sys.argv[:1], language)
    main_window = application.Application(
        qt,
        peek,
        lambda passphrase: bootstrap.open_desk(profile, passphrase),
        kept.wedge_prefix,
        # A settings file that cannot be read is somebody's to mend, not ours to write over.
        None
        if unreadable
        else lambda language, contrast: settings.change(profile, language=language, contrast=contrast),
        lambda passphrase, cancel: bootstrap.salvage(profile, passphrase, cancel).told,
    )
    if "--bench-first-frame" in options:
        main_window.window.painted.disconnect()
        main_window.window.painted.connect(_print_first_frame)
    if "--screenshots" in options:
        from ui.gallery import Gallery

        Gallery(main_window, Path(options["--screenshots"])).begin()
    main_window.begin()
    if unreadable is not None:
        main_window.window.say_refusal(unreadable)
    return qt.exec()


def _print_first_frame() -> None:
    import json

    print(json.dumps({"first_frame_ms": round((time.time() - BEGAN) * 1000, 1)}), flush=True)
    # Nothing was opened yet, so there is nothing to close.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
