#!/bin/sh
# Registers the namespace and the search attributes that the workers set; again is nothing.
# The address and the namespace come through the CLI's own variables TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE.
set -eu

# The frontend takes some seconds to serve, and to know a namespace that was just made.
patiently() {
  tries=60
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 1
  done
}

patiently temporal operator cluster health
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"

# One at a time and looked up afterwards: of several in one call the server keeps one, and reports success.
register() {
  temporal operator search-attribute create --name "$1" --type "$2" &&
    temporal operator search-attribute list | grep -Eq "^ *$1 +$2 *$"
}

for name in TenantId UserId Datasource Model Outcome; do
  patiently register "$name" Keyword
done
patiently register CostUsd Double
