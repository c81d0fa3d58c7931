"""The endpoint in front of upstreams: the path of a request, from the socket to the ledger.

listen           sockets, signals, the server around the app
  bind           the place to listen on
  app            which path is what, and who may use it
    tongue       the API a caller speaks: chat completions
    messages     the same for Anthropic's
    responses    the same for OpenAI's newer one
    pipeline     one request, on one screen
      keys/      who is calling
      seats      how many at once
      limits/    what a key may use
      relay      one request on its course over the upstreams
        routes   which of them may answer a model, in which order
        course   what is tried next
        breaker  whom to leave alone for a while
        fit      what an upstream can take of a request
        upstream one endpoint, over the client's own core
        relayed  an answer on its way through
      respond    an answer on its way to the caller
      refusal    why there is none
        faults   errors in the caller's terms
      ledger     who used what
        tally    how many tokens, and who says so
        prices   what they cost
        record   an entry as it is written down
        journal  on this disk, before
        carrier  it is in
        store/   the database
        redact   what is never written down
    models       which models there are
    static, openapi, pages/   what is there for people to read
  running        all of it, made from a configuration
    kept         the part that keeps something
  config/        the configuration's file
usage            what the ledger says
log              its lines, on stderr
"""
