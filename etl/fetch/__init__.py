"""Open data fetched from its publisher and brought through the ordinary door."""
