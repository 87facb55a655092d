"""From sheet to page: what a scanner or a file left becomes straight, cut to its paper, small, judged and readable.

The algorithms are OpenCV's, Tesseract's and zxing's; the order and the judgement are ours. Every picture that comes
from outside is opened in a worker process, so that no bomb and no crash reaches the desk. Not here: talking to a
scanner (`devices`), where pages are kept (`store`), which paper of a checklist a page belongs to (`desk`).
"""
