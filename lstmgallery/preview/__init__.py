"""The preview: a server for one author on one machine that shows the newest content a moment after every save.

`shown` holds what is shown and what is wrong with anything newer; `server` answers a browser; `serve` watches the
content and the theme and brings the two together. Nothing is written but results in the build folder.
"""
