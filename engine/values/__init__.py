"""The values that stand in a database's text columns: finding those that a question or a literal means.

``index`` holds them as values, ``reading`` collects them over the connections of ``sources`` as ``fitness`` allows, and
``parallels`` learns what is called differently in two scripts. ``linking`` finds what a question mentions, ``nearest``
what a literal was meant to be, over the tables of ``lookup``, whose keys ``keys`` makes; ``rendering`` tells a model.
"""
