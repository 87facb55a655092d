"""What one pack says otherwise than another: rows, from which day, for whom, and which decisions. Decides nothing."""
