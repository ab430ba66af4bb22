"""Functions that no generated SQL may call: they reach files, the network, other sessions, settings or sequences,
run text as SQL, or burn time and memory. Names are patterns of the dialect's own spelling, in lower case."""

from __future__ import annotations

import re

from chat2sql.config.vocabulary import Dialect

_POSTGRESQL = (
    r"pg_(?!typeof$|size_pretty$|size_bytes$)\w+",
    r"lo_\w+|loread|lowrite",
    r"dblink\w*|postgres_fdw\w*",
    r"set_config|current_setting",
    r"nextval|setval|currval|lastval",
    r"(?:query|table|cursor|database|schema)_to_xml\w*",
    r"ts_stat|xpath_table|crosstab\w*|connectby",
    r"txid_\w+|inet_(?:client|server)_\w+",
    r"has_\w+_privilege|row_security_active|to_reg\w+",
    r"current_(?:database|schemas?|query|catalog|user|role)|session_user|user|system_user|version",
    r"brin_\w+|gin_clean_pending_list|binary_upgrade_\w+|amvalidate",
    r"file_fdw\w*|plpy\w*|http\w*",
)
_SQLITE = (
    r"load_extension|readfile|writefile|edit|lsmode|fsdir|zipfile\w*",
    r"pragma_\w+|sqlite_\w+|dbstat|bytecode|tables_used|completion",
    r"fts3_tokenizer|fts5",
    r"randomblob|zeroblob",
)
_PATTERNS = {
    Dialect.POSTGRESQL: re.compile("|".join(f"(?:{pattern})" for pattern in _POSTGRESQL)),
    Dialect.SQLITE: re.compile("|".join(f"(?:{pattern})" for pattern in _SQLITE)),
}
_TABLE_FUNCTIONS = {
    Dialect.POSTGRESQL: re.compile(
        r"generate_series|unnest|generate_subscripts|regexp_(?:split_to_table|matches)|string_to_table"
        r"|jsonb?_(?:array_elements(?:_text)?|each(?:_text)?|object_keys|to_record(?:set)?|populate_record(?:set)?)"
        r"|jsonb_path_query"
    ),
    Dialect.SQLITE: re.compile(r"json_each|json_tree|generate_series"),
}


def is_forbidden(name: str, dialect: Dialect) -> bool:
    """Whether a function of that name may not be called."""
    return _PATTERNS[dialect].fullmatch(name.lower()) is not None


def may_stand_in_from(name: str, dialect: Dialect) -> bool:
    """Whether a function of that name may stand in FROM; unlike for the others, all that are not listed may not."""
    return _TABLE_FUNCTIONS[dialect].fullmatch(name.lower()) is not None
