"""Public question sets, as their authors distribute them, turned into archives with questions."""
