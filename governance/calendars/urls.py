"""Pages of the working-time calendar."""

from django.urls import path

from governance.calendars import views, year_import

app_name = "calendars"
urlpatterns = [
    path("", views.CalendarPage.as_view(), name="calendar"),
    path("<int:year>/", views.CalendarPage.as_view(), name="year"),
    path("<int:year>/import/", views.ImportYearPage.as_view(), name="import_year"),
    path("<int:year>/announced/", year_import.ImportAnnouncedPage.as_view(), name="import_announced"),
    path("<int:year>/announced/template/", year_import.template, name="announced_template"),
    path("hours/", views.EditHours.as_view(), name="hours"),
    path("days/add/", views.AddDay.as_view(), name="day_add"),
    path("days/<str:day>/", views.EditDay.as_view(), name="day_edit"),
    path("days/<str:day>/delete/", views.DeleteDay.as_view(), name="day_delete"),
]
