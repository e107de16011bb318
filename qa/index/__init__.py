"""The only room with state on disk: the store (SQLite, the truth) and what is built from it."""
