"""What runs: client (connects), main (the worker process), stack and process (the embedded parts),
provision (demo company, catalogue, warm prefix), cli and the modules beside it (the command line)."""

import warnings

# The embedded PostgreSQL's package asks for a runtime folder when it is imported; without XDG_RUNTIME_DIR it takes
# the temporary folder, which is right, and need not be told to every user of every command.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
