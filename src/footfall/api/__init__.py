"""Litestar routes of ``/v1``: everything that is not on the hot path, one file per resource."""

from footfall.api.application import Api, build

__all__ = ["Api", "build"]
