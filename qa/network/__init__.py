"""What servers share: where they listen, who calls, how often, and the headers of every answer."""
