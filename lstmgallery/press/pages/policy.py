"""The Content-Security-Policy of every page: a page may load what is in the site, and nothing that is written in it."""

from markupsafe import Markup

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
META = Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format(Markup(POLICY))
HEADERS = "_headers"  # the file that Netlify, Cloudflare Pages and others read; to other hosts it is a file like others


def headers_file() -> bytes:
    """Return the headers that a host should send with every file."""
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
    }
    return "/*\n{}\n".format("\n".join(f"  {name}: {value}" for name, value in headers.items())).encode()
