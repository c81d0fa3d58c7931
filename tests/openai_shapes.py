"""What a model of this face and the original's of the same name have in common."""


def same_fields(ours, theirs, but=()):
    """Whether they have the same fields, in the same order, required or not alike."""
    mine = {name: field.default is None for name, field in ours.__fields__.items()}
    wanted = {name: not field.is_required() for name, field in theirs.model_fields.items() if name not in but}
    assert list(mine) == list(wanted)
    assert mine == wanted
    return True
