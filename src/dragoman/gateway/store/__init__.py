"""The store: keys and the ledger in a database, SQLite or PostgreSQL, through SQLAlchemy Core.

    database   a store that is open: entries put in, and old ones removed
      migrate    the tables as this version wants them, whoever comes first
        migrations  from each version to the next
      tables     keys, requests, attempts, texts
        instant    a moment as both databases keep it
      bulk       many rows into a table at once
      connect    connections, set up as the store needs them
        address    what may be written in the configuration

It reads from what others use down to what they need not know.
"""
