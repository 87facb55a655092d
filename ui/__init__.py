"""The window: Qt, and nothing else.

Screens show the desk's ready views and send a clerk's wishes back to its verbs. Threads live only in `jobs`.
Not here: rules, SQL, money, devices. Only `__main__` and `application` may ask `clerk_app.bootstrap` for a desk.
"""
