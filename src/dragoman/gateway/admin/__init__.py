"""The admin API: what an operator asks of a gateway that runs.

    ask         what was asked: the query, the body, the store it is about
    keys        keys are created, listed, rotated and revoked
    reports     who used what, and why one request was answered as it was
    operation   upstreams, the configuration, and reading it again

Every endpoint here is for admins: `dragoman.gateway.endpoints` says so beside each path, `dragoman.gateway.access` sees
to it. What waits for the database does so in threads.
"""
