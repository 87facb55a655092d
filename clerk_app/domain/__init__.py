"""What is true: dossiers, people, evidence, licences, money, the calendar, decisions.

Plain Python. Not here: files, clocks, logs, threads, third-party packages.
"""
