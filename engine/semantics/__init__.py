"""Step one: what a question says, read by rules alone, in a few milliseconds and without a model.

``understand`` is the way in. It uses ``language`` (which language, clean text), ``intent`` (what is wanted, with
its rules in ``intent_rules``), ``time_expressions`` (dates out of words; the tables are ``time_rules_zh``
and ``time_rules_en``, over ``time_rules`` and ``time_resolvers``; ranges and bounds are in ``time_spans``, calendar
arithmetic in ``periods``),
its weeks, parts, holidays and fiscal years in the other ``time_`` modules, by the conventions of ``time_conventions``;
``literals`` (quoted text, numbers, top-N, over ``numerals``) and ``follow_up`` (the conversation so far).

What the data means is in ``model``, business questions as typed intents and their SQL in ``analytic``; ``absent`` and
``ambiguity`` tell what is missing and what has two senses. ``translation`` judges the model's wording in English.
"""
