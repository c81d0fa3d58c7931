"""The gateway's configuration: one TOML file, read whole, checked whole, told apart from the one before it.

    load        the file, or every mistake in it with its line
      locate    which line a key stands in
      read      its values as what `shape` says they are
        shape   the file's form: sections, fields, defaults, and what each is for
        source  a credential's whereabouts, and the credential itself as it is rotated
        pattern names with `*` in them
      cross     what only two fields together can be wrong about
        routing the same for routes
      mistakes  what is wrong, where, and what would be right
    upstream    an upstream's dialect, limits in time and credentials
    changes     what a reload changes, in lines for people
    show        a configuration as the file that would say all of it
    schema      the form as JSON Schema, for editors

Files, and the variables of the environment, are read by `load` and `source` alone.
"""
