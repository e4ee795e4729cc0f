"""All writes to the people. One keyword-only function a use case; `by` acts, `now` is the moment."""
