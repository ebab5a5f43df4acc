"""What every page has at hand: the request, its language and looks, and how to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import URL

from app.api.own_path import own_path
from app.api.problem_details import methods_at
from app.auth.actor import ANONYMOUS, Actor
from app.context import Context
from app.vocabulary import Language
from app.web import i18n
from app.web.messages import DONE
from app.web.navigation import entries
from app.web.templating import environment

THEMES: Final = ("auto", "light", "dark")
THEME_COOKIE = "passgenau-theme"
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class View:
    """One request for a page."""

    request: Request
    language: Language
    theme: str

    @property
    def actor(self) -> Actor:
        """Who is looking; known once the route has asked for its permission."""
        return getattr(self.request.state, "actor", None) or ANONYMOUS

    @property
    def context(self) -> Context:
        """The context of this process."""
        context: Context = self.request.app.state.context
        return context

    def gettext(self, text: str) -> str:
        """Return a text in the language of the page."""
        return i18n.translations(self.language).gettext(text)

    def here(self, **changes: str) -> str:
        """Return the address of this page with some parameters changed.

        What answers a form has no address of its own: then it is that of the page with the form.
        """
        url = URL(self.page_of_form()) if self.request.method == "POST" else self.request.url
        url = url.include_query_params(**changes)
        return f"{url.path}?{url.query}" if url.query else url.path

    def page_of_form(self) -> str:
        """Return the address of the page whose form was sent, or the nearest one above where that is not known."""
        came_from = urlsplit(self.request.headers.get("referer", ""))
        if came_from.netloc == self.request.url.netloc and "GET" in methods_at(self.request.app, came_from.path):
            return own_path(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)
        path = self.request.url.path
        while path and "GET" not in methods_at(self.request.app, path):
            path = path.rpartition("/")[0]
        return own_path(path)

    def without(self, *names: str) -> str:
        """Return the address of this page without some parameters."""
        url = self.request.url.remove_query_params(list(names))
        return f"{url.path}?{url.query}" if url.query else url.path

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page, or a part of one."""
        page = environment(self.language).get_template(template)
        done = DONE.get(self.request.query_params.get("done", ""))
        html = page.render(
            view=self,
            actor=self.actor,
            navigation=entries(self.actor, self.request.url.path),
            done=self.gettext(done) if done else None,
            **values,
        )
        return self._remember(HTMLResponse(html, status))

    def redirect(self, path: str, done: str | None = None) -> RedirectResponse:
        """Lead to another page after something was done; `done` names what is said there."""
        address = f"{path}{'&' if '?' in path else '?'}{urlencode({'done': done})}" if done else path
        return RedirectResponse(address, 303)

    def _remember(self, response: HTMLResponse) -> HTMLResponse:
        """Keep the choices made in the address, and keep the page out of all caches."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = self.language.value
        response.headers["Vary"] = "Accept-Language, Cookie"
        for parameter, cookie, allowed in (
            (i18n.PARAMETER, i18n.COOKIE, ("de", "en")),
            ("theme", THEME_COOKIE, THEMES),
        ):
            if (chosen := self.request.query_params.get(parameter)) in allowed:
                self.set_choice(response, cookie, str(chosen))
        return response

    def set_choice(self, response: Response, cookie: str, value: str) -> None:
        """Keep how somebody wants pages to be."""
        response.set_cookie(
            cookie,
            value,
            max_age=A_YEAR,
            path="/",
            secure=self.context.security.secure_cookies,
            httponly=True,
            samesite="lax",
        )


def get_view(request: Request) -> View:
    """Find out in which language and looks a page is wanted."""
    theme = request.query_params.get("theme") or request.cookies.get(THEME_COOKIE) or "auto"
    return View(request, i18n.chosen_language(request), theme if theme in THEMES else "auto")


ViewDep = Annotated[View, Depends(get_view)]


Answer = Callable[[dict[str, Any]], Response]
"""What a page does with the values of a form that could be read."""
