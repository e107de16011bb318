"""The reader: data, training, export."""
