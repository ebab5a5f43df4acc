"""Pages for people, rendered on the server; each works without JavaScript. The same services as the JSON API."""
