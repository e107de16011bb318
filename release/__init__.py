"""What is made and checked for a release: known holes in what Dateline depends on, and the list of its parts."""
