"""Why a verdict on a card is not a plain yes, in words: one sentence for each code, never for a value of the card."""

from __future__ import annotations

import re

from clerk_app.domain.refusals import Words

REASONS = {
    "SOD_MISSING": Words("Chip không có chữ ký số (SOD)", "The chip holds no signature (SOD)"),
    "SOD_UNREADABLE": Words("Không đọc được chữ ký số (SOD)", "The signature (SOD) cannot be read"),
    "SIGNATURE_BAD": Words(
        "Chữ ký số sai: dữ liệu không do người ký này ký", "Wrong signature: this signer did not sign"
    ),
    "SIGNATURE_UNREADABLE": Words("Không đọc được chữ ký hoặc chứng thư người ký", "Signature or signer is unreadable"),
    "ALGORITHM_UNKNOWN": Words("Chưa kiểm được: thuật toán lạ", "Not checked: algorithm not known here"),
    "ALGORITHM_WEAK": Words("Không tin: thuật toán đã giả mạo được", "Not believed: the algorithm can be forged"),
    "SIGNER_MISSING": Words("Chip không kèm chứng thư của người ký", "The signer's certificate is not on the chip"),
    "SIGNER_UNKNOWN": Words(
        "Không CSCA nào được tin ở đây cấp chứng thư của người ký",
        "No CSCA believed here issued the signer's certificate",
    ),
    "SIGNER_NOT_FOR_SIGNING": Words(
        "Chứng thư này không được dùng để ký giấy tờ", "That certificate is not for signing documents"
    ),
    "SIGNER_OF_ANOTHER_STATE": Words("Người ký thuộc quốc gia khác", "The signer belongs to another State"),
    "SIGNER_EXPIRED": Words("Chứng thư người ký đã hết hạn", "The signer's certificate has expired"),
    "SIGNER_NOT_YET_VALID": Words("Chứng thư người ký chưa có hiệu lực", "The signer's certificate is not valid yet"),
    "SIGNER_REVOKED": Words("Chứng thư người ký đã bị thu hồi", "The signer's certificate was revoked"),
    "CSCA_UNKNOWN": Words("Không biết CSCA nên không rõ còn hiệu lực", "The CSCA is not known, nor whether in force"),
    "CSCA_EXPIRED": Words("Chứng thư CSCA đã hết hạn", "The CSCA certificate has expired"),
    "CSCA_NOT_YET_VALID": Words("Chứng thư CSCA chưa có hiệu lực", "The CSCA certificate is not valid yet"),
    "CSCA_REVOKED": Words("Chứng thư CSCA đã bị thu hồi", "The CSCA certificate was revoked"),
    "NO_CRL": Words("Chưa có danh sách thu hồi (CRL) để tra", "No revocation list (CRL) to look it up in"),
    "CRL_OUTDATED": Words("Danh sách thu hồi (CRL) đã quá hạn cập nhật", "The revocation list (CRL) is out of date"),
    "CHIP_AUTHENTICATION_NOT_CHECKED": Words("Chưa kiểm tra được", "Not checked"),
    "NO_KEY_ON_CHIP": Words("Chip không có khóa riêng để chứng minh", "The chip has no key of its own to prove"),
    "COPY_WITHOUT_KEY": Words("Chip không có khóa đã ký: thẻ bị sao chép", "The chip has not the signed key: a copy"),
    "CARD_ACCESS_DIFFERS": Words(
        "Chip chào cách mở khác với cách đã ký khi phát hành: có thể bị hạ cấp",
        "The chip offers other ways to be opened than were signed: perhaps downgraded",
    ),
}
PROOFS = {
    "CHIP_AUTHENTICATION": Words("xác thực chip", "chip authentication"),
    "ACTIVE_AUTHENTICATION": Words("xác thực chủ động", "active authentication"),
    "PACE_CAM": Words("PACE-CAM", "PACE-CAM"),
}
"""By which protocol a chip proved its key, or did not: a parameter of the code before it."""
GROUP_REASONS = {
    "ALTERED": Words("bị sửa sau khi ký", "was altered after it was signed"),
    "NOT_SIGNED": Words("có trên chip nhưng không ai ký", "is on the chip but nobody signed it"),
    "DIFFERS": Words("là của người khác", "is of another person"),
    "MISSING": Words("đã ký nhưng không có trên chip", "was signed but is not on the chip"),
}
GROUPS = {
    "DG1": Words("dòng MRZ", "the MRZ"),
    "DG2": Words("ảnh chân dung", "the portrait"),
    "DG13": Words("thông tin công dân", "the citizen's data"),
    "DG14": Words("khóa của chip", "the chip's key"),
    "DG15": Words("khóa xác thực", "the key of active authentication"),
}
NOT_BELIEVED = {
    "UNREADABLE": Words("không đọc được", "cannot be read"),
    "SPECIMEN": Words("của tập huấn, không bao giờ tin khi làm thật", "belongs to training, never believed at work"),
    "NOT_SPECIMEN": Words("không phải của tập huấn", "does not belong to training"),
    "NOT_FOR_SIGNING": Words("không phải chứng thư CSCA", "is not the certificate of an authority"),
    "SELF_SIGNATURE_BAD": Words("chữ ký của chính nó sai", "its own signature is wrong"),
    "ISSUER_UNKNOWN": Words("không CSCA nào ở đây cấp", "was issued by no authority known here"),
    "LIST_SIGNER_UNKNOWN": Words("người ký danh sách không rõ", "the signer of the list is not known here"),
    "LIST_SIGNER_EXPIRED": Words("người ký danh sách đã hết hạn", "the signer of the list has expired"),
    "LIST_SIGNER_REVOKED": Words("người ký danh sách đã bị thu hồi", "the signer of the list was revoked"),
    "LIST_SIGNATURE_BAD": Words("chữ ký của danh sách sai", "the signature of the list is wrong"),
    "CRL_ISSUER_UNKNOWN": Words("không CSCA nào ở đây ký CRL này", "no authority known here signed this CRL"),
    "CRL_PARTIAL": Words("CRL gián tiếp hoặc không đầy đủ", "the CRL is indirect or not complete"),
    "ALGORITHM_UNKNOWN": Words("thuật toán lạ", "its algorithm is not known here"),
    "ALGORITHM_WEAK": Words("thuật toán đã giả mạo được", "its algorithm can be forged"),
}
"""Why something in the trust package counts for nothing."""

