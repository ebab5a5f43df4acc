"""Texts that want to become code, and what they would leave on a page."""

PAYLOADS = [
    template.format(call)
    for call in ("alert(1)", "parent.xss=1", "document.body.append(`xss`)")
    for template in (
        "<script>{}</script>",
        "<img src=x onerror={}>",
        "<svg onload={}>",
        '"><script>{}</script>',
        "'><img src=x onerror={}>",
        "</textarea><script>{}</script>",
        "</title><script>{}</script>",
        "<a href=javascript:{}>x</a>",
        "<iframe srcdoc='<script>{}</script>'>",
        "<details open ontoggle={}>",
        "<body onload={}>",
        "{{{{{}}}}}",
        "{{% {} %}}",
        "${{{}}}",
        "<style onload={}></style>",
        '" onfocus={} autofocus x="',
        "' onmouseover={} x='",
        "<input autofocus onfocus={}>",
        "<math><mtext><script>{}</script>",
        "<!--><script>{}</script>-->",
    )
]
INJECTED = (
    "main script, main iframe, main svg, main img, main math, main style, "
    "[onerror], [onload], [onfocus], [ontoggle], [onmouseover]"
)
