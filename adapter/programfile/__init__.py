"""The program file: one JSON document that sets a program up, and the same document back."""

from adapter.programfile.benefit_schemas import benefit_of
from adapter.programfile.exporter import export
from adapter.programfile.faults import Fault, FileFaults
from adapter.programfile.loader import load
from adapter.programfile.report import NewSecret, Report

__all__ = ["Fault", "FileFaults", "NewSecret", "Report", "benefit_of", "export", "load"]
