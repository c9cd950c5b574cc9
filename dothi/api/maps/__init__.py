"""Map images as OGC API - Maps (OGC 20-058): whole maps and tilesets, of a collection, of several, in any style."""
