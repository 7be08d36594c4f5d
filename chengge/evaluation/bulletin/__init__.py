"""Bulletins: one document, told as a page, as PDF and as DOCX (docs/bulletins.md)."""
