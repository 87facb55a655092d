"""What others built for the same work: their servers and clients, started as their makers say."""
