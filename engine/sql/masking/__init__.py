"""Personal values are masked before anybody or anything sees them.

``marked`` says which columns a policy masks for a caller. ``lineage`` follows them to the output columns of a query and
``probing`` finds where a query could betray them without showing them; both read the ``trace`` of a query, which
``relations``, ``from_items`` and ``expressions`` work out in the terms of ``flow``; they ask ``failures`` and
``families`` what an error would tell, and ``bare_columns`` what SQLite does. ``masks`` masks one value;
``detection`` finds values that nobody marked, with ``evidence`` from column names, ``numbers``, ``person_names`` and
``surnames``. ``sink`` masks the rows of a result on their way, ``samples`` clears the catalogue for prompts, and
``wording`` tells the user."""
