"""Maps on paper: the sheet and its scale, the coordinate grid, and the PDF that holds them."""
