"""The conformance probe: what a chat endpoint does with what it is asked, each finding proven by an observation.

Above the client's transport and below the command line; I/O is in `endpoint` alone. One module a subject, each a table
of checks; `plan` has all of them in their order, and runs them.
"""
