"""What every API room needs: typed fields, problem details, cursor pages, ETags, documented answers.

It knows HTTP and nothing of the city, so every subsystem may lean on it; the API itself is put together in `config.api`.
"""

API_PATH = "/api/v1/"
