"""The endpoint in front of the model on this machine, or of another one.

    listen     the server on its socket, and its end in good order
      bind       the socket: a port or a path
      log        the ledger's lines on their way to stderr
    app        which path and method is which
    pipeline   the path of a request, on one screen
      upstream   where chunks come from: the client's own core, with an address
      respond    a completion or a stream on its way to the caller
      faults     what went wrong, in the caller's terms
      ledger     who used what; every entry is closed, once, whatever happens
    openapi    the endpoint's own description, written from the wire types
    docs       the reference and playground at /docs, whose files are in pages/

It reads from the socket to the answer.
"""
