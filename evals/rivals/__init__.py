"""Other tools on the same questions, each with its own dependencies, none of which Dateline needs."""
