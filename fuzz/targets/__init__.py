"""The parsers that are fed, by what they read. Each function makes its target ready and is named after it."""
