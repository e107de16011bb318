"""How the shipped models were made, rerunnable."""
