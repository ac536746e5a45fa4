"""The preview: a server for one author on one machine that shows the newest content a moment after every save.

`shown` holds the pages shown and the problems of newer content; `server` answers a browser; `serve` watches the content
and the theme and connects the two. Only results in the build folder are written.
"""
