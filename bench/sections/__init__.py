"""One module per section of the benchmark; each measures one promise of ``README.md``."""
