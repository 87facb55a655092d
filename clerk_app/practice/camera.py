"""The practice camera: a network camera in a process of its own. `python -m clerk_app.practice.camera`.

It prints one JSON line with where it listens. `/video` is MJPEG, `/snapshot.jpg` one picture; both show a specimen
citizen. `POST /scene` with `{"person": 2, "fault": "dark"}` changes who stands there and what is wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, TYPE_CHECKING

from clerk_app.practice import faces, specimens

if TYPE_CHECKING:
    from PIL import Image

SIZE = 640, 480
FAULTS = {
    "": "works",
    "dark": "somebody switched off the light",
    "blurred": "out of focus",
    "nobody": "nobody stands there",
    "two-people": "two people stand there",
    "tilted": "the head is not level",
    "unrest": "the background is not plain",
    "stops": "the stream ends",
    "stalls": "the stream goes on without pictures",
    "slow": "a picture every two seconds",
    "garbage": "what comes is not a picture",
    "huge": "the picture claims to be of a billion points",
    "password": "asks for name and password",
    "missing": "has no such address",
    "page": "answers with a page of words",
}
_BOUNDARY = "practice-frame"
_EVERY_S = 0.066


def scene(person: int, fault: str = "", moment: int = 0) -> Image.Image:
    """What stands before the camera at a moment: a specimen citizen a little moved, the light never quite the same."""
    from PIL import Image, ImageEnhance, ImageFilter

    dice = random.Random(f"{person} {moment}")
    portrait = faces.face(person)
    wall = portrait.resize((1, 1), box=(4, 4, 40, 40)).getpixel((0, 0))
    picture = Image.new("RGB", SIZE, wall)
    turn = 18.0 if fault == "tilted" else dice.uniform(-2, 2)
    people: tuple[tuple[int, int], ...] = ((170 + dice.randint(-3, 3), person),)
    if fault == "two-people":
        people = ((20, person), (320, person % 4 + 1))
    if fault == "nobody":
        people = ()
    for left, who in people:
        stands = faces.face(who)
        edge = Image.new("L", stands.size, 0)
        edge.paste(255, (24, 24, stands.width - 24, stands.height + 24))
        edge = edge.filter(ImageFilter.GaussianBlur(8)).rotate(turn)
        top = SIZE[1] - stands.height + dice.randint(0, 2)
        picture.paste(stands.rotate(turn, resample=Image.Resampling.BICUBIC), (left, top), edge)
    if fault == "unrest":
        _shelves(picture)
    if fault == "blurred":
        picture = picture.filter(ImageFilter.GaussianBlur(3))
    light = 0.13 if fault == "dark" else 0.96 + dice.random() / 20
    return ImageEnhance.Brightness(picture).enhance(light)


def _shelves(picture: Image.Image) -> None:
    from PIL import ImageDraw

    pen = ImageDraw.Draw(picture)
    for place in range(0, SIZE[0], 24):
        if not 215 < place < 405:
            pen.rectangle((place, 0, place + 11, 330), fill=(40, 60, 50))


def picture(person: int, fault: str = "", moment: int = 0) -> bytes:
    """That scene as the camera's JPEG, or what it sends in its place."""
    if fault == "garbage":
        return random.Random(moment).randbytes(4000)
    out = io.BytesIO()
    scene(person, fault, moment).save(out, "JPEG", quality=82)
    data = out.getvalue()
    if fault == "huge":
        at = data.index(b"\xff\xc0") + 5
        data = data[:at] + b"\xff\xf0\xff\xf0" + data[at + 4 :]
    return data


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    timeout = 20
    server: _Server

    def do_GET(self) -> None:
        server = self.server
        try:
            if server.fault in ("password", "missing"):
                self.send_error(401 if server.fault == "password" else 404)
            elif server.fault == "page":
                self._head("text/html")
                self.wfile.write(b"<p>camera</p>")
            elif self.path == "/video":
                self._head(f"multipart/x-mixed-replace; boundary={_BOUNDARY}")
                self._stream()
            elif self.path == "/snapshot.jpg":
                self._head("image/jpeg")
                self.wfile.write(server.picture())
            else:
                self.send_error(404)
        except OSError:
            return  # whoever looked has gone

    def _stream(self) -> None:
        while self.server.fault != "stops":
            if self.server.fault == "stalls":
                # The line stays open and nothing comes; the fault may be taken back at any time.
                time.sleep(_EVERY_S)
                continue
            data = self.server.picture()
            self.wfile.write(b"--%s\r\nContent-Type: image/jpeg\r\n" % _BOUNDARY.encode())
            self.wfile.write(b"Content-Length: %d\r\n\r\n" % len(data) + data + b"\r\n")
            # A camera has its own pace.
            time.sleep(2.0 if self.server.fault == "slow" else _EVERY_S)

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
        fault, person = asked.get("fault", self.server.fault), int(asked.get("person", self.server.person))
        if self.path != "/scene" or fault not in FAULTS or not 1 <= person <= 4:
            self.send_error(400)
            return
        self.server.show(person, fault)
        self._head("application/json")
        self.wfile.write(b"{}")

    def _head(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has in the standard library
        """Silent: stdout belongs to the one line with the address."""


class _Server(ThreadingHTTPServer):
    """As many onlookers as come. With `parent`, ends when the process that started it is gone."""

    daemon_threads = True

    def __init__(self, port: int, person: int, fault: str, parent: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self._parent = parent
        self.person = person
        self.fault = fault
        self._moment = 0
        self._drawn: dict[int, bytes] = {}

    def show(self, person: int, fault: str) -> None:
        """Another scene from now on."""
        self.person, self.fault, self._drawn = person, fault, {}

    def picture(self) -> bytes:
        """The next picture; eight different ones go round, so that the camera costs the machine nothing."""
        self._moment = (self._moment + 1) % 8
        moment, drawn = self._moment, self._drawn
        if moment not in drawn:
            drawn[moment] = picture(self.person, self.fault, moment)
        return drawn[moment]

    def service_actions(self) -> None:
        if self._parent and os.getppid() != self._parent:
            raise KeyboardInterrupt


@dataclass(slots=True)
class PracticeCamera:
    """A running practice camera. Close it."""

    address: str
    process: subprocess.Popen[str]

    @property
    def video(self) -> str:
        """Its MJPEG stream, as the setting `camera` takes it."""
        return f"{self.address}/video"

    @property
    def snapshot(self) -> str:
        """Its single pictures."""
        return f"{self.address}/snapshot.jpg"

    def show(self, person: int, fault: str = "") -> None:
        """Let a specimen citizen stand there, with one of `FAULTS`. KeyError for an unknown one."""
        FAULTS[fault]
        body = json.dumps({"person": person, "fault": fault}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.address}/scene", body), timeout=10) as answer:
            answer.read()

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(timeout=10)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(person: int = 1, fault: str = "") -> PracticeCamera:
    """Start a practice camera on a free port of this computer and wait until it listens."""
    command = [sys.executable, "-m", "clerk_app.practice.camera", "--person", str(person), "--fault", fault]
    environment = os.environ | {"PYTHONPATH": str(specimens.folder().parents[1])}
    process = subprocess.Popen(
        [*command, "--leave-with-parent"], stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    )
    stdout: IO[str] | None = process.stdout
    assert stdout is not None
    said = stdout.readline()
    if not said:
        process.wait()
        stdout.close()
        raise OSError(f"the practice camera ended with {process.returncode}")
    return PracticeCamera(json.loads(said)["listening"], process)


def main() -> int:
    """Listen until ended."""
    asked = argparse.ArgumentParser(prog="clerk_app.practice.camera", description="The practice camera.")
    asked.add_argument("--port", type=int, default=0, help="0: any free one")
    asked.add_argument("--person", type=int, choices=range(1, 5), default=1, help="which specimen citizen stands there")
    asked.add_argument("--fault", choices=sorted(FAULTS), default="", help="what goes wrong")
    asked.add_argument("--leave-with-parent", action="store_true", help="end when the starting process ends")
    chosen = asked.parse_args()
    parent = os.getppid() if chosen.leave_with_parent else 0
    with _Server(chosen.port, chosen.person, chosen.fault, parent) as server:
        print(json.dumps({"listening": f"http://127.0.0.1:{server.server_port}"}), flush=True)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
