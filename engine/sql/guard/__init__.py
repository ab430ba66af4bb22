"""The guard: may this SQL text run, for this caller, and as what text?

``check`` is the way in; its ``RULES`` say in which order what is judged. ``statements`` and ``nodes`` judge the text and its
syntax tree, ``tables``, ``functions``, ``casts`` and ``binding`` (with ``scopes``, ``columns`` and ``names``) what it names,
against the catalogue and the lists of ``allowed``; ``limits`` and ``growth`` how much it may make; ``rendering`` writes it
anew. What is wrong is one of ``problems``, with ``hints`` for the model. ``policy`` says who may see what, ``policy_file``
reads it, ``policy_names`` and ``name_patterns`` find what its names mean; ``visible`` narrows a catalogue to what a caller
sees (``roles``), and ``fence`` a query to the caller's rows (``tenant_rows``, ``row_errors``)."""
