"""Judgement: measures, classifier, comparison, reports."""
