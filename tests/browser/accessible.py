"""What makes a page hard to use: what axe finds, small targets, what runs out of a narrow page."""

from typing import Any

from playwright.sync_api import Page

TARGET = 24
"""CSS pixels (WCAG 2.5.8); links inside a sentence are free."""

SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    'button, input, select, textarea, summary, .kern-btn, nav a, .tools a')]
  .filter(e => e.type !== 'hidden' && e.checkVisibility())
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([_, box]) => box.width < least || box.height < least)
  .map(([html, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""
OVERFLOW = """() => [...document.querySelectorAll('main *')]
  .filter(e => !e.closest('.scroll') && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 90)).slice(0, 5)"""


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds by all its WCAG 2.2 A and AA rules and best practices."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run({resultTypes: ['violations'], runOnly: "
        "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]
