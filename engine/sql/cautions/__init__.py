"""Finding SQL that runs but whose figures are likely wrong, by the syntax tree and the keys alone.

``cautions`` is the way in. ``joined`` says which rows of a FROM clause follow from which, ``reading`` reads the clause off
a query and works out the keys of what a subquery or CTE gives, ``outputs`` has the columns of a SELECT, and ``kinds`` what is
told.
"""
