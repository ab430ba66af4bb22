"""Mending wrong SQL by the schema alone, without asking a model again.

``repair`` is the way in; it calls the others in the order in which they mend. ``tables``, ``keys``, ``membership`` and
``columns`` mend names and joins; ``periods``, ``literals``, ``grounding`` and ``values`` what columns are compared with;
``counting``, ``labels``, ``grouping``, ``groups``, ``group_periods`` and ``division`` what is computed and shown; ``precedence``,
``contradictions``, ``negation``, ``idle`` and ``duplicates`` which rows count; ``nulls`` and ``outputs`` their order.
``dialects`` reads other dialects' words, ``joins`` finds the way along the foreign keys, ``likeness`` the name that was
meant, and ``steps`` says what was done.
"""
