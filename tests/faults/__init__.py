"""The proof of the fetch layer: a server that misbehaves in every known way, and what must hold.

clock       a clock that only sleeping and the test move
world       the truth: the views of a server, which change while they are paged
wire        HTTP/1.1 over raw sockets, and the ways to send an answer badly
server      the view log over the wire: pages of a world, in a server's own manner
misdeeds    what may go wrong with one answer, by name
schedule    from a seed: a world, a server's manner, what goes wrong and when
scenes      plain worlds, and misdeeds at chosen requests, for tests of single faults
proof       runs a schedule, and what must hold after every run and at the end
"""
