"""Template tags of the interface; built in, so that no template loads them."""

from django import template

register = template.Library()
