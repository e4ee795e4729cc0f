"""Addresses of this subject, under `members:`."""

from django.urls import path

from members.designations.views import couriers, designations, figures, mine

urlpatterns = [
    path("", designations.DesignationList.as_view(), name="designations"),
    path("figures/", figures.FiguresPage.as_view(), name="designation_figures"),
    path("add/", designations.DesignationAdd.as_view(), name="designation_add"),
    path("<int:pk>/change/", designations.DesignationChange.as_view(), name="designation_change"),
    path("<int:pk>/end/", designations.DesignationEnd.as_view(), name="designation_end"),
    path("<int:pk>/keep/", designations.keep, name="designation_keep"),
    path("couriers/", couriers.CourierList.as_view(), name="couriers"),
    path("couriers/add/", couriers.CourierAdd.as_view(), name="courier_add"),
    path("couriers/<int:pk>/", couriers.CourierDetail.as_view(), name="courier"),
    path("couriers/<int:pk>/change/", couriers.CourierChange.as_view(), name="courier_change"),
    path("couriers/<int:pk>/account/", couriers.CourierAccount.as_view(), name="courier_account"),
    path("couriers/<int:pk>/end/", couriers.CourierEnd.as_view(), name="courier_end"),
    path("mine/", mine.MinePage.as_view(), name="mine"),
]
