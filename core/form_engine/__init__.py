"""Forms as data: one definition drives the web sheet, validation, the printed document and the columns of a table.

`rules` (pure) judges answers, `definitions` reads and checks a definition, `registry` is where a room registers the
subject of a form, `services.put_submission` is the only way in, `reading` serves reports, `rendering` makes pages.
How to write a definition and register a subject: docs/form-engine.md.
"""
