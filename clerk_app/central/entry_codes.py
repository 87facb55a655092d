"""Why an entry may be refused: the codes in its answer. A refusal of one entry never refuses the request."""

from __future__ import annotations

ENTRY_CODES = (
    # what it is, and who did it where
    "ENTRY_UNREADABLE",
    "ENTRY_ID_USED",
    "ENTRY_UNJUDGEABLE",
    "ENTRY_TIME_WRONG",
    "USER_UNKNOWN",
    "USER_INACTIVE",
    "USER_FOREIGN",
    "USER_NOT_HERE",
    "ROLE_MISSING",
    "COUNTER_FOREIGN",
    "PRACTICE_MIXED",
    # the dossier it is for
    "DOSSIER_HELD",
    "DOSSIER_UNKNOWN",
    "DOSSIER_FOREIGN",
    "DOSSIER_CLOSED",
    "OPENED_TWICE",
    "SUBMITTED_TWICE",
    "FEE_TWICE",
    "FIELD_PROVEN",
    # what another desk did meanwhile
    "FIELD_CONTRADICTED",
    "PAGES_CONTRADICTED",
    "PAPER_CONTRADICTED",
    "EXCEPTION_CONTRADICTED",
    "RULES_CONTRADICTED",
    "SUBMITTED_UNSEEN",
    "DISCARDED_UNSEEN",
    # how what was refused was settled
    "REASON_MISSING",
    "SETTLED_BEFORE",
    "REFUSAL_UNKNOWN",
    "WAY_CLOSED",
    # a limit that was lifted
    "GRACE_FORGED",
    "GRACE_USED",
    # its sheets
    "SHEET_NAME",
    "SHEET_LOST",
    "PAGES_UNFINISHED",
    "ARCHIVE_EARLY",
    "ARCHIVE_PAGES",
    # exceptions
    "EXCEPTION_UNKNOWN",
    "EXCEPTION_DECIDED",
    "FOUR_EYES",
    "GRANTED_BY_OTHERS",
    # a second look
    "REVIEW_EARLY",
    "REVIEW_TWICE",
    "REVIEW_NOT_DRAWN",
    "REVIEW_CAUSE",
    "REVIEW_COMMENT",
    "FINDING_UNKNOWN",
    "FINDING_OF_OTHERS",
    "FINDING_ANSWERED",
    "ANSWER_MISSING",
    # what a desk keeps
    "COPIES_EARLY",
    # money and numbers
    "FEE_SUM",
    "FEE_DIFFERS",
    "RECEIPT_NOT_LENT",
    "RECEIPT_USED",
    "CODE_NOT_LENT",
    "CODE_DATE",
    "CODE_USED",
    "RECEIVED_AT_WRONG",
    "RECEIVED_IN_FUTURE",
    "RECEIVED_LONG_AGO",
    # the law
    "OTHER_PERSON",
    "CASE_REFUSED",
    "EXCEPTION_MISSING",
    "PAPER_MISSING",
    "PAPER_TAKEN",
    "CLASS_DIFFERS",
    "DUE_DIFFERS",
    "FEE_WRONG",
    "PACK_NOT_PUBLISHED",
    "PACK_OUTDATED",
)
