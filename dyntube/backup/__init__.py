"""All that an installation owns in one file or folder, and back.

In: the archive folder, also while a sync writes to it. Out: a tar file or a folder with the same
files, and `manifest.json`, which names each with its size and checksum. `contents` says what
belongs in it, `write` makes it, `restore` puts it back; `stored` is its format.
"""
