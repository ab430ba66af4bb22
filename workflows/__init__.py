"""Temporal workflows; the only place that calls ``temporalio.workflow``.

answer_question: one question from start to answer. evaluate: a question set. options: a step's policy as activity options.
attributes: the search attributes.
"""
