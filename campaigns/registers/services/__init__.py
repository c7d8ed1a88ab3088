"""Verbs of registers: loading definitions, filing and correcting entries, moving them, counting what is missing."""

from campaigns.registers.services.drawing import Drawn, draw_entries
from campaigns.registers.services.filing import Filing, correct_entry, file_entry
from campaigns.registers.services.loading import check_text, current, load_registers, version_of, write_register
from campaigns.registers.services.moving import move, sign
from campaigns.registers.services.rights import allowed, creation_places, may_correct, may_create, readable_fields

__all__ = [
    "Drawn",
    "Filing",
    "allowed",
    "check_text",
    "correct_entry",
    "creation_places",
    "current",
    "draw_entries",
    "file_entry",
    "load_registers",
    "may_correct",
    "may_create",
    "move",
    "readable_fields",
    "sign",
    "version_of",
    "write_register",
]
