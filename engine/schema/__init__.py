"""What is known of a business database, and which part of it a question needs.

``catalogue`` holds tables as values; ``introspect`` reads them (``postgres``, ``sqlite``, with ``samples``
for the values and ``connect`` for DSNs and errors); ``m_schema`` renders them for a prompt and ``tokens``
estimates its size; ``index`` finds tables by question in Qdrant over the vectors of ``embedding``, which are made of
words (``lexicon``) and of what they mean in both languages (``meanings``, from ``lexicon.toml``); ``neighbourhood`` ranks
what was found together with the tables around it, over ``join_graph``; ``linking`` chooses the tables for a prompt within
a budget.
"""
