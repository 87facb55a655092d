"""What cameras and the comparison of faces can do wrong: one code, one true cause, one remedy each."""

from __future__ import annotations

from clerk_app.domain.refusals import Words

CAMERA = {
    "CAMERA_NONE": (
        Words("Quầy này chưa đặt máy ảnh.", "No camera is set for this desk."),
        Words(
            "Đặt camera trong settings.json: usb:0, hoặc địa chỉ http:// của máy ảnh mạng.",
            "Set camera in settings.json: usb:0, or the http:// address of a network camera.",
        ),
    ),
    "CAMERA_SETTING": (
        Words("Giá trị camera trong settings.json không hợp lệ.", "The value of camera in settings.json is not valid."),
        Words(
            "Dùng usb:0, usb:/dev/video0 hoặc một địa chỉ http:// hay https://.",
            "Use usb:0, usb:/dev/video0, or an http:// or https:// address.",
        ),
    ),
    "CAMERA_UNPLUGGED": (
        Words("Không thấy máy ảnh đã chọn.", "The chosen camera is not there."),
        Words("Cắm lại máy ảnh vào cổng USB.", "Plug the camera into a USB port again."),
    ),
    "CAMERA_NOT_OPENED": (
        Words("Không mở được máy ảnh.", "The camera cannot be opened."),
        Words(
            "Đóng chương trình khác đang dùng máy ảnh; trên Linux, tài khoản phải thuộc nhóm “video”.",
            "Close other programs that use it; on Linux the account must be in the group “video”.",
        ),
    ),
    "CAMERA_STOPPED": (
        Words("Máy ảnh ngừng gửi hình.", "The camera stopped sending pictures."),
        Words("Kiểm tra cáp và nguồn của máy ảnh.", "Check the camera's cable and power."),
    ),
    "CAMERA_SILENT": (
        Words("Máy ảnh không gửi hình nào.", "The camera sends no picture."),
        Words(
            "Rút máy ảnh ra, cắm lại; máy ảnh mạng thì tắt và bật lại.",
            "Unplug it and plug it in again, or restart it.",
        ),
    ),
    "CAMERA_CRASHED": (
        Words("Trình điều khiển máy ảnh bị hỏng giữa chừng.", "The camera's driver crashed."),
        Words(
            "Máy ảnh được mở lại khi thử lại; nếu lặp lại, cắm sang cổng khác và báo quản trị.",
            "It is opened afresh when you try again; if it repeats, use another port and tell the administrator.",
        ),
    ),
    "CAMERA_GIVEN_UP": (
        Words("Trình điều khiển máy ảnh hỏng nhiều lần liên tiếp.", "The camera's driver crashes again and again."),
        Words(
            "Cắm máy ảnh sang cổng khác và báo quản trị; mỗi phút chỉ thử lại một lần. Hồ sơ vẫn tiếp nhận được.",
            "Use another port and tell the administrator; it is tried once a minute only. Dossiers go on without it.",
        ),
    ),
    "CAMERA_UNREACHABLE": (
        Words("Không liên lạc được với máy ảnh mạng.", "The network camera cannot be reached."),
        Words(
            "Kiểm tra nguồn, cáp mạng và địa chỉ trong phần cài đặt.", "Check its power, cable, and the address set."
        ),
    ),
    "CAMERA_PASSWORD": (
        Words("Máy ảnh mạng đòi tên và mật khẩu.", "The network camera asks for a name and a password."),
        Words(
            "Ghi vào địa chỉ: http://tên:mật-khẩu@máy/…, hoặc sửa lại cho đúng.",
            "Write them into the address, http://name:password@host/…, or correct them.",
        ),
    ),
    "CAMERA_REFUSED": (
        Words("Máy ảnh mạng từ chối (HTTP {status}).", "The network camera refused (HTTP {status})."),
        Words("Kiểm tra phần đường dẫn sau tên máy.", "Check the path after the host."),
    ),
    "CAMERA_NOT_ONE": (
        Words("Địa chỉ này không gửi hình MJPEG hay JPEG.", "This address sends neither MJPEG nor JPEG."),
        Words(
            "Tìm địa chỉ MJPEG hoặc ảnh chụp trong hướng dẫn của máy ảnh.",
            "See its manual for the MJPEG or snapshot address.",
        ),
    ),
    "CAMERA_GARBLED": (
        Words("Hình từ máy ảnh không đọc được.", "The camera's pictures cannot be read."),
        Words(
            "Tắt và bật lại máy ảnh; chọn định dạng MJPEG hoặc JPEG.", "Restart it; choose MJPEG or JPEG as its format."
        ),
    ),
}

FACE = {
    "FACE_NOT_INSTALLED": (
        Words("Gói so khớp khuôn mặt chưa được cài.", "The package that compares faces is not installed."),
        Words(
            "Cài phần tùy chọn “face” của chương trình; không có nó vẫn tiếp nhận được.",
            "Install the program's optional part “face”; work goes on without it.",
        ),
    ),
    "FACE_CRASHED": (
        Words("Bộ so khớp khuôn mặt dừng giữa chừng.", "The comparison of faces stopped half-way."),
        Words("Thử lại; cứ tiếp tục hồ sơ nếu vẫn lỗi.", "Try again; go on with the dossier if it persists."),
    ),
    "FACE_SILENT": (
        Words("Bộ so khớp khuôn mặt không trả lời.", "The comparison of faces does not answer."),
        Words("Thử lại; cứ tiếp tục hồ sơ nếu vẫn lỗi.", "Try again; go on with the dossier if it persists."),
    ),
    "FACE_GIVEN_UP": (
        Words("Bộ so khớp khuôn mặt hỏng nhiều lần liên tiếp.", "The comparison of faces fails again and again."),
        Words(
            "Cứ tiếp tục hồ sơ; khởi động lại chương trình và báo quản trị. Bấm F10 để thử thêm một lần.",
            "Go on with the dossier; restart the program and tell the administrator. F10 tries once more.",
        ),
    ),
    "FACE_THRESHOLD": (
        Words("face_threshold trong settings.json không hợp lệ.", "face_threshold in settings.json is not valid."),
        Words("Dùng số từ 0.1 đến 1.2, hoặc để trống.", "Use a number from 0.1 to 1.2, or leave it empty."),
    ),
    "PHOTO_NO_FACE": (
        Words("Không thấy khuôn mặt nào để chụp ảnh thẻ.", "There is no face to take a photo of."),
        Words("Mời người nộp nhìn thẳng vào máy ảnh rồi chụp lại.", "Ask them to face the camera and take it again."),
    ),
    "PHOTO_SEVERAL_FACES": (
        Words("Có nhiều người trước máy ảnh.", "There are several people before the camera."),
        Words(
            "Chỉ để người nộp đứng trước máy ảnh rồi chụp lại.", "Let only the applicant stand there and take it again."
        ),
    ),
}
