"""What holds on a day, and what a newer pack changes, for people: as pages, text and JSON. Decides nothing."""
