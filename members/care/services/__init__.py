"""All writes to the special care lists. One keyword-only function a use case; `by` acts, `now` is the moment."""
