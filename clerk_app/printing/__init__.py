"""What goes out on paper: official forms as PDF, with their bar code and QR code.

`forms.PaperForms` fills the port; `labels` holds the words of a form, `flow` sets lines into pages, `ink` owns the
fonts, `codes` the bar code and the QR code. Not here: queues of the system and sending to a printer (`devices`), and
what the law says must stand on a form (`catalogue`). Nothing heavy is imported until something is printed.
"""
