"""Mending wrong SQL by the schema alone, without asking a model again.

``repair`` is the way in. ``tables``, ``columns``, ``grouping``, ``literals``, ``values`` and ``dialects`` mend one kind of
mistake each; ``joins`` adds a missing join along the foreign keys, ``likeness`` finds the name that was meant, and ``steps``
says what was done.
"""
