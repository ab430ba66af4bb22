"""From a model's reply to rows. ``extract`` finds the SQL in a reply and ``prompting`` asks for it; ``check`` decides
whether it may run, with ``binding``, ``scopes``, ``columns`` and ``names`` for the catalogue, ``functions`` for what may
not be called, ``hints`` and ``problems`` for what goes back to the model; ``executor`` opens the executors of ``port``,
``postgres`` (with ``postgres_errors`` and ``postgres_types``) and ``sqlite``, whose rows ``arrow`` turns into a table;
``result_store`` keeps tables as files, and ``preview`` shows their first rows."""
