"""From a model's reply to rows that a person may see.

``prompting`` words the request for SQL and ``extract`` finds it in the reply; ``reason`` is what a model says where it writes
none. ``guard`` decides whether the SQL may run and makes the text that does. ``gate`` weighs what it would cost;
``executors`` run it, one for each database, and ``masking`` masks the rows on their way to ``results``, which keeps them.
``rls`` writes PostgreSQL's row-level security, and ``role_checks`` look at what the datasource's role may do."""
