"""The workstation's window: `python -m ui [--profile DIR]`."""

from __future__ import annotations

import os
import sys
import time

BEGAN = float(os.environ.get("CLERK_T0") or time.time())
"""When the process began; whoever starts it may say so in CLERK_T0, which counts the interpreter too."""


def main(arguments: list[str] | None = None) -> int:
    """Open the window and work until it is closed."""
    import argparse

    parser = argparse.ArgumentParser(prog="quay", description="Quầy, the counter workstation / máy trạm tại quầy")
    parser.add_argument(
        "--profile", metavar="DIR", default="", help="where this desk is kept; any folder makes a throw-away desk"
    )
    parser.add_argument("--language", choices=("vi", "en"), default="", help="language of the window")
    parser.add_argument("--scale", type=float, default=0.0, metavar="1.0-2.0", help="size of everything")
    parser.add_argument("--high-contrast", action="store_true", help="strong colours")
    parser.add_argument(
        "--screenshots", metavar="DIR", default="", help="take pictures of every page into DIR, then stop"
    )
    parser.add_argument(
        "--bench-first-frame", action="store_true", help="print how long the first frame took, then stop"
    )
    parser.add_argument("--demo", action="store_true", help="practice devices and an embedded central")
    parser.add_argument("--headless", action="store_true", help="with --demo: play the guided story unseen")
    parser.add_argument("--out", metavar="DIR", default="", help="with --demo: where its papers and pictures go")
    options = parser.parse_args(arguments)
    if options.scale:
        os.environ["QT_SCALE_FACTOR"] = str(min(2.0, max(1.0, options.scale)))
    if options.headless:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    unseen = _find_display()
    if options.demo:
        from pathlib import Path

        from ui import demo

        return demo.run(options.headless or unseen, Path(options.out) if options.out else None, options.language)
    return _run(options.profile, options)


def _find_display() -> bool:
    """Whether the window will not be seen by anybody."""
    # Without a display Qt would abort the process; say so and draw nowhere instead.
    if sys.platform == "linux" and not any(
        os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        print("Không có màn hình: cửa sổ chạy ẩn. / No display: the window runs unseen.", file=sys.stderr)
    return os.environ.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal")


def _run(profile_option: str, options: object) -> int:
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
    language = getattr(options, "language", "") or peek.language
    if getattr(options, "high_contrast", False) or kept.contrast == "high":
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
    )
    if getattr(options, "bench_first_frame", False):
        main_window.window.painted.disconnect()
        main_window.window.painted.connect(_print_first_frame)
    if getattr(options, "screenshots", ""):
        from ui.gallery import Gallery

        Gallery(main_window, Path(getattr(options, "screenshots", ""))).begin()
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
