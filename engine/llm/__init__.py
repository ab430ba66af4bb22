"""Language models behind one small protocol.

``port`` is the protocol; ``openai_model``, ``anthropic_model`` and ``ollama_model`` adapt the providers' SDKs
to it, ``failures`` translates their errors, and ``open`` picks the adapter of a catalogue entry. ``routing``
orders the models for a question and ``health`` remembers which ones need a pause. ``local_model`` (with
``model_sources``) fetches the embedded model, ``local_server`` serves it and ``prefix_cache`` keeps its schema
prefix warm. ``fake_server`` (with ``fake_protocols``) speaks the providers' protocols from a script.
"""
