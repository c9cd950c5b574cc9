"""A demonstration province, written as the files that agencies would hand over.

`demo.write.write_demo` makes the files; delivering them is the business of whoever asks for the demo.
The province is drawn by hand (`outline.json`) and filled in by seed: the same seed gives the same bytes.
"""

# The demo is drawn by hand, so it is of one place.
LOCALITY_ID = 'nam_dinh'
