"""How forms and their fields are rendered, and the inputs that more than one page uses."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

_CONTROLS = {
    "django/forms/widgets/select.html": "form-select",
    "django/forms/widgets/checkbox.html": "form-check-input",
    "django/forms/widgets/radio.html": "form-check-input",
    "django/forms/widgets/radio_option.html": "form-check-input",
    "django/forms/widgets/checkbox_option.html": "form-check-input",
}
_LISTS = {"django/forms/widgets/radio.html", "django/forms/widgets/checkbox_select.html"}
_BARE = _LISTS | {
    "django_filters/widgets/multiwidget.html",
    "django/forms/widgets/hidden.html",
    "django/forms/widgets/multiwidget.html",
}


def _dress(widget: dict[str, Any]) -> None:
    """Gives a widget, and the widgets in it, the classes of the kit."""
    name = widget.get("template_name", "")
    own_look = name.startswith("ui/")
    if name not in _BARE and not own_look:
        attrs = widget["attrs"]
        known = attrs.get("class", "")
        attrs["class"] = f"{_CONTROLS.get(name, 'form-control')} {known}".strip()
    if name in _LISTS:
        widget["attrs"]["class"] = f"choices {widget['attrs'].get('class', '')}".strip()
    for part in widget.get("subwidgets") or []:
        _dress(part)
    if name in _BARE and not own_look:
        for _, options, _ in widget.get("optgroups") or []:
            for option in options:
                _dress(option)


class Renderer(TemplatesSetting):
    """Fields come from `templates/ui/forms/`, so that every form in the platform looks alike."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Renders a form, a field or a widget."""
        if "widget" in context:
            _dress(context["widget"])
        return super().render(template_name, context, request)


class DateInput(forms.DateInput):
    """The browser's own date input: it works offline, by keyboard, and on every phone."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own input for a date and a time."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class SearchSelect(forms.Select):
    """A long select that can be searched; a plain one without scripts. The page adds `widgets.js`."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__(attrs={"data-search": "", **(attrs or {})}, choices=choices)


class Segments(forms.RadioSelect):
    """A few choices side by side, for a thumb."""

    template_name = "ui/forms/segments.html"


class Tiles(forms.RadioSelect):
    """Choices as tiles with an icon: `icons` maps a value to a Tabler icon."""

    template_name = "ui/forms/tiles.html"

    def __init__(self, *args: Any, icons: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.icons = icons or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """An option that knows its icon."""
        option = super().create_option(name, value, *args, **kwargs)
        option["icon"] = self.icons.get(str(value), "circle-dot")
        return option
