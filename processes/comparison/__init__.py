"""Two results of the same analysis held against each other: features matched, figures subtracted, told in sentences."""
