"""Questions proposed from the sentences of an archive, for a person to accept, edit or drop."""
