"""The state machine of a question. ``mermaid()`` draws it from the compiled graph; the README shows it.

understand -> retrieve schema -> route model -> generate -> self-correct -> execute, with a correction
loop from self-correct back to generate, and the exits: a question back, a refusal, an honest "cannot".
"""
