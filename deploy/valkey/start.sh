#!/bin/sh
# The password goes in through standard input, so that no list of processes shows it.
exec valkey-server - "$@" <<CONFIG
requirepass $VALKEY_PASSWORD
save ""
appendonly no
maxmemory 256mb
maxmemory-policy allkeys-lru
CONFIG
