"""A demonstration province, written as the files that agencies would hand over.

`demo.write.write_demo` makes the files; delivering them is the business of whoever asks for the demo.
The province is drawn by hand (`demo/outline.json` of the locality), or made up around the points of its communes
(`demo/points.csv`), and filled in by seed: the same seed gives the same bytes.
"""
