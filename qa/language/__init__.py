"""Pure functions on text: sentences, words, dates."""
