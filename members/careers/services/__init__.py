"""All writes to careers. One keyword-only function a use case; `by` acts, `now` is the moment."""
