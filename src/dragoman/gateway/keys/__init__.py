"""Who is calling: keys, made once, shown once, and known by nothing but their hash.

    desk         keys are created, listed, rotated and revoked, in the store
    key          one secret of a key, as lists show it
    identify     the headers of a request become an identity, or a refusal
      directory  the keys of the store, as this process knows them
    identity     who a caller is, and what they may ask for
    secret       what a key's secret looks like, and its hash

A *key* has an id that lasts, by which limits, budgets and the ledger know it. Its *secrets* come and go: rotating a key
gives it another, and lets the old one work for a while. Each secret is a row of the store's table `keys`, named by the
key's id and a number: `key_7Hq2mXw4Rk.1`, `key_7Hq2mXw4Rk.2`.
"""
