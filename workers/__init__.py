"""What runs: client (connects), main (the worker process), stack and process (the embedded parts),
provision (demo company, catalogue, warm prefix), cli and the modules beside it (the command line)."""
