"""What a key may use: requests and tokens a minute, requests at once, budgets a day and a month.

    admission    a request asks for its share before it goes upstream, and gives back what it did not use
      sqlite     the accounts in a file, for the workers of one machine
      own        the same for one process alone, which decides in memory
      valkey     the accounts in Valkey or Redis, for several machines
        *.lua    the account's rule, once more, where the server can apply it in one step
    refused      why not: a sentence, the 429's body and headers
    claims       what one request claims of each limit, and what settles it
    accounts     where accounts are kept, as the rest sees it
    account      the rule: what has been taken, what still fits, when there is room again
    terms        the limits themselves, and how people write them
    estimate     how many tokens to reserve, before anyone has counted them

All but the first four are without I/O and without a clock.
"""
