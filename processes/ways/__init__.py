"""Ways along networks: graph, reach, routes, areas, and where new places should stand."""
