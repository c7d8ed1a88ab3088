"""Printed papers: HTML templates set with our own fonts, issued as PDF with a token and a digest anybody can check.

Write a template below templates/documents/<app>/ that extends `documents/official.html` (GB/T 9704-2012) or
`documents/form.html` (执法文书), list what it must carry as `PaperField`s, and call `issue_pdf` (or `preview_pdf`).
"""

from core.documents.fields import PaperField, cn_date, cn_datetime, cn_money, missing_fields, paired, require_fields
from core.documents.issuing import checked_upload, issue_pdf, preview_pdf, void_document
from core.documents.rendering import Paper, image_data_url, render_pdf, signature_data_url

__all__ = [
    "Paper",
    "PaperField",
    "checked_upload",
    "cn_date",
    "cn_datetime",
    "cn_money",
    "image_data_url",
    "issue_pdf",
    "missing_fields",
    "paired",
    "preview_pdf",
    "render_pdf",
    "require_fields",
    "signature_data_url",
    "void_document",
]
