"""The result store: rows of answers as Parquet files, read in pages, downloaded, deleted in time."""
