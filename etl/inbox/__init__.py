"""The inbox: a folder for each agency, from which deliveries are taken without a command line."""
