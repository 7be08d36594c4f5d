"""Pages of the public portal: no account, Chinese and English, usable without scripts and without the map."""
