"""Open311 GeoReport v2 at /open311/v2/: pages for programs no one here wrote. It parses, calls actions and queries, and renders."""
