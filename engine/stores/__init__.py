"""The product's own PostgreSQL: ``migrate`` and ``migrations`` (the schema), ``rights`` (what the
application role may do), ``pool`` (connections), ``outages`` (its errors as ours), ``text`` (what can be
stored), and a repository a table: ``datasources``, ``catalogues``, ``conversations``, ``questions``.
"""
