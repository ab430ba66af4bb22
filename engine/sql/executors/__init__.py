"""From SQL to rows, read-only. ``port`` says what an executor takes and gives; ``open`` opens the one of a datasource:
``postgres`` (its connections in ``postgres_pool``, its words in ``postgres_errors`` and ``postgres_types``), ``sqlite``,
and those of the other dialects. What they share: ``intake`` passes batches on to a sink within the caps, ``columns``
makes names unique, ``threads`` runs blocking work so that it can be stopped."""
