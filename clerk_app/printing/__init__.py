"""What goes out on paper: official forms as PDF, with their bar code and QR code, and the ticket of an appointment.

`forms.PaperForms` fills the port. What a form says comes from `receipt`, `fee_receipt`, `application` and `notices` as
`filled` values; how it stands there from its definition in the catalogue: `blocks` sets its fields, `ruled` its tables,
`head` and `frame` what surrounds them, `flow` deals lines out to pages of a `paper`. `ink` owns the fonts, `codes` the
symbols, `ticket` the dots of a roll. Not here: queues of the system and sending to a printer (`devices`), and what the
law says must stand on a form (`catalogue`). Nothing heavy is imported until something is printed.
"""
