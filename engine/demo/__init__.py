"""The demo company: a Chinese retailer that exists only here, to ask questions about.

``company`` generates it table by table from its own seed, out of ``retail`` (what is sold where, to whom),
``sales``, ``stock`` and ``people``, with ``names``, ``timeline`` and the row types in ``rows``; ``load`` puts it
into PostgreSQL and its sales into SQLite (``schema_postgres.sql``, ``schema_sqlite.sql``); ``questions`` are
questions to ask it, with the SQL that answers them.
"""
