"""The hot path, in the order an event takes it; see ``asgi`` for the whole way."""
