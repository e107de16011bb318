"""The shipped models and the code that runs them; knows nothing of articles."""
