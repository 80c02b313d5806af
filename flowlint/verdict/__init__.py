"""The one gate after the engine: severities, selection, threshold and exit status."""