_GROUP = re.compile(r"(DG\d{1,2})_([A-Z_]+)")


def reason_words(reason: str) -> Words | None:
    """The sentence for the reason of a verdict: its causes one after the other. None where it has none.

    Words in small letters and protocols behind a code are its parameters and are said in brackets. A code that this
    version does not know stands for itself, so that nothing an older or newer station wrote is passed over.
    """
    said: list[Words] = []
    for word in reason.split():
        if (word != word.upper() or word in PROOFS) and said:
            last, more = said[-1], PROOFS.get(word, Words(word, word))
            said[-1] = Words(f"{last.vi} ({more.vi})", f"{last.en} ({more.en})")
        else:
            said.append(_one(word))
    return Words("; ".join(one.vi for one in said), "; ".join(one.en for one in said)) if said else None


def _one(code: str) -> Words:
    known = REASONS.get(code) or PROOFS.get(code)
    if known is not None:
        return known
    group = _GROUP.fullmatch(code)
    if group is None or group[2] not in GROUP_REASONS:
        return Words(code, code)
    which, what = GROUPS.get(group[1], Words("", "")), GROUP_REASONS[group[2]]
    vi = f"{group[1]} ({which.vi}) {what.vi}" if which.vi else f"{group[1]} {what.vi}"
    return Words(vi, f"{group[1]} ({which.en}) {what.en}" if which.en else f"{group[1]} {what.en}")
