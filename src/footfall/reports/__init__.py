"""Questions about a business, one module each: rows in, what the API and the CLI show out."""
