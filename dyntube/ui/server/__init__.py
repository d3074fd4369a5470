"""HTTP beside the pages: routes, middleware, start and stop, the log."""
