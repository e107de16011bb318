"""Other tools on the same questions, each with its own dependencies, none of which Dateline needs."""

import os

# They are read when the tools are imported: none of them is to send or fetch anything.
os.environ.update(HAYSTACK_TELEMETRY_ENABLED="False", HF_HUB_OFFLINE="1", ANONYMIZED_TELEMETRY="False")
