"""The steps over the engines: one module a step, and what surrounds every step.

The path: understand, retrieve_schema, route_model, generate_sql, self_correct, execute_sql; then
present and record. parts: the opened engines. registry: the steps as Temporal activities.
local_steps: the same steps in-process. model_call: a model call that is paid once. auditing and
failures: the audit row and the translated error of every attempt.
"""
