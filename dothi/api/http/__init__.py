"""What every view uses: parameters, language, addresses, caching, problems, and the limits of clients."""
