"""Pictures of videos: downloaded with distrust, drawn anew small, kept beside the archive.

addresses   which IP addresses are on the public internet
download    one picture from an allowed host, over HTTPS
picture     any picture to a small WebP
kept        the folder of stored pictures
thumbnails  which videos have one; the others are fetched in the background
"""
