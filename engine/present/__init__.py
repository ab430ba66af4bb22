"""What the asker sees of a result, made without any model: ``shape`` reads the roles of its columns, ``chart``
chooses a chart from its ``table`` and ``vega`` writes it as Vega-Lite, ``render`` draws it to SVG and PNG;
``explain`` says in words what the SQL does (``story`` line by line, ``phrases``, ``values`` and ``speech``
expression by expression, ``naming`` with the schema's labels); ``answer_text`` says the result in a sentence
and ``terminal`` shows it in a terminal. ``cells`` and ``periods`` read single values.
"""
