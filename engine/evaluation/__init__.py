"""How often the answers are right: question sets, execution accuracy, and what the difference between two runs is worth.

``suites`` reads question sets into the cases of ``cases``; ``scoring`` compares rows; ``outcomes`` says what became of a
question, with ``taxonomy`` for what was wrong in a wrong one; ``statistics`` and ``summary`` put runs into figures, and
``page`` into an HTML page.
"""
