"""What a datasource means to the business.

``semantic_model`` has it as values, ``roles`` and ``draft`` make a draft of it from a catalogue, ``definitions`` takes in
what comments define, ``joins`` finds the ways between datasets that repeat no row, and ``terms`` the words for it all.
"""
