from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "points"
    label = "points"
    verbose_name = "积分"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the registries of the rooms below."""
        from points import registration

        registration.register_all()
