"""Business questions as typed intents, and those as SQL.

``tokens`` takes a question apart by the words of the semantic model and of ``operators``; ``parts_of_names`` finds names
that it shortens; ``resolve`` settles what each word means around one dataset, and ``phrase`` knows the neighbours. From
there ``reader``, with ``restrictions`` and ``periods_of``, makes the ``intent``. ``compiler`` turns that into SQL, with
``scope`` for joins and conditions, ``figures`` for aggregates and ``labels`` for names; ``words`` says it back.
"""
