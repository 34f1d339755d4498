"""What every storage, format and plug-in has to keep to, as classes of tests that theirs inherit."""
