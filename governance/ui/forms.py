"""How forms and their fields are rendered."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Fields come from `templates/ui/forms/`, so that every form in the platform looks alike."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
