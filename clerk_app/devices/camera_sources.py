"""The ways to a camera's pictures, as the worker holds them: OpenCV for USB, `requests` for cameras on the network."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Protocol

from clerk_app.devices.camera_wire import Picture
from clerk_app.devices.multipart import NotParts, Parts

if TYPE_CHECKING:
    import cv2
    import requests

LARGEST_PIXELS = 12_000_000
_CONNECT_S, _READ_S = 3.0, 5.0
_CHUNK = 65536
_BAD_IN_A_ROW = 10
_QUALITY = 88
_WIDTH, _HEIGHT = 1280, 720


class CameraTrouble(Exception):
    """What went wrong, by its code in `devices.faults`."""

    def __init__(self, code: str, status: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class Source(Protocol):
    """An open camera. All methods raise `CameraTrouble`."""

    idle_s: float | None
    """How long to leave it alone between looks at the desk; None: until asked."""

    def skip(self) -> None:
        """Let a picture go by, so that the next one asked for is new."""
        ...

    def newest(self) -> Picture:
        """The picture of this moment."""
        ...


def open_source(setting: str) -> Source:
    """The camera that the setting names. Raises `CameraTrouble`."""
    if setting.startswith("usb:") and len(setting) > 4:
        return UsbCamera(setting[4:])
    if setting.startswith(("http://", "https://")):
        answer = ask_camera(setting)
        kind = answer.headers.get("Content-Type", "")
        if kind.lower().startswith("multipart/"):
            return StreamCamera(answer)
        answer.close()
        return SnapshotCamera(setting)
    raise CameraTrouble("CAMERA_SETTING")


class UsbCamera:
    """A camera of this computer by number or device path, through OpenCV."""

    idle_s: float | None = 0.0

    def __init__(self, which: str) -> None:
        import cv2

        self._capture: cv2.VideoCapture = cv2.VideoCapture(int(which) if which.isdecimal() else which)
        if not self._capture.isOpened():
            raise CameraTrouble("CAMERA_NOT_OPENED")
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT)

    def skip(self) -> None:
        if not self._capture.grab():
            raise CameraTrouble("CAMERA_STOPPED")

    def newest(self) -> Picture:
        import cv2

        self.skip()
        read, picture = self._capture.retrieve()
        if not read or picture is None:
            raise CameraTrouble("CAMERA_STOPPED")
        height, width = picture.shape[:2]
        if width * height > LARGEST_PIXELS:
            raise CameraTrouble("CAMERA_GARBLED")
        made, octets = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
        if not made:
            raise CameraTrouble("CAMERA_GARBLED")
        return Picture(octets.tobytes(), width, height)


class StreamCamera:
    """A network camera that sends one JPEG after the other (multipart/x-mixed-replace)."""

    idle_s: float | None = 0.0

    def __init__(self, answer: requests.Response) -> None:
        from email.message import Message

        head = Message()
        head["Content-Type"] = answer.headers["Content-Type"]
        boundary = head.get_param("boundary")
        if not isinstance(boundary, str) or not boundary:
            raise CameraTrouble("CAMERA_NOT_ONE")
        self._answer = answer
        self._parts = Parts(boundary)
        self._bad = 0

    def skip(self) -> None:
        self._read()

    def newest(self) -> Picture:
        while (picture := self._read()) is None:
            pass
        return picture

    def _read(self) -> Picture | None:
        """The last picture among what arrived just now, if one became whole."""
        import requests
        import urllib3

        try:
            octets = self._answer.raw.read1(_CHUNK, decode_content=True)
        except (urllib3.exceptions.ReadTimeoutError, requests.Timeout):
            raise CameraTrouble("CAMERA_SILENT") from None
        except (urllib3.exceptions.HTTPError, requests.RequestException, OSError):
            raise CameraTrouble("CAMERA_STOPPED") from None
        if not octets:
            raise CameraTrouble("CAMERA_STOPPED")
        try:
            found = self._parts.feed(octets)
        except NotParts:
            raise CameraTrouble("CAMERA_GARBLED") from None
        if not found:
            return None
        picture = picture_of(found[-1])
        self._bad = 0 if picture is not None else self._bad + 1
        if self._bad >= _BAD_IN_A_ROW:
            raise CameraTrouble("CAMERA_GARBLED")
        return picture


class SnapshotCamera:
    """A network camera that answers each request with one JPEG."""

    idle_s: float | None = None

    def __init__(self, url: str) -> None:
        self._url = url

    def skip(self) -> None:
        """Nothing goes by between two requests."""

    def newest(self) -> Picture:
        import requests

        answer = ask_camera(self._url)
        try:
            octets = bytearray()
            for chunk in answer.iter_content(_CHUNK):
                octets += chunk
                if len(octets) > LARGEST_PIXELS:
                    raise CameraTrouble("CAMERA_GARBLED")
        except requests.Timeout:
            raise CameraTrouble("CAMERA_SILENT") from None
        except requests.RequestException:
            raise CameraTrouble("CAMERA_STOPPED") from None
        finally:
            answer.close()
        picture = picture_of(bytes(octets))
        if picture is None:
            raise CameraTrouble("CAMERA_GARBLED")
        return picture


def ask_camera(url: str) -> requests.Response:
    """The head of a network camera's answer, its body still to be read. Raises `CameraTrouble`."""
    import requests

    try:
        with requests.Session() as session:
            session.trust_env = False  # a camera in the same room is not asked for through a proxy
            answer = session.get(url, stream=True, timeout=(_CONNECT_S, _READ_S))
    except (requests.exceptions.InvalidURL, ValueError):
        # Besides its own words for a wrong address, requests lets those of urllib3 and of the IDNA codec through.
        raise CameraTrouble("CAMERA_SETTING") from None
    except requests.ReadTimeout:
        raise CameraTrouble("CAMERA_SILENT") from None
    except (requests.RequestException, OSError):
        raise CameraTrouble("CAMERA_UNREACHABLE") from None
    kind = answer.headers.get("Content-Type", "").lower()
    if answer.status_code == 200 and kind.startswith(("multipart/", "image/jpeg")):
        return answer
    answer.close()
    if answer.status_code in (401, 403):
        raise CameraTrouble("CAMERA_PASSWORD")
    if answer.status_code != 200:
        raise CameraTrouble("CAMERA_REFUSED", answer.status_code)
    raise CameraTrouble("CAMERA_NOT_ONE")


def picture_of(octets: bytes) -> Picture | None:
    """The JPEG with its size from its head, nothing if it is none or too large to be opened."""
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is stricter
            with Image.open(BytesIO(octets), formats=("JPEG",)) as opened:
                width, height = opened.size
    except (OSError, SyntaxError, ValueError, OverflowError, IndexError, Image.DecompressionBombError):
        return None
    return Picture(octets, width, height) if 0 < width * height <= LARGEST_PIXELS else None
