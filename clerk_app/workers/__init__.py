"""Work that may crash, hang or eat memory has a process of its own: how such a process is started, told and heard.

`pipe` carries whole messages both ways and ends the process with its children; `wire` writes structs of one
conversation down; `keeper` keeps one worker that is asked, as long as it does well, and `restarts` says how soon one
that failed is started again. What is said lives with whoever says it (a camera, a face, a page); no device and no desk
here.
"""
