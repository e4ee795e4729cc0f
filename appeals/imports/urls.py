"""The addresses of the hotline import."""

from django.urls import path

from appeals.imports import views

app_name = "imports"
urlpatterns = [
    path("", views.UploadPage.as_view(), name="list"),
    path("<int:pk>/", views.DetailPage.as_view(), name="detail"),
    path("<int:pk>/columns/", views.ColumnsPage.as_view(), name="columns"),
    path("<int:pk>/progress/", views.ProgressView.as_view(), name="progress"),
    path("<int:pk>/start/", views.StartView.as_view(), name="start"),
    path("<int:pk>/stop/", views.StopView.as_view(), name="stop"),
    path("<int:pk>/discard/", views.DiscardView.as_view(), name="discard"),
    path("<int:pk>/refused.xlsx", views.RefusedView.as_view(), name="refused"),
    path("templates/<int:pk>/delete/", views.TemplateDeleteView.as_view(), name="template_delete"),
]
