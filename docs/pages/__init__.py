"""The generated pages: each module turns one description into Markdown, and writes nothing itself."""
