"""Papers: one document, told as a page, as PDF and as DOCX. Bulletins, minutes, rulings and whatever else is signed are set here."""
