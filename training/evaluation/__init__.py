"""Classification: measures, classifier, comparison, reports."""
