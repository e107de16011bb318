"""The archive for other programs: OpenAI's interface and our own over HTTP, and the Model Context Protocol."""
