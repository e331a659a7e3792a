"""The operator's command line: one file per command, each a thin call into a part below."""
