"""Addresses of this subject, under `members:`."""

from django.urls import URLPattern, path

from members.careers.views import appraisals, careers, figures, pay, procedures

urlpatterns: list[URLPattern] = [
    path("", careers.CareerList.as_view(), name="careers"),
    path("add/", careers.CareerAdd.as_view(), name="career_add"),
    path("figures/", figures.Figures.as_view(), name="career_figures"),
    path("pay/", pay.PayScales.as_view(), name="pay_scales"),
    path("pay/add/", pay.ScaleAdd.as_view(), name="pay_scale_add"),
    path("regrade/", pay.Regrade.as_view(), name="regrade"),
    path("appraisals/", appraisals.RoundList.as_view(), name="appraisals"),
    path("appraisals/open/", appraisals.RoundOpen.as_view(), name="appraisal_open"),
    path("appraisals/<int:pk>/", appraisals.RoundPage.as_view(), name="appraisal"),
    path("appraisals/<int:pk>/submit/", appraisals.submit, name="appraisal_submit"),
    path("appraisals/<int:pk>/decide/", appraisals.RoundDecide.as_view(), name="appraisal_decide"),
    path("procedures/", procedures.ProcedureList.as_view(), name="career_procedures"),
    path("procedures/<int:pk>/", procedures.ProcedureDetail.as_view(), name="career_procedure"),
    path("procedures/<int:pk>/notice/", procedures.Notice.as_view(), name="career_notice"),
    path("procedures/<int:pk>/<slug:step>/", procedures.StepPage.as_view(), name="career_step"),
    path("<int:pk>/", careers.CareerDetail.as_view(), name="career"),
    path("<int:pk>/facts/", careers.Facts.as_view(), name="career_facts"),
    path("<int:pk>/move/", careers.Move.as_view(), name="career_move"),
    path("<int:pk>/end/", careers.End.as_view(), name="career_end"),
    path("<int:pk>/propose/<slug:kind>/", procedures.Propose.as_view(), name="career_propose"),
]
