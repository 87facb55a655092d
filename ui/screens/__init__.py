"""One file per task, named like the task in `clerk_app.desk`. A screen builds widgets, connects, and shows a view.

Not here: rules, formatting of money or dates, threads.
"""
