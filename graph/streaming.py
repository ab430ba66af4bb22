"""The topic on which a followed question publishes its step events and tokens."""

EVENTS_TOPIC = "events"
