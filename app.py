"""The browser chat in a clone: `uv run app.py` is `qa page`."""

from qa.cli.serving import page

if __name__ == "__main__":
    page(prog_name="app.py")
