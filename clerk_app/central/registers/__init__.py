"""Foreign systems that central asks on behalf of a counter, each behind a Protocol with a real client.

Stand-ins that speak the same wire live in `clerk_app.practice`, as processes of their own.
"""
